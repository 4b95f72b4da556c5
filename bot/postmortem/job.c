#include "bot/postmortem/job.h"

#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/postmortem/escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where opsroom-git puts "", "-2", "-3"… when another incident has the name. */
#define NAME_MARK "{n}"

/* ---- the job ---- */

static void print_path(const char *pattern, const struct incident *in,
                       struct str name, struct buf *out)
{
    size_t date = strlen("2022-12-13");
    struct str rest = str_of(pattern);
    while (rest.n > 0) {
        if (str_starts(rest, "{date}")) {
            buf_add_bytes(out, name.s, date);
            rest = str_from(rest, strlen("{date}"));
        } else if (str_starts(rest, "{slug}")) {
            buf_add(out, str_from(name, date + 1));
            buf_add_text(out, NAME_MARK);
            rest = str_from(rest, strlen("{slug}"));
        } else if (str_starts(rest, "{id}")) {
            buf_addf(out, "%" PRId64, in->id);
            rest = str_from(rest, strlen("{id}"));
        } else {
            buf_add_char(out, rest.s[0]);
            rest = str_from(rest, 1);
        }
    }
}

/* Forges read commit messages: a title must not mention anybody, nor close an
 * issue by "fixes #217" or by its address. */
static void print_message(const struct incident *in, struct buf *out)
{
    struct buf title = BUF_INIT(TITLE_BYTES);
    text_on_one_line(&title, str_of(in->title));
    buf_add_text(out, "postmortem: ");
    for (size_t i = 0; i < title.n; i++) {
        char c = title.s[i], next = i + 1 < title.n ? title.s[i + 1] : ' ';
        buf_add_char(out, c);
        if (((c == '@' || c == '#') && next != ' ') ||
            (c == ':' && next == '/'))
            buf_add_char(out, ' ');
    }
    buf_add_text(out, " (");
    incident_print_name(in, out);
    buf_add_text(out, ")\n");
    buf_release(&title);
}

static void add_text(cJSON *job, const char *name, const struct buf *text)
{
    if (cJSON_AddStringToObject(job, name, buf_text(text)) == NULL)
        abort();
}

static int64_t commit_time_ms(const struct incident *in)
{
    const struct when *resolved = &in->milestones[MILESTONE_RESOLVED];
    return when_is_set(resolved) ? resolved->to_ms : in->first_event_ms;
}

/* RFC 4648, with its padding. */
static void add_base64(struct buf *out, struct str bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t bits = 0;
        for (size_t n = 0; n < 3; n++)
            bits = bits << 8 |
                   (i + n < bytes.n ? (unsigned char)bytes.s[i + n] : 0u);
        for (size_t n = 0; n < 4; n++)
            buf_add_char(out, i + n > bytes.n
                                  ? '='
                                  : letters[bits >> (18 - 6 * n) & 63]);
    }
}

/* In the folder of the page. */
static void add_file(cJSON *list, struct str page_path,
                     const struct postmortem_file *file)
{
    struct buf text = BUF_INIT(file->bytes.n * 2 + page_path.n + 1000);
    cJSON *object = cJSON_CreateObject();
    if (object == NULL || !cJSON_AddItemToArray(list, object))
        abort();
    while (page_path.n > 0 && page_path.s[page_path.n - 1] != '/')
        page_path.n--;
    buf_add(&text, page_path);
    buf_add_text(&text, file->name);
    add_text(object, "path", &text);
    buf_clear(&text);
    if (file->is_text)
        buf_add(&text, file->bytes);
    else
        add_base64(&text, file->bytes);
    add_text(object, file->is_text ? "text" : "base64", &text);
    buf_release(&text);
}

static void put(cJSON *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0' &&
        cJSON_AddStringToObject(object, name, text) == NULL)
        abort();
}

int64_t postmortem_timeout_ms(const struct postmortem_settings *set)
{
    return set->access.timeout_ms > 0 ? set->access.timeout_ms
                                      : POSTMORTEM_TIMEOUT_MS;
}

static void add_access(cJSON *job, const struct postmortem_settings *set)
{
    const struct postmortem_access *access = &set->access;
    cJSON *auth = cJSON_AddObjectToObject(job, "auth");
    put(auth, "user", access->user);
    put(auth, "token", access->token);
    put(auth, "ca_file", access->ca_file);
    put(auth, "ssh_key", access->ssh_key);
    put(auth, "host_key", access->host_key);
    put(job, "signing_key", access->signing_key);
    put(job, "cache", access->cache);
    if (cJSON_AddNumberToObject(job, "timeout_ms",
                                (double)postmortem_timeout_ms(set)) == NULL)
        abort();
}

/* Where the page is to be, and how to get there: what a look needs, too. */
static cJSON *begin_job(const struct incident *in,
                        const struct postmortem_settings *set, struct buf *path)
{
    struct buf name = BUF_INIT(200), text = BUF_INIT(1000);
    cJSON *job = cJSON_CreateObject();
    put(job, "repository", set->repository);
    put(job, "base", set->branch);
    postmortem_name(in, &name);
    buf_addf(&text, POSTMORTEM_BRANCH "%s" NAME_MARK, buf_text(&name));
    add_text(job, "branch", &text);
    print_path(set->path, in, buf_str(&name), path);
    add_text(job, "path", path);
    buf_clear(&text);
    postmortem_print_mark(in, &text);
    add_text(job, "mark", &text);
    add_access(job, set);
    buf_release(&name);
    buf_release(&text);
    return job;
}

