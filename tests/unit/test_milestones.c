/*
 * What corrections of moves, and of who took command, leave of the milestones:
 * as people type them, through the store.
 */
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Minutes since it was declared, at 19:10; INT64_MIN: not recorded. */
static int64_t told(enum milestone milestone)
{
    struct incident in = now_is();
    const struct when *when = &in.milestones[milestone];
    return when_is_set(when) ? (when->from_ms - NOW) / MS_PER_MINUTE
                             : INT64_MIN;
}

static void declare(const char *started)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Login broken");
    if (started != NULL)
        add_text(&it, "started", started);
    (void)does(&it);
}

static int64_t moves(const char *state, const char *at)
{
    struct interaction it = slash("incident update");
    add_text(&it, "message", "It is as it is");
    add_text(&it, "state", state);
    if (at != NULL)
        add_text(&it, "at", at);
    return keeps(&it);
}

static int64_t resolves(void)
{
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "It was the disk");
    return keeps(&it);
}

static int64_t takes_command(uint64_t id, const char *name)
{
    struct interaction it = slash("ic assign");
    add_user(&it, "user", id, name);
    return keeps(&it);
}

static void a_typo_moves_nothing(void **state)
{
    (void)state;
    declare("2022-12-05 18:40");
    assert_null(strstr(edits(1, "text", "Login is broken"), "milestone"));
    assert_int_equal(told(MILESTONE_DECLARED), 0);
    struct incident in = now_is();
    assert_true(incident_is_written_up(&in));
}

/* What a correction repeats is no new word on the impact. */
static void a_typo_leaves_the_newest_impact(void **state)
{
    struct interaction it = slash("incident update");
    (void)state;
    declare(NULL);
    add_text(&it, "message", "Notting works");
    add_text(&it, "impact", "Nobody can log in");
    int64_t first = keeps(&it);
    it = slash("incident update");
    add_text(&it, "message", "Some are in again");
    add_text(&it, "impact", "Every tenth login fails");
    (void)does(&it);
    (void)edits(first, "text", "Nothing works");
    assert_string_equal(now_is().impact, "Every tenth login fails");
}

/* An entry of long before makes it look written up. */
static void a_typo_after_a_late_report_moves_nothing(void **state)
{
    struct interaction it = slash("timeline add");
    (void)state;
    declare(NULL);
    minutes(30);
    int64_t resolved = resolves();
    add_text(&it, "incident", "1");
    add_text(&it, "text", "Users saw it two days before");
    add_text(&it, "kind", "alert");
    add_text(&it, "time", "2022-12-11 10:00");
    (void)does(&it);
    (void)edits(resolved, "text", "It was the other disk");
    assert_int_equal(told(MILESTONE_RESOLVED), 30);
}

/* Who commanded first, whichever entry is corrected. */
static void the_first_commander_counts(void **state)
{
    (void)state;
    declare(NULL);
    minutes(10);
    int64_t first = takes_command(NOVA, "nova");
    minutes(20);
    int64_t second = takes_command(DMA, "dma");
    minutes(60);
    assert_int_equal(told(MILESTONE_COMMANDER), 10);
    assert_says(edits(first, "time", "19:50"), "is 19:40 UTC");
    assert_int_equal(told(MILESTONE_COMMANDER), 30);
    (void)edits(second, "time", "19:15");
    assert_int_equal(told(MILESTONE_COMMANDER), 5);
    struct interaction it = slash("ic who");
    assert_says(caller_does(&caller, &it), "since 19:15 UTC");
}

static void the_first_identification_counts(void **state)
{
    (void)state;
    declare(NULL);
    minutes(10);
    int64_t first = moves("identified", NULL);
    minutes(10);
    (void)moves("investigating", NULL);
    minutes(10);
    int64_t second = moves("identified", NULL);
    minutes(60);
    (void)edits(first, "time", "19:55");
    assert_int_equal(told(MILESTONE_IDENTIFIED), 30);
    (void)edits(second, "time", "19:35");
    assert_int_equal(told(MILESTONE_IDENTIFIED), 25);
    assert_int_equal(now_is().state_since_ms, NOW + 25 * MS_PER_MINUTE);
}

