#include "bot/helpers/git.h"

#include "bot/base/file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define INPUT_BYTES (64u << 20)

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_JOB = 2 };

static void print(cJSON *answer)
{
    char *text = cJSON_PrintUnformatted(answer);
    assert(text != NULL);
    (void)printf("%s\n", text);
    free(text);
    cJSON_Delete(answer);
}

static void print_error(const struct buf *why)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "error", buf_text(why));
    print(answer);
}

static void print_done(const struct git_done *done)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "commit", done->commit);
    cJSON_AddStringToObject(answer, "branch", done->branch);
    cJSON_AddBoolToObject(answer, "unchanged", done->unchanged);
    print(answer);
}

int main(void)
{
    struct buf input = BUF_INIT(INPUT_BYTES), why = BUF_INIT(4096);
    struct git_job job;
    struct git_done done;
    int exit_code = EXIT_BAD_JOB;
    cJSON *root = NULL;
    if (file_read(STDIN_FILENO, &input) == ERR_OK)
        root = cJSON_ParseWithLengthOpts(input.s, input.n + 1, NULL, true);
    if (!cJSON_IsObject(root)) {
        buf_add_text(&why, "the job on standard input is not JSON");
    } else if (git_job_read(root, &job, &why)) {
        bool ok = git_commit_page(&job, &done, &why) == ERR_OK;
        exit_code = ok ? EXIT_DONE : EXIT_FAILED;
    }
    if (exit_code == EXIT_DONE)
        print_done(&done);
    else
        print_error(&why);
    cJSON_Delete(root);
    buf_release(&input);
    buf_release(&why);
    return fflush(stdout) == 0 ? exit_code : EXIT_FAILED;
}
