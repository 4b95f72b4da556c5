#include "bot/helpers/git.h"

#include "bot/base/file.h"
#include "bot/base/sha256.h"

#include <git2/common.h>
#include <git2/config.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/repository.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ssh wants some folder to look for known_hosts in. */
#define NO_FOLDER "/nonexistent"
/* Each fetch leaves a pack; a search looks into all of them. */
#define PACKS_MOST 60

static enum err say_errno(struct git_work *work, const char *path)
{
    enum git_reason reason = errno == ENOSPC || errno == EDQUOT
                                 ? GIT_REASON_DISK_FULL
                                 : GIT_REASON_OTHER;
    return git_fail(work->trouble, reason, "%s: %s", path, strerror(errno));
}

/* Only what is told on stdin counts: no settings of a user or the system. So
 * the list of folders to trust (safe.directory) is out of reach; the
 * repository is the one that the bot's settings name. fsync, because the bot
 * puts on the record what is said to be committed. */
static enum err start(struct git_work *work)
{
    static const git_config_level_t levels[] = {
        GIT_CONFIG_LEVEL_PROGRAMDATA,
        GIT_CONFIG_LEVEL_SYSTEM,
        GIT_CONFIG_LEVEL_XDG,
        GIT_CONFIG_LEVEL_GLOBAL,
    };
    struct str ca_file = work->job->ca_file;
    if (setenv("HOME", NO_FOLDER, 1) != 0 || git_libgit2_init() < 0)
        return git_say(work->trouble, "starting libgit2");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)levels[i], "") < 0)
            return git_say(work->trouble, "starting libgit2");
    if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
        git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0)
        return git_say(work->trouble, "starting libgit2");
    /* It takes the place of the system's. */
    if (ca_file.n > 0 &&
        git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, ca_file.s, NULL) < 0)
        return git_fail(work->trouble, GIT_REASON_CERTIFICATE,
                        "%s cannot be read, or holds no certificate",
                        ca_file.s);
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

/* Made beside its place and moved there: a kill leaves nothing half made. Under
 * a name of our own: what a killed job left beside it holds locks that nobody
 * gives back, and another job may be at the same. */
static enum err make(struct git_work *work, const char *path)
{
    struct buf beside = BUF_INIT(5000);
    git_repository *made = NULL;
    git_repository_init_options options = {
        .version = GIT_REPOSITORY_INIT_OPTIONS_VERSION,
        .flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR |
                 GIT_REPOSITORY_INIT_MKPATH,
        .initial_head = work->job->base.s,
    };
    buf_addf(&beside, "%s.new-%d", path, (int)getpid());
    file_remove_all(buf_text(&beside));
    enum err err = ERR_OK;
    if (git_repository_init_ext(&made, buf_text(&beside), &options) < 0)
        err = git_say(work->trouble, "making the repository");
    else if (rename(buf_text(&beside), path) != 0)
        err = say_errno(work, path);
    git_repository_free(made);
    if (err != ERR_OK)
        file_remove_all(buf_text(&beside));
    buf_release(&beside);
    return err;
}

/* One job at a time: the lock goes with the process. */
static enum err lock(struct git_work *work, const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0 || flock(file, LOCK_EX) != 0)
        return say_errno(work, path);
    return ERR_OK;
}

static enum err open_bare(struct git_work *work, const char *path)
{
    if (git_repository_open_bare(&work->repo, path) < 0)
        return git_fail(work->trouble, GIT_REASON_NOT_FOUND,
                        "%s is not a bare git repository", path);
    return ERR_OK;
}

