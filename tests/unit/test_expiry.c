#include "bot/probe/expiry.h"
#include "bot/probe/news.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1670958600000)

static struct probe probe_of(int64_t days_left)
{
    static char name[] = "forum tls", service[] = "forum",
                target[] = "forum.example.org:443";
    return (struct probe){.name = name,
                          .service = service,
                          .kind = PROBE_TLS,
                          .target = target,
                          .days_left = days_left};
}

static bool hears(struct expiry *expiry, double days, int64_t at_ms)
{
    const struct probe probe = probe_of(14);
    const struct probe_result result = {.is_good = true, .value = days};
    return expiry_news(expiry, &probe, &result, at_ms);
}

static void fewer_days_are_more_urgent(void **state)
{
    static const struct {
        int64_t days_left;
        double left;
        int64_t days;
    } cases[] = {
        {14, 14, 0},  {14, 13.9, 14}, {14, 7, 14},  {14, 6.9, 7}, {14, 2.5, 3},
        {14, 0.1, 1}, {5, 4.9, 5},    {5, 2.9, 3},  {3, 2.9, 3},  {1, 0.5, 1},
        {0, 0.5, 0},  {30, 29, 30},   {30, NAN, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct probe probe = probe_of(cases[i].days_left);
        struct probe_result result = {.is_good = true, .value = cases[i].left};
        assert_int_equal(expiry_days(&probe, &result), cases[i].days);
        result.is_good = false;
        assert_int_equal(expiry_days(&probe, &result), 0);
    }
    struct probe probe = probe_of(14);
    probe.kind = PROBE_HTTP; /* 5 ms */
    const struct probe_result result = {.is_good = true, .value = 5};
    assert_int_equal(expiry_days(&probe, &result), 0);
}

static void each_stage_is_told_once(void **state)
{
    struct expiry expiry = {0};
    int64_t at_ms = NOW_MS;
    (void)state;
    assert_false(hears(&expiry, 20, at_ms));
    assert_true(hears(&expiry, 13.5, at_ms += MS_PER_HOUR));
    assert_int_equal(expiry.told_days, 14);
    assert_false(hears(&expiry, 8, at_ms += MS_PER_HOUR));
    assert_true(hears(&expiry, 6.5, at_ms += MS_PER_HOUR));
    assert_int_equal(expiry.told_days, 7);
    /* That nobody answers says nothing about it. */
    const struct probe probe = probe_of(14);
    const struct probe_result bad = {.value = NAN};
    assert_false(expiry_news(&expiry, &probe, &bad, at_ms += MS_PER_DAY));
    assert_int_equal(expiry.told_days, 7);
    assert_true(hears(&expiry, 89, at_ms += MS_PER_HOUR));
    assert_int_equal(expiry.told_days, 0);
    assert_false(hears(&expiry, 89, at_ms += MS_PER_HOUR));
}

/* The certificate was renewed on one of two. */
static void two_servers_behind_a_name_do_not_take_turns(void **state)
{
    struct expiry expiry = {0};
    int64_t at_ms = NOW_MS;
    (void)state;
    assert_true(hears(&expiry, 5, at_ms));
    for (int i = 0; i < 200; i++)
        assert_false(
            hears(&expiry, i % 2 == 0 ? 89 : 5, at_ms += MS_PER_MINUTE));
    for (int i = 0; i < 59; i++)
        assert_false(
            hears(&expiry, i % 2 == 0 ? 89 : 13, at_ms += MS_PER_MINUTE));
    assert_true(hears(&expiry, 89, at_ms += MS_PER_MINUTE));
}

/* What it told is in the store; which days it said the store need not know. */
static void the_next_process_takes_back_what_is_renewed(void **state)
{
    struct expiry expiry = {.told_days = EXPIRY_UNKNOWN};
    (void)state;
    assert_true(hears(&expiry, 5, NOW_MS));
    assert_int_equal(expiry.told_days, 7);
    expiry = (struct expiry){.told_days = EXPIRY_UNKNOWN};
    assert_true(hears(&expiry, 89, NOW_MS));
    assert_int_equal(expiry.told_days, 0);
}

static void expect_news(int64_t days, bool fires, const char *title)
{
    const struct probe probe = probe_of(14);
    const struct probe_result last = {.is_good = true,
                                      .words = "certificate expires in 5 days"};
    struct probe_news news;
    probe_news_of_expiry(&news, &probe, days, &last);
    assert_true(news.alert.by_probe && news.alert.is_warning);
    assert_int_equal(news.alert.is_firing, fires);
    assert_true(str_is(news.alert.key, "forum tls expires"));
    assert_true(str_is(news.alert.source, "forum tls"));
    assert_true(str_is(news.alert.service, "forum"));
    assert_true(str_is(news.alert.text, "certificate expires in 5 days\n"
                                        "forum.example.org:443"));
    assert_true(str_is(news.alert.title, title));
    probe_news_release(&news);
}

static void it_is_a_warning_with_a_key_of_its_own(void **state)
{
    (void)state;
    expect_news(7, true, "forum tls: the certificate expires within 7 days");
    expect_news(1, true, "forum tls: the certificate expires within a day");
    expect_news(0, false, "forum tls: the certificate no longer expires soon");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fewer_days_are_more_urgent),
        cmocka_unit_test(each_stage_is_told_once),
        cmocka_unit_test(two_servers_behind_a_name_do_not_take_turns),
        cmocka_unit_test(the_next_process_takes_back_what_is_renewed),
        cmocka_unit_test(it_is_a_warning_with_a_key_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
