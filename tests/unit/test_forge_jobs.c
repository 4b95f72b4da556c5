/* The machines that open pull requests and issues, told answers from a script:
 * "POST /path" is what they must ask, and what follows is what they hear. */
#include "bot/discord/json.h"
#include "bot/forge/pull_job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1800000000000)

struct line {
    const char *asked; /* a piece of "METHOD path body"; NULL: the end */
    int status;
    const char *heard;
};

static const struct forge_settings hub = {
    .kind = FORGE_GITHUB,
    .repository = "team/blog",
    .base = "main",
    .issue_label = "",
};

static const struct forge_settings tea = {
    .kind = FORGE_GITEA,
    .repository = "team/blog",
    .base = "main",
    .issue_label = "incident",
};

#define PULL(number, state, title, body)                                       \
    "{\"number\":" #number ",\"html_url\":\"https://h/" #number                \
    "\",\"state\":\"" state "\",\"title\":\"" title "\",\"body\":\"" body      \
    "\",\"node_id\":\"N\",\"head\":{\"ref\":\"p/x\",\"repo\":{"                \
    "\"full_name\":\"Team/blog\"}},\"base\":{\"ref\":\"main\"}}"
#define OURS "<!-- opsroom: begin -->\\nb\\n<!-- opsroom: end -->"
#define OLD  "<!-- opsroom: begin -->old<!-- opsroom: end -->"

static void check_asked(const struct forge_call *call, const char *piece)
{
    struct buf asked = BUF_INIT(100000);
    buf_addf(&asked, "%s %s %s", forge_method_name(call->method), call->path,
             call->body == NULL ? "" : call->body);
    if (strstr(buf_text(&asked), piece) == NULL)
        fail_msg("asked %s, not %s", buf_text(&asked), piece);
    buf_release(&asked);
}

/* Follows the script; what comes at its end. */
static enum job_verdict follow_pull(struct pull_job *job,
                                    const struct line *script)
{
    enum job_verdict verdict = pull_job_step(job, NULL, NOW);
    for (; script->asked != NULL; script++) {
        assert_int_equal(verdict, JOB_CALL);
        check_asked(&job->call, script->asked);
        cJSON *json = json_parse(str_of(script->heard));
        const struct forge_answer answer = {.status = script->status,
                                            .json = json};
        verdict = pull_job_step(job, &answer, NOW);
        cJSON_Delete(json);
    }
    return verdict;
}

static void begin(struct pull_job *job, const struct forge_settings *set,
                  int64_t number, bool is_draft)
{
    const struct pull_wish wish = {
        .branch = "p/x",
        .number = number,
        .text = {"t", "<!-- opsroom: begin -->\nb\n<!-- opsroom: end -->",
                 is_draft},
        .commit = "c"};
    pull_job_init(job, set, &wish);
}

static void one_that_is_there_is_taken(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls?", 200,
         "[" PULL(4, "open", "t", "before " OURS " behind") "]"},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.number, 4);
    pull_job_release(&job);
}

static void what_people_write_around_ours_stays(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200,
         PULL(4, "open", "former",
              "before <!-- opsroom: begin -->old<!-- opsroom: end --> behind")},
        {"PATCH /repos/team/blog/pulls/4 "
         "{\"title\":\"t\",\"body\":\"before " OURS " behind\"}",
         200, PULL(4, "open", "t", "")},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 4, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    pull_job_release(&job);
}

/* Opened by hand, or written anew: their words stay above ours, which is found
 * again there. */
static void what_people_wrote_without_our_marks_stays(void **state)
{
    static const char *const bodies[] = {
        "Opened by hand.", "Mine <!-- opsroom: begin -->",
        "Mine <!-- opsroom: begin --> more\\n\\n" OLD,
        "<!-- opsroom: end --> Mine " OLD};
    static const char *const wanted[] = {
        "Opened by hand.\\n\\n" OURS "\"",
        "Mine <!-- opsroom: begin -->\\n\\n" OURS "\"",
        "Mine <!-- opsroom: begin --> more\\n\\n" OURS "\"",
        "<!-- opsroom: end --> Mine " OURS "\""};
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        char heard[1000], asked[1000];
        struct pull_job job;
        (void)snprintf(heard, sizeof heard, "[" PULL(4, "open", "t", "%s") "]",
                       bodies[i]);
        (void)snprintf(asked, sizeof asked,
                       "PATCH /repos/team/blog/pulls/4 "
                       "{\"title\":\"t\",\"body\":\"%s",
                       wanted[i]);
        const struct line script[] = {
            {"GET /repos/team/blog/pulls?", 200, heard},
            {asked, 200, PULL(4, "open", "t", "")},
            {NULL, 0, NULL}};
        begin(&job, &hub, 0, false);
        assert_int_equal(follow_pull(&job, script), JOB_DONE);
        pull_job_release(&job);
    }
}

