#include "bot/helpers/git.h"

#include <git2/common.h>
#include <git2/config.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/repository.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

enum err git_say(struct buf *why, const char *what)
{
    const git_error *error = git_error_last();
    buf_addf(why, "%s: %s", what,
             error == NULL ? "libgit2 does not say why" : error->message);
    return ERR_IO;
}

static enum err say_errno(struct buf *why, const char *path)
{
    buf_addf(why, "%s: %s", path, strerror(errno));
    return ERR_IO;
}

/* Only what is told on stdin counts: no settings of a user or the system. So
 * the list of folders to trust (safe.directory) is out of reach; the
 * repository is the one that the bot's settings name. fsync, because the bot
 * puts on the record what is said to be committed. */
static enum err start(struct buf *why)
{
    static const git_config_level_t levels[] = {
        GIT_CONFIG_LEVEL_PROGRAMDATA,
        GIT_CONFIG_LEVEL_SYSTEM,
        GIT_CONFIG_LEVEL_XDG,
        GIT_CONFIG_LEVEL_GLOBAL,
    };
    if (git_libgit2_init() < 0)
        return git_say(why, "starting libgit2");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)levels[i], "") < 0)
            return git_say(why, "starting libgit2");
    if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
        git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0)
        return git_say(why, "starting libgit2");
    return ERR_OK;
}

/* Absent, or an empty folder: a repository may be made there. */
static bool is_vacant(const char *path)
{
    DIR *folder = opendir(path);
    int entries = 0;
    if (folder == NULL)
        return errno == ENOENT;
    while (entries <= 2 && readdir(folder) != NULL)
        entries++; /* . and .. */
    (void)closedir(folder);
    return entries <= 2;
}

/* Made beside its place and moved there: a kill leaves nothing half made. */
static enum err make(const char *path, const char *base, struct buf *why)
{
    struct buf beside = BUF_INIT(5000);
    git_repository *made = NULL;
    git_repository_init_options options = {
        .version = GIT_REPOSITORY_INIT_OPTIONS_VERSION,
        .flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR |
                 GIT_REPOSITORY_INIT_MKPATH,
        .initial_head = base,
    };
    buf_addf(&beside, "%s.new", path);
    enum err err = ERR_OK;
    if (git_repository_init_ext(&made, buf_text(&beside), &options) < 0)
        err = git_say(why, "making the repository");
    else if (rename(buf_text(&beside), path) != 0)
        err = say_errno(why, path);
    git_repository_free(made);
    buf_release(&beside);
    return err;
}

/* One job at a time: the lock is the folder's, and goes with the process. */
static enum err lock(const char *path, struct buf *why)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || flock(folder, LOCK_EX) != 0)
        return say_errno(why, path);
    return ERR_OK;
}

static enum err open_at(const char *path, const char *base,
                        git_repository **out, struct buf *why)
{
    enum err err = ERR_OK;
    if (is_vacant(path))
        err = make(path, base, why);
    if (err == ERR_OK)
        err = lock(path, why);
    if (err == ERR_OK && git_repository_open_bare(out, path) < 0) {
        buf_addf(why, "%s is not a bare git repository", path);
        err = ERR_INVALID;
    }
    return err;
}

enum err git_open(const struct git_job *job, git_repository **out,
                  struct buf *why)
{
    struct str folder = job->repository;
    while (folder.n > 1 && folder.s[folder.n - 1] == '/')
        folder.n--;
    struct buf path = BUF_INIT(4096), base = BUF_INIT(1000);
    buf_add(&path, folder);
    buf_add(&base, job->base);
    enum err err = start(why);
    if (err == ERR_OK)
        err = open_at(buf_text(&path), buf_text(&base), out, why);
    buf_release(&path);
    buf_release(&base);
    return err;
}
