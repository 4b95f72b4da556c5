/*
 * Alerts on their way: to the incident that they are about, as one entry a
 * storm, or onto a card; over a real store.
 */
#include "bot/road/road.h"
#include "tests/lib/alert_desk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW    SCRATCH_NOW_MS
#define MINUTE MS_PER_MINUTE

static void goes_to_the_incident_of_its_service(void **state)
{
    struct desk desk = desk_open(state);
    struct incident in;
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    desk_hand_in(&desk, alert_fires("forum is down", "FORUM", NOW + MINUTE),
                 NOW + 2 * MINUTE);
    struct seen seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text, "forum is down");
    assert_int_equal(seen.event.occurred.from_ms, NOW + MINUTE);
    assert_int_equal(seen.event.actor.type, ACTOR_ROBOT);
    assert_int_equal(seen.event.source, SOURCE_WEBHOOK);
    assert_int_equal(store_incident(desk.store, 1, &in), ERR_OK);
    assert_int_equal(in.milestones[MILESTONE_FIRST_ALERT].from_ms,
                     NOW + MINUTE);
    assert_int_equal(in.last_update_ms, NOW); /* nobody said anything */

    desk_hand_in(&desk, alert_fires("forum is down", "forum", NOW + MINUTE),
                 NOW + 3 * MINUTE); /* again: the same */
    assert_int_equal(desk_number(&desk,
                                 "SELECT count(*) FROM event WHERE kind ="
                                 " 'alert'"),
                     1);
    assert_int_equal(desk_number(&desk, "SELECT times FROM alert"), 2);

    desk_hand_in(&desk, alert_ends("forum is down", NOW + 13 * MINUTE),
                 NOW + 14 * MINUTE);
    seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text, "Over after 12 minutes: forum is down");
    assert_int_equal(seen.event.target, 2);
    assert_int_equal(seen.event.occurred.from_ms, NOW + 13 * MINUTE);
    assert_int_equal(store_incident(desk.store, 1, &in), ERR_OK);
    assert_int_equal(in.milestones[MILESTONE_FIRST_ALERT].from_ms,
                     NOW + MINUTE);
    desk_hand_in(&desk, alert_ends("never began", NOW), NOW + 15 * MINUTE);
    assert_int_equal(in.last_seq, 3);
    desk_close(&desk);
}

/* desk_close would find the damage: it is mended before. */
static void a_damaged_incident_takes_none(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    desk_declare(&desk, 2, "forum", 0);
    desk_declare(&desk, 3, "wiki", 0);
    scratch_sql(desk.scratch, "UPDATE incident SET type = 'x' WHERE id = 2");
    desk_hand_in(&desk, alert_fires("forum is down", "forum", NOW), NOW);
    assert_string_equal(desk_last_alert(&desk, 1).text, "forum is down");
    scratch_sql(desk.scratch,
                "UPDATE incident SET type = 'service' WHERE id = 2");
    desk_close(&desk);
}

static void an_entry_says_nothing_twice(void **state)
{
    static const struct {
        const char *title, *text, *entry;
    } cases[] = {
        {"Lag: 40 s behind", "40 s behind", "Lag: 40 s behind"},
        {"Lag: 40 s behind", "40 s behind\nReads are old",
         "Lag: 40 s behind: Reads are old"},
        {"Lag on db-2", "40 s behind\nReads are old",
         "Lag on db-2: 40 s behind\nReads are old"},
        {"Lag on db-2", "", "Lag on db-2"},
        {"Lag on db-2", "Lag", "Lag on db-2"},
    };
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t id = (int64_t)i + 1;
        char service[20];
        (void)snprintf(service, sizeof service, "service %zu", i);
        struct alert alert = alert_fires(service, service, NOW);
        alert.title = str_of(cases[i].title);
        alert.text = str_of(cases[i].text);
        desk_declare(&desk, id, service, 0);
        desk_hand_in(&desk, alert, NOW + MINUTE);
        assert_string_equal(desk_last_alert(&desk, id).text, cases[i].entry);
    }
    desk_close(&desk);
}