/* What people wrote leaves no room for ours: theirs stays whole. */
static void what_people_wrote_at_length_stays(void **state)
{
    char words[59990] = "", heard[61000], asked[61000];
    (void)state;
    memset(words, 'w', sizeof words - 1);
    (void)snprintf(heard, sizeof heard, PULL(4, "open", "former", "%s"), words);
    (void)snprintf(asked, sizeof asked, "\"body\":\"%s\"", words);
    const struct line script[] = {{"GET /repos/team/blog/pulls/4", 200, heard},
                                  {asked, 200, PULL(4, "open", "t", "")},
                                  {NULL, 0, NULL}};
    struct pull_job job;
    begin(&job, &hub, 4, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    pull_job_release(&job);
}

/* Somebody else was faster between look and open. */
static void a_conflict_is_looked_at_again(void **state)
{
    const struct line script[] = {{"GET /repos/team/blog/pulls?", 200, "[]"},
                                  {"POST /repos/team/blog/pulls ", 409, "{}"},
                                  {"GET /repos/team/blog/pulls?", 200,
                                   "[" PULL(4, "open", "t", OURS) "]"},
                                  {NULL, 0, NULL}};
    const struct line twice[] = {{"GET /repos/team/blog/pulls?", 200, "[]"},
                                 {"POST /repos/team/blog/pulls ", 409, "{}"},
                                 {"GET /repos/team/blog/pulls?", 200, "[]"},
                                 {"POST /repos/team/blog/pulls ", 409, "{}"},
                                 {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    pull_job_release(&job);
    begin(&job, &hub, 0, false);
    assert_int_equal(follow_pull(&job, twice), JOB_FAILED);
    pull_job_release(&job);
}

/* Gitea lists all of them; a fork's branch of that name is not ours. */
static void every_page_is_looked_through(void **state)
{
    const struct line script[] = {
        {"page=1", 200,
         "[{\"head\":{\"ref\":\"p/x\",\"repo\":{\"full_name\":\"fork/blog\"}},"
         "\"base\":{\"ref\":\"main\"}}]"},
        {"page=2", 200, "[" PULL(4, "open", "t", OURS) "]"},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &tea, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.number, 4);
    pull_job_release(&job);
}

/* Somebody else wants the branch elsewhere: that one is not ours to change. */
static void one_into_another_branch_is_not_ours(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls?", 200,
         "[{\"number\":4,\"html_url\":\"https://h/4\",\"state\":\"open\","
         "\"head\":{\"ref\":\"p/x\",\"repo\":{\"full_name\":\"team/blog\"}},"
         "\"base\":{\"ref\":\"preview\"}}]"},
        {"POST /repos/team/blog/pulls ", 201, PULL(9, "open", "t", OURS)},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.number, 9);
    pull_job_release(&job);
}

#define THEIRS(number)                                                         \
    "{\"number\":" #number ",\"html_url\":\"https://h/" #number                \
    "\",\"state\":\"open\",\"title\":\"a feature\",\"body\":\"of somebody\","  \
    "\"head\":{\"ref\":\"feature\"}}"

/* The settings name another repository by now. */
static void the_number_of_another_repository_is_not_ours(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200, THEIRS(4)},
        {"GET /repos/team/blog/pulls?", 200, "[]"},
        {"POST /repos/team/blog/pulls ", 201, PULL(9, "open", "t", OURS)},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 4, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.number, 9);
    pull_job_release(&job);
}

/* Gitea says so of a branch that was deleted. */
static void a_deleted_branch_is_ours_still(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200,
         "{\"number\":4,\"html_url\":\"https://h/4\",\"state\":\"closed\","
         "\"merged\":true,\"head\":{\"ref\":\"refs/pull/4/head\"}}"},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &tea, 4, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.state, PULL_MERGED);
    pull_job_release(&job);
}

