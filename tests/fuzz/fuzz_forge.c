/*
 * Any lines as what a forge answers. The first line's first byte says which
 * forge, then what is wished; each that follows is an answer: a status, a
 * blank, the JSON. The job asks only what may be asked, ends, and what it says
 * may be shown.
 */
#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/forge/pull_job.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#define NOW        INT64_C(1800000000000)
#define STEPS_MOST 200

static const char *const labels[] = {"incident"};
static const char *const people[] = {"nova", "kit"};

static struct forge_settings settings_of(char c)
{
    return (struct forge_settings){
        .kind = (enum forge_kind)(FORGE_GITHUB + (unsigned char)c % 3),
        .repository = "team/blog",
        .base = "main",
        .labels = labels,
        .reviewers = people,
        .label_count = 1,
        .reviewer_count = 2,
        .issue_label = "incident",
    };
}

static void check_words(const char *words)
{
    assert(utf8_printable(str_of(words), NULL));
    assert(strchr(words, '\n') == NULL);
}

static void check_url(const char *url)
{
    assert(url[0] == '\0' || strncmp(url, "https://", 8) == 0 ||
           strncmp(url, "http://", 7) == 0);
}

static void check_call(const struct forge_call *call)
{
    assert(call->is_graphql || call->path[0] == '/');
    for (const char *c = call->path; *c != '\0'; c++)
        assert(*c > ' ' && *c < 0x7f);
    if (call->body == NULL)
        return;
    cJSON *body = json_parse(str_of(call->body));
    assert(body != NULL);
    cJSON_Delete(body);
}

/* False: there is no more. The JSON is the caller's to delete. */
static bool next_answer(struct str *rest, struct forge_answer *out)
{
    struct str line, status, headers = STR_NONE;
    uint64_t number = 0;
    if (!str_cut(rest, '\n', &line))
        return false;
    (void)str_cut(&line, ' ', &status);
    if (str_cut(&status, ',', &headers)) {
        struct str swap = status;
        status = headers;
        headers = swap;
    }
    (void)str_to_u64(status, &number);
    *out = (struct forge_answer){
        .status = (int)(number % 600),
        .json = json_parse(line),
        .retry_after = headers,
        .limit_reset = headers,
        .limit_left = headers.n > 0 ? STR("0") : STR_NONE,
        .error = number == 0 ? "it hung up" : NULL,
    };
    return true;
}

static void check_reading(const struct forge_settings *set,
                          const struct forge_answer *answer)
{
    struct forge_pull pull;
    struct forge_issue issue;
    struct forge_verdict verdict;
    int64_t id = 0;
    forge_judge(set, answer, NOW, &verdict);
    check_words(verdict.words);
    assert((verdict.fate == FORGE_LATER) == (verdict.retry_at_ms > NOW));
    if (forge_read_pull(set->kind, answer->json, &pull)) {
        assert(pull.number > 0 && pull.url[0] != '\0' && pull.ended_ms >= 0);
        check_url(pull.url);
    }
    if (forge_read_issue(set->kind, answer->json, &issue)) {
        assert(issue.number > 0 && issue.url[0] != '\0');
        check_url(issue.url);
    }
    (void)forge_title_of(set->kind, answer->json);
    (void)forge_body_of(set->kind, answer->json);
    (void)forge_is_of_branch(set, answer->json, "p/x");
    (void)forge_read_person(answer->json, "nova", &id);
    (void)forge_time(json_text_of(answer->json));
}

static void follow_pull(const struct forge_settings *set, char wish,
                        struct str rest)
{
    const struct pull_wish wished = {
        .branch = "p/x",
        .number = wish % 2 == 0 ? 0 : 4,
        .text = {"t", FORGE_BODY_BEGIN "\nb\n" FORGE_BODY_END, wish % 3 == 0},
        .may_be_there = wish % 5 == 0,
        .earlier = wish % 14 == 0 ? 3 : 0,
        .commit = "c",
    };
    struct forge_answer answer;
    struct pull_job job;
    pull_job_init(&job, set, &wished);
    enum job_verdict verdict = pull_job_step(&job, NULL, NOW);
    int steps = 0;
    while (verdict == JOB_CALL && next_answer(&rest, &answer)) {
        check_call(&job.call);
        check_reading(set, &answer);
        verdict = pull_job_step(&job, &answer, NOW);
        cJSON_Delete((cJSON *)(uintptr_t)answer.json);
        assert(++steps < STEPS_MOST);
    }
    check_words(job.words);
    check_url(job.pull.url);
    assert(verdict != JOB_DONE || job.pull.number > 0);
    pull_job_release(&job);
}

static void follow_issue(const struct forge_settings *set, char wish,
                         struct str rest)
{
    const struct issue_wish wished = {
        .text = {.title = "t", .body = "<mark>", .assignee = "nova"},
        .mark = "<mark>",
        .look_since_ms = wish % 2 == 0 ? 0 : NOW,
    };
    struct forge_answer answer;
    struct issue_job job;
    issue_job_init(&job, set, &wished);
    enum job_verdict verdict = issue_job_step(&job, NULL, NOW);
    int steps = 0;
    while (verdict == JOB_CALL && next_answer(&rest, &answer)) {
        check_call(&job.call);
        verdict = issue_job_step(&job, &answer, NOW);
        cJSON_Delete((cJSON *)(uintptr_t)answer.json);
        assert(++steps < STEPS_MOST);
    }
    check_words(job.words);
    check_url(job.issue.url);
    assert(verdict != JOB_DONE || job.issue.number > 0);
    issue_job_release(&job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size}, first;
    if (!str_cut(&rest, '\n', &first) || first.n < 2)
        return 0;
    struct forge_settings set = settings_of(first.s[0]);
    follow_pull(&set, first.s[1], rest);
    follow_issue(&set, first.s[1], rest);
    return 0;
}
