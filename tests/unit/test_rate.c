#include "bot/base/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct rate usual = {.per_minute = 60, .burst = 3};

static int taken(struct rates *rates, uint64_t who, int64_t now_ms)
{
    int count = 0;
    while (rates_take(rates, who, 0, usual, now_ms) == 0)
        count++;
    return count;
}

static void a_burst_then_the_long_run(void **state)
{
    static const struct {
        int64_t at_ms;
        int count;
    } steps[] = {
        {1000, 3}, {1000, 0}, {1999, 0}, {2000, 1},   {2999, 0},   {4000, 2},
        {6500, 2}, {6999, 0}, {7000, 1}, {100000, 3}, {100999, 0}, {101000, 1},
    };
    struct rates rates = {0};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_int_equal(taken(&rates, 7, steps[i].at_ms), steps[i].count);
}

static void it_tells_how_long_to_wait(void **state)
{
    struct rates rates = {0};
    (void)state;
    assert_int_equal(taken(&rates, 7, 5000), 3);
    assert_int_equal(rates_take(&rates, 7, 0, usual, 5000), 1000);
    assert_int_equal(rates_take(&rates, 7, 0, usual, 5400), 600);
    assert_int_equal(rates_take(&rates, 7, 0, usual, 5999), 1);
    assert_int_equal(rates_take(&rates, 7, 0, usual, 6000), 0);
}

static void each_who_and_what_has_its_own(void **state)
{
    struct rates rates = {0};
    (void)state;
    assert_int_equal(taken(&rates, 7, 5000), 3);
    assert_int_equal(taken(&rates, 8, 5000), 3);
    assert_int_equal(rates_take(&rates, 7, 1, usual, 5000), 0);
    assert_int_not_equal(rates_take(&rates, 7, 0, usual, 5000), 0);
}

static void without_a_rate_there_is_no_limit(void **state)
{
    static const struct rate none = {0};
    struct rates rates = {0};
    (void)state;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(rates_take(&rates, 7, 0, none, 5000), 0);
}

/* More come than there are buckets: whoever has come most is remembered. */
static void a_crowd_does_not_make_it_forget_the_worst(void **state)
{
    struct rates rates = {0};
    (void)state;
    assert_int_equal(taken(&rates, 7, 5000), 3);
    for (uint64_t who = 100; who < 100 + 4 * RATE_BUCKETS; who++)
        assert_int_equal(rates_take(&rates, who, 0, usual, 5001), 0);
    assert_int_equal(taken(&rates, 7, 5002), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_then_the_long_run),
        cmocka_unit_test(it_tells_how_long_to_wait),
        cmocka_unit_test(each_who_and_what_has_its_own),
        cmocka_unit_test(without_a_rate_there_is_no_limit),
        cmocka_unit_test(a_crowd_does_not_make_it_forget_the_worst),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
