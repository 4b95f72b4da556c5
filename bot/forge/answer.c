/*
 * What an answer means: the things it tells of, and what stood in the way, in
 * words for the room.
 */
#include "bot/forge/parts.h"

#include "bot/base/rfc3339.h"
#include "bot/base/url.h"
#include "bot/base/utf8.h"

#include <inttypes.h>
#include <string.h>

#define SAID_BYTES 160 /* of what the forge itself says */
/* GitHub docs, Best practices: without a time, wait a minute at least. */
#define LIMIT_MS      MS_PER_MINUTE
#define LIMIT_MOST_MS (24 * MS_PER_HOUR)

/* ---- things ---- */

static bool is_page(struct str url)
{
    struct url parsed;
    return url.n > 0 && url.n < FORGE_URL_BYTES && url_parse(url, &parsed) &&
           (str_is(parsed.scheme, "https") || str_is(parsed.scheme, "http"));
}

static bool read_number_and_page(enum forge_kind kind, const cJSON *json,
                                 int64_t *number, char *url)
{
    bool is_lab = kind == FORGE_GITLAB;
    struct str page = json_text(json, is_lab ? "web_url" : "html_url");
    int64_t given;
    if (!json_whole(json_get(json, is_lab ? "iid" : "number"), &given) ||
        given <= 0 || !is_page(page))
        return false;
    *number = given;
    str_copy(url, FORGE_URL_BYTES, page);
    return true;
}

static struct str login_of(const cJSON *json, const char *name,
                           const char *login)
{
    return json_text(json_get(json, name), login);
}

static void read_end(enum forge_kind kind, const cJSON *json,
                     struct forge_pull *pull)
{
    bool is_lab = kind == FORGE_GITLAB;
    bool merged = pull->state == PULL_MERGED;
    struct str commit = json_text(json, "merge_commit_sha");
    struct str by = login_of(json, "merged_by", "login");
    pull->ended_ms =
        forge_time(json_text(json, merged ? "merged_at" : "closed_at"));
    if (is_lab)
        by = login_of(json, merged ? "merge_user" : "closed_by", "username");
    if (is_lab && merged && by.n == 0)
        by = login_of(json, "merged_by", "username"); /* before 14.7 */
    /* GitLab makes no merge commit when it only moves the branch. */
    if (is_lab && commit.n == 0)
        commit = json_text(json, "squash_commit_sha");
    if (is_lab && commit.n == 0)
        commit = json_text(json, "sha");
    if (merged)
        str_copy_to(pull->merge_commit, commit);
    if (merged || is_lab)
        str_copy_to(pull->ended_by, by);
}

bool forge_read_pull(enum forge_kind kind, const cJSON *json,
                     struct forge_pull *out)
{
    struct forge_pull pull = {.state = PULL_OPEN};
    struct str state = json_text(json, "state");
    if (!read_number_and_page(kind, json, &pull.number, pull.url))
        return false;
    /* In a listing GitHub tells merged_at only. */
    if (str_is(state, "merged") || json_is_true(json, "merged") ||
        json_text(json, "merged_at").n > 0)
        pull.state = PULL_MERGED;
    else if (str_is(state, "closed"))
        pull.state = PULL_CLOSED;
    pull.is_draft = json_is_true(json, "draft");
    str_copy_to(pull.node, json_text(json, "node_id"));
    str_copy_to(pull.head, kind == FORGE_GITLAB
                               ? json_text(json, "sha")
                               : json_text(json_get(json, "head"), "sha"));
    if (pull.state != PULL_OPEN)
        read_end(kind, json, &pull);
    *out = pull;
    return true;
}

bool forge_read_issue(enum forge_kind kind, const cJSON *json,
                      struct forge_issue *out)
{
    struct forge_issue issue = {.number = 0};
    bool is_lab = kind == FORGE_GITLAB;
    if (!read_number_and_page(kind, json, &issue.number, issue.url))
        return false;
    issue.is_closed = str_is(json_text(json, "state"), "closed");
    issue.is_dropped = issue.is_closed &&
                       str_is(json_text(json, "state_reason"), "not_planned");
    str_copy_to(issue.closed_by,
                login_of(json, "closed_by", is_lab ? "username" : "login"));
    *out = issue;
    return true;
}

bool forge_has_label(const cJSON *json, const char *label)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, json)
    {
        if (str_is_nocase(json_text(one, "name"), label))
            return true;
    }
    return !cJSON_IsArray(json);
}

