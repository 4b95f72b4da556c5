/* Forges as data: what is asked, what answers mean, and what people's text
 * looks like there. */
#include "bot/base/sha256.h"
#include "bot/core/incident.h"
#include "bot/discord/json.h"
#include "bot/forge/forge.h"
#include "bot/forge_hook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1800000000000)

static const char *const labels[] = {"postmortem", "incident"};
static const char *const reviewers[] = {"quill"};

static struct forge_settings settings_of(enum forge_kind kind)
{
    return (struct forge_settings){
        .kind = kind,
        .repository = kind == FORGE_GITLAB ? "team/web/blog" : "team/blog",
        .base = "main",
        .labels = labels,
        .label_count = 2,
        .reviewers = reviewers,
        .reviewer_count = 1,
        .issue_label = "incident",
    };
}

static void check_call(struct forge_call call, const char *method,
                       const char *path, const char *body)
{
    assert_string_equal(forge_method_name(call.method), method);
    assert_string_equal(call.path, path);
    if (body == NULL)
        assert_null(call.body);
    else
        assert_string_equal(call.body, body);
    forge_call_release(&call);
}

static void each_forge_is_asked_in_its_own_way(void **state)
{
    struct forge_settings hub = settings_of(FORGE_GITHUB);
    struct forge_settings tea = settings_of(FORGE_GITEA);
    struct forge_settings lab = settings_of(FORGE_GITLAB);
    const struct forge_text draft = {"Logins \"fail\"", "b", true};
    const int64_t ids[] = {7};
    (void)state;
    check_call(forge_find_pull(&hub, "postmortem/x y", false, 1), "GET",
               "/repos/team/blog/pulls?state=open&per_page=50&page=1&head="
               "team%3Apostmortem%2Fx%20y",
               NULL);
    check_call(forge_find_pull(&tea, "postmortem/x", false, 2), "GET",
               "/repos/team/blog/pulls?state=open&limit=50&page=2", NULL);
    check_call(forge_find_pull(&lab, "postmortem/x", true, 1), "GET",
               "/projects/team%2Fweb%2Fblog/merge_requests?state=all&"
               "per_page=50&source_branch=postmortem%2Fx",
               NULL);
    check_call(forge_open_pull(&hub, "p/x", &draft), "POST",
               "/repos/team/blog/pulls",
               "{\"title\":\"Logins \\\"fail\\\"\",\"body\":\"b\","
               "\"head\":\"p/x\",\"base\":\"main\",\"draft\":true}");
    check_call(forge_open_pull(&tea, "p/x", &draft), "POST",
               "/repos/team/blog/pulls",
               "{\"title\":\"WIP: Logins \\\"fail\\\"\",\"body\":\"b\","
               "\"head\":\"p/x\",\"base\":\"main\"}");
    check_call(forge_open_pull(&lab, "p/x", &draft), "POST",
               "/projects/team%2Fweb%2Fblog/merge_requests",
               "{\"title\":\"Draft: Logins \\\"fail\\\"\",\"description\":"
               "\"b\",\"source_branch\":\"p/x\",\"target_branch\":\"main\","
               "\"labels\":\"postmortem,incident\"}");
    check_call(forge_ask_reviewers(&hub, 3, NULL, 0), "POST",
               "/repos/team/blog/pulls/3/requested_reviewers",
               "{\"reviewers\":[\"quill\"]}");
    check_call(forge_ask_reviewers(&lab, 3, ids, 1), "PUT",
               "/projects/team%2Fweb%2Fblog/merge_requests/3",
               "{\"reviewer_ids\":[7]}");
    check_call(forge_list_issues(&tea, NOW, 1), "GET",
               "/repos/team/blog/issues?state=all&type=issues&limit=50&page=1&"
               "since=2027-01-15T08%3A00%3A00.000Z",
               NULL);
}

