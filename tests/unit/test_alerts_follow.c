/* Two people declare what happens: alerts follow to the one that goes on. */
#include "storage/alert_cards.h"
#include "storage/alerts.h"
#include "tests/lib/alert_desk.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW    SCRATCH_NOW_MS
#define MINUTE MS_PER_MINUTE

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

static void cancel(struct desk *desk, int64_t id, int64_t duplicate_of)
{
    struct incident in;
    struct request request = scratch_move(STATE_CANCELLED, "A duplicate");
    request.draft.other_id = duplicate_of;
    assert_int_equal(store_incident(desk->store, id, &in), ERR_OK);
    assert_int_equal(scratch_take(desk->store, &in, &request, NOW + 4 * MINUTE),
                     VERDICT_ACCEPTED);
    if (duplicate_of != 0)
        alerts_duplicated(desk->alerts);
    (void)desk_turns(desk, NOW + 5 * MINUTE);
}

static void make_private(struct desk *desk, int64_t id)
{
    struct incident in;
    assert_int_equal(store_incident(desk->store, id, &in), ERR_OK);
    const struct request request = {.kind = REQUEST_SET,
                                    .draft = {.is_private = true,
                                              .severity = in.severity,
                                              .type = in.type,
                                              .title = str_of(in.title)}};
    assert_int_equal(scratch_take(desk->store, &in, &request, NOW),
                     VERDICT_ACCEPTED);
}

/* INC-1 was typed, INC-2 declared from the card of two alerts; a third came by
 * itself. One of them ended before it turned out. */
static void begin(struct desk *desk)
{
    desk_begin(desk);
    desk_hand_in(desk, alert_fires("a", "mail", NOW - MINUTE), NOW);
    desk_hand_in(desk, alert_fires("b", "mail", NOW - MINUTE), NOW);
    desk_declare(desk, 1, "", 0);
    desk_declare(desk, 2, "wiki", 1);
    (void)desk_turns(desk, NOW + MINUTE);
    desk_hand_in(desk, alert_fires("c", "wiki", NOW), NOW + MINUTE);
    desk_hand_in(desk, alert_ends("b", NOW + 2 * MINUTE), NOW + 2 * MINUTE);
    assert_int_equal(
        desk_number(desk, "SELECT count(*) FROM alert WHERE incident = 2"), 3);
}

static const char firing_in_1[] =
    "SELECT count(*) FROM alert WHERE incident = 1 AND ended_ms = 0";

static void what_fires_follows_a_duplicate(void **state)
{
    struct desk desk = desk_open(state);
    struct incident in;
    begin(&desk);
    cancel(&desk, 2, 1);
    assert_int_equal(desk_number(&desk, firing_in_1), 2);
    /* Its card names the one that goes on, and it does not say "over". */
    assert_int_equal(desk_number(&desk, "SELECT incident FROM alert_card"), 1);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert WHERE card"
                                        " = 1 AND ended_ms <> 0"),
                     1);
    assert_int_equal(store_incident(desk.store, 1, &in), ERR_OK);
    assert_int_equal(in.milestones[MILESTONE_FIRST_ALERT].from_ms,
                     NOW - MINUTE);
    desk_restart(&desk, NOW + 6 * MINUTE);
    assert_int_equal(desk_number(&desk, firing_in_1), 2);
    desk_hand_in(&desk, alert_ends("a", NOW + 9 * MINUTE), NOW + 9 * MINUTE);
    desk_hand_in(&desk, alert_ends("c", NOW + 9 * MINUTE), NOW + 9 * MINUTE);
    struct seen seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text, "Over after 10 minutes: 2 alerts: a; c");
    desk_close(&desk);
}

/* What only responders knew does not go where all read it. */
static void nothing_follows_out_of_a_private_incident(void **state)
{
    struct desk desk = desk_open(state);
    begin(&desk);
    make_private(&desk, 2);
    cancel(&desk, 2, 1);
    assert_int_equal(desk_number(&desk, firing_in_1), 0);
    desk_close(&desk);
}

/* Its monitor does not say when it began: it is known since it came. */
static void what_follows_keeps_the_time_when_it_came(void **state)
{
    struct desk desk = desk_open(state);
    struct incident in;
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("a", "mail", 0), NOW);
    desk_declare(&desk, 1, "", 0);
    desk_declare(&desk, 2, "wiki", 1);
    (void)desk_turns(&desk, NOW + 2 * MINUTE);
    for (int64_t id = 2; id >= 1; id--) {
        assert_int_equal(store_incident(desk.store, id, &in), ERR_OK);
        assert_int_equal(in.milestones[MILESTONE_FIRST_ALERT].from_ms, NOW);
        if (id == 2)
            cancel(&desk, 2, 1);
    }
    desk_hand_in(&desk, alert_ends("a", NOW + 9 * MINUTE), NOW + 9 * MINUTE);
    assert_string_equal(desk_last_alert(&desk, 1).text,
                        "Over after 9 minutes: a");
    desk_close(&desk);
}