/* A fork that was deleted has no number any more. */
static bool is_from_a_fork_of_lab(const cJSON *json)
{
    int64_t from, to;
    if (cJSON_IsNull(json_get(json, "source_project_id")))
        return true;
    return json_whole(json_get(json, "source_project_id"), &from) &&
           json_whole(json_get(json, "target_project_id"), &to) && from != to;
}

bool forge_is_of_branch(const struct forge_settings *set, const cJSON *json,
                        const char *branch)
{
    if (set->kind == FORGE_GITLAB)
        return str_is(json_text(json, "source_branch"), branch) &&
               str_is(json_text(json, "target_branch"), set->base) &&
               !is_from_a_fork_of_lab(json);
    const cJSON *head = json_get(json, "head"), *base = json_get(json, "base");
    /* A fork may have a branch of that name. */
    struct str from = json_text(json_get(head, "repo"), "full_name");
    return str_is(json_text(head, "ref"), branch) &&
           str_is(json_text(base, "ref"), set->base) &&
           str_is_nocase(from, set->repository);
}

/* Gitea tells of a branch that was deleted as "refs/pull/7/head". */
bool forge_may_be_of_branch(enum forge_kind kind, const cJSON *json,
                            const char *branch)
{
    struct str from = kind == FORGE_GITLAB
                          ? json_text(json, "source_branch")
                          : json_text(json_get(json, "head"), "ref");
    return from.n == 0 || str_starts(from, "refs/") || str_is(from, branch);
}

int64_t forge_time(struct str text)
{
    int64_t ms;
    return rfc3339_read(text, false, &ms) ? ms : 0;
}

/* ---- what stood in the way ---- */

/* A blank for what is no letter: it is shown in rooms and logs. */
static void add_line(struct buf *out, struct str text)
{
    while (text.n > 0) {
        uint32_t point;
        size_t n = utf8_next(text, &point);
        struct str letter = {text.s, n == 0 ? 1 : n};
        bool shows = n > 0 && point >= ' ' && utf8_printable(letter, NULL);
        buf_add(out, shows ? letter : STR(" "));
        text = str_from(text, letter.n);
    }
}

static void add_said(struct buf *out, struct str text)
{
    text = str_trim(text);
    if (text.n == 0)
        return;
    buf_add_text(out, out->n > 0 ? "; " : "");
    text.n = utf8_cut_bytes(text, SAID_BYTES);
    add_line(out, text);
}

static void add_each_said(struct buf *out, const cJSON *item)
{
    const cJSON *one;
    if (cJSON_IsString(item))
        add_said(out, json_text_of(item));
    else if (cJSON_IsObject(item) && json_get(item, "message") != NULL)
        add_said(out, json_text(item, "message"));
    else if (cJSON_IsObject(item) && json_get(item, "field") != NULL) {
        add_said(out, json_text(item, "field"));
        buf_add_char(out, ' ');
        add_line(out, json_text(item, "code"));
    } else {
        cJSON_ArrayForEach(one, item) add_each_said(out, one);
    }
}

/* GitHub: message, errors[]. Gitea: message. GitLab: message as text, a list or
 * an object of lists, or error. */