static void secrets_stand_in_one_header(void **state)
{
    const struct {
        enum forge_kind kind;
        const char *line;
    } cases[] = {
        {FORGE_GITHUB, "Authorization: Bearer t"},
        {FORGE_GITEA, "Authorization: token t"},
        {FORGE_GITLAB, "PRIVATE-TOKEN: t"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf line = BUF_INIT(100);
        forge_auth_header(cases[i].kind, "t", &line);
        assert_string_equal(buf_text(&line), cases[i].line);
        buf_release(&line);
    }
}

static void graphql_is_beside_rest(void **state)
{
    const char *const cases[][2] = {
        {"https://api.github.com", "https://api.github.com/graphql"},
        {"https://git.example.org/api/v3/",
         "https://git.example.org/api/graphql"},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buf base = BUF_INIT(200);
        forge_graphql_base(cases[i][0], &base);
        assert_string_equal(buf_text(&base), cases[i][1]);
        buf_release(&base);
    }
}

/* ---- answers ---- */

static void what_stands_in_the_way_is_said(void **state)
{
    const struct {
        int status;
        const char *body, *retry, *left, *reset;
        enum forge_fate fate;
        int64_t wait_s;
        const char *words; /* a piece of them */
    } cases[] = {
        {200, "{}", NULL, NULL, NULL, FORGE_DONE, 0, ""},
        {304, "", NULL, NULL, NULL, FORGE_UNCHANGED, 0, ""},
        {0, "", NULL, NULL, NULL, FORGE_UNREACHABLE, 0, "does not answer"},
        {502, "<html>", NULL, NULL, NULL, FORGE_UNREACHABLE, 0, "status 502"},
        {401, "{\"message\":\"Bad credentials\"}", NULL, NULL, NULL,
         FORGE_BAD_TOKEN, 0, "token_file"},
        {403, "{\"message\":\"No\"}", NULL, "12", NULL, FORGE_NOT_ALLOWED, 0,
         "(\"No\")"},
        {403, "{\"message\":\"API rate limit exceeded\"}", NULL, "0",
         "1800000090", FORGE_LATER, 90, "wait"},
        {403, "{\"message\":\"You have exceeded a secondary rate limit\"}",
         "30", "4000", "1800000090", FORGE_LATER, 30, "wait"},
        {403, "{\"message\":\"You have exceeded a secondary rate limit\"}",
         NULL, "4000", "1800000090", FORGE_LATER, 60, "wait"},
        {429, "", NULL, NULL, "1800000005", FORGE_LATER, 5, "wait"},
        /* A clock that is wrong keeps nobody waiting for ever. */
        {429, "", "99999999", NULL, NULL, FORGE_LATER, 86400, "wait"},
        {429, "", NULL, NULL, "17", FORGE_LATER, 1, "wait"},
        {429, "", NULL, NULL, "99999999999", FORGE_LATER, 86400, "wait"},
        {403, "{\"message\":\"You have triggered an abuse detection\"}", NULL,
         "4000", NULL, FORGE_LATER, 60, "wait"},
        {408, "", NULL, NULL, NULL, FORGE_UNREACHABLE, 0, "status 408"},
        {404, "{}", NULL, NULL, NULL, FORGE_NOT_FOUND, 0, "team/blog"},
        {404, "<!DOCTYPE html>", NULL, NULL, NULL, FORGE_NOT_FOUND, 0,
         "GitHub does not answer programs there: it sent a page for people, "
         "or nothing. Check [forge] api_base."},
        {410, "{}", NULL, NULL, NULL, FORGE_NOT_FOUND, 0, "team/blog"},
        /* GitHub: "Create an issue", of a repository without them. */
        {410, "{\"message\":\"Issues has been disabled in this repository.\"}",
         NULL, NULL, NULL, FORGE_NOT_FOUND, 0,
         "(\"Issues has been disabled in this repository.\"). If issues are "
         "turned off there, turn them on, or set [forge] issues to false."},
        {301, "{}", NULL, NULL, NULL, FORGE_INVALID, 0, "was moved"},
        {409, "{\"message\":[\"there: !5\"]}", NULL, NULL, NULL, FORGE_CONFLICT,
         0, "there: !5"},
        {422,
         "{\"message\":\"Validation Failed\",\"errors\":[{\"message\":\"A pull "
         "request already exists for team:x.\"}]}",
         NULL, NULL, NULL, FORGE_CONFLICT, 0, "already exists"},
        {422,
         "{\"message\":\"Validation Failed\",\"errors\":[{\"field\":\"head\","
         "\"code\":\"invalid\"}]}",
         NULL, NULL, NULL, FORGE_INVALID, 0, "Validation Failed; head invalid"},
        {400, "{\"message\":{\"base\":[\"is bad\"]}}", NULL, NULL, NULL,
         FORGE_INVALID, 0, "is bad"},
    };
    struct forge_settings set = settings_of(FORGE_GITHUB);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *json = json_parse(str_of(cases[i].body));
        const struct forge_answer answer = {
            .status = cases[i].status,
            .json = json,
            .retry_after = str_of(cases[i].retry),
            .limit_left = str_of(cases[i].left),
            .limit_reset = str_of(cases[i].reset),
        };
        struct forge_verdict verdict;
        forge_judge(&set, &answer, NOW, &verdict);
        assert_int_equal(verdict.fate, cases[i].fate);
        if (strstr(verdict.words, cases[i].words) == NULL)
            fail_msg("case %zu: %s", i, verdict.words);
        assert_int_equal(
            verdict.retry_at_ms == 0 ? 0 : (verdict.retry_at_ms - NOW) / 1000,
            cases[i].wait_s);
        cJSON_Delete(json);
    }
}