static void goes_along_dependencies_and_to_no_drill(void **state)
{
    static const struct {
        const char *incident, *alert;
        bool is_linked;
    } cases[] = {
        {"forum", "database", true}, {"database", "forum", true},
        {"wiki", "database", false}, {"", "forum", false},
        {"forum", "", false},        {"mail", "mail", true},
        {"mail", "mailman", false},
    };
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char key[20], sql[100];
        struct incident in;
        int64_t id = (int64_t)i + 1;
        (void)snprintf(key, sizeof key, "alert %zu", i);
        (void)snprintf(sql, sizeof sql,
                       "SELECT incident FROM alert WHERE key = '%s'", key);
        desk_declare(&desk, id, cases[i].incident, 0);
        desk_hand_in(&desk, alert_fires(key, cases[i].alert, NOW),
                     NOW + MINUTE);
        assert_int_equal(desk_number(&desk, sql), cases[i].is_linked ? id : 0);
        assert_int_equal(store_incident(desk.store, id, &in), ERR_OK);
        struct request resolve = scratch_move(STATE_RESOLVED, "done");
        assert_int_equal(scratch_take(desk.store, &in, &resolve, NOW + MINUTE),
                         VERDICT_ACCEPTED);
    }
    struct incident in = {0};
    struct request drill = scratch_declare(99, "An exercise");
    drill.draft.is_drill = true;
    drill.draft.service = STR("forum");
    assert_int_equal(scratch_take(desk.store, &in, &drill, NOW),
                     VERDICT_ACCEPTED);
    desk_hand_in(&desk, alert_fires("real", "forum", NOW), NOW + MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT incident FROM alert WHERE key = 'real'"), 0);
    desk_close(&desk);
}

static void a_storm_is_one_entry(void **state)
{
    enum { COUNT = 1000 };
    static struct alert storm[COUNT];
    static char keys[COUNT][16];
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    (void)desk_turns(&desk, NOW);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "api-%d", i);
        storm[i] = alert_fires(keys[i], "forum", NOW + i);
    }
    storm[7].severity = SEVERITY_1; /* the worst counts for all */
    storm[9].started_ms = 0;        /* its monitor does not say when */
    alerts_hand_in(desk.alerts, storm, COUNT, desk_done, &desk);
    desk_turn(&desk, NOW + MINUTE);
    assert_int_equal(desk.kept, 0); /* that would be a long turn */
    assert_true(desk_turns(&desk, NOW + MINUTE) > 3);
    assert_int_equal(desk.kept, 1);
    desk_restart(&desk, NOW + MINUTE);
    struct seen seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text, "1000 alerts: api-0; api-1; api-2; api-3; "
                                   "api-4; and 995 more");
    assert_int_equal(seen.event.alert_count, COUNT);
    assert_int_equal(seen.event.occurred.from_ms, NOW);
    assert_int_equal(seen.event.severity, SEVERITY_1);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM event"), 3);
    assert_int_equal(desk_number(&desk,
                                 "SELECT count(*) FROM alert WHERE seq = 2"
                                 " AND is_told = 1"),
                     COUNT);
    for (int i = 0; i < COUNT; i++)
        storm[i] = alert_ends(keys[i], NOW + 10 * MINUTE);
    alerts_hand_in(desk.alerts, storm, COUNT, desk_done, &desk);
    (void)desk_turns(&desk, NOW + 11 * MINUTE);
    seen = desk_last_alert(&desk, 1);
    assert_int_equal(strncmp(seen.text, "Over after 10 minutes: 1000 al", 30),
                     0);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM event"), 4);
    desk_close(&desk);
}

/* Kept by the first turn, lost by the second: handed in again it is the same.
 */
