#include "bot/helpers/git.h"

#include "bot/base/file.h"

#include <cjson/cJSON.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define INPUT_BYTES (64u << 20)

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_BAD_JOB = 2 };

static bool read_job(const cJSON *root, struct git_job *job, struct buf *why)
{
    const struct {
        const char *name;
        struct str *to;
    } texts[] = {
        {"repository", &job->repository},
        {"base", &job->base},
        {"branch", &job->branch},
        {"path", &job->path},
        {"mark", &job->mark},
        {"content", &job->content},
        {"message", &job->message},
        {"author_name", &job->author_name},
        {"author_email", &job->author_email},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const cJSON *item =
            cJSON_GetObjectItemCaseSensitive(root, texts[i].name);
        if (!cJSON_IsString(item) || item->valuestring[0] == '\0') {
            buf_addf(why, "the job has no \"%s\"", texts[i].name);
            return false;
        }
        *texts[i].to = str_of(item->valuestring);
    }
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(root, "time");
    if (!cJSON_IsNumber(time)) {
        buf_add_text(why, "the job has no \"time\"");
        return false;
    }
    job->time_s = (int64_t)time->valuedouble;
    return true;
}

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
    } else if (read_job(root, &job, &why)) {
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
