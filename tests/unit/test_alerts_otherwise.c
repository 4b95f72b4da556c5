/* What fires already is told otherwise: that is news. */
#include "tests/lib/alert_bodies.h"
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

#define FIRES_SINCE(start, end)                                                \
    AM("{\"status\":\"firing\",\"labels\":{\"alertname\":\"Disk\","            \
       "\"service\":"                                                          \
       "\"forum\"},\"annotations\":{},\"startsAt\":\"" start                   \
       "\",\"endsAt\":\"" end "\"}")
#define NO_END "0001-01-01T00:00:00Z"
#define KUMA_DOWN(time, important)                                             \
    KUMA("{\"monitorID\":29,\"status\":0,\"time\":\"" time                     \
         "\",\"msg\":\"\",\"important\":" important "}",                       \
         KUMA_MONITOR)

/* It was over while it was silenced, or while nobody could reach us: the one
 * that begins later is another, and nobody may sleep through it. */
static void what_fires_anew_is_told_though_its_end_was_not(void **state)
{
    static const struct {
        enum alert_form form;
        const char *first, *again, *anew;
    } cases[] = {
        {ALERT_FORM_ALERTMANAGER, FIRES_SINCE("2022-12-13T18:53:00Z", NO_END),
         FIRES_SINCE("2022-12-13T18:53:00Z", "2022-12-13T23:00:00Z"),
         FIRES_SINCE("2022-12-14T18:53:00Z", NO_END)},
        {ALERT_FORM_KUMA, KUMA_DOWN("2022-12-13 18:53:00", "true"),
         KUMA_DOWN("2022-12-14 12:00:00", "false"), /* Resend Notification */
         KUMA_DOWN("2022-12-14 18:53:00", "true")},
    };
    const int64_t begun_ms = INT64_C(1670957580000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct desk desk = desk_open(state);
        desk_begin(&desk);
        desk_declare(&desk, 1, "forum", 0);
        monitor_posts(&desk, cases[i].form, cases[i].first, begun_ms + MINUTE);
        monitor_posts(&desk, cases[i].form, cases[i].again,
                      begun_ms + 18 * MS_PER_HOUR);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 1);
        monitor_posts(&desk, cases[i].form, cases[i].anew,
                      begun_ms + 24 * MS_PER_HOUR + MINUTE);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 2);
        assert_int_equal(
            desk_number(&desk, "SELECT count(*) FROM alert WHERE ended_ms = 0 "
                               "AND incident = 1 AND is_told"),
            1);
        struct seen seen = desk_last_alert(&desk, 1);
        assert_int_equal(seen.event.alert_state, ALERT_FIRING);
        assert_int_equal(seen.event.occurred.from_ms,
                         begun_ms + 24 * MS_PER_HOUR);
        assert_int_equal(
            desk_number(&desk,
                        "SELECT count(*) FROM event WHERE alert_state = "
                        "'over' AND text LIKE 'Over within 24 hours: %'"),
            1);
        desk_close(&desk);
        assert_int_equal(remove(desk.scratch->db), 0);
    }
}

/* UptimeRobot's repeat may bring another time, and JSON that tells no state
 * none: an end that was lost is to silence neither for ever. */
static void what_was_not_told_for_long_is_told_anew(void **state)
{
    const int64_t began_ms[] = {0, NOW + 3 * MS_PER_DAY};
    for (size_t i = 0; i < sizeof began_ms / sizeof began_ms[0]; i++) {
        struct desk desk = desk_open(state);
        desk_begin(&desk);
        desk_hand_in(&desk, alert_fires("forum", "forum", NOW), NOW);
        for (int day = 1; day <= 3; day++) /* once a day it is repeated */
            desk_hand_in(&desk, alert_fires("forum", "forum", 0),
                         NOW + day * MS_PER_DAY + MINUTE);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 1);
        assert_int_equal(desk_number(&desk, "SELECT times FROM alert"), 4);
        int64_t later_ms = NOW + 5 * MS_PER_DAY;
        desk_hand_in(&desk, alert_fires("forum", "forum", began_ms[i]),
                     later_ms);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 2);
        assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert WHERE"
                                            " ended_ms = 0 AND card = 2"),
                         1);
        desk_close(&desk);
        assert_int_equal(remove(desk.scratch->db), 0);
    }
}

/* Whoever ignored it was told that it would be. */
static void what_was_ignored_is_told_anew_after_long(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("forum", "forum", 0), NOW);
    scratch_sql(desk.scratch, "UPDATE alert_card SET state = 'ignored',"
                              " by_name = 'nova'");
    desk_hand_in(&desk, alert_fires("forum", "forum", 0),
                 NOW + 60 * MS_PER_DAY);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert_card"
                                        " WHERE state = 'open'"),
                     1);
    desk_close(&desk);
}

/* A script may tell what it sees once a week, and since when. */
static void what_says_when_it_began_is_the_same(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("forum", "forum", NOW), NOW);
    desk_hand_in(&desk, alert_fires("forum", "forum", NOW),
                 NOW + 7 * MS_PER_DAY);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 1);
    desk_close(&desk);
}

/* A cancelled record takes no entries. An end does not become known by
 * waiting: nobody told when it was over. */
static void an_end_that_nobody_told_is_still_none(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    desk_hand_in(&desk, alert_fires("a", "forum", 0), NOW);
    desk_move(&desk, STATE_CANCELLED, NOW + MINUTE);
    desk_hand_in(&desk, alert_fires("a", "forum", 0), NOW + 3 * MS_PER_DAY);
    desk_move(&desk, STATE_INVESTIGATING, NOW + 3 * MS_PER_DAY + MINUTE);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM event WHERE"
                                        " text = 'Over within 3 days: a'"),
                     1);
    desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_probe_that_stays_down_after_flapping_is_told, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(
            what_fires_anew_is_told_though_its_end_was_not, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(what_was_not_told_for_long_is_told_anew,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            what_was_ignored_is_told_anew_after_long, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(an_end_that_nobody_told_is_still_none,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(what_says_when_it_began_is_the_same,
                                        scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
