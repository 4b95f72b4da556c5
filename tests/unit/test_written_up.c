/*
 * An incident that is written up afterwards: the moment of writing is not when
 * things happened, so a move without a time sets no milestone.
 */
#include "tests/lib/one_caller.h"
#include "tests/lib/play.h"

#include <inttypes.h>

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

/* Nor is it the moment when it began. */
static void it_began_with_its_first_event(void **state)
{
    (void)state;
    struct play play = written_up();
    int64_t first_ms = play.in.first_event_ms;
    assert_int_equal(incident_beginning(&play.in), MILESTONE_IMPACT_START);
    assert_int_equal(incident_began_ms(&play.in), first_ms);
    accepts(&play, adding_at(EVENT_REPORT, first_ms + MS_PER_HOUR));
    assert_int_equal(incident_beginning(&play.in), MILESTONE_FIRST_REPORT);
    assert_int_equal(incident_began_ms(&play.in), first_ms);
}

static void a_lived_one_takes_now(void **state)
{
    (void)state;
    struct play play = declared();
    assert_false(incident_is_written_up(&play.in));
    accepts(&play, moving(STATE_RESOLVED, "Archive deleted"));
    assert_true(when_is_set(milestone(&play, MILESTONE_RESOLVED)));
}

/* ---- what began days ago, and goes on ---- */

static bool is_written_up_after(struct request request)
{
    struct play play = written_up();
    accepts(&play, request);
    return incident_is_written_up(&play.in);
}

static struct request said_by(enum source source)
{
    struct request request = adding_at(EVENT_ALERT, T0 - 2 * MS_PER_DAY);
    request.draft.source = source;
    return request;
}

/* Who adds what happens now is in the middle of it. What a write-up collects
 * comes without a time of its own. */
static void a_word_on_what_happens_now_shows_it(void **state)
{
    (void)state;
    assert_false(is_written_up_after(adding(EVENT_NOTE, "Queues grow again")));
    assert_false(is_written_up_after(adding(EVENT_COMMS, "We are on it")));
    assert_false(is_written_up_after(said_by(SOURCE_WEBHOOK)));
    assert_false(is_written_up_after(said_by(SOURCE_PROBE)));
    assert_true(is_written_up_after(said_by(SOURCE_SLASH)));
    assert_true(is_written_up_after(adding(EVENT_IDEA, "More disks")));
    assert_true(is_written_up_after(adding(EVENT_EVIDENCE, "The log of it")));
    assert_true(is_written_up_after(adding_at(EVENT_NOTE, T0 - MS_PER_DAY)));

    struct play play = written_up();
    accepts(&play, adding(EVENT_NOTE, "Queues grow again"));
    accepts(&play, assigning(nova, ROLE_COMMANDER));
    accepts(&play, moving(STATE_RESOLVED, "Archive deleted"));
    assert_true(when_is_set(milestone(&play, MILESTONE_COMMANDER)));
    assert_true(when_is_set(milestone(&play, MILESTONE_RESOLVED)));
}

static void takes_place_at(const char *time, int64_t ms)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Something was seen");
    add_text(&it, "time", time);
    (void)does(&it);
    assert_int_equal(kept()->occurred.from_ms, ms);
}

/* NOW is 2022-12-13 19:10. */
static void clock_times_are_near_what_happens_now(void **state)
{
    (void)state;
    struct incident in;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "The kernel was upgraded");
    add_text(&it, "time", "2022-06-01");
    (void)does(&it);
    it = slash("timeline add");
    add_text(&it, "text", "Nobody gets in");
    (void)does(&it);
    int64_t note = kept()->seq;
    takes_place_at("18:00", NOW - 70 * MS_PER_MINUTE);
    takes_place_at("Dec 12 18:00", NOW - 70 * MS_PER_MINUTE - MS_PER_DAY);
    it = slash("timeline add");
    add_text(&it, "text", "The year before");
    add_text(&it, "time", "2021-12-20 18:00");
    (void)does(&it);
    takes_place_at("Dec 12 18:00", NOW - 70 * MS_PER_MINUTE - MS_PER_DAY);

    /* It was a slip, and is put where it belongs. */
    char entry[24];
    (void)snprintf(entry, sizeof entry, "#%" PRId64, note);
    it = slash("timeline edit");
    add_text(&it, "id", entry);
    add_text(&it, "time", "2021-12-20 19:00");
    (void)does(&it);
    caller_in(&caller, 1, &in);
    assert_true(incident_is_written_up(&in));
}