static void a_write_up_learns_in_any_order(void **state)
{
    (void)state;
    declare("2022-12-05 18:40");
    int64_t nova = takes_command(NOVA, "nova");
    int64_t dma = takes_command(DMA, "dma");
    int64_t mitigated = moves("mitigated", NULL);
    minutes(1);
    int64_t resolved = resolves();
    minutes(1);
    assert_int_equal(told(MILESTONE_MITIGATED), INT64_MIN);
    (void)edits(mitigated, "time", "2022-12-05 19:00");
    (void)edits(resolved, "time", "2022-12-05 19:10");
    (void)edits(dma, "time", "2022-12-05 18:55");
    (void)edits(nova, "time", "2022-12-05 18:50");
    int64_t days = -8 * INT64_C(24 * 60);
    assert_int_equal(told(MILESTONE_MITIGATED), days - 10);
    assert_int_equal(told(MILESTONE_RESOLVED), days);
    assert_int_equal(told(MILESTONE_COMMANDER), days - 20);
    struct interaction it = slash("incident status");
    add_text(&it, "incident", "1");
    assert_says(caller_does(&caller, &it), "since 2022-12-05 19:10 UTC");
}

/* Who types "now" tells a time, also where the moment of writing is none. */
static void now_is_a_time_that_is_told(void **state)
{
    (void)state;
    declare("2022-12-05 18:40");
    minutes(2);
    (void)takes_command(NOVA, "nova");
    int64_t mitigated = moves("mitigated", "now");
    assert_int_equal(told(MILESTONE_COMMANDER), INT64_MIN);
    assert_int_equal(told(MILESTONE_MITIGATED), 2);
    minutes(3);
    (void)edits(mitigated, "time", "2022-12-05 19:10");
    minutes(3);
    (void)edits(mitigated, "time", "now");
    assert_int_equal(told(MILESTONE_MITIGATED), 8);
    minutes(3);
    (void)edits(mitigated, "text", "It is as it was");
    assert_int_equal(told(MILESTONE_MITIGATED), 8);
}

static int64_t finds(const char *confidence, const char *time)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "The disk is full");
    add_text(&it, "confidence", confidence);
    add_text(&it, "time", time);
    return keeps(&it);
}

static void strikes(int64_t seq)
{
    char id[24];
    struct interaction it = slash("timeline strike");
    (void)snprintf(id, sizeof id, "%" PRId64, seq);
    add_text(&it, "id", id);
    add_text(&it, "reason", "It was something else");
    (void)does(&it);
}

/* A theory, or what was ruled out, identifies nothing. */
static void a_finding_tells_while_it_is_confirmed(void **state)
{
    (void)state;
    declare(NULL);
    minutes(60);
    (void)finds("theory", "19:15");
    int64_t first = finds("confirmed", "19:20");
    int64_t second = finds("confirmed", "19:30");
    assert_int_equal(told(MILESTONE_IDENTIFIED), 10);
    strikes(first);
    assert_int_equal(told(MILESTONE_IDENTIFIED), 20);
    (void)edits(second, "confidence", "ruled-out");
    assert_int_equal(told(MILESTONE_IDENTIFIED), INT64_MIN);
    (void)edits(second, "confidence", "confirmed");
    assert_int_equal(told(MILESTONE_IDENTIFIED), 20);
    strikes(second);
    assert_int_equal(told(MILESTONE_IDENTIFIED), INT64_MIN);
}

