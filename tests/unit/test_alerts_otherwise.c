/* What fires already is told otherwise: that is news. */
#include "tests/lib/alert_desk.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW    SCRATCH_NOW_MS
#define MINUTE MS_PER_MINUTE

static struct alert probe_says(const char *title, int64_t started_ms)
{
    struct alert alert = alert_fires("forum https", "forum", started_ms);
    alert.source = STR("forum https");
    alert.title = str_of(title);
    alert.by_probe = true;
    return alert;
}

/* Who reads "is flapping" in the record waits for it to calm down. */
static void a_probe_that_stays_down_after_flapping_is_told(void **state)
{
    static const char overs[] =
        "SELECT count(*) FROM event WHERE alert_state = 'over'";
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    desk_hand_in(&desk, probe_says("forum https is flapping", NOW + MINUTE),
                 NOW + MINUTE);
    desk_hand_in(&desk, probe_says("forum https is down", NOW + 11 * MINUTE),
                 NOW + 21 * MINUTE);
    struct seen seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text,
                        "Over after 20 minutes: forum https is flapping");
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert WHERE"
                                        " ended_ms = 0 AND title LIKE"
                                        " '%is down' AND incident = 1"),
                     1);
    /* A bot that starts says it again: that is none. */
    desk_hand_in(&desk, probe_says("forum https is down", NOW + 11 * MINUTE),
                 NOW + 25 * MINUTE);
    assert_int_equal(desk_number(&desk, overs), 1);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 2);
    struct alert end = probe_says("forum https is up again", 0);
    end.is_firing = false;
    end.ended_ms = NOW + 41 * MINUTE;
    desk_hand_in(&desk, end, NOW + 41 * MINUTE);
    seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text,
                        "Over after 30 minutes: forum https is down");
    assert_int_equal(desk_number(&desk, overs), 2);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_probe_that_stays_down_after_flapping_is_told, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