static void a_storm_that_fails_halfway_is_told(void **state)
{
    enum { COUNT = 1000 };
    static struct alert storm[COUNT];
    static char keys[COUNT][16];
    struct desk desk = desk_open(state);
    bool accepted = false;
    desk_begin(&desk);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "api-%d", i);
        storm[i] = alert_fires(keys[i], "forum", NOW + i);
    }
    alerts_hand_in(desk.alerts, storm, COUNT, desk_done, &desk);
    desk_turn(&desk, NOW);
    int64_t kept = desk_number(&desk, "SELECT count(*) FROM alert");
    assert_in_range(kept, 1, COUNT - 1);
    assert_int_equal(store_begin(desk.store), ERR_OK);
    assert_int_equal(alerts_settle(desk.alerts, NOW, &accepted), ERR_OK);
    store_rollback(desk.store);
    alerts_ended(desk.alerts, false);
    assert_int_equal(desk.lost, 1);
    assert_false(alerts_have_work(desk.alerts));
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), kept);
    alerts_hand_in(desk.alerts, storm, COUNT, desk_done, &desk);
    (void)desk_turns(&desk, NOW);
    assert_int_equal(desk.kept, 1);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), COUNT);

    desk_declare(&desk, 1, "forum", 0); /* they find their home, in turns too */
    assert_true(desk_turns(&desk, NOW) > 3);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM alert WHERE incident = 1"),
        COUNT);
    alerts_changed(desk.alerts);
    assert_false(alerts_have_work(desk.alerts));
    desk_close(&desk);
}

static void correct(struct desk *desk, const char *text)
{
    struct incident in;
    struct seen seen = desk_last_alert(desk, 1);
    struct request edit = {.kind = REQUEST_EDIT};
    seen.event.text = str_of(seen.text);
    seen.event.actor.name = STR("kuma");
    seen.event.service = seen.event.link = STR_NONE;
    edit.draft.recorder = scratch_entry(EVENT_NOTE, "").draft.recorder;
    incident_edit_draft(&seen.event, &edit.draft);
    edit.draft.recorder = edit.draft.actor;
    edit.draft.text = str_of(text);
    assert_int_equal(store_incident(desk->store, 1, &in), ERR_OK);
    assert_int_equal(scratch_take(desk->store, &in, &edit, NOW + MINUTE),
                     VERDICT_ACCEPTED);
}

static void strike(struct desk *desk, int64_t seq)
{
    struct incident in;
    struct request request = {.kind = REQUEST_STRIKE,
                              .draft = scratch_entry(EVENT_NOTE, "no").draft};
    request.draft.target = seq;
    assert_int_equal(store_incident(desk->store, 1, &in), ERR_OK);
    assert_int_equal(scratch_take(desk->store, &in, &request, NOW + MINUTE),
                     VERDICT_ACCEPTED);
}

static bool note_text(const struct entry *entry, void *context)
{
    str_copy_to(((struct seen *)context)->text, entry->event.text);
    return false;
}

/* INC-1 about the forum, and its alert "a" as #2. */
static void begin_told(struct desk *desk)
{
    desk_begin(desk);
    desk_declare(desk, 1, "forum", 0);
    desk_hand_in(desk, alert_fires("a", "forum", NOW), NOW + MINUTE);
}

/* And what comes then is told all the same, by an entry of its own. */
static void what_a_person_corrected_stays(void **state)
{
    struct seen first;
    struct desk desk = desk_open(state);
    begin_told(&desk);
    correct(&desk, "a, which is harmless");
    desk_hand_in(&desk, alert_fires("b", "forum", NOW), NOW + MINUTE);
    desk_hand_in(&desk, alert_fires("c", "forum", NOW), NOW + MINUTE);
    desk_restart(&desk, NOW + MINUTE);
    assert_int_equal(store_entry(desk.store, 1, 2, note_text, &first), ERR_OK);
    assert_string_equal(first.text, "a, which is harmless");
    assert_string_equal(desk_last_alert(&desk, 1).text, "2 alerts: b; c");
    desk_hand_in(&desk, alert_fires("d", "forum", NOW), NOW + MINUTE);
    desk_restart(&desk, NOW + MINUTE);
    assert_string_equal(desk_last_alert(&desk, 1).text, "3 alerts: b; c; d");
    desk_close(&desk);
}

