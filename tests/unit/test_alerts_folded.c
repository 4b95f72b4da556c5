/* What gathers after an entry is told in its words, a while later. */
#include "tests/lib/alert_desk.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW SCRATCH_NOW_MS

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

/* "disk" and "memory" come from a card, to the entry of the newer "api". */
static void begin_gathered(struct desk *desk)
{
    desk_begin(desk);
    desk_hand_in(desk, alert_fires("disk", "", NOW), NOW);
    desk_hand_in(desk, alert_fires("memory", "", NOW), NOW);
    desk_declare(desk, 1, "forum", 0);
    desk_hand_in(desk, alert_fires("api", "forum", NOW), NOW);
    assert_string_equal(desk_last_alert(desk, 1).text, "api");
    struct incident in;
    assert_int_equal(store_incident(desk->store, 1, &in), ERR_OK);
    struct request link = {.kind = REQUEST_LINK,
                           .draft = scratch_entry(EVENT_LINK, "").draft,
                           .alert_card = 1};
    assert_int_equal(scratch_take(desk->store, &in, &link, NOW),
                     VERDICT_ACCEPTED);
    alerts_changed(desk->alerts);
    (void)desk_turns(desk, NOW);
}

static void older_ones_join_a_newer_entry(void **state)
{
    struct desk desk = desk_open(state);
    begin_gathered(&desk);
    desk_restart(&desk, NOW + 1);
    assert_string_equal(desk_last_alert(&desk, 1).text,
                        "3 alerts: disk; memory; api");
    desk_close(&desk);
}

/* The disk was full just then. */
static void what_a_failed_turn_told_the_next_one_tells(void **state)
{
    struct desk desk = desk_open(state);
    begin_gathered(&desk);
    desk_close(&desk);
    bool accepted = false;
    desk = desk_open(state);
    desk_begin(&desk);
    assert_int_equal(store_begin(desk.store), ERR_OK);
    assert_int_equal(alerts_settle(desk.alerts, NOW + 1, &accepted), ERR_OK);
    store_rollback(desk.store);
    alerts_ended(desk.alerts, false);
    assert_string_equal(desk_last_alert(&desk, 1).text, "api");
    (void)desk_turns(&desk, NOW + 2);
    assert_string_equal(desk_last_alert(&desk, 1).text,
                        "3 alerts: disk; memory; api");
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(older_ones_join_a_newer_entry),
        TEST(what_a_failed_turn_told_the_next_one_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
