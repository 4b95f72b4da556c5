/*
 * The rate limiter, one rule a test, on a virtual clock.
 */
#include "bot/discord/ratelimit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define POST  "POST /channels/:id/messages"
#define PATCH "PATCH /channels/:id/messages/:id"
#define LIST  "GET /channels/:id/messages"

static const struct ratelimit_headers nothing = {.body_retry_after_s = -1,
                                                 .is_json = true};

static struct ratelimit_headers told(const char *bucket, const char *limit,
                                     const char *remaining,
                                     const char *reset_after)
{
    struct ratelimit_headers headers = nothing;
    headers.bucket = str_of(bucket);
    headers.limit = str_of(limit);
    headers.remaining = str_of(remaining);
    headers.reset_after = str_of(reset_after);
    return headers;
}

static struct ratelimit_headers refused(const char *scope,
                                        const char *retry_after, double body)
{
    struct ratelimit_headers headers = nothing;
    headers.scope = str_of(scope);
    headers.retry_after = str_of(retry_after);
    headers.global = scope != NULL && str_is(headers.scope, "global");
    headers.body_retry_after_s = body;
    return headers;
}

/* Takes and answers with what the headers say. */
static void call(struct ratelimit *limit, const char *route, uint64_t major,
                 struct ratelimit_headers headers, int64_t now)
{
    assert_int_equal(ratelimit_take(limit, route, major, false, now), 0);
    ratelimit_answer(limit, route, major, false, 200, &headers, now);
}

static void first_call_goes_alone(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers five = told("b", "5", "4", "5.0");
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    assert_in_range(ratelimit_take(limit, POST, 1, false, 0), 1, 100);
    ratelimit_answer(limit, POST, 1, false, 200, &five, 100);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 100), 0);
    assert_in_range(ratelimit_take(limit, POST, 1, false, 100), 1, 5000);
    /* Another channel's bucket starts with what the route has taught. */
    for (int i = 0; i < 5; i++)
        assert_int_equal(ratelimit_take(limit, POST, 2, false, 100), 0);
    assert_in_range(ratelimit_take(limit, POST, 2, false, 100), 1, 100);
    ratelimit_free(limit);
}

static void used_up_waits_for_the_reset(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    call(limit, POST, 1, told("b", "2", "1", "1.5"), 1000);
    call(limit, POST, 1, told("b", "2", "0", "1.5"), 1000);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 1000), 1500);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 2499), 1);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 2500), 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 2500), 0);
    assert_in_range(ratelimit_take(limit, POST, 1, false, 2500), 1, 100);
    ratelimit_free(limit);
}

static void reset_is_rounded_up(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"1", 1000},      {"0.25", 250},   {"0.0001", 1},
                 {"1.2345", 1235}, {"2.000", 2000}, {"1e9", 0},
                 {"-1", 0},        {"x", 0},        {"", 0},
                 {".5", 0},        {"1.x", 0},      {"1000000000", 86400000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ratelimit *limit = ratelimit_new();
        call(limit, POST, 1, told("b", "1", "0", cases[i].text), 0);
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), cases[i].ms);
        ratelimit_free(limit);
    }
}

static void calls_in_flight_count(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers two_left = told("b", "5", "2", "5.0");
    call(limit, POST, 1, told("b", "5", "4", "5.0"), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    /* Three are still out, and the window has two left. */
    ratelimit_answer(limit, POST, 1, false, 200, &two_left, 10);
    assert_true(ratelimit_take(limit, POST, 1, false, 10) > 0);
    ratelimit_abandon(limit, POST, 1, 20);
    assert_true(ratelimit_take(limit, POST, 1, false, 20) > 0);
    ratelimit_abandon(limit, POST, 1, 20);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 20), 0);
    ratelimit_free(limit);
}