/* "Ab": a, whose entry a person corrected, ends; then b fires. The end of what
 * the entry told is told once, whatever comes beside it. */
static void corrected_ends_once(void **state, const char *order, int ends_of_b)
{
    struct desk desk = desk_open(state);
    begin_told(&desk);
    correct(&desk, "a, which is harmless");
    for (; *order != '\0'; order++)
        desk_hand_in(&desk,
                     *order == 'A'   ? alert_ends("a", NOW + MINUTE)
                     : *order == 'B' ? alert_ends("b", NOW + MINUTE)
                                     : alert_fires("b", "forum", NOW),
                     NOW + MINUTE);
    desk_restart(&desk, NOW + MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM event WHERE kind = 'alert'"
                           " AND text LIKE 'Over after%harmless'"),
        1);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM event WHERE kind = 'alert'"
                           " AND text LIKE 'Over after% b'"),
        ends_of_b);
    desk_close(&desk);
}

static void what_a_person_corrected_ends_once(void **state)
{
    corrected_ends_once(state, "AbB", 1);
}

static void and_while_another_fires(void **state)
{
    corrected_ends_once(state, "Ab", 0);
}

static void and_before_another_ends(void **state)
{
    corrected_ends_once(state, "bAB", 1);
}

/* It was over before it was told. */
static void what_comes_after_a_strike_is_told(void **state)
{
    struct desk desk = desk_open(state);
    begin_told(&desk);
    strike(&desk, 2);
    desk_hand_in(&desk, alert_ends("a", NOW + MINUTE), NOW + MINUTE);
    desk_hand_in(&desk, alert_fires("b", "forum", NOW), NOW + MINUTE);
    desk_hand_in(&desk, alert_ends("b", NOW + MINUTE), NOW + MINUTE);
    desk_restart(&desk, NOW + MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM event WHERE kind = 'alert'"
                           " AND (text = 'b' OR text LIKE '%: a')"),
        1);
    assert_string_equal(desk_last_alert(&desk, 1).text,
                        "Over after 60 seconds: b");
    desk_close(&desk);
}

static void what_no_incident_has_is_on_a_card(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("a", "forum", NOW), NOW);
    desk_hand_in(&desk, alert_fires("b", "wiki", NOW),
                 NOW + 5000); /* in one go */
    desk_hand_in(&desk, alert_fires("c", "forum", NOW), NOW + 10 * MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM alert WHERE card = 1"), 3);
    desk_hand_in(&desk, alert_fires("d", "mail", NOW), NOW + 12 * MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM alert WHERE card = 2"), 1);
    assert_int_equal(desk_number(&desk,
                                 "SELECT count(*) FROM outbox WHERE kind ="
                                 " 'alert_card' AND incident = 0"),
                     2);
    /* Declared from the first: all of that one go to it, whatever service. */
    desk_declare(&desk, 1, "", 1);
    desk_turn(&desk, NOW + 13 * MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT count(*) FROM alert WHERE incident = 1"), 3);
    desk_restart(&desk, NOW + 13 * MINUTE);
    /* The last came minutes after the others: an entry of its own. */
    struct seen seen = desk_last_alert(&desk, 1);
    assert_string_equal(seen.text, "c");
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM event WHERE"
                                        " alert_count = 2"),
                     1);
    /* And a second declaration from it is not. */
    struct incident in = {0};
    struct request again = scratch_declare(2, "Once more");
    again.alert_card = 1;
    assert_int_equal(scratch_take(desk.store, &in, &again, NOW),
                     VERDICT_ALREADY);
    struct request ignore = {.kind = REQUEST_IGNORE, .alert_card = 2};
    in = (struct incident){0};
    assert_int_equal(scratch_take(desk.store, &in, &ignore, NOW),
                     VERDICT_ACCEPTED);
    assert_int_equal(scratch_take(desk.store, &in, &ignore, NOW),
                     VERDICT_ALREADY);
    ignore.alert_card = 77;
    assert_int_equal(scratch_take(desk.store, &in, &ignore, NOW),
                     VERDICT_REFUSED);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert_card WHERE"
                                        " state = 'ignored'"),
                     1);
    desk_close(&desk);
}

