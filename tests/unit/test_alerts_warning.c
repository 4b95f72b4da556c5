/* A monitor warns that something expires, and never tells that it was renewed:
 * that does not fire. */
#include "storage/alerts.h"
#include "tests/lib/alert_desk.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW    SCRATCH_NOW_MS
#define MINUTE MS_PER_MINUTE
#define DAY    (24 * MS_PER_HOUR)

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

static const char in_incident[] =
    "SELECT count(*) FROM alert WHERE incident <> 0";

static struct alert warns(const char *key, const char *service)
{
    struct alert alert = alert_fires(key, service, 0);
    alert.is_warning = true;
    return alert;
}

/* Nobody tells that it was renewed. Who was warned of the last certificate is
 * warned of the next one, too, and again when its last days have come. */
static void each_warning_that_something_expires_is_told(void **state)
{
    static const struct {
        enum alert_form form;
        const char *first, *later;
    } cases[] = {
        {ALERT_FORM_KUMA,
         "{\"heartbeat\":null,\"monitor\":null,\"msg\":\"[Forum][https://f/]"
         " server certificate f will expire in 14 days\"}",
         "{\"heartbeat\":null,\"monitor\":null,\"msg\":\"[Forum][https://f/]"
         " server certificate f will expire in 7 days\"}"},
        {ALERT_FORM_UPTIMEROBOT,
         "monitorID=7&alertType=3&sslExpiryDate=1670957580",
         "monitorID=7&alertType=3&sslExpiryDate=1670957580"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct desk desk = desk_open(state);
        desk_begin(&desk);
        monitor_posts(&desk, cases[i].form, cases[i].first, NOW);
        /* Sent once more, its answer was lost. */
        monitor_posts(&desk, cases[i].form, cases[i].first, NOW + MINUTE);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 1);
        monitor_posts(&desk, cases[i].form, cases[i].later,
                      NOW + 7 * 24 * MS_PER_HOUR);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 2);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert WHERE"
                                            " ended_ms = 0 AND card = 2"),
                         1);
        desk_close(&desk);
        assert_int_equal(remove(desk.scratch->db), 0);
    }
}

/* Ten days later the forum is down, of something else. */
static void a_warning_of_before_is_not_about_what_fails_now(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, warns("forum expires", "forum"), NOW - 10 * DAY);
    desk_hand_in(&desk, alert_fires("forum", "forum", NOW - MINUTE), NOW);
    desk_declare(&desk, 1, "forum", 0);
    (void)desk_turns(&desk, NOW + MINUTE);
    assert_string_equal(desk_last_alert(&desk, 1).text, "forum");
    assert_int_equal(desk_number(&desk, in_incident), 1);
    desk_close(&desk);
}

/* It may be just this that fails. */
static void a_warning_belongs_to_who_declares_from_its_card(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, warns("forum expires", "forum"), NOW - DAY);
    desk_declare(&desk, 1, "wiki", 1);
    (void)desk_turns(&desk, NOW + MINUTE);
    assert_int_equal(desk_number(&desk, in_incident), 1);
    desk_close(&desk);
}

static void a_warning_during_an_incident_is_told_without_an_end(void **state)
{
    struct desk desk = desk_open(state);
    int64_t firing = 1;
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    desk_hand_in(&desk, warns("forum expires", "forum"), NOW + MINUTE);
    assert_string_equal(desk_last_alert(&desk, 1).text, "forum expires");
    /* Whoever resolves is told of what fires. */
    assert_int_equal(store_count_firing_in(desk.store, 1, &firing), ERR_OK);
    assert_int_equal(firing, 0);
    desk_hand_in(&desk, warns("forum expires", "forum"), NOW + DAY);
    desk_restart(&desk, NOW + DAY + MINUTE);
    assert_int_equal(desk_number(&desk, in_incident), 2);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM event WHERE kind = 'alert'"),
        2);
    assert_int_equal(
        desk_number(&desk,
                    "SELECT count(*) FROM event WHERE alert_state = 'over'"),
        0);
    desk_close(&desk);
}

/* Within one breath of the same monitor: its end is no end of the warnings. */
static void warnings_and_what_fires_are_told_apart(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    desk_hand_in(&desk, alert_fires("forum", "forum", NOW), NOW + MINUTE);
    desk_hand_in(&desk, warns("a expires", "forum"), NOW + MINUTE);
    desk_hand_in(&desk, warns("b expires", "forum"), NOW + MINUTE);
    desk_restart(&desk, NOW + 2 * MINUTE);
    assert_string_equal(desk_last_alert(&desk, 1).text,
                        "2 alerts: a expires; b expires");
    desk_hand_in(&desk, alert_ends("forum", NOW + 3 * MINUTE),
                 NOW + 3 * MINUTE);
    assert_string_equal(desk_last_alert(&desk, 1).text,
                        "Over after 3 minutes: forum");
    desk_close(&desk);
}

/* Else the card of what fails stays open when its incident has it: "No open
 * incident is about this". */
static void a_warning_does_not_share_a_card_with_what_fires(void **state)
{
    const int64_t told_ms = NOW - DAY;
    static const int64_t waits[] = {0, 20 * MINUTE};
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct desk desk = desk_open(state);
        desk_begin(&desk);
        desk_hand_in(&desk, warns("forum expires", "forum"), told_ms);
        desk_hand_in(&desk, warns("forum mail expires", "forum"), told_ms);
        desk_hand_in(&desk, alert_fires("forum", "forum", 0),
                     told_ms + waits[i]);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert WHERE"
                                            " card = 1 AND is_warning = 1"),
                         2);
        desk_declare(&desk, 1, "forum", 0);
        (void)desk_turns(&desk, NOW + MINUTE);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert_card"
                                            " WHERE state = 'declared'"),
                         1);
        desk_close(&desk);
        assert_int_equal(remove(desk.scratch->db), 0);
    }
}

static void a_warning_is_forgotten_some_day(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, warns("forum expires", "forum"), NOW);
    desk_hand_in(&desk, alert_fires("forum", "forum", NOW), NOW);
    desk_hand_in(&desk, alert_fires("wiki", "wiki", NOW), NOW + 91 * DAY);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 2);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert WHERE"
                                        " is_warning = 1"),
                     0);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_warning_that_something_expires_is_told),
        TEST(a_warning_of_before_is_not_about_what_fails_now),
        TEST(a_warning_belongs_to_who_declares_from_its_card),
        TEST(a_warning_during_an_incident_is_told_without_an_end),
        TEST(warnings_and_what_fires_are_told_apart),
        TEST(a_warning_does_not_share_a_card_with_what_fires),
        TEST(a_warning_is_forgotten_some_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