/* Of a window of three calls in five seconds one is answered. */
static struct ratelimit *two_under_way(void)
{
    struct ratelimit *limit = ratelimit_new();
    call(limit, POST, 1, told("b", "3", "2", "5.0"), 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    return limit;
}

/* Answers overtake each other: the lowest count of a window holds. */
static void late_answers_do_not_give_back(void **state)
{
    (void)state;
    struct ratelimit *limit = two_under_way();
    struct ratelimit_headers none = told("b", "3", "0", "5.0");
    struct ratelimit_headers one = told("b", "3", "1", "5.0");
    ratelimit_answer(limit, POST, 1, false, 200, &none, 10);
    ratelimit_answer(limit, POST, 1, false, 200, &one, 20);
    assert_in_range(ratelimit_take(limit, POST, 1, false, 20), 4000, 5000);
    ratelimit_free(limit);
}

/* The window ends when the answer that tells the latest end of it says. */
static void late_answers_do_not_end_the_window(void **state)
{
    (void)state;
    struct ratelimit *limit = two_under_way();
    struct ratelimit_headers none = told("b", "3", "0", "5.0");
    struct ratelimit_headers early = told("b", "3", "1", "0.5");
    ratelimit_answer(limit, POST, 1, false, 200, &none, 10);
    ratelimit_answer(limit, POST, 1, false, 200, &early, 20);
    assert_true(ratelimit_take(limit, POST, 1, false, 1000) > 0);
    ratelimit_free(limit);
}

/* An answer that never comes does not close its route for ever. */
static void a_call_that_was_forgotten_blocks_nobody(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    assert_true(ratelimit_take(limit, POST, 1, false, 299999) > 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 300000), 0);
    ratelimit_free(limit);
}

static void routes_may_share_a_bucket(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    call(limit, POST, 1, told("same", "5", "4", "5.0"), 0);
    call(limit, PATCH, 1, told("same", "5", "0", "5.0"), 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 5000);
    assert_int_equal(ratelimit_take(limit, PATCH, 1, false, 0), 5000);
    assert_int_equal(ratelimit_take(limit, POST, 2, false, 0), 0);
    assert_int_equal(ratelimit_take(limit, LIST, 1, false, 0), 0);
    ratelimit_free(limit);
}

/* A limit that no header tells of: names of channels, edits of old messages. */
static void a_429_of_one_route_lets_the_others_pass(void **state)
{
    (void)state;
    static const struct {
        const char *scope, *remaining;
        int64_t other;
    } cases[] = {
        {"user", "4", 0}, {"user", "0", 3000}, {"shared", "4", 600000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ratelimit *limit = ratelimit_new();
        struct ratelimit_headers headers =
            told("same", "5", cases[i].remaining, "3.0");
        headers.scope = str_of(cases[i].scope);
        headers.retry_after = STR("600");
        call(limit, PATCH, 1, told("same", "5", "4", "3.0"), 0);
        call(limit, POST, 1, told("same", "5", "4", "3.0"), 0);
        assert_int_equal(ratelimit_take(limit, PATCH, 1, false, 0), 0);
        ratelimit_answer(limit, PATCH, 1, false, 429, &headers, 0);
        assert_int_equal(ratelimit_take(limit, PATCH, 1, false, 0), 600000);
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0),
                         cases[i].other);
        ratelimit_free(limit);
    }
}

/* Each as long as the later of them says. */
static void two_routes_may_be_blocked(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers long_one = refused("user", "600", -1);
    struct ratelimit_headers short_one = refused("user", "2", -1);
    call(limit, PATCH, 1, told("same", "5", "4", "3.0"), 0);
    call(limit, POST, 1, told("same", "5", "3", "3.0"), 0);
    assert_int_equal(ratelimit_take(limit, PATCH, 1, false, 0), 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    ratelimit_answer(limit, PATCH, 1, false, 429, &long_one, 0);
    ratelimit_answer(limit, POST, 1, false, 429, &short_one, 0);
    assert_in_range(ratelimit_take(limit, PATCH, 1, false, 0), 2000, 600000);
    assert_in_range(ratelimit_take(limit, POST, 1, false, 0), 2000, 600000);
    ratelimit_free(limit);
}

/* The first calls of two channels are out when the bucket gets its name. */
static void naming_the_bucket_loses_no_call(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers one = told("b", "1", "0", "5.0");
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    assert_int_equal(ratelimit_take(limit, POST, 2, false, 0), 0);
    ratelimit_answer(limit, POST, 1, false, 200, &one, 10);
    assert_true(ratelimit_take(limit, POST, 2, false, 10) > 0);
    ratelimit_answer(limit, POST, 2, false, 200, &one, 20);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 20), 4990);
    assert_int_equal(ratelimit_take(limit, POST, 2, false, 20), 5000);
    ratelimit_free(limit);
}

/* A route turns out to count in a bucket that another one has made: its call
 * that is still out counts there. */
static void joining_a_bucket_loses_no_call(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers one = told("b", "1", "0", "0.5");
    call(limit, POST, 1, one, 0);
    assert_int_equal(ratelimit_take(limit, PATCH, 1, false, 0), 0);
    assert_int_equal(ratelimit_take(limit, PATCH, 2, false, 0), 0);
    ratelimit_answer(limit, PATCH, 2, false, 200, &one, 10);
    assert_true(ratelimit_take(limit, POST, 1, false, 500) > 0);
    ratelimit_abandon(limit, PATCH, 1, 500);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 500), 0);
    ratelimit_free(limit);
}

