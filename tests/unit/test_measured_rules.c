/*
 * When what probes measured is wanted, and what becomes of it.
 */
#include "tests/lib/play.h"

#include <string.h>

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static const struct request asking = {.kind = REQUEST_CHART};

static struct play about_forum(void)
{
    struct play play = declared();
    struct request link = {.kind = REQUEST_LINK,
                           .draft = {.kind = EVENT_LINK,
                                     .recorder = nova,
                                     .service = STR("forum")}};
    accepts(&play, link);
    return play;
}

static struct request measured(void)
{
    struct request request = finished(EFFECT_CHART, 0);
    request.draft.text = STR("Measured by forum https");
    request.draft.file_name = STR("probes.csv");
    request.draft.file_type = STR("text/csv");
    request.draft.file_sha256 = STR("abc");
    request.draft.file_bytes = 3;
    request.draft.origin = STR("probes/abc");
    return request;
}

static int charts(const struct play *play)
{
    int count = 0;
    for (int i = 0; i < play->out.effect_count; i++)
        count += play->out.effects[i].kind == EFFECT_CHART;
    return count;
}

static void resolving_wants_a_chart(void **state)
{
    (void)state;
    struct play play = about_forum();
    accepts(&play, moving(STATE_MITIGATED, ""));
    assert_int_equal(charts(&play), 0);
    accepts(&play, moving(STATE_RESOLVED, "Disk replaced"));
    assert_int_equal(charts(&play), 1);
    assert_int_equal(play.out.effects[play.out.effect_count - 2].target, 0);
    accepts(&play, moving(STATE_INVESTIGATING, "It is back"));
    assert_int_equal(charts(&play), 0);
    accepts(&play, moving(STATE_RESOLVED, "Now really"));
    assert_int_equal(charts(&play), 1);
}

static void without_a_service_there_is_nothing_to_draw(void **state)
{
    (void)state;
    struct play play = declared();
    answers(&play, VERDICT_REFUSED, asking, "about no service yet");
    accepts(&play, moving(STATE_RESOLVED, "Disk replaced"));
    assert_int_equal(charts(&play), 0);
}

static void asking_is_not_recorded(void **state)
{
    (void)state;
    struct play play = about_forum();
    accepts(&play, asking);
    assert_int_equal(play.out.event_count, 0);
    assert_string_equal(play.wanted, "chart");
    play = about_forum();
    accepts(&play, moving(STATE_CANCELLED, "False alarm"));
    answers(&play, VERDICT_REFUSED, asking, "its record is final");
}

static void what_was_measured_is_evidence_and_shown(void **state)
{
    (void)state;
    struct play play = about_forum();
    accepts(&play, measured());
    const struct event *event = &play.out.events[0];
    assert_int_equal(event->kind, EVENT_EVIDENCE);
    assert_int_equal(event->source, SOURCE_PROBE);
    assert_int_equal(event->effect, EFFECT_NONE);
    assert_string_equal(play.wanted, "card live_card room live chart");
    assert_int_equal(play.out.effects[4].target, event->seq);
    play.subject.same_origin = event->seq;
    answers(&play, VERDICT_ALREADY, measured(), "known already");
}

static void a_chart_that_failed_is_told_in_the_room(void **state)
{
    (void)state;
    struct play play = about_forum();
    accepts(&play, failed(EFFECT_CHART));
    assert_string_equal(play.wanted, "room");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolving_wants_a_chart),
        cmocka_unit_test(without_a_service_there_is_nothing_to_draw),
        cmocka_unit_test(asking_is_not_recorded),
        cmocka_unit_test(what_was_measured_is_evidence_and_shown),
        cmocka_unit_test(a_chart_that_failed_is_told_in_the_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
