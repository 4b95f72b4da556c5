/* Alerts that somebody ignored: no incident gets them. */
#include "tests/lib/alert_desk.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW    SCRATCH_NOW_MS
#define MINUTE MS_PER_MINUTE

/* As whoever ignored it was told. */
static void a_later_incident_gets_nothing_that_is_ignored(void **state)
{
    struct request ignore = {.kind = REQUEST_IGNORE,
                             .draft = {.actor = {.name = STR("quill")}},
                             .alert_card = 1};
    struct incident in = {0};
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("a", "forum", NOW - MINUTE), NOW);
    assert_int_equal(scratch_take(desk.store, &in, &ignore, NOW),
                     VERDICT_ACCEPTED);
    desk_declare(&desk, 1, "forum", 0);
    desk_turns(&desk, NOW + MINUTE);
    desk_restart(&desk, NOW + MINUTE);
    assert_int_equal(desk_number(&desk, "SELECT incident FROM alert"), 0);
    desk_hand_in(&desk, alert_ends("a", NOW + MINUTE), NOW + MINUTE);
    desk_hand_in(&desk, alert_fires("a", "forum", NOW), NOW + 2 * MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT incident FROM alert WHERE ended_ms = 0"), 1);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_later_incident_gets_nothing_that_is_ignored, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