static enum err open_folder(struct git_work *work)
{
    struct str folder = work->job->repository;
    struct buf path = BUF_INIT(4096);
    while (folder.n > 1 && folder.s[folder.n - 1] == '/')
        folder.n--;
    buf_add(&path, folder);
    enum err err = ERR_OK;
    bool is_new = is_vacant(buf_text(&path));
    if (is_new && work->job->op == GIT_OP_LOOK) {
        buf_release(&path);
        return ERR_OK;
    }
    if (is_new)
        err = make(work, buf_text(&path));
    if (err == ERR_OK)
        err = lock(work, buf_text(&path), O_RDONLY | O_DIRECTORY);
    if (err == ERR_OK)
        err = open_bare(work, buf_text(&path));
    if (err == ERR_OK)
        git_clear_stale(work);
    if (err == ERR_OK)
        git_fence_close(work->job, buf_text(&path));
    buf_release(&path);
    return err;
}

/* ---- the cache ---- */

/* What a killed job of ours left: nobody else works in the cache, and we hold
 * its lock. */
static int remove_if_stale(const char *path, const struct stat *stat, int type,
                           struct FTW *where)
{
    struct str name = str_of(path + where->base);
    (void)stat;
    if (type == FTW_F && (str_ends(name, ".lock") || str_starts(name, "tmp_") ||
                          str_starts(name, "pack_git2")))
        return remove(path);
    return 0;
}

static size_t count_packs(const char *path)
{
    struct buf packs = BUF_INIT(5000);
    struct dirent *entry;
    size_t count = 0;
    buf_addf(&packs, "%s/objects/pack", path);
    DIR *folder = opendir(buf_text(&packs));
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (str_ends(str_of(entry->d_name), ".pack"))
            count++;
    if (folder != NULL)
        (void)closedir(folder);
    buf_release(&packs);
    return count;
}

#define FILES_OPEN 20

static enum err open_cache(struct git_work *work, const char *path)
{
    if (count_packs(path) > PACKS_MOST)
        file_remove_all(path);
    else
        (void)nftw(path, remove_if_stale, FILES_OPEN, FTW_PHYS);
    if (!is_vacant(path) && open_bare(work, path) == ERR_OK)
        return ERR_OK;
    file_remove_all(path);
    enum err err = make(work, path);
    return err == ERR_OK ? open_bare(work, path) : err;
}

/* cache/HASH OF THE ADDRESS/ holds the repository and its lock. */
static void print_cache(const struct git_work *work, struct buf *out)
{
    char hex[SHA256_HEX];
    struct sha256 hash = sha256_of(work->job->repository);
    sha256_hex(&hash, hex);
    buf_addf(out, "%s/%.16s", work->job->cache.s, hex);
}

static enum err open_remote(struct git_work *work)
{
    struct buf folder = BUF_INIT(4000), path = BUF_INIT(4096);
    enum err err = ERR_OK;
    print_cache(work, &folder);
    (void)mkdir(work->job->cache.s, S_IRWXU);
    if (mkdir(buf_text(&folder), S_IRWXU) != 0 && errno != EEXIST)
        err = say_errno(work, buf_text(&folder));
    buf_addf(&path, "%s/lock", buf_text(&folder));
    if (err == ERR_OK)
        err = lock(work, buf_text(&path), O_RDWR | O_CREAT);
    buf_clear(&path);
    buf_addf(&path, "%s/cache.git", buf_text(&folder));
    if (err == ERR_OK)
        err = open_cache(work, buf_text(&path));
    if (err == ERR_OK)
        git_fence_close(work->job, buf_text(&folder));
    buf_release(&folder);
    buf_release(&path);
    return err;
}

enum err git_open(struct git_work *work)
{
    enum err err = start(work);
    if (err != ERR_OK)
        return err;
    return work->job->way == GIT_WAY_FOLDER ? open_folder(work)
                                            : open_remote(work);
}

enum err git_open_anew(struct git_work *work)
{
    struct buf path = BUF_INIT(4096);
    print_cache(work, &path);
    buf_add_text(&path, "/cache.git");
    git_repository_free(work->repo);
    work->repo = NULL;
    file_remove_all(buf_text(&path));
    enum err err = make(work, buf_text(&path));
    if (err == ERR_OK)
        err = open_bare(work, buf_text(&path));
    buf_release(&path);
    return err;
}