/* It was told by a move, be it by way of its correction. */
static void a_finding_does_not_outdo_a_corrected_move(void **state)
{
    struct interaction it = slash("timeline add");
    (void)state;
    declare("2022-12-05 18:40");
    int64_t moved = moves("identified", NULL);
    (void)edits(moved, "time", "2022-12-05 18:55");
    int64_t at = told(MILESTONE_IDENTIFIED);
    add_text(&it, "text", "Disk full");
    add_text(&it, "confidence", "confirmed");
    add_text(&it, "time", "2022-12-05 18:50");
    int64_t finding = keeps(&it);
    assert_int_equal(told(MILESTONE_IDENTIFIED), at);
    (void)edits(finding, "confidence", "theory");
    assert_int_equal(told(MILESTONE_IDENTIFIED), at);
}

/* What a person set was of the end before. */
static void a_new_end_is_told_anew(void **state)
{
    (void)state;
    declare(NULL);
    minutes(10);
    (void)resolves();
    struct interaction it = slash("incident set");
    add_text(&it, "incident", "1");
    add_text(&it, "milestone", "resolved");
    add_text(&it, "time", "19:15");
    (void)does(&it);
    minutes(50);
    it = slash("incident reopen");
    add_text(&it, "incident", "1");
    add_text(&it, "reason", "It is back");
    (void)does(&it);
    minutes(60);
    int64_t resolved = resolves();
    (void)edits(resolved, "time", "20:40");
    assert_int_equal(told(MILESTONE_RESOLVED), 90);
}

static void what_a_person_set_stays(void **state)
{
    (void)state;
    declare(NULL);
    minutes(20);
    int64_t mitigated = moves("mitigated", NULL);
    struct interaction it = slash("incident set");
    add_text(&it, "milestone", "mitigated");
    add_text(&it, "time", "~19:25");
    (void)does(&it);
    assert_null(strstr(edits(mitigated, "time", "19:18"), "milestone"));
    assert_int_equal(told(MILESTONE_MITIGATED), 15);
}

/* An update is an entry of the same kind; a scribe commands nobody; who leaves
 * takes no command. */
static void others_tell_no_milestone(void **state)
{
    (void)state;
    declare("2022-12-05 18:40");
    int64_t identified = moves("identified", "2022-12-05 18:50");
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Still at it");
    add_text(&it, "at", "2022-12-05 18:50");
    (void)edits(keeps(&it), "time", "2022-12-05 18:45");
    assert_int_equal(told(MILESTONE_IDENTIFIED), -8 * 24 * 60 - 20);
    (void)edits(identified, "time", "2022-12-05 18:55");
    assert_int_equal(told(MILESTONE_IDENTIFIED), -8 * 24 * 60 - 15);
    it = slash("ic assign");
    add_user(&it, "user", DMA, "dma");
    add_text(&it, "role", "scribe");
    (void)edits(keeps(&it), "time", "2022-12-05 18:45");
    assert_int_equal(told(MILESTONE_COMMANDER), INT64_MIN);
    (void)takes_command(NOVA, "nova");
    it = slash("ic leave");
    (void)edits(keeps(&it), "time", "2022-12-05 19:45");
    assert_int_equal(told(MILESTONE_COMMANDER), INT64_MIN);
}

static void what_was_taken_back_stays_so(void **state)
{
    (void)state;
    declare(NULL);
    minutes(20);
    int64_t mitigated = moves("mitigated", "19:20");
    int64_t again = moves("investigating", "19:20");
    (void)edits(mitigated, "time", "19:18");
    assert_int_equal(told(MILESTONE_MITIGATED), INT64_MIN);
    (void)edits(again, "time", "19:22");
    assert_int_equal(now_is().state_since_ms, NOW + 12 * MS_PER_MINUTE);
}

static const char *sets(const char *milestone, const char *time)
{
    struct interaction it = slash("incident set");
    add_text(&it, "incident", "1");
    add_text(&it, "milestone", milestone);
    add_text(&it, "time", time);
    return does(&it);
}