/* The longest of everything: what to do stands at the end. */
static void what_to_do_is_said_to_the_end(void **state)
{
    char repository[201] = "", said[200] = "";
    struct forge_settings set = settings_of(FORGE_GITHUB);
    struct forge_verdict verdict;
    (void)state;
    memset(repository, 'r', sizeof repository - 1);
    memset(said, 's', sizeof said - 1);
    set.repository = repository;
    cJSON *json = json_object();
    json_set_text(json, "message", str_of(said));
    const struct forge_answer answer = {.status = 403, .json = json};
    forge_judge(&set, &answer, NOW, &verdict);
    assert_true(str_ends(str_of(verdict.words), "rrrr."));
    cJSON_Delete(json);
}

/* GitHub's GraphQL says it with status 200. */
static void a_limit_of_graphql_is_one(void **state)
{
    struct forge_settings set = settings_of(FORGE_GITHUB);
    cJSON *json = json_parse(STR("{\"errors\":[{\"type\":\"RATE_LIMITED\","
                                 "\"message\":\"API rate limit exceeded\"}]}"));
    const struct forge_answer answer = {.status = 200,
                                        .json = json,
                                        .limit_left = STR("0"),
                                        .limit_reset = STR("1800000090")};
    struct forge_verdict verdict;
    (void)state;
    forge_judge(&set, &answer, NOW, &verdict);
    assert_int_equal(verdict.fate, FORGE_LATER);
    assert_int_equal(verdict.retry_at_ms, NOW + 90000);
    cJSON_Delete(json);
}

/* GitLab lets people be called by 255 letters; the record, by 80. */
static void a_long_login_fits_the_record(void **state)
{
    struct forge_pull pull;
    struct forge_issue issue;
    char login[256] = "";
    (void)state;
    memset(login, 'n', sizeof login - 1);
    cJSON *json = json_parse(STR("{\"iid\":5,\"web_url\":\"https://h/5\","
                                 "\"state\":\"closed\",\"closed_by\":{}}"));
    cJSON_AddStringToObject(cJSON_GetObjectItem(json, "closed_by"), "username",
                            login);
    assert_true(forge_read_pull(FORGE_GITLAB, json, &pull));
    assert_true(forge_read_issue(FORGE_GITLAB, json, &issue));
    assert_int_equal(strlen(pull.ended_by), NAME_UNITS);
    assert_int_equal(strlen(issue.closed_by), NAME_UNITS);
    cJSON_Delete(json);
}