#define MERGE_REQUEST(number, project)                                         \
    "{\"iid\":" #number ",\"web_url\":\"https://h/" #number                    \
    "\",\"state\":\"opened\",\"title\":\"t\",\"description\":\"" OURS          \
    "\",\"source_branch\":\"p/x\",\"target_branch\":\"main\","                 \
    "\"source_project_id\":" #project ",\"target_project_id\":1}"

/* GitLab lists the branches of that name in every fork. */
static void a_fork_of_gitlab_is_not_ours(void **state)
{
    static const struct forge_settings lab = {.kind = FORGE_GITLAB,
                                              .repository = "team/blog",
                                              .base = "main",
                                              .issue_label = ""};
    const struct line script[] = {{"GET /projects/team%2Fblog/merge_requests?",
                                   200,
                                   "[" MERGE_REQUEST(7, 2) "," MERGE_REQUEST(
                                       8, null) "," MERGE_REQUEST(4, 1) "]"},
                                  {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &lab, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.number, 4);
    pull_job_release(&job);
}

static void a_draft_becomes_ready(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200,
         "{\"number\":4,\"html_url\":\"https://h/4\",\"state\":\"open\","
         "\"title\":\"t\",\"body\":\"" OURS
         "\",\"node_id\":\"N\",\"draft\":true}"},
        {"POST  {\"query\":\"mutation($id: ID!) { markPullRequestReady", 200,
         "{\"errors\":[{\"message\":\"no\"}]}"},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 4, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_non_null(strstr(job.words, "GitHub refused it"));
    pull_job_release(&job);
}

static void what_is_over_is_left_alone(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200, PULL(4, "closed", "x", "y")},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 4, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_int_equal(job.pull.state, PULL_CLOSED);
    pull_job_release(&job);
}

#define MERGED(number, commit)                                                 \
    "{\"number\":" #number ",\"html_url\":\"https://h/" #number                \
    "\",\"state\":\"closed\",\"merged\":true,\"head\":{\"sha\":\"" commit      \
    "\"}}"

/* After number 4 was merged: *number and *state are of the one it ends with. */
static void follow_up(const struct line *script, const char *commit,
                      bool may_be_there, int64_t *number,
                      enum pull_state *pull_state)
{
    const struct pull_wish wish = {.branch = "p/x",
                                   .text = {"t", "b", false},
                                   .may_be_there = may_be_there,
                                   .earlier = 4,
                                   .commit = commit};
    struct pull_job job;
    pull_job_init(&job, &hub, &wish);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    *number = job.pull.number;
    *pull_state = job.pull.state;
    pull_job_release(&job);
}

static void nothing_is_opened_for_what_was_merged(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200, MERGED(4, "c1")},
        {NULL, 0, NULL}};
    int64_t number;
    enum pull_state pull_state;
    (void)state;
    follow_up(script, "c1", false, &number, &pull_state);
    assert_int_equal(number, 4);
    assert_int_equal(pull_state, PULL_MERGED);
}

/* Those of earlier reviews are others. */
static void one_that_ended_unheard_of_is_taken(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200, MERGED(4, "c1")},
        {"GET /repos/team/blog/pulls?state=all", 200,
         "[" PULL(3, "closed", "x", "y") "," PULL(
             4, "closed", "x", "y") "," PULL(5, "closed", "x", "y") "]"},
        {NULL, 0, NULL}};
    int64_t number;
    enum pull_state pull_state;
    (void)state;
    follow_up(script, "c2", true, &number, &pull_state);
    assert_int_equal(number, 5);
    assert_int_equal(pull_state, PULL_CLOSED);
}

static void what_ended_in_another_repository_is_not_earlier(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls/4", 200, THEIRS(4)},
        {"GET /repos/team/blog/pulls?state=all", 200,
         "[" PULL(2, "closed", "x", "y") "]"},
        {NULL, 0, NULL}};
    int64_t number;
    enum pull_state pull_state;
    (void)state;
    follow_up(script, "c2", true, &number, &pull_state);
    assert_int_equal(number, 2);
    assert_int_equal(pull_state, PULL_CLOSED);
}

/* A portal that asks for a login answers 200 to everything. */
static void an_answer_that_cannot_be_read_is_no_answer(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/pulls?", 200, "<html>"}, {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &hub, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_LATER);
    pull_job_release(&job);
}

