#include "bot/base/civil.h"
#include "bot/helpers/draw_scale.h"
#include "tests/lib/chance.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void says_round_values(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        const char *ticks;
    } cases[] = {
        {0, 0, "0 0.5 1.0"},
        {0, 130, "0 50 100 150"},
        {0, 9999, "0 2,000 4,000 6,000 8,000 10,000"},
        {0, 1e4, "0 2,000 4,000 6,000 8,000 10,000"},
        {500, 501, "0 200 400 600"}, /* zero is always there */
        {0, 0.7, "0 0.2 0.4 0.6 0.8"},
        {0, 0.0004, "0 0.0001 0.0002 0.0003 0.0004"},
        {-4.2, 4.2, "-6 -4 -2 0 2 4 6"},
        {-0.1, 2.1, "-1 0 1 2 3"},
        {-7, -3, "-8 -6 -4 -2 0"},
        {0, 1.2e6, "0 0.5M 1.0M 1.5M"},
        {0, 134e9, "0 50G 100G 150G"},
        {0, 3e12, "0 1T 2T 3T"},
        {0, 3e20, "0 1e+20 2e+20 3e+20"},
        {0, 3e-9, "0 1e-09 2e-09 3e-09"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(500);
        struct value_axis axis = value_axis_for(cases[i].low, cases[i].high);
        for (int n = 0; n <= axis.steps; n++) {
            if (n > 0)
                buf_add_char(&out, ' ');
            value_axis_print(&axis, value_axis_tick(&axis, n), &out);
        }
        assert_string_equal(buf_text(&out), cases[i].ticks);
        buf_release(&out);
    }
}

static void holds_every_value(void **state)
{
    (void)state;
    uint64_t seed = chance_setting("SEED", 1), chance = seed;
    for (int i = 0; i < 20000; i++) {
        double one = ((double)chance_below(&chance, 20001) - 10000) *
                     pow(10, (double)chance_below(&chance, 190) - 95);
        double other = one * ((double)chance_below(&chance, 300) - 100) / 100;
        double low = fmin(one, other), high = fmax(one, other);
        struct value_axis axis = value_axis_for(low, high);
        double error = axis.step * 1e-9;
        bool mixed = low < 0 && high > 0;
        if (axis.low > low + error || axis.high < high - error ||
            axis.low > 0 || axis.high < 0 ||
            fabs(value_axis_tick(&axis, axis.steps) - axis.high) > error ||
            ((low != 0 || high != 0) && axis.steps < 3) ||
            axis.steps > (mixed ? 6 : 5))
            fail_msg("%g..%g is scaled %g..%g in %d steps of %g; again: "
                     "SEED=%llu build/san/tests/unit/test_draw_scale",
                     low, high, axis.low, axis.high, axis.steps, axis.step,
                     (unsigned long long)seed);
    }
}

static void says_a_value(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *words;
    } cases[] = {
        {0, "0"},
        {2000, "2,000"},
        {-3, "-3"},
        {0.00035, "0.00035"},
        {1234567, "1.23457M"},
        {1.5e9, "1.5G"},
        {100, "100"},
        {99.95, "99.95"},
        {1e20, "1e+20"},
        {999999, "999,999"},
        {-1000, "-1,000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(100);
        value_print(cases[i].value, &out);
        assert_string_equal(buf_text(&out), cases[i].words);
        buf_release(&out);
    }
}

static void says_round_times(void **state)
{
    (void)state;
    static const int64_t quarter_to_five = INT64_C(1670949900000);
    static const struct {
        int64_t span_ms;
        int most;
        int64_t step_ms;
        const char *words;
    } cases[] = {
        {10 * MS_PER_SECOND, 8, 2 * MS_PER_SECOND, "16:45:00"},
        {4 * MS_PER_MINUTE, 7, MS_PER_MINUTE, "16:45"},
        {100 * MS_PER_MINUTE, 7, 15 * MS_PER_MINUTE, "16:45"},
        {100 * MS_PER_MINUTE, 14, 10 * MS_PER_MINUTE, "16:45"},
        {5 * MS_PER_HOUR, 7, MS_PER_HOUR, "16:45"},
        {3 * MS_PER_DAY, 7, 12 * MS_PER_HOUR, "16:45"},
        {8 * MS_PER_DAY, 7, 2 * MS_PER_DAY, "13 Dec"},
        {365 * MS_PER_DAY, 7, 56 * MS_PER_DAY, "13 Dec"},
    };
    struct buf out = BUF_INIT(100);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t step = time_step(cases[i].span_ms, cases[i].most);
        assert_int_equal(step, cases[i].step_ms);
        buf_clear(&out);
        time_print(quarter_to_five, step, &out);
        assert_string_equal(buf_text(&out), cases[i].words);
    }
    buf_clear(&out);
    date_print(quarter_to_five, &out);
    assert_string_equal(buf_text(&out), "13 Dec 2022");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_round_values),
        cmocka_unit_test(holds_every_value),
        cmocka_unit_test(says_a_value),
        cmocka_unit_test(says_round_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
