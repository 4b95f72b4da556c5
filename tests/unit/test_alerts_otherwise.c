/* What fires already is told otherwise: that is news. */
#include "bot/alert/parse.h"
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

static void monitor_posts(struct desk *desk, enum alert_form form,
                          const char *body, int64_t now_ms)
{
    const struct alert_source source = alert_source_of(form);
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
    struct alerts alerts;
    assert_int_equal(
        alerts_parse(&source, STR_NONE, str_of(body), &alerts, &why), ERR_OK);
    assert_int_equal(alerts.count, 1);
    desk_hand_in(desk, alerts.all[0], now_ms);
    alerts_release(&alerts);
    buf_release(&why);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_probe_that_stays_down_after_flapping_is_told, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(
            each_warning_that_something_expires_is_told, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