/* ---- issues ---- */

static enum job_verdict follow_issue(struct issue_job *job,
                                     const struct line *script)
{
    enum job_verdict verdict = issue_job_step(job, NULL, NOW);
    for (; script->asked != NULL; script++) {
        assert_int_equal(verdict, JOB_CALL);
        check_asked(&job->call, script->asked);
        cJSON *json = json_parse(str_of(script->heard));
        const struct forge_answer answer = {.status = script->status,
                                            .json = json};
        verdict = issue_job_step(job, &answer, NOW);
        cJSON_Delete(json);
    }
    return verdict;
}

#define ISSUE(number, body)                                                    \
    "{\"number\":" #number ",\"html_url\":\"https://h/i/" #number              \
    "\",\"state\":\"open\",\"body\":\"" body "\"}"

static void an_issue_is_known_by_its_mark(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/issues?state=all&type=issues&limit=50&page=1",
         200, "[" ISSUE(7, "other") "]"},
        {"page=2", 200, "[" ISSUE(8, "x <mark> y") "]"},
        {"POST /repos/team/blog/issues/8/labels {\"labels\":[\"incident\"]}",
         200, "[{\"id\":3,\"name\":\"Incident\"}]"},
        {NULL, 0, NULL}};
    const struct issue_wish wish = {
        .text = {.title = "t", .body = "b <mark>", .assignee = ""},
        .mark = "<mark>",
        .look_since_ms = NOW};
    struct issue_job job;
    (void)state;
    issue_job_init(&job, &tea, &wish);
    assert_int_equal(follow_issue(&job, script), JOB_DONE);
    assert_int_equal(job.issue.number, 8);
    assert_string_equal(job.words, "");
    issue_job_release(&job);
}

/* Gitea says so with 404 (parseReviewersByNames). */
static void a_reviewer_that_is_not_there_is_told(void **state)
{
    static const char *const reviewers[] = {"quill", "ghost"};
    const struct forge_settings set = {.kind = FORGE_GITEA,
                                       .repository = "team/blog",
                                       .base = "main",
                                       .reviewers = reviewers,
                                       .reviewer_count = 2,
                                       .issue_label = ""};
    const struct line script[] = {
        {"GET /repos/team/blog/pulls?", 200, "[]"},
        {"POST /repos/team/blog/pulls", 201, PULL(4, "open", "t", OURS)},
        {"POST /repos/team/blog/pulls/4/requested_reviewers", 404,
         "{\"errors\":null,\"message\":\"User 'ghost' not exist\",\"url\":"
         "\"https://h/api/swagger\"}"},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &set, 0, false);
    assert_int_equal(follow_pull(&job, script), JOB_DONE);
    assert_string_equal(job.words,
                        "No review was asked for: it does not know all of "
                        "[forge] reviewers (\"User 'ghost' not exist\").");
    pull_job_release(&job);
}

static const char *const labels[] = {"postmortem", "blog"};
static const struct forge_settings labelled = {.kind = FORGE_GITEA,
                                               .repository = "team/blog",
                                               .base = "main",
                                               .labels = labels,
                                               .label_count = 2,
                                               .issue_label = "incident"};

/* What people change of them afterwards stays. */
static void labels_are_set_once(void **state)
{
    const struct line known[] = {
        {"GET /repos/team/blog/pulls/4", 200, PULL(4, "open", "t", OURS)},
        {NULL, 0, NULL}};
    const struct line elsewhere[] = {
        {"GET /repos/team/blog/pulls/4", 404, "{}"},
        {"GET /repos/team/blog/pulls?", 200, "[]"},
        {"POST /repos/team/blog/pulls", 201, PULL(9, "open", "t", OURS)},
        {"POST /repos/team/blog/issues/9/labels", 502, ""},
        {NULL, 0, NULL}};
    struct pull_job job;
    (void)state;
    begin(&job, &labelled, 4, false);
    assert_int_equal(follow_pull(&job, known), JOB_DONE);
    pull_job_release(&job);
    begin(&job, &labelled, 4, false);
    assert_int_equal(follow_pull(&job, elsewhere), JOB_LATER);
    pull_job_release(&job);
}