static void no_headers_no_limit(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers none = nothing;
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    ratelimit_answer(limit, POST, 1, false, 502, &none, 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    assert_true(ratelimit_take(limit, POST, 1, false, 0) > 0);
    ratelimit_answer(limit, POST, 1, false, 200, &none, 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    ratelimit_free(limit);
}

/* Nor does a refusal without them say that there is none. */
static void a_refusal_tells_of_no_freedom(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers none = refused(NULL, "1", -1);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
    ratelimit_answer(limit, POST, 1, false, 429, &none, 0);
    assert_int_equal(ratelimit_take(limit, POST, 1, false, 2000), 0);
    assert_true(ratelimit_take(limit, POST, 1, false, 2000) > 0);
    ratelimit_free(limit);
}

static void fifty_a_second(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    for (uint64_t i = 0; i < 50; i++)
        assert_int_equal(ratelimit_take(limit, POST, i, false, (int64_t)i * 10),
                         0);
    assert_int_equal(ratelimit_take(limit, POST, 99, false, 500), 500);
    assert_int_equal(ratelimit_take(limit, POST, 99, true, 500), 0);
    assert_int_equal(ratelimit_take(limit, POST, 98, false, 1000), 0);
    assert_int_equal(ratelimit_take(limit, POST, 99, false, 1000), 10);
    ratelimit_free(limit);
}

static void a_429_waits_as_its_scope_says(void **state)
{
    (void)state;
    static const struct {
        const char *scope, *header;
        double body;
        int64_t this_bucket, other_bucket, exempt;
        int invalid;
    } cases[] = {
        {"user", "2", 1.5, 2000, 0, 0, 1},
        {"user", "1", 2.5, 2501, 0, 0, 1},
        {"user", "3", -1, 3000, 0, 0, 1},
        {"shared", "2", 2.0, 2001, 0, 0, 0},
        {"global", "4", -1, 4000, 4000, 0, 1},
        {NULL, NULL, -1, 1000, 0, 0, 1},
        {"user", "9999999", 1e30, 86400000, 0, 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ratelimit *limit = ratelimit_new();
        struct ratelimit_headers headers =
            refused(cases[i].scope, cases[i].header, cases[i].body);
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
        ratelimit_answer(limit, POST, 1, false, 429, &headers, 0);
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0),
                         cases[i].this_bucket);
        assert_int_equal(ratelimit_take(limit, POST, 2, false, 0),
                         cases[i].other_bucket);
        assert_int_equal(ratelimit_take(limit, POST, 1, true, 0),
                         cases[i].exempt);
        assert_int_equal(ratelimit_invalid_count(limit, 0), cases[i].invalid);
        assert_int_equal(ratelimit_halted(limit, 0), 0);
        assert_int_equal(
            ratelimit_take(limit, POST, 1, false, cases[i].this_bucket), 0);
        ratelimit_free(limit);
    }
}

/* Also when only a callback was told. */
static void a_callback_hears_of_it_for_all(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers headers = refused("global", "4", -1);
    ratelimit_answer(limit, POST, 1, true, 429, &headers, 0);
    assert_int_equal(ratelimit_take(limit, LIST, 2, false, 0), 4000);
    headers = refused(NULL, "900", -1);
    headers.is_json = false;
    ratelimit_answer(limit, POST, 1, true, 429, &headers, 0);
    assert_int_equal(ratelimit_halted(limit, 0), 900000);
    ratelimit_free(limit);
}

static void cloudflare_halts_everything(void **state)
{
    (void)state;
    static const struct {
        const char *retry_after;
        int64_t ms;
    } cases[] = {{NULL, 600000}, {"900", 900000}, {"0", 600000}, {"x", 600000}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ratelimit *limit = ratelimit_new();
        struct ratelimit_headers headers =
            refused(NULL, cases[i].retry_after, -1);
        headers.is_json = false;
        assert_int_equal(ratelimit_take(limit, POST, 1, false, 0), 0);
        ratelimit_answer(limit, POST, 1, false, 429, &headers, 0);
        assert_int_equal(ratelimit_halted(limit, 0), cases[i].ms);
        assert_int_equal(ratelimit_take(limit, LIST, 2, false, 0), cases[i].ms);
        assert_int_equal(ratelimit_take(limit, LIST, 2, true, 0), cases[i].ms);
        assert_int_equal(ratelimit_halted(limit, cases[i].ms), 0);
        ratelimit_free(limit);
    }
}

static void invalid_answers_halt_before_the_ban(void **state)
{
    (void)state;
    static const int statuses[] = {401, 403, 429};
    struct ratelimit *limit = ratelimit_new();
    struct ratelimit_headers shared = refused("shared", "0", -1);
    struct ratelimit_headers none = nothing;
    for (int i = 0; i < 9000; i++) {
        int64_t now = i * 60; /* 9 minutes in all */
        assert_int_equal(ratelimit_halted(limit, now), 0);
        ratelimit_answer(limit, POST, 1, true, statuses[i % 3], &none, now);
        ratelimit_answer(limit, POST, 1, true, 429, &shared, now);
        ratelimit_answer(limit, POST, 1, true, 404, &none, now);
    }
    assert_int_equal(ratelimit_invalid_count(limit, 540000), 9000);
    int64_t wait = ratelimit_halted(limit, 540000);
    assert_in_range(wait, 60000, 70000); /* the first are 10 minutes old */
    assert_int_equal(ratelimit_take(limit, POST, 1, true, 540000), wait);
    assert_int_equal(ratelimit_halted(limit, 540000 + wait), 0);
    assert_in_range(ratelimit_invalid_count(limit, 540000 + wait), 8800, 8999);
    assert_int_equal(ratelimit_invalid_count(limit, 2000000), 0);
    ratelimit_answer(limit, POST, 1, true, 401, &none, 2000000);
    assert_int_equal(ratelimit_invalid_count(limit, 2000000), 1);
    ratelimit_free(limit);
}

static void stopped_is_for_ever(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    ratelimit_stop(limit);
    assert_true(ratelimit_halted(limit, 0) == INT64_MAX);
    assert_true(ratelimit_take(limit, POST, 1, true, 0) == INT64_MAX);
    assert_true(ratelimit_take(limit, POST, 1, false, 1) == INT64_MAX);
    ratelimit_free(limit);
}

/* A million channels, one after the other: the sanitizer's allocator and the
 * clock would tell of a limiter that keeps them. */
static void buckets_are_forgotten(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    for (uint64_t i = 1; i <= 1000000; i++)
        call(limit, POST, i, told("b", "5", "4", "1.0"), (int64_t)i * 20);
    ratelimit_free(limit);
}

/* All in use at once: the next one waits, and nothing breaks. */
static void too_many_buckets_wait(void **state)
{
    (void)state;
    struct ratelimit *limit = ratelimit_new();
    uint64_t taken = 0;
    int64_t now = 0;
    while (now < 200000 &&
           ratelimit_take(limit, POST, taken + 1, false, now) == 0) {
        taken++;
        now += 20;
    }
    assert_in_range(taken, 1000, 5000);
    ratelimit_abandon(limit, POST, 1, now);
    assert_int_equal(ratelimit_take(limit, POST, taken + 1, false, now), 0);
    ratelimit_free(limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_call_goes_alone),
        cmocka_unit_test(used_up_waits_for_the_reset),
        cmocka_unit_test(reset_is_rounded_up),
        cmocka_unit_test(calls_in_flight_count),
        cmocka_unit_test(late_answers_do_not_give_back),
        cmocka_unit_test(late_answers_do_not_end_the_window),
        cmocka_unit_test(a_call_that_was_forgotten_blocks_nobody),
        cmocka_unit_test(routes_may_share_a_bucket),
        cmocka_unit_test(a_429_of_one_route_lets_the_others_pass),
        cmocka_unit_test(two_routes_may_be_blocked),
        cmocka_unit_test(naming_the_bucket_loses_no_call),
        cmocka_unit_test(joining_a_bucket_loses_no_call),
        cmocka_unit_test(no_headers_no_limit),
        cmocka_unit_test(a_refusal_tells_of_no_freedom),
        cmocka_unit_test(fifty_a_second),
        cmocka_unit_test(a_429_waits_as_its_scope_says),
        cmocka_unit_test(a_callback_hears_of_it_for_all),
        cmocka_unit_test(cloudflare_halts_everything),
        cmocka_unit_test(invalid_answers_halt_before_the_ban),
        cmocka_unit_test(stopped_is_for_ever),
        cmocka_unit_test(buckets_are_forgotten),
        cmocka_unit_test(too_many_buckets_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
