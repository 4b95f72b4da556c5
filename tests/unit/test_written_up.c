/*
 * An incident that is written up afterwards: the moment of writing is not when
 * things happened, so a move without a time sets no milestone.
 */
#include "tests/lib/play.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static const struct when *milestone(const struct play *play, enum milestone m)
{
    return &play->in.milestones[m];
}

/* The incident of 2022-12-13, declared years later. */
static struct play written_up(void)
{
    struct play play = declared();
    play.in.first_event_ms = play.in.declared_at_ms - 2 * MS_PER_DAY;
    assert_true(incident_is_written_up(&play.in));
    return play;
}

static void moves_without_a_time_set_no_milestone(void **state)
{
    (void)state;
    struct play play = written_up();
    accepts(&play, assigning(nova, ROLE_COMMANDER));
    accepts(&play, moving(STATE_IDENTIFIED, "The disk is full"));
    accepts(&play, moving(STATE_MITIGATED, "Space was made"));
    accepts(&play, moving(STATE_RESOLVED, "Archive deleted"));
    assert_int_equal(play.in.state, STATE_RESOLVED);
    assert_string_equal(incident_commander(&play.in)->name, "nova");
    assert_false(when_is_set(milestone(&play, MILESTONE_COMMANDER)));
    assert_false(when_is_set(milestone(&play, MILESTONE_IDENTIFIED)));
    assert_false(when_is_set(milestone(&play, MILESTONE_MITIGATED)));
    assert_false(when_is_set(milestone(&play, MILESTONE_RESOLVED)));
}

static void a_typed_time_does(void **state)
{
    (void)state;
    struct play play = written_up();
    struct request request = moving(STATE_RESOLVED, "Archive deleted");
    request.draft.occurred = when_exact(play.in.first_event_ms);
    request.draft.occurred.precision = WHEN_MINUTE;
    str_copy_to(request.draft.occurred.typed, STR("19:06"));
    accepts(&play, request);
    assert_int_equal(milestone(&play, MILESTONE_RESOLVED)->from_ms,
                     play.in.first_event_ms);
}

static void a_lived_one_takes_now(void **state)
{
    (void)state;
    struct play play = declared();
    assert_false(incident_is_written_up(&play.in));
    accepts(&play, moving(STATE_RESOLVED, "Archive deleted"));
    assert_true(when_is_set(milestone(&play, MILESTONE_RESOLVED)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_without_a_time_set_no_milestone),
        cmocka_unit_test(a_typed_time_does),
        cmocka_unit_test(a_lived_one_takes_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
