#include "bot/helpers/git.h"

#include "bot/base/file.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define INPUT_BYTES (96u << 20)

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_JOB = 2 };

static void print(cJSON *answer)
{
    char *text = cJSON_PrintUnformatted(answer);
    assert(text != NULL);
    (void)printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(answer);
}

static int work(cJSON *root, struct git_trouble *trouble)
{
    struct git_job job;
    struct git_done done = {0};
    if (!git_job_read(root, &job, trouble))
        return EXIT_BAD_JOB;
    if (git_run(&job, &done, trouble) != ERR_OK)
        return EXIT_FAILED;
    print(git_done_print(&job, &done));
    return EXIT_DONE;
}

int main(void)
{
    struct buf input = BUF_INIT(INPUT_BYTES);
    struct git_trouble trouble = {GIT_REASON_JOB, BUF_INIT(8192)};
    int exit_code = EXIT_BAD_JOB;
    cJSON *root = NULL;
    git_fence_begin();
    (void)signal(SIGPIPE, SIG_IGN); /* a server that hangs up is an error */
    if (file_read(STDIN_FILENO, &input) == ERR_OK)
        root = cJSON_ParseWithLengthOpts(input.s, input.n + 1, NULL, true);
    if (cJSON_IsObject(root))
        exit_code = work(root, &trouble);
    else
        (void)git_fail(&trouble, GIT_REASON_JOB,
                       "the job on standard input is not JSON");
    if (exit_code != EXIT_DONE)
        print(git_trouble_print(&trouble));
    if (fflush(stdout) != 0)
        exit_code = EXIT_FAILED;
    /* Nothing of libgit2's is tidied up: in 1.5.1 each regular expression that
     * does not match is a leak. */
    _exit(exit_code);
}