static void a_later_incident_gets_what_fires(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("a", "forum", NOW - MINUTE), NOW);
    desk_hand_in(&desk, alert_fires("b", "wiki", NOW - MINUTE), NOW);
    desk_declare(&desk, 1, "forum", 0);
    assert_true(alerts_have_work(desk.alerts));
    desk_turn(&desk, NOW + MINUTE);
    assert_int_equal(
        desk_number(&desk, "SELECT incident FROM alert WHERE key = 'a'"), 1);
    assert_int_equal(
        desk_number(&desk, "SELECT incident FROM alert WHERE key = 'b'"), 0);
    /* Their card is settled when incidents have both. */
    const char *settled =
        "SELECT count(*) FROM alert_card WHERE state = 'declared'";
    assert_int_equal(desk_number(&desk, settled), 0);
    struct seen seen = desk_last_alert(&desk, 1);
    assert_int_equal(seen.event.occurred.from_ms, NOW - MINUTE);
    desk_declare(&desk, 2, "wiki", 0);
    desk_turn(&desk, NOW + MINUTE);
    assert_int_equal(desk_number(&desk, settled), 1);
    desk_close(&desk);
}

/* The clock is put back a day: what comes now is neither of the storm of
 * tomorrow nor for a card that nobody looks at any more. */
static void a_clock_that_is_put_back_mixes_nothing(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_hand_in(&desk, alert_fires("a", "mail", NOW), NOW);
    desk_hand_in(&desk, alert_fires("b", "mail", 0), NOW - 24 * MS_PER_HOUR);
    desk_hand_in(&desk, alert_fires("c", "mail", 0),
                 NOW - 24 * MS_PER_HOUR + 5000);
    assert_int_equal(
        desk_number(&desk, "SELECT count(DISTINCT card) FROM alert"), 2);
    desk_declare(&desk, 1, "forum", 0);
    desk_hand_in(&desk, alert_fires("d", "forum", NOW), NOW);
    desk_hand_in(&desk, alert_fires("e", "forum", 0), NOW - 24 * MS_PER_HOUR);
    assert_int_equal(desk_number(&desk, "SELECT count(DISTINCT seq) FROM alert"
                                        " WHERE incident = 1"),
                     2);
    desk_turns(&desk, NOW - 24 * MS_PER_HOUR);
    desk_close(&desk);
}

/* More incidents are watched than alerts are housed in one turn. */
static void many_incidents_may_be_open(void **state)
{
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    for (int64_t id = 1; id <= 250; id++)
        desk_declare(&desk, id, id == 250 ? "forum" : "", 0);
    desk_hand_in(&desk, alert_fires("a", "forum", NOW), NOW);
    assert_int_equal(
        desk_number(&desk, "SELECT incident FROM alert WHERE key = 'a'"), 250);
    desk_close(&desk);
}

/* Past ones with something left to do do not stand in its light. */
static void an_old_incident_that_lasts_gets_its_alerts(void **state)
{
    const struct request over = {.kind = REQUEST_MOVE,
                                 .draft = {.kind = EVENT_STATE,
                                           .source = SOURCE_SLASH,
                                           .state_to = STATE_RESOLVED,
                                           .text = STR("It is up again.")}};
    struct desk desk = desk_open(state);
    desk_begin(&desk);
    desk_declare(&desk, 1, "forum", 0);
    for (int64_t id = 2; id <= 250; id++) {
        struct incident in;
        desk_declare(&desk, id, "", 0);
        assert_int_equal(store_incident(desk.store, id, &in), ERR_OK);
        assert_int_equal(scratch_take(desk.store, &in, &over, NOW),
                         VERDICT_ACCEPTED);
    }
    desk_hand_in(&desk, alert_fires("a", "forum", NOW), NOW);
    assert_int_equal(
        desk_number(&desk, "SELECT incident FROM alert WHERE key = 'a'"), 1);
    desk_close(&desk);
}