static void reopen(struct desk *desk, int64_t id)
{
    struct incident in;
    const struct request request =
        scratch_move(STATE_INVESTIGATING, "It is not over");
    assert_int_equal(store_incident(desk->store, id, &in), ERR_OK);
    assert_int_equal(scratch_take(desk->store, &in, &request, NOW + 6 * MINUTE),
                     VERDICT_ACCEPTED);
    alerts_changed(desk->alerts);
    (void)desk_turns(desk, NOW + 7 * MINUTE);
}

/* It was none after all. What fires in the other one is not over here. */
static void
a_duplicate_that_is_reopened_does_not_say_that_it_is_over(void **state)
{
    struct desk desk = desk_open(state);
    begin(&desk);
    cancel(&desk, 2, 1);
    reopen(&desk, 2);
    assert_int_equal(desk_last_alert(&desk, 2).event.alert_state, ALERT_FIRING);
    assert_int_equal(desk_number(&desk, firing_in_1), 2);
    desk_close(&desk);
}

/* Somebody says first that it is the same, and then that it goes on. */
static void what_fires_follows_when_the_other_is_reopened(void **state)
{
    struct desk desk = desk_open(state);
    begin(&desk);
    cancel(&desk, 1, 0);
    cancel(&desk, 2, 1);
    assert_int_equal(desk_number(&desk, firing_in_1), 0);
    reopen(&desk, 1);
    assert_int_equal(desk_number(&desk, firing_in_1), 2);
    desk_close(&desk);
}

/* INC-2 has one alert of the card because of its service, no more. */
static void begin_by_service(struct desk *desk)
{
    desk_begin(desk);
    desk_hand_in(desk, alert_fires("a", "mail", NOW), NOW);
    desk_hand_in(desk, alert_fires("b", "wiki", NOW), NOW);
    desk_declare(desk, 1, "", 0);
    desk_declare(desk, 2, "wiki", 0);
    (void)desk_turns(desk, NOW + MINUTE);
}

static struct alert_card card_after_it_is_one(struct desk *desk)
{
    struct alert_card card;
    cancel(desk, 2, 1);
    assert_int_equal(desk_number(desk, firing_in_1), 1);
    assert_int_equal(store_alert_card(desk->store, 1, &card), ERR_OK);
    return card;
}

static void a_card_that_somebody_ignored_stays_so(void **state)
{
    struct desk desk = desk_open(state);
    struct alert_card card;
    begin_by_service(&desk);
    assert_int_equal(store_alert_card(desk.store, 1, &card), ERR_OK);
    card.state = ALERT_CARD_IGNORED;
    str_copy_to(card.by_name, STR("nova"));
    assert_int_equal(store_begin(desk.store), ERR_OK);
    assert_int_equal(store_put_alert_card(desk.store, &card, &card.id), ERR_OK);
    assert_int_equal(store_commit(desk.store), ERR_OK);
    card = card_after_it_is_one(&desk);
    assert_string_equal(card.by_name, "nova");
    /* She was told that no incident gets it. */
    desk_declare(&desk, 3, "mail", 0);
    (void)desk_turns(&desk, NOW + 6 * MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM alert WHERE incident = 3"), 0);
    desk_close(&desk);
}

static void a_card_of_a_third_incident_stays_there(void **state)
{
    struct desk desk = desk_open(state);
    begin_by_service(&desk);
    desk_declare(&desk, 3, "", 1);
    (void)desk_turns(&desk, NOW + 2 * MINUTE);
    assert_int_equal(card_after_it_is_one(&desk).incident_id, 3);
    desk_close(&desk);
}

/* Nobody said that it is the same. */
static void nothing_follows_a_false_alarm(void **state)
{
    struct desk desk = desk_open(state);
    begin(&desk);
    cancel(&desk, 2, 0);
    assert_int_equal(desk_number(&desk, firing_in_1), 0);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_fires_follows_a_duplicate),
        TEST(nothing_follows_out_of_a_private_incident),
        TEST(what_follows_keeps_the_time_when_it_came),
        TEST(a_duplicate_that_is_reopened_does_not_say_that_it_is_over),
        TEST(what_fires_follows_when_the_other_is_reopened),
        TEST(a_card_that_somebody_ignored_stays_so),
        TEST(a_card_of_a_third_incident_stays_there),
        TEST(nothing_follows_a_false_alarm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