/* A move of before it, or after it, does not outdo a person either. */
static void what_a_person_set_outlives_a_move(void **state)
{
    (void)state;
    declare(NULL);
    minutes(20);
    (void)sets("identified", "19:25");
    (void)moves("identified", "19:18");
    assert_int_equal(told(MILESTONE_IDENTIFIED), 15);
}

/* Each time that it is identified again counts for the state, and only the
 * first for the milestone. */
static void a_state_is_as_old_as_its_move(void **state)
{
    (void)state;
    declare(NULL);
    minutes(10);
    (void)moves("identified", NULL);
    minutes(10);
    (void)moves("investigating", NULL);
    minutes(10);
    (void)moves("identified", NULL);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Nobody gets in");
    (void)edits(keeps(&it), "time", "19:12");
    struct incident in = now_is();
    assert_int_equal(in.state_since_ms, NOW + 30 * MS_PER_MINUTE);
    assert_int_equal(incident_since(&in).from_ms, NOW + 30 * MS_PER_MINUTE);
    assert_int_equal(told(MILESTONE_IDENTIFIED), 10);
}

/* Known better, and worse than thought. */
static void what_is_only_identified_is_not_mitigated(void **state)
{
    (void)state;
    declare(NULL);
    (void)moves("mitigated", NULL);
    minutes(10);
    (void)moves("identified", NULL);
    assert_int_equal(told(MILESTONE_MITIGATED), INT64_MIN);
}

/* A slip of the day does not make it one that is written up for ever. */
static void a_wrong_beginning_is_forgotten(void **state)
{
    (void)state;
    declare("2022-11-13 18:40");
    minutes(1);
    (void)sets("impact start", "2022-12-13 18:40");
    minutes(1);
    (void)takes_command(NOVA, "nova");
    (void)sets("first human report", "2022-12-01 18:50");
    (void)sets("first human report", "2022-12-13 18:50");
    minutes(1);
    (void)resolves();
    assert_int_equal(now_is().first_event_ms, NOW - 30 * MS_PER_MINUTE);
    assert_int_equal(told(MILESTONE_COMMANDER), 2);
    assert_int_equal(told(MILESTONE_RESOLVED), 3);
}

/* Of the incident's monitor; `target`: the entry that told its beginning. */
static int64_t monitor_says(enum alert_state says, int64_t target)
{
    struct incident in, after;
    struct outcome outcome;
    const struct request request = {
        .kind = REQUEST_ADD,
        .draft = {.kind = EVENT_ALERT,
                  .source = SOURCE_WEBHOOK,
                  .actor = {.type = ACTOR_ROBOT, .name = STR("UptimeRobot")},
                  .text = STR("The login is down"),
                  .alert_state = says,
                  .target = target}};
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(store_incident(caller.store, 1, &in), ERR_OK);
    assert_int_equal(
        road_take(caller.store, &in, &request, caller.now_ms, &after, &outcome),
        ERR_OK);
    assert_int_equal(outcome.verdict, VERDICT_ACCEPTED);
    assert_int_equal(store_commit(caller.store), ERR_OK);
    return outcome.events[0].seq;
}

/* That it is over is no alarm, also when nothing else is left of it. And what a
 * monitor said shows that the incident is lived, whatever is struck. */
static void an_end_is_no_alarm(void **state)
{
    (void)state;
    declare("2022-12-10 18:40");
    minutes(5);
    int64_t alert = monitor_says(ALERT_FIRING, 0);
    minutes(5);
    (void)monitor_says(ALERT_OVER, alert);
    assert_int_equal(told(MILESTONE_FIRST_ALERT), 5);
    strikes(alert);
    assert_int_equal(told(MILESTONE_FIRST_ALERT), INT64_MIN);
    struct incident in = now_is();
    assert_false(incident_is_written_up(&in));
}