void forge_print_said(const cJSON *json, struct buf *out)
{
    static const char *const names[] = {"message", "error", "error_description",
                                        "errors"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_each_said(out, json_get(json, names[i]));
}

static bool says(struct str said, const char *words)
{
    size_t n = strlen(words);
    for (size_t i = 0; i + n <= said.n; i++)
        if (str_is_nocase((struct str){said.s + i, n}, words))
            return true;
    return false;
}

/* GitHub docs, Rate limits for the GraphQL API: with status 200. */
static bool is_graphql_limit(const cJSON *json)
{
    const cJSON *error;
    cJSON_ArrayForEach(error, json_get(json, "errors"))
    {
        if (str_is(json_text(error, "type"), "RATE_LIMITED"))
            return true;
    }
    return false;
}

static enum forge_fate fate_of(const struct forge_answer *answer,
                               struct str said)
{
    int status = answer->status;
    bool is_limit =
        status == 429 || is_graphql_limit(answer->json) ||
        (status == 403 &&
         (answer->retry_after.n > 0 || str_is(answer->limit_left, "0") ||
          says(said, "rate limit") || says(said, "abuse")));
    if (is_limit)
        return FORGE_LATER;
    if (status >= 200 && status < 300)
        return FORGE_DONE;
    if (status == 304)
        return FORGE_UNCHANGED;
    if (status == 401)
        return FORGE_BAD_TOKEN;
    if (status == 403)
        return FORGE_NOT_ALLOWED;
    if (status == 404 || status == 410)
        return FORGE_NOT_FOUND;
    if (status == 409 || (status == 422 && says(said, "already exists")))
        return FORGE_CONFLICT;
    if (status == 408 || status == 0 || status >= 500)
        return FORGE_UNREACHABLE;
    return FORGE_INVALID;
}

static int64_t retry_at(const struct forge_answer *answer, int64_t now_ms)
{
    uint64_t seconds;
    int64_t at_ms = now_ms + LIMIT_MS;
    if (str_to_u64(answer->retry_after, &seconds))
        at_ms = seconds > 86400 ? now_ms + LIMIT_MOST_MS
                                : now_ms + (int64_t)seconds * MS_PER_SECOND;
    else if ((str_is(answer->limit_left, "0") || answer->status == 429) &&
             str_to_u64(answer->limit_reset, &seconds) &&
             seconds < (uint64_t)INT64_MAX / 1000)
        at_ms = (int64_t)seconds * MS_PER_SECOND;
    /* A clock of theirs, or ours, may be wrong. */
    if (at_ms < now_ms + MS_PER_SECOND)
        at_ms = now_ms + MS_PER_SECOND;
    return at_ms > now_ms + LIMIT_MOST_MS ? now_ms + LIMIT_MOST_MS : at_ms;
}

static void print_words(const struct forge_settings *set,
                        const struct forge_answer *answer, struct str said,
                        struct forge_verdict *verdict)
{
    const char *name = forge_name(set->kind);
    struct buf words = BUF_INIT(sizeof verdict->words - 1);
    struct buf quote = BUF_INIT(SAID_BYTES + 20);
    if (said.n > 0)
        buf_addf(&quote, " (\"%.*s\")", (int)utf8_cut_bytes(said, SAID_BYTES),
                 said.s);
    switch (verdict->fate) {
    case FORGE_DONE:
    case FORGE_UNCHANGED:
        break;
    case FORGE_LATER:
        buf_addf(&words, "%s wants us to wait.", name);
        break;
    case FORGE_UNREACHABLE:
        if (answer->status != 0)
            buf_addf(&words, "%s has a problem of its own (status %d).", name,
                     answer->status);
        else
            buf_addf(&words, "%s does not answer: %s.", name,
                     answer->error == NULL ? "no answer" : answer->error);
        break;
    case FORGE_BAD_TOKEN:
        buf_addf(&words,
                 "%s refuses the token. Put a valid one into [forge] "
                 "token_file and restart opsroom.",
                 name);
        break;
    case FORGE_NOT_ALLOWED:
        buf_addf(&words,
                 "%s says the token may not do that%s. Give it the right to "
                 "write pull requests and issues of %s.",
                 name, buf_text(&quote), set->repository);
        break;
    case FORGE_NOT_FOUND:
        if (answer->status == 410)
            buf_addf(&words,
                     "%s has that no more in %s%s. If issues are turned off "
                     "there, turn them on, or set [forge] issues to false.",
                     name, set->repository, buf_text(&quote));
        else if (answer->json == NULL) /* REST says why: without /api/v1? */
            buf_addf(&words,
                     "%s does not answer programs there: it sent a page for "
                     "people, or nothing. Check [forge] api_base.",
                     name);
        else
            buf_addf(&words,
                     "%s knows no %s, or does not show it to this token. Check "
                     "[forge] repository.",
                     name, set->repository);
        break;
    case FORGE_CONFLICT:
        buf_addf(&words, "%s has it already%s.", name, buf_text(&quote));
        break;
    case FORGE_INVALID:
        if (answer->status >= 300 && answer->status < 400)
            buf_addf(&words,
                     "%s was moved. Put its new address into [forge] "
                     "repository or api_base.",
                     set->repository);
        else
            buf_addf(&words, "%s refused it with status %d%s.", name,
                     answer->status, buf_text(&quote));
        break;
    }
    str_copy_to(verdict->words, buf_str(&words));
    buf_release(&words);
    buf_release(&quote);
}

void forge_judge(const struct forge_settings *set,
                 const struct forge_answer *answer, int64_t now_ms,
                 struct forge_verdict *out)
{
    struct buf said = BUF_INIT(2000);
    struct forge_verdict verdict = {.fate = FORGE_DONE};
    forge_print_said(answer->json, &said);
    verdict.fate = fate_of(answer, buf_str(&said));
    if (verdict.fate == FORGE_LATER)
        verdict.retry_at_ms = retry_at(answer, now_ms);
    print_words(set, answer, buf_str(&said), &verdict);
    *out = verdict;
    buf_release(&said);
}