static void a_pull_request_is_read(void **state)
{
    const struct {
        enum forge_kind kind;
        const char *text;
        enum pull_state state;
        const char *commit, *by;
    } cases[] = {
        {FORGE_GITHUB,
         "{\"number\":5,\"html_url\":\"https://h/5\",\"state\":\"open\","
         "\"merge_commit_sha\":\"trial\"}",
         PULL_OPEN, "", ""},
        {FORGE_GITHUB,
         "{\"number\":5,\"html_url\":\"https://h/5\",\"state\":\"closed\","
         "\"merged\":true,\"merged_at\":\"2027-01-15T08:00:00Z\","
         "\"merge_commit_sha\":\"c0ffee\",\"merged_by\":{\"login\":\"nova\"}}",
         PULL_MERGED, "c0ffee", "nova"},
        {FORGE_GITEA,
         "{\"number\":5,\"html_url\":\"https://h/5\",\"state\":\"closed\","
         "\"merged\":false,\"closed_at\":\"2027-01-15T09:00:00+01:00\"}",
         PULL_CLOSED, "", ""},
        {FORGE_GITLAB,
         "{\"iid\":5,\"web_url\":\"https://h/5\",\"state\":\"merged\","
         "\"merged_at\":\"2027-01-15T08:00:00.000Z\",\"merge_commit_sha\":null,"
         "\"squash_commit_sha\":null,\"sha\":\"ff\",\"merge_user\":{"
         "\"username\":\"nova\"}}",
         PULL_MERGED, "ff", "nova"},
        {FORGE_GITLAB,
         "{\"iid\":5,\"web_url\":\"https://h/5\",\"state\":\"opened\"}",
         PULL_OPEN, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct forge_pull pull;
        cJSON *json = json_parse(str_of(cases[i].text));
        assert_true(forge_read_pull(cases[i].kind, json, &pull));
        assert_int_equal(pull.number, 5);
        assert_string_equal(pull.url, "https://h/5");
        assert_int_equal(pull.state, cases[i].state);
        assert_string_equal(pull.merge_commit, cases[i].commit);
        assert_string_equal(pull.ended_by, cases[i].by);
        assert_int_equal(pull.ended_ms, cases[i].state == PULL_OPEN ? 0 : NOW);
        cJSON_Delete(json);
    }
}

static void what_is_no_pull_request_is_not_taken_for_one(void **state)
{
    const char *const cases[] = {
        "[]",
        "{}",
        "{\"number\":\"5\",\"html_url\":\"https://h/5\"}",
        "{\"number\":5,\"html_url\":\"javascript:alert(1)\"}",
        "{\"number\":-5,\"html_url\":\"https://h/5\"}",
        "{\"number\":5}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct forge_pull pull = {.number = 77};
        cJSON *json = json_parse(str_of(cases[i]));
        assert_false(forge_read_pull(FORGE_GITHUB, json, &pull));
        assert_int_equal(pull.number, 77);
        cJSON_Delete(json);
    }
}

static void times_are_read(void **state)
{
    const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"2027-01-15T08:00:00Z", NOW},
        {"2027-01-15T08:00:00.123456Z", NOW + 123},
        {"2027-01-15T10:30:00+02:30", NOW},
        {"2027-01-15T05:00:00-03:00", NOW},
        {"2027-13-15T08:00:00Z", 0},
        {"2027-02-30T08:00:00Z", 0},
        {"2027-01-15T08:00:00", 0},
        {"2027-01-15 08:00:00Z", NOW},
        {"2027-01-15T08:00:00Zx", 0},
        {"", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(forge_time(str_of(cases[i].text)), cases[i].ms);
}

/* ---- text ---- */

#define ZW "\xE2\x80\x8B"
static void text_is_literal(void **state)
{
    const char *const cases[][2] = {
        {"plain words", "plain words"},
        {"@nova closes #7", "\\@" ZW "nova closes \\#" ZW "7"},
        {"/close", ZW "\\/close"},
        {"one\ntwo\n\nthree", "one  \ntwo\n  \nthree"},
        {"see https://h/o/r/issues/7", "see `https://h/o/r/issues/7`"},
        {"<!-- x -->",
         "\\<\\!" ZW "\\-" ZW "\\-" ZW " x \\-" ZW "\\-" ZW "\\>"},
        {"a `b` *c*", "a \\`b\\` \\*c\\*"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(1000);
        forge_literal(&out, str_of(cases[i][0]));
        assert_string_equal(buf_text(&out), cases[i][1]);
        buf_release(&out);
    }
}

/* ---- the webhook ---- */

/* RFC 4231, test cases 2 and 6. */
static void hmac_is_as_published(void **state)
{
    char hex[SHA256_HEX], key[131];
    struct sha256 sum =
        sha256_hmac(STR("Jefe"), STR("what do ya want for nothing?"));
    (void)state;
    sha256_hex(&sum, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c7"
                             "5a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    sum = sha256_hmac(
        (struct str){key, sizeof key},
        STR("Test Using Larger Than Block-Size Key - Hash Key First"));
    sha256_hex(&sum, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f"
                             "8e0bc6213728c5140546040f0ee37f54");
}

static void only_the_secret_opens(void **state)
{
    struct str secret = STR("0123456789abcdef");
    struct sha256 sum = sha256_hmac(secret, STR("{}"));
    char good[7 + SHA256_HEX] = "sha256=";
    (void)state;
    sha256_hex(&sum, good + 7);
    struct http_request request = {.body = STR("{}"),
                                   .signature = str_of(good)};
    assert_true(forge_hook_is_genuine(&request, FORGE_GITHUB, secret));
    assert_true(forge_hook_is_genuine(&request, FORGE_GITEA, secret));
    assert_false(forge_hook_is_genuine(&request, FORGE_GITLAB, secret));
    request.body = STR("{} ");
    assert_false(forge_hook_is_genuine(&request, FORGE_GITHUB, secret));
    request = (struct http_request){.gitlab_token = secret};
    assert_true(forge_hook_is_genuine(&request, FORGE_GITLAB, secret));
    assert_false(forge_hook_is_genuine(&request, FORGE_GITHUB, secret));
    assert_false(forge_hook_is_genuine(&request, FORGE_GITLAB, STR("other")));
}

/* Gitea signs what it tells, not the form that it may put that into; GitHub
 * signs the form. */
static void what_gitea_puts_into_a_form_is_genuine(void **state)
{
    struct str secret = STR("0123456789abcdef");
    struct str type = STR("application/x-www-form-urlencoded");
    struct str form = STR("payload=%7B%22a%22%3A%22b+%26%22%7D");
    struct str told = STR("{\"a\":\"b &\"}");
    char good[7 + SHA256_HEX] = "sha256=";
    struct sha256 sum = sha256_hmac(secret, told);
    (void)state;
    sha256_hex(&sum, good + 7);
    struct http_request request = {
        .body = form, .content_type = type, .signature = str_of(good)};
    assert_true(forge_hook_is_genuine(&request, FORGE_GITEA, secret));
    assert_false(forge_hook_is_genuine(&request, FORGE_GITHUB, secret));
    assert_false(forge_hook_is_genuine(&request, FORGE_GITEA, STR("other")));
    request.body = STR("payload=%7B%22a%22%3A%22c+%26%22%7D");
    assert_false(forge_hook_is_genuine(&request, FORGE_GITEA, secret));
    request.body = STR("other=1");
    assert_false(forge_hook_is_genuine(&request, FORGE_GITEA, secret));
    sum = sha256_hmac(secret, form);
    sha256_hex(&sum, good + 7);
    request.body = form;
    assert_true(forge_hook_is_genuine(&request, FORGE_GITHUB, secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_forge_is_asked_in_its_own_way),
        cmocka_unit_test(secrets_stand_in_one_header),
        cmocka_unit_test(graphql_is_beside_rest),
        cmocka_unit_test(what_stands_in_the_way_is_said),
        cmocka_unit_test(what_to_do_is_said_to_the_end),
        cmocka_unit_test(a_limit_of_graphql_is_one),
        cmocka_unit_test(a_long_login_fits_the_record),
        cmocka_unit_test(a_pull_request_is_read),
        cmocka_unit_test(what_is_no_pull_request_is_not_taken_for_one),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(text_is_literal),
        cmocka_unit_test(hmac_is_as_published),
        cmocka_unit_test(only_the_secret_opens),
        cmocka_unit_test(what_gitea_puts_into_a_form_is_genuine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
