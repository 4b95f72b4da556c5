#include "bot/helpers/git.h"

#include <string.h>

static bool read_texts(const cJSON *root, struct git_job *job, struct buf *why)
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

/* ---- files ---- */

/* RFC 4648, with its padding, in place; false: it is none. */
static bool decode_base64(char *text, size_t *n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t in = strlen(text), padding = 0;
    uint32_t bits = 0;
    *n = 0;
    if (in % 4 != 0)
        return false;
    while (padding < 2 && in > 0 && text[in - 1] == '=') {
        in--;
        padding++;
    }
    for (size_t i = 0; i < in; i++) {
        const char *letter = strchr(letters, text[i]);
        if (letter == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(letter - letters);
        if (i % 4 != 0)
            text[(*n)++] = (char)(bits >> (6 - 2 * (i % 4)));
    }
    text[*n] = '\0';
    return true;
}

static bool read_file(cJSON *item, struct git_file *out)
{
    const cJSON *path = cJSON_GetObjectItemCaseSensitive(item, "path");
    const cJSON *text = cJSON_GetObjectItemCaseSensitive(item, "text");
    cJSON *base64 = cJSON_GetObjectItemCaseSensitive(item, "base64");
    size_t n;
    if (!cJSON_IsString(path) || path->valuestring[0] == '\0')
        return false;
    out->path = str_of(path->valuestring);
    if (cJSON_IsString(text))
        out->bytes = str_of(text->valuestring);
    else if (cJSON_IsString(base64) && decode_base64(base64->valuestring, &n))
        out->bytes = (struct str){base64->valuestring, n};
    else
        return false;
    return true;
}

static bool read_files(cJSON *root, struct git_job *job, struct buf *why)
{
    cJSON *files = cJSON_GetObjectItemCaseSensitive(root, "files"), *item;
    cJSON_ArrayForEach(item, files)
    {
        if (job->file_count == GIT_FILES) {
            buf_addf(why, "the job has more than %d \"files\"", GIT_FILES);
            return false;
        }
        if (!read_file(item, &job->files[job->file_count])) {
            buf_addf(why,
                     "the job's file %zu has no path, or no text or base64",
                     job->file_count + 1);
            return false;
        }
        job->file_count++;
    }
    return true;
}

bool git_job_read(cJSON *root, struct git_job *job, struct buf *why)
{
    *job = (struct git_job){0};
    return read_texts(root, job, why) && read_files(root, job, why);
}
