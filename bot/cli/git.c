#include "bot/cli/cli.h"

#include "bot/base/file.h"
#include "bot/git_parts.h"
#include "bot/io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOB_BYTES    20000
#define OUTPUT_BYTES (64u << 10)
#define WORDS_BYTES  2000
#define GRACE_MS     (5 * MS_PER_SECOND)

struct look {
    struct buf output;
    bool is_over;
};

static void on_look(int status, struct str output, void *context)
{
    struct look *look = context;
    (void)status; /* the output says it in words */
    buf_add(&look->output, output);
    look->is_over = true;
}

static bool run(const char *helper, const struct postmortem_settings *set,
                struct look *look)
{
    struct buf job = BUF_INIT(JOB_BYTES);
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0)
        return false;
    postmortem_look(NULL, set, &job);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)child_run(
        &loop,
        &(struct child_job){.program = helper,
                            .input = buf_str(&job),
                            .timeout_ms = postmortem_timeout_ms(set) + GRACE_MS,
                            .output_limit = OUTPUT_BYTES},
        on_look, look);
    while (!look->is_over && uv_run(&loop, UV_RUN_ONCE) != 0)
        ;
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    explicit_bzero(job.s, job.room);
    buf_release(&job);
    return look->is_over;
}

bool cli_is_folder(const char *repository)
{
    return repository[strcspn(repository, ":/")] != ':';
}

/* The first postmortem makes it; a look must not. */
static bool is_to_be_made(const char *repository)
{
    return cli_is_folder(repository) && access(repository, F_OK) != 0 &&
           errno == ENOENT;
}

/* Whether we may write there, or make it. What else is wrong with it the helper
 * sees; as root this says nothing about the bot's user. */
static bool is_writable(const char *repository)
{
    char buffer[PATH_MAX], *path = buffer;
    (void)snprintf(buffer, sizeof buffer, "%s/objects", repository);
    while (access(path, F_OK) != 0 && errno == ENOENT)
        path = dirname(path); /* "/" and "." are there */
    if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0 ||
        errno == ENOTDIR)
        return true;
    (void)fprintf(stderr,
                  "opsroom: [postmortem] repository: cannot write in %s: %s. "
                  "Let the bot's user write there.\n",
                  path, strerror(errno));
    return false;
}

/* What it may write elsewhere shows with the first postmortem. */
static int look_there(const char *helper, const struct postmortem_settings *set,
                      bool tell)
{
    struct look look = {.output = BUF_INIT(OUTPUT_BYTES)};
    struct postmortem_failure failure = {.words = BUF_INIT(WORDS_BYTES)};
    struct postmortem_result result;
    int bad = 0;
    if (!run(helper, set, &look) ||
        postmortem_result_read(buf_str(&look.output), set, &result, &failure) !=
            ERR_OK) {
        (void)fprintf(stderr, "opsroom: [postmortem] repository: %s.\n",
                      buf_text(&failure.words));
        bad = 1;
    } else if (tell && result.base_commit[0] == '\0') {
        (void)printf("%s answers; it has no branch %s yet.\n", set->repository,
                     set->branch);
    } else if (tell) {
        (void)printf("%s answers; %s is at %.10s.\n", set->repository,
                     set->branch, result.base_commit);
    }
    buf_release(&look.output);
    buf_release(&failure.words);
    return bad;
}

/* In a cache of its own: root may check, and what root left in the bot's cache
 * the bot could not write to. */
static int look_aside(const char *helper, const struct postmortem_settings *set,
                      bool tell)
{
    struct postmortem_settings aside = *set;
    const char *folder = getenv("TMPDIR");
    char cache[PATH_MAX];
    (void)snprintf(cache, sizeof cache, "%s/opsroom-check-XXXXXX",
                   folder == NULL || folder[0] != '/' ? P_tmpdir : folder);
    if (mkdtemp(cache) == NULL) {
        (void)fprintf(stderr, "opsroom: cannot make the folder %s: %s\n", cache,
                      strerror(errno));
        return 1;
    }
    aside.access.cache = cache;
    int bad = look_there(helper, &aside, tell);
    file_remove_all(cache);
    return bad;
}

int cli_check_git(const struct config *config, const char *program_dir,
                  bool online)
{
    char helper[PATH_MAX];
    struct buf why = BUF_INIT(WORDS_BYTES);
    struct postmortem_settings set;
    struct git_parts *parts = git_parts_new(config, &why);
    int bad = 0;
    if (parts == NULL) {
        (void)fprintf(stderr, "opsroom: %s\n", buf_text(&why));
        bad = 1;
    } else if (cli_is_folder(config->repository) &&
               !is_writable(config->repository)) {
        bad = 1;
    } else if (is_to_be_made(config->repository)) {
        if (online)
            (void)printf("%s is not there; the first postmortem makes it.\n",
                         config->repository);
    } else if (online || cli_is_folder(config->repository)) {
        (void)cli_helper(config, program_dir, HELPER_GIT, helper, &why);
        cli_postmortem_settings(config, &set);
        set.access = git_parts_access(parts);
        bad = look_aside(helper, &set, online);
    }
    git_parts_free(parts);
    buf_release(&why);
    return bad;
}