static void add_note(const char *text, const char *time)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    add_text(&it, "time", time);
    (void)does(&it);
}

/* The first that is noted is what somebody changed last week. */
static void a_time_of_the_last_hour_is_of_today(void **state)
{
    (void)state;
    int64_t week_ago = civil_day_start(NOW) - 7 * MS_PER_DAY;
    add_note("The media service was upgraded", "2022-12-06");
    takes_place_at("17:00", week_ago + 17 * MS_PER_HOUR);
    takes_place_at("18:30", NOW - 40 * MS_PER_MINUTE);
}

static void declare_begun(const char *started)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Media uploads fail");
    add_text(&it, "started", started);
    (void)does(&it);
}

/* Somebody told when it began: who writes that up says what was then. */
static void a_time_since_the_declaration_is_of_today(void **state)
{
    (void)state;
    int64_t yesterday = civil_day_start(NOW) - MS_PER_DAY;
    declare_begun("Dec 11");
    add_note("The disk is full", "Dec 12 10:00");
    takes_place_at("19:09", yesterday + 1149 * MS_PER_MINUTE);
    takes_place_at("19:10", NOW);
    takes_place_at("between 19:10 and 19:11", NOW);
}

/* Who writes up what was days ago may take an hour to do it. */
static void a_write_up_of_days_ago_stays_there(void **state)
{
    (void)state;
    int64_t then = civil_day_start(NOW) - 8 * MS_PER_DAY;
    declare_begun("2022-12-05 18:40");
    takes_place_at("18:53", then + 1133 * MS_PER_MINUTE);
    caller.now_ms += MS_PER_HOUR;
    takes_place_at("19:40", then + 1180 * MS_PER_MINUTE);
}

/* Nothing but its beginning was told so far, so it may be going on. */
static void the_first_word_may_be_of_today(void **state)
{
    (void)state;
    declare_begun("2022-12-05 18:40");
    caller.now_ms += MS_PER_HOUR;
    takes_place_at("19:40", NOW + 30 * MS_PER_MINUTE);
}

static void is_corrected_to(int64_t seq, const char *time, int64_t ms)
{
    char id[24];
    struct interaction it = slash("timeline edit");
    (void)snprintf(id, sizeof id, "#%" PRId64, seq);
    add_text(&it, "id", id);
    add_text(&it, "time", time);
    (void)does(&it);
    assert_int_equal(kept()->occurred.from_ms, ms);
}

/* Whatever a new entry of that time would be of. */
static void a_corrected_time_is_of_its_own_day(void **state)
{
    (void)state;
    int64_t yesterday = civil_day_start(NOW) - MS_PER_DAY;
    declare_begun("Dec 11");
    add_note("The disk is full", "Dec 12 10:00");
    int64_t note = kept()->seq;
    caller.now_ms += MS_PER_HOUR;
    is_corrected_to(note, "19:30", yesterday + 1170 * MS_PER_MINUTE);

    struct interaction it = slash("timeline add"); /* it goes on */
    add_text(&it, "text", "Nobody gets in");
    (void)does(&it);
    add_note("The kernel was upgraded", "2022-06-01 09:00");
    int64_t upgrade = kept()->seq;
    is_corrected_to(upgrade, "10:30", INT64_C(1654079400000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_on_what_happens_now_shows_it),
        cmocka_unit_test_setup_teardown(clock_times_are_near_what_happens_now,
                                        caller_setup_declared, caller_teardown),
        cmocka_unit_test_setup_teardown(a_time_of_the_last_hour_is_of_today,
                                        caller_setup_declared, caller_teardown),
        cmocka_unit_test_setup_teardown(
            a_time_since_the_declaration_is_of_today, caller_setup,
            caller_teardown),
        cmocka_unit_test_setup_teardown(a_write_up_of_days_ago_stays_there,
                                        caller_setup, caller_teardown),
        cmocka_unit_test_setup_teardown(the_first_word_may_be_of_today,
                                        caller_setup, caller_teardown),
        cmocka_unit_test_setup_teardown(a_corrected_time_is_of_its_own_day,
                                        caller_setup, caller_teardown),
        cmocka_unit_test(moves_without_a_time_set_no_milestone),
        cmocka_unit_test(it_began_with_its_first_event),
        cmocka_unit_test(a_typed_time_does),
        cmocka_unit_test(a_lived_one_takes_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