/* Gitea leaves it out and answers 200 (prepareForReplaceOrAdd). */
static void a_label_that_is_not_there_is_told(void **state)
{
    const struct line pull[] = {
        {"GET /repos/team/blog/pulls?", 200, "[]"},
        {"POST /repos/team/blog/pulls", 201, PULL(4, "open", "t", OURS)},
        {"POST /repos/team/blog/issues/4/labels", 200,
         "[{\"id\":1,\"name\":\"blog\"}]"},
        {NULL, 0, NULL}};
    const struct line issue[] = {
        {"POST /repos/team/blog/issues {", 201, ISSUE(8, "b <mark>")},
        {"POST /repos/team/blog/issues/8/labels", 200, "[]"},
        {NULL, 0, NULL}};
    const struct issue_wish wish = {
        .text = {.title = "t", .body = "b <mark>", .assignee = ""},
        .mark = "<mark>"};
    struct pull_job job;
    struct issue_job other;
    (void)state;
    begin(&job, &labelled, 0, false);
    assert_int_equal(follow_pull(&job, pull), JOB_DONE);
    assert_string_equal(job.words, "A label was not found: postmortem");
    pull_job_release(&job);
    issue_job_init(&other, &labelled, &wish);
    assert_int_equal(follow_issue(&other, issue), JOB_DONE);
    assert_string_equal(other.words,
                        "The issue has no label: incident was not found.");
    issue_job_release(&other);
}

/* Ended before it was known whether it was opened. */
static void none_is_opened_for_what_is_over(void **state)
{
    const struct line script[] = {
        {"GET /repos/team/blog/issues?state=all&type=issues&limit=50&page=1",
         200, "[" ISSUE(7, "other") "]"},
        {"page=2", 200, "[]"},
        {NULL, 0, NULL}};
    const struct issue_wish wish = {
        .text = {.title = "t", .body = "b <mark>", .assignee = "nova"},
        .mark = "<mark>",
        .look_since_ms = NOW,
        .is_unwanted = true};
    struct issue_job job;
    (void)state;
    issue_job_init(&job, &tea, &wish);
    assert_int_equal(follow_issue(&job, script), JOB_DONE);
    assert_int_equal(job.issue.number, 0);
    issue_job_release(&job);
}

static void who_has_left_hinders_no_issue(void **state)
{
    const struct line script[] = {
        {"\"assignees\":[\"nova\"]", 422, "{\"message\":\"no such user\"}"},
        {"POST /repos/team/blog/issues {\"title\":\"t\",\"body\":\"b\"}", 201,
         ISSUE(7, "b")},
        {NULL, 0, NULL}};
    const struct issue_wish wish = {
        .text = {.title = "t", .body = "b", .assignee = "nova"}, .mark = "m"};
    struct issue_job job;
    (void)state;
    issue_job_init(&job, &hub, &wish);
    assert_int_equal(follow_issue(&job, script), JOB_DONE);
    assert_non_null(strstr(job.words, "nova"));
    issue_job_release(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_there_is_taken),
        cmocka_unit_test(what_people_write_around_ours_stays),
        cmocka_unit_test(what_people_wrote_without_our_marks_stays),
        cmocka_unit_test(what_people_wrote_at_length_stays),
        cmocka_unit_test(a_conflict_is_looked_at_again),
        cmocka_unit_test(every_page_is_looked_through),
        cmocka_unit_test(one_into_another_branch_is_not_ours),
        cmocka_unit_test(the_number_of_another_repository_is_not_ours),
        cmocka_unit_test(a_deleted_branch_is_ours_still),
        cmocka_unit_test(what_ended_in_another_repository_is_not_earlier),
        cmocka_unit_test(a_fork_of_gitlab_is_not_ours),
        cmocka_unit_test(a_draft_becomes_ready),
        cmocka_unit_test(what_is_over_is_left_alone),
        cmocka_unit_test(one_that_ended_unheard_of_is_taken),
        cmocka_unit_test(nothing_is_opened_for_what_was_merged),
        cmocka_unit_test(an_answer_that_cannot_be_read_is_no_answer),
        cmocka_unit_test(an_issue_is_known_by_its_mark),
        cmocka_unit_test(labels_are_set_once),
        cmocka_unit_test(a_label_that_is_not_there_is_told),
        cmocka_unit_test(a_reviewer_that_is_not_there_is_told),
        cmocka_unit_test(none_is_opened_for_what_is_over),
        cmocka_unit_test(who_has_left_hinders_no_issue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