/* cJSON frees its copy of the token as it is. */
static void end_job(cJSON *job, struct buf *out)
{
    cJSON *auth = cJSON_GetObjectItemCaseSensitive(job, "auth");
    cJSON *token = cJSON_GetObjectItemCaseSensitive(auth, "token");
    char *json = json_print(job);
    buf_add_text(out, json);
    explicit_bzero(json, strlen(json));
    free(json);
    if (token != NULL)
        explicit_bzero(token->valuestring, strlen(token->valuestring));
    cJSON_Delete(job);
}

void postmortem_look(const struct incident *in,
                     const struct postmortem_settings *set, struct buf *out)
{
    const struct incident nobody = {.title = "check"};
    struct buf path = BUF_INIT(2000);
    cJSON *job = begin_job(in == NULL ? &nobody : in, set, &path);
    put(job, "op", "look");
    end_job(job, out);
    buf_release(&path);
}

void postmortem_job(const struct incident *in,
                    const struct postmortem_settings *set, struct str page,
                    const struct postmortem_files *files, struct buf *out)
{
    struct buf path = BUF_INIT(2000), text = BUF_INIT(page.n + 10000);
    cJSON *job = begin_job(in, set, &path);
    put(job, "author_name", set->author_name);
    put(job, "author_email", set->author_email);
    cJSON *list = cJSON_AddArrayToObject(job, "files");
    if (list == NULL)
        abort();
    for (int i = 0; i < files->count; i++)
        add_file(list, buf_str(&path), &files->all[i]);
    print_message(in, &text);
    add_text(job, "message", &text);
    buf_clear(&text);
    buf_add(&text, page);
    add_text(job, "content", &text);
    int64_t seconds = commit_time_ms(in) / MS_PER_SECOND;
    if (cJSON_AddNumberToObject(job, "time", (double)seconds) == NULL)
        abort();
    end_job(job, out);
    buf_release(&path);
    buf_release(&text);
}

/* ---- its result ---- */

static struct str member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? str_of(item->valuestring) : STR_NONE;
}

static void read_conflicts(const cJSON *root, struct postmortem_result *out)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "conflicts"))
    {
        struct postmortem_conflict *conflict =
            &out->conflicts[out->conflict_count];
        struct str theirs = member(one, "theirs");
        struct buf both = BUF_INIT(theirs.n + 100);
        if (out->conflict_count == POSTMORTEM_CONFLICTS)
            break;
        str_copy_to(conflict->block, member(one, "block"));
        buf_addf(&both, "%s\n%.*s", conflict->block, STR_ARG(theirs));
        struct sha256 hash = sha256_of(buf_str(&both));
        sha256_hex(&hash, conflict->key);
        buf_release(&both);
        out->conflict_count++;
    }
}

static void read_done(const cJSON *root, struct postmortem_result *out)
{
    *out = (struct postmortem_result){
        .unchanged =
            cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "unchanged"))};
    str_copy_to(out->commit, member(root, "commit"));
    str_copy_to(out->branch, member(root, "branch"));
    str_copy_to(out->path, member(root, "path"));
    str_copy_to(out->base_commit, member(root, "base_commit"));
    str_copy_to(out->merged_commit, member(root, "merged_commit"));
    read_conflicts(root, out);
}

/* Which setting to look at, by the reason. */
static const char *advice(struct str reason,
                          const struct postmortem_settings *set)
{
    bool is_web = str_starts(str_of(set->repository), "http");
    const struct {
        const char *reason, *words;
    } known[] = {
        {"job", "See [postmortem] in the settings"},
        {"auth", is_web ? "See [postmortem] user and token_file"
                        : "See [postmortem] ssh_key"},
        {"certificate", "See [postmortem] ca_file"},
        {"host_key", "See [postmortem] host_key"},
        {"refused", "Ask whoever keeps the repository to let our branches in"},
        {"not_found", "See [postmortem] repository and branch"},
        {"taken", "Move what is there, or change [postmortem] path"},
        {"disk_full", "Make room there"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_is(reason, known[i].reason))
            return known[i].words;
    return "";
}

#define ERROR_BYTES 900

static void read_failure(const cJSON *root, struct str output,
                         const struct postmortem_settings *set,
                         struct postmortem_failure *out)
{
    struct str error = member(root, "error"), reason = member(root, "reason");
    const char *what_to_do = advice(reason, set);
    error.n = utf8_cut_bytes(error, ERROR_BYTES); /* a server may go on */
    while (str_ends(error, "."))
        error.n--;
    if (error.n == 0) { /* it died, or is another program */
        error = str_trim(output);
        error.n = utf8_cut_bytes(error, 200);
        buf_addf(&out->words, "opsroom-git gave no result: %.*s",
                 STR_ARG(error));
        out->may_pass = true;
        return;
    }
    buf_addf(&out->words, "%.*s%s%s", STR_ARG(error),
             what_to_do[0] == '\0' ? "" : ". ", what_to_do);
    out->may_pass =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "retry"));
    out->has_waited = str_is(reason, "timeout") || str_is(reason, "conflict");
}

enum err postmortem_result_read(struct str output,
                                const struct postmortem_settings *set,
                                struct postmortem_result *out,
                                struct postmortem_failure *failure)
{
    cJSON *root = cJSON_ParseWithLength(output.s, output.n);
    struct str branch = member(root, "branch");
    bool is_done = member(root, "error").n == 0 && branch.n > 0 &&
                   branch.n < sizeof out->branch &&
                   member(root, "commit").n < sizeof out->commit;
    if (is_done)
        read_done(root, out);
    else
        read_failure(root, output, set, failure);
    cJSON_Delete(root);
    return is_done ? ERR_OK : ERR_IO;
}
