#include "bot/helpers/git.h"

#include "bot/base/url.h"

#include <string.h>

#define LAST_S     253402300799.0 /* the end of the year 9999 */
#define LONGEST_MS 86400000.0

static struct str text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? str_of(item->valuestring) : STR("");
}

static enum err lacks(struct git_trouble *trouble, const char *name)
{
    return git_fail(trouble, GIT_REASON_JOB, "the job has no \"%s\"", name);
}

static enum err read_texts(const cJSON *root, struct git_job *job,
                           struct git_trouble *trouble)
{
    const struct {
        const char *name;
        struct str *to;
        bool looks; /* wanted to look, too */
    } texts[] = {
        {"repository", &job->repository, true},
        {"base", &job->base, true},
        {"branch", &job->branch, true},
        {"path", &job->path, true},
        {"mark", &job->mark, true},
        {"content", &job->content, false},
        {"message", &job->message, false},
        {"author_name", &job->author_name, false},
        {"author_email", &job->author_email, false},
    };
    struct str op = text_of(root, "op");
    if (str_is(op, "look"))
        job->op = GIT_OP_LOOK;
    else if (op.n > 0 && !str_is(op, "commit"))
        return git_fail(trouble, GIT_REASON_JOB, "there is no op %.*s",
                        STR_ARG(op));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i].to = text_of(root, texts[i].name);
        if (texts[i].to->n == 0 && (texts[i].looks || job->op == GIT_OP_COMMIT))
            return lacks(trouble, texts[i].name);
    }
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(root, "time");
    if (cJSON_IsNumber(time) && time->valuedouble >= 0 &&
        time->valuedouble <= LAST_S)
        job->time_s = (int64_t)time->valuedouble;
    else if (job->op == GIT_OP_COMMIT)
        return lacks(trouble, "time");
    return ERR_OK;
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

static enum err read_files(cJSON *root, struct git_job *job,
                           struct git_trouble *trouble)
{
    cJSON *files = cJSON_GetObjectItemCaseSensitive(root, "files"), *item;
    cJSON_ArrayForEach(item, files)
    {
        if (job->file_count == GIT_FILES)
            return git_fail(trouble, GIT_REASON_JOB,
                            "the job has more than %d \"files\"", GIT_FILES);
        if (!read_file(item, &job->files[job->file_count]))
            return git_fail(
                trouble, GIT_REASON_JOB,
                "the job's file %zu has no path, or no text or base64",
                job->file_count + 1);
        job->file_count++;
    }
    return ERR_OK;
}

/* ---- who, and how to get in ---- */

/* Those beyond the limit go unnamed. */
static void read_coauthors(const cJSON *root, struct git_job *job)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "coauthors");
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        struct git_person person = {text_of(item, "name"),
                                    text_of(item, "email")};
        if (person.name.n > 0 && person.email.n > 0 &&
            job->coauthor_count < GIT_COAUTHORS)
            job->coauthors[job->coauthor_count++] = person;
    }
}

static void read_access(const cJSON *root, struct git_job *job)
{
    const cJSON *auth = cJSON_GetObjectItemCaseSensitive(root, "auth");
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(root, "timeout_ms");
    job->cache = text_of(root, "cache");
    job->signing_key = text_of(root, "signing_key");
    job->user = text_of(auth, "user");
    job->token = text_of(auth, "token");
    job->ca_file = text_of(auth, "ca_file");
    job->ssh_key = text_of(auth, "ssh_key");
    job->host_key = text_of(auth, "host_key");
    if (cJSON_IsNumber(timeout) && timeout->valuedouble > 0 &&
        timeout->valuedouble <= LONGEST_MS)
        job->timeout_ms = (int64_t)timeout->valuedouble;
}

/* git@host:path, as ssh has it: a colon before any slash. */
static bool is_scp(struct str text)
{
    const char *colon = memchr(text.s, ':', text.n);
    const char *slash = memchr(text.s, '/', text.n);
    return colon != NULL && (slash == NULL || colon < slash);
}

static enum err check_lengths(const struct git_job *job,
                              struct git_trouble *trouble)
{
    if (job->repository.n > 1000 || job->base.n > 200 || job->branch.n > 200 ||
        job->path.n > GIT_NAME_LIMIT - 10)
        return git_fail(trouble, GIT_REASON_JOB,
                        "the repository, a branch or the path is too long");
    return ERR_OK;
}

static enum err read_way(struct git_job *job, struct git_trouble *trouble)
{
    const char *at = job->repository.s;
    bool has_scheme = strstr(at, "://") != NULL;
    if (str_starts(job->repository, "ssh://") ||
        (!has_scheme && is_scp(job->repository)))
        job->way = GIT_WAY_SSH;
    else if (has_scheme)
        job->way = GIT_WAY_HTTP;
    /* Without a secret in it, and none sent in the clear. */
    if (job->way == GIT_WAY_HTTP && !url_is_allowed(at, "https", "http"))
        return git_fail(trouble, GIT_REASON_JOB,
                        "the repository must be a folder, https://host/path "
                        "without a user in it, or ssh://git@host/path");
    if (job->way != GIT_WAY_FOLDER && job->cache.n == 0)
        return lacks(trouble, "cache");
    return ERR_OK;
}

bool git_job_read(cJSON *root, struct git_job *job, struct git_trouble *trouble)
{
    *job = (struct git_job){0};
    if (read_texts(root, job, trouble) != ERR_OK ||
        read_files(root, job, trouble) != ERR_OK)
        return false;
    read_coauthors(root, job);
    read_access(root, job);
    return check_lengths(job, trouble) == ERR_OK &&
           read_way(job, trouble) == ERR_OK;
}