/* A cancelled record takes no entries; a process that starts knows what is
 * left. */
static void what_ends_meanwhile_is_told_when_it_is_reopened(void **state)
{
    const char *overs = "SELECT count(*) FROM event WHERE alert_state = 'over'";
    for (int is_restarted = 0; is_restarted < 2; is_restarted++) {
        struct desk desk = desk_open(state);
        desk_begin(&desk);
        desk_declare(&desk, 1, "forum", 0);
        desk_hand_in(&desk, alert_fires("a", "forum", NOW), NOW);
        desk_restart(&desk, NOW);
        desk_hand_in(&desk, alert_fires("b", "forum", NOW),
                     NOW); /* not told yet */
        desk_move(&desk, STATE_CANCELLED, NOW);
        desk_hand_in(&desk, alert_ends("a", NOW + MINUTE), NOW + 2 * MINUTE);
        desk_hand_in(&desk, alert_ends("b", NOW + 5 * MINUTE),
                     NOW + 6 * MINUTE);
        if (is_restarted)
            desk_restart(&desk, NOW + 7 * MINUTE);
        assert_int_equal(desk_number(&desk, overs), 0);
        desk_move(&desk, STATE_INVESTIGATING, NOW + 8 * MINUTE);
        struct seen seen = desk_last_alert(&desk, 1);
        assert_string_equal(seen.text, "Over after 5 minutes: 2 alerts: a; b");
        assert_int_equal(seen.event.target, 2);
        assert_int_equal(seen.event.occurred.from_ms, NOW + 5 * MINUTE);
        desk_restart(&desk, NOW + 9 * MINUTE);
        desk_move(&desk, STATE_CANCELLED, NOW + 10 * MINUTE);
        desk_move(&desk, STATE_INVESTIGATING, NOW + 11 * MINUTE);
        assert_int_equal(desk_number(&desk, overs), 1);
        desk_close(&desk);
        assert_int_equal(remove(desk.scratch->db), 0);
    }
}

static void a_failed_turn_is_told(void **state)
{
    struct desk desk = desk_open(state);
    struct alert alert = alert_fires("a", "forum", NOW);
    bool accepted = false;
    desk_begin(&desk);
    alerts_hand_in(desk.alerts, &alert, 1, desk_done, &desk);
    assert_int_equal(store_begin(desk.store), ERR_OK);
    assert_int_equal(alerts_settle(desk.alerts, NOW, &accepted), ERR_OK);
    store_rollback(desk.store);
    alerts_ended(desk.alerts, false);
    assert_int_equal(desk.lost, 1);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 0);
    desk_hand_in(&desk, alert, NOW);
    assert_int_equal(desk_number(&desk, "SELECT count(*) FROM alert"), 1);
    desk_close(&desk);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(goes_to_the_incident_of_its_service),
        TEST(an_entry_says_nothing_twice),
        TEST(a_damaged_incident_takes_none),
        TEST(goes_along_dependencies_and_to_no_drill),
        TEST(a_storm_is_one_entry),
        TEST(a_storm_that_fails_halfway_is_told),
        TEST(what_a_person_corrected_stays),
        TEST(what_a_person_corrected_ends_once),
        TEST(and_while_another_fires),
        TEST(and_before_another_ends),
        TEST(what_comes_after_a_strike_is_told),
        TEST(what_no_incident_has_is_on_a_card),
        TEST(a_later_incident_gets_what_fires),
        TEST(a_clock_that_is_put_back_mixes_nothing),
        TEST(many_incidents_may_be_open),
        TEST(an_old_incident_that_lasts_gets_its_alerts),
        TEST(what_ends_meanwhile_is_told_when_it_is_reopened),
        TEST(a_failed_turn_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
