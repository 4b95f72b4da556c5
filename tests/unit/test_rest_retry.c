#include "bot/io/loop.h"
#include "tests/lib/captured.h"
#include "tests/lib/rest_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define TWICE_DONE(text)                                                       \
    "> POST /api/c/" text "\n> POST /api/c/" text "\n< done 200\n"

/* One call and all attempts of it, by row. */
static const struct {
    const char *what;
    struct reply script[3];
    size_t replies;
    enum { MESSAGE, ONCE, CALLBACK } kind;
    const char *story;
} matrix[] = {
    {"safe: 500 is repeated",
     {{ANSWER, 500, NULL, NULL}, {ANSWER, 200, NULL, "{}"}},
     2,
     MESSAGE,
     TWICE_DONE("1 {}")},
    {"safe: a lost answer is repeated",
     {{CUT, 0, NULL, NULL}, {ANSWER, 200, NULL, "{}"}},
     2,
     MESSAGE,
     TWICE_DONE("1 {}")},
    {"safe: a refusal says nothing of the attempt before it",
     {{CUT, 0, NULL, NULL}, {ANSWER, 403, NULL, "{\"code\":50013}"}},
     2,
     MESSAGE,
     "> POST /api/c/1 {}\n> POST /api/c/1 {}\n"
     "< forbidden 403 code 50013 maybe done\n"},
    {"once: 500 is left to the caller",
     {{ANSWER, 500, NULL, NULL}},
     1,
     ONCE,
     "> POST /api/c/1 {}\n< unreachable 500 maybe done\n"},
    {"once: a lost answer is left to the caller",
     {{CUT, 0, NULL, NULL}},
     1,
     ONCE,
     "> POST /api/c/1 {}\n< unreachable 0 maybe done\n"},
    {"once: 429 did nothing, so it is repeated",
     {{ANSWER, 429, NULL, "{\"retry_after\":0.01}"}, {ANSWER, 200, NULL, "{}"}},
     2,
     ONCE,
     TWICE_DONE("1 {}")},
    {"429 that ends after give_up is not waited for",
     {{ANSWER, 429, NULL, "{\"retry_after\":600}"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< unreachable 429\n"},
    {"400 is our fault",
     {{ANSWER, 400, NULL,
       "{\"code\":50035,\"message\":\"Invalid Form Body\",\"errors\":"
       "{\"content\":{\"_errors\":[]}}}"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< rejected 400 code 50035\n"},
    {"40060 on a message is our fault",
     {{ANSWER, 400, NULL, "{\"code\":40060}"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< rejected 400 code 40060\n"},
    {"50027 is of an interaction, wherever it comes",
     {{ANSWER, 401, NULL, "{\"code\":50027}"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< expired 401 code 50027\n"},
    {"403",
     {{ANSWER, 403, NULL, "{\"code\":50013}"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< forbidden 403 code 50013\n"},
    {"404 with a code",
     {{ANSWER, 404, NULL, "{\"code\":10003}"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< gone 404 code 10003\n"},
    {"404 without a code is no object of Discord's",
     {{ANSWER, 404, "Content-Type: text/html\r\n", "<h1>"}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< rejected 404\n"},
    {"a redirect is not followed",
     {{ANSWER, 302, "Location: /api/elsewhere\r\n", NULL}},
     1,
     MESSAGE,
     "> POST /api/c/1 {}\n< rejected 302\n"},
    {"callback: repeated after a lost answer, 40060 means done",
     {{CUT, 0, NULL, NULL}, {ANSWER, 400, NULL, "{\"code\":40060}"}},
     2,
     CALLBACK,
     "> POST /api/c/9 {}\n> POST /api/c/9 {}\n< done 400 code 40060\n"},
    {"callback: the same when a wait lies between",
     {{CUT, 0, NULL, NULL},
      {ANSWER, 429, NULL, "{\"retry_after\":0.01}"},
      {ANSWER, 400, NULL, "{\"code\":40060}"}},
     3,
     CALLBACK,
     "> POST /api/c/9 {}\n> POST /api/c/9 {}\n> POST /api/c/9 {}\n"
     "< done 400 code 40060\n"},
    {"callback: 40060 at once means that another process answered",
     {{ANSWER, 400, NULL, "{\"code\":40060}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< rejected 400 code 40060\n"},
    {"callback: 50027 concerns this interaction alone",
     {{ANSWER, 401, NULL, "{\"code\":50027}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< expired 401 code 50027\n"},
    {"callback: any 401 does, it carries no bot token",
     {{ANSWER, 401, NULL, "{\"code\":0}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< expired 401\n"},
    {"callback: too late",
     {{ANSWER, 404, NULL, "{\"code\":10062}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< gone 404 code 10062\n"},
    {"callback: 429 waits as told",
     {{ANSWER, 429, NULL, "{\"retry_after\":0.01}"}, {ANSWER, 204, NULL, NULL}},
     2,
     CALLBACK,
     "> POST /api/c/9 {}\n> POST /api/c/9 {}\n< done 204\n"},
    {"callback: no time is left to wait as told",
     {{ANSWER, 429, NULL, "{\"retry_after\":5}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< unreachable 429\n"},
    {"callback: of two waits the longer counts",
     {{ANSWER, 429, "Retry-After: 5\r\n", "{\"retry_after\":0.01}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< unreachable 429\n"},
    {"callback: a wait without end is not taken for none",
     {{ANSWER, 429, NULL, "{\"retry_after\":1e30}"}},
     1,
     CALLBACK,
     "> POST /api/c/9 {}\n< unreachable 429\n"},
    {"callback: an attempt that hangs leaves time for another",
     {{SILENT, 0, NULL, NULL}, {ANSWER, 204, NULL, NULL}},
     2,
     CALLBACK,
     "> POST /api/c/9 {}\n> POST /api/c/9 {}\n< done 204\n"},
};

static void the_retry_matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof matrix / sizeof *matrix; i++) {
        struct bench bench;
        struct rest_call made =
            matrix[i].kind == CALLBACK ? callback("{}") : message(1, "{}");
        made.repeat =
            matrix[i].kind == ONCE ? REST_REPEAT_NEVER : REST_REPEAT_SAFE;
        open_bench(&bench, matrix[i].script, matrix[i].replies);
        print_message("%s\n", matrix[i].what);
        ask(&bench, made);
        run(&bench);
        close_bench(&bench, matrix[i].story);
    }
}

/* "Wait 0 s", again and again: each refusal brings the ban nearer, in which no
 * command is answered either. */
static void a_wait_that_was_not_enough_is_not_repeated_at_once(void **state)
{
    struct reply script[100];
    struct bench bench;
    (void)state;
    for (int i = 0; i < 100; i++)
        script[i] = (struct reply){ANSWER, 429, NULL, "{\"retry_after\":0.0}"};
    OPEN(&bench, script);
    struct rest_call made = message(1, "{}");
    made.give_up_ms = loop_now_ms(&bench.loop) + 1200;
    ask(&bench, made);
    run(&bench);
    assert_true(bench.script_left >= 94);
    bench.script_left = 0;
    buf_clear(&bench.story);
    close_bench(&bench, "");
}

/* curl itself sends again when a kept connection dies before the answer's first
 * byte. That must not make a second channel, and a callback's second try must
 * know that it is one. */
static void a_kept_connection_that_dies_is_seen(void **state)
{
    static const struct {
        struct reply script[3];
        size_t replies;
        bool is_callback;
        const char *story;
    } rows[] = {
        {{{ANSWER, 204, NULL, NULL}, {CUT, 0, NULL, NULL}},
         2,
         false,
         "> GET /api/c/3\n< done 204\n"
         "> POST /api/c/1 {}\n< unreachable 0 maybe done\n"},
        {{{ANSWER, 204, NULL, NULL},
          {CUT, 0, NULL, NULL},
          {ANSWER, 400, NULL, "{\"code\":40060}"}},
         3,
         true,
         "> GET /api/c/3\n< done 204\n"
         "> POST /api/c/9 {}\n> POST /api/c/9 {}\n< done 400 code 40060\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench bench;
        struct rest_call second =
            rows[i].is_callback ? callback("{}") : message(1, "{}");
        second.repeat = REST_REPEAT_NEVER;
        open_bench(&bench, rows[i].script, rows[i].replies);
        ask(&bench, call_of(REST_GET, "GET", 3, NULL));
        run(&bench);
        ask(&bench, second);
        run(&bench);
        close_bench(&bench, rows[i].story);
    }
}

/* With the token in the path whoever reads the log could answer. */
static void the_log_names_the_route_and_never_the_path(void **state)
{
    static const struct {
        struct reply script[2];
        size_t replies;
        const char *event;
    } rows[] = {
        {{{ANSWER, 404, NULL, "{\"code\":10062}"}}, 1, "rest_failed"},
        {{{ANSWER, 429, NULL, "{\"retry_after\":0.01}"},
          {ANSWER, 204, NULL, NULL}},
         2,
         "rest_limited"},
        {{{ANSWER, 429, NULL, "{\"retry_after\":5}"}}, 1, "rest_given_up"},
    };
    char log[8000];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bench bench;
        open_bench(&bench, rows[i].script, rows[i].replies);
        capture_begin();
        ask(&bench, callback("{}"));
        run(&bench);
        capture_end(log, sizeof log);
        assert_non_null(strstr(log, rows[i].event));
        assert_non_null(strstr(log, "route=\"POST /callback\""));
        assert_null(strstr(log, "/c/9"));
        buf_clear(&bench.story);
        close_bench(&bench, "");
    }
}

static void a_port_that_refuses_is_tried_until_the_end(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench, NULL, 0);
    rest_free(bench.rest);
    open_to(&bench, peer_no_port());
    struct rest_call made = message(1, "{}");
    made.repeat = REST_REPEAT_NEVER; /* nothing left: it may be repeated */
    made.give_up_ms = loop_now_ms(&bench.loop) + 600;
    ask(&bench, made);
    run(&bench);
    close_bench(&bench, "< unreachable 0\n");
}

static void a_call_that_is_late_already_is_not_sent(void **state)
{
    struct bench bench;
    (void)state;
    open_bench(&bench, NULL, 0);
    struct rest_call made = message(1, "{}");
    made.give_up_ms = loop_now_ms(&bench.loop) - 1;
    ask(&bench, made);
    run(&bench);
    close_bench(&bench, "< unreachable 0\n");
}

/* The lane goes on: what is behind a recalled call is not. */
static void recall(struct bench *bench)
{
    bench->after = NULL;
    rest_recall(bench->rest, bench);
    ask(bench, message(1, "{\"n\":2}"));
}

static void a_recalled_call_ends_with_the_attempt_on_the_wire(void **state)
{
    static const struct reply script[] = {{ANSWER, 500, NULL, NULL},
                                          {ANSWER, 200, NULL, "{}"}};
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.after = recall;
    ask(&bench, message(1, "{\"n\":1}"));
    run(&bench);
    close_bench(&bench, "> POST /api/c/1 {\"n\":1}\n"
                        "< unreachable 500 maybe done\n"
                        "> POST /api/c/1 {\"n\":2}\n< done 200\n");
}

static void recall_all(struct bench *bench)
{
    bench->after = NULL;
    rest_recall(bench->rest, bench);
}

/* Nor is what waits behind another in its lane sent any more. */
static void what_waits_in_line_is_recalled(void **state)
{
    static const struct reply script[] = {{ANSWER, 200, NULL, "{}"}};
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.after = recall_all;
    ask(&bench, message(1, "{\"n\":1}"));
    ask(&bench, message(1, "{\"n\":2}"));
    ask(&bench, message(1, "{\"n\":3}"));
    run(&bench);
    close_bench(&bench, "> POST /api/c/1 {\"n\":1}\n< done 200\n"
                        "< unreachable 0\n< unreachable 0\n");
}

/* Of the edit below: it is recalled once the other call was answered. */
static void then_another(struct bench *bench)
{
    if (bench->script_left == 1) { /* the edit has come */
        ask(bench, call_of(REST_GET, "GET", 3, NULL));
        return;
    }
    if (bench->calls_left == 1)
        rest_recall(bench->rest, bench);
}

/* Given up, the person would look at "thinking" until the token dies. */
static void
an_edit_of_an_answer_waits_for_as_long_as_its_token_lives(void **state)
{
    static const struct reply script[] = {
        {ANSWER, 429, NULL, "{\"retry_after\":780}"},
        {ANSWER, 200, NULL, "{}"}};
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.after = then_another;
    struct rest_call edit = call_of(REST_PATCH, "PATCH", 9, "{}");
    edit.is_callback = true;
    ask(&bench, edit);
    run(&bench);
    close_bench(&bench, "> PATCH /api/c/9 {}\n> GET /api/c/3\n< done 200\n"
                        "< unreachable 429\n");
}

/* Some answers tell it nowhere else. Other routes that go on bring the ban
 * nearer. */
static void a_global_limit_in_the_body_is_for_all_routes(void **state)
{
    static const struct reply script[] = {
        {ANSWER, 429, NULL, "{\"retry_after\":600,\"global\":true}"}};
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    ask(&bench, message(1, "{}"));
    run(&bench);
    ask(&bench, call_of(REST_GET, "GET", 3, NULL));
    run(&bench);
    close_bench(&bench, "> POST /api/c/1 {}\n< unreachable 429\n"
                        "< unreachable 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_retry_matrix),
        cmocka_unit_test(a_wait_that_was_not_enough_is_not_repeated_at_once),
        cmocka_unit_test(a_kept_connection_that_dies_is_seen),
        cmocka_unit_test(the_log_names_the_route_and_never_the_path),
        cmocka_unit_test(a_port_that_refuses_is_tried_until_the_end),
        cmocka_unit_test(a_call_that_is_late_already_is_not_sent),
        cmocka_unit_test(a_recalled_call_ends_with_the_attempt_on_the_wire),
        cmocka_unit_test(what_waits_in_line_is_recalled),
        cmocka_unit_test(
            an_edit_of_an_answer_waits_for_as_long_as_its_token_lives),
        cmocka_unit_test(a_global_limit_in_the_body_is_for_all_routes),
    };
    bench_guard();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