/* Whatever takes it back: who strikes the wrong one sees what went with it. */
static void what_goes_with_an_entry_is_said(void **state)
{
    static const char *const none =
        "\nWith it the milestone **first human report** is not recorded.";
    (void)state;
    declare(NULL);
    struct interaction it = slash("timeline add");
    add_text(&it, "kind", "report");
    add_text(&it, "text", "Logins fail");
    add_text(&it, "time", "19:02");
    int64_t first = keeps(&it);
    it = slash("timeline strike");
    add_text(&it, "id", "2");
    add_text(&it, "reason", "Twice");
    assert_int_equal(first, 2);
    assert_says(does(&it), none);
    it = slash("timeline add");
    add_text(&it, "kind", "report");
    add_text(&it, "text", "Set the TTL back");
    assert_int_equal(keeps(&it), 4);
    it = slash("timeline change");
    add_text(&it, "entry", "4");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    assert_says(does(&it), none);
}

static const char *reopens(const char *reason)
{
    struct interaction it = slash("incident reopen");
    add_text(&it, "incident", "1");
    add_text(&it, "reason", reason);
    return does(&it);
}

/* What it is may turn out when it hurts no more. */
static void what_is_back_has_not_ended(void **state)
{
    static const char *const words = "\nThe impact end, ";
    (void)state;
    declare("18:40");
    (void)sets("impact end", "19:05");
    (void)moves("identified", NULL);
    (void)moves("mitigated", NULL);
    assert_int_equal(told(MILESTONE_IMPACT_END), -5);
    struct interaction back = button("1|incident update|1|state=investigating");
    assert_says(does(&back), words);
    assert_int_equal(told(MILESTONE_IMPACT_END), INT64_MIN);
    minutes(20);
    (void)sets("impact end", "19:25");
    (void)moves("identified", NULL);
    (void)moves("investigating", NULL);
    assert_int_equal(told(MILESTONE_IMPACT_END), 15);
    (void)resolves();
    assert_says(
        reopens("Logins fail again"),
        "\nThe impact end, 19:25 UTC (<t:1670959500:t>), is taken back, as "
        "it goes on: `/incident set` tells the next one.");
    assert_int_equal(told(MILESTONE_IMPACT_END), INT64_MIN);
    (void)resolves();
    assert_null(strstr(reopens("And again"), words));
}

/* A typed time that is taken back is not the latest, either. */
static void a_time_that_was_taken_back_is_no_anchor(void **state)
{
    (void)state;
    declare("2022-12-01 18:40");
    (void)sets("impact end", "2022-12-13 18:45");
    (void)sets("impact end", "2022-12-01 18:45");
    assert_int_equal(now_is().latest_typed_ms,
                     NOW - 12 * MS_PER_DAY - 25 * MS_PER_MINUTE);
    (void)sets("impact end", "not recorded");
    assert_int_equal(told(MILESTONE_IMPACT_END), INT64_MIN);
    assert_int_equal(now_is().latest_typed_ms,
                     NOW - 12 * MS_PER_DAY - 30 * MS_PER_MINUTE);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_typo_moves_nothing),
        CASE(a_typo_leaves_the_newest_impact),
        CASE(a_typo_after_a_late_report_moves_nothing),
        CASE(the_first_commander_counts),
        CASE(the_first_identification_counts),
        CASE(a_write_up_learns_in_any_order),
        CASE(now_is_a_time_that_is_told),
        CASE(a_finding_tells_while_it_is_confirmed),
        CASE(a_finding_does_not_outdo_a_corrected_move),
        CASE(a_new_end_is_told_anew),
        CASE(what_a_person_set_stays),
        CASE(what_a_person_set_outlives_a_move),
        CASE(a_state_is_as_old_as_its_move),
        CASE(what_is_only_identified_is_not_mitigated),
        CASE(others_tell_no_milestone),
        CASE(what_was_taken_back_stays_so),
        CASE(a_wrong_beginning_is_forgotten),
        CASE(what_goes_with_an_entry_is_said),
        CASE(an_end_is_no_alarm),
        CASE(what_is_back_has_not_ended),
        CASE(a_time_that_was_taken_back_is_no_anchor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
