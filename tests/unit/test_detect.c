/*
 * When an alert was missing, and what is proposed then.
 */
#include "bot/core/detect.h"
#include "tests/lib/play.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define MINUTE MS_PER_MINUTE
#define NEVER  INT64_C(-1)

struct noticed {
    const char *name;
    int64_t report_min, alert_min; /* after T0 */
    bool is_lacking;
};

static struct incident over(int64_t report_min, int64_t alert_min)
{
    struct incident in = {.id = 12, .state = STATE_RESOLVED};
    str_copy_to(in.title, STR("Logins fail"));
    if (report_min != NEVER)
        in.milestones[MILESTONE_FIRST_REPORT] =
            at(T0 + report_min * MINUTE, "");
    if (alert_min != NEVER)
        in.milestones[MILESTONE_FIRST_ALERT] = at(T0 + alert_min * MINUTE, "");
    return in;
}

static void people_before_monitors(void **state)
{
    static const struct noticed cases[] = {
        {"people 8 minutes ahead", 0, 8, true},
        {"people a minute ahead", 0, 1, true},
        {"together", 3, 3, false},
        {"the monitor was ahead", 5, 2, false},
        {"no alert", 0, NEVER, true},
        {"nothing at all", NEVER, NEVER, true},
        {"only the monitor", NEVER, 4, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct incident in = over(cases[i].report_min, cases[i].alert_min);
        if (detect_is_lacking(&in) != cases[i].is_lacking)
            fail_msg("%s", cases[i].name);
    }
}

static void seconds_are_no_gap(void **state)
{
    (void)state;
    struct incident in = over(0, 1);
    in.milestones[MILESTONE_FIRST_ALERT].from_ms -= 1;
    assert_false(detect_is_lacking(&in));
}

static void an_hour_that_may_begin_before_is_no_gap(void **state)
{
    (void)state;
    struct incident in = over(0, 20);
    in.milestones[MILESTONE_FIRST_REPORT].to_ms += 60 * MINUTE - 1;
    assert_false(detect_is_lacking(&in));
}

static void only_of_what_was_real_and_is_over(void **state)
{
    static const enum incident_state not_over[] = {
        STATE_INVESTIGATING, STATE_IDENTIFIED, STATE_MITIGATED,
        STATE_CANCELLED};
    (void)state;
    struct incident in = over(0, NEVER);
    for (size_t i = 0; i < sizeof not_over / sizeof not_over[0]; i++) {
        in.state = not_over[i];
        assert_false(detect_is_lacking(&in));
    }
    in.state = STATE_CLOSED;
    assert_true(detect_is_lacking(&in));
    in.is_drill = true;
    assert_false(detect_is_lacking(&in));
}

static void expect_text(const struct incident *in, struct str probe,
                        const char *text)
{
    struct buf out = BUF_INIT(1000);
    detect_propose(in, probe, &out);
    assert_string_equal(buf_text(&out), text);
    buf_release(&out);
}

static void what_is_proposed(void **state)
{
    (void)state;
    struct incident late = over(0, 8), never = over(0, NEVER);
    expect_text(&late, STR("forum https"),
                "Alert on \"forum https\" sooner: people noticed 8 minutes "
                "before the first machine alert");
    expect_text(&never, STR("forum https"),
                "Alert on \"forum https\": no machine alert told of it");
    expect_text(&never, STR_NONE,
                "Add a check that would have caught “Logins fail”");
    str_copy_to(late.services, STR("forum\ndatabase\n"));
    str_copy_to(never.services, STR("forum\n"));
    expect_text(&late, STR_NONE,
                "Add a probe for forum: people noticed 8 minutes before the "
                "first machine alert");
    expect_text(&never, STR_NONE,
                "Add a probe for forum: no machine alert told of it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_before_monitors),
        cmocka_unit_test(seconds_are_no_gap),
        cmocka_unit_test(an_hour_that_may_begin_before_is_no_gap),
        cmocka_unit_test(only_of_what_was_real_and_is_over),
        cmocka_unit_test(what_is_proposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
