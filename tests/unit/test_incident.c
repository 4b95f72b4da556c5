/*
 * The rules: declaring, moving, milestones, and what typed times are relative
 * to. What is accepted, what it changes, what it wants done outside; what is
 * refused, and in which words.
 */
#include "tests/lib/play.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* ---- declare ---- */

static void declares_with_defaults(void **state)
{
    (void)state;
    struct play play = declared();
    const struct incident *in = &play.in;
    assert_int_equal(in->id, 12);
    assert_int_equal(in->guild_id, 100);
    assert_int_equal(in->origin_channel_id, 200);
    assert_int_equal(in->last_seq, 1);
    assert_int_equal(in->state, STATE_INVESTIGATING);
    assert_int_equal(in->severity, SEVERITY_3);
    assert_int_equal(in->type, TYPE_SERVICE);
    assert_false(in->is_private);
    assert_string_equal(in->title, "Logins fail");
    assert_string_equal(in->declared_by.name, "nova");
    assert_int_equal(in->declared_by.id, 1);
    assert_int_equal(in->declared_at_ms, T0);
    assert_int_equal(in->first_event_ms, T0);
    assert_int_equal(in->state_since_ms, T0);
    assert_int_equal(in->milestones[MILESTONE_DECLARED].from_ms, T0);
    assert_false(when_is_set(&in->milestones[MILESTONE_IMPACT_START]));
    assert_int_equal(in->entries, 0);
    assert_string_equal(play.wanted, "war_room live_room");
}

static void declares_in_full(void **state)
{
    (void)state;
    struct play play = {.now_ms = T0};
    struct request request = declaring("Logins fail");
    request.draft.severity = SEVERITY_1;
    request.draft.is_drill = true;
    request.draft.impact = STR("nobody can log in");
    request.draft.impact_from = at(T0 - 2 * MS_PER_MINUTE, "18:53");
    accepts(&play, request);
    assert_int_equal(play.in.severity, SEVERITY_1);
    assert_true(play.in.is_drill);
    assert_string_equal(play.in.impact, "nobody can log in");
    assert_string_equal(play.in.milestones[MILESTONE_IMPACT_START].typed,
                        "18:53");
    assert_int_equal(play.in.first_event_ms, T0 - 2 * MS_PER_MINUTE);
    assert_int_equal(play.in.latest_typed_ms, T0 - 2 * MS_PER_MINUTE);
}

static void security_is_private(void **state)
{
    (void)state;
    struct play play = {.now_ms = T0};
    struct request request = declaring("Keys leaked");
    request.draft.type = TYPE_SECURITY;
    accepts(&play, request);
    assert_true(play.in.is_private);
    assert_string_equal(play.wanted, "war_room");
    accepts(&play, adding(EVENT_NOTE, "n"));
    assert_string_equal(play.wanted, "card room");
    accepts(&play, finished(EFFECT_LIVE_ROOM, 7));
    assert_string_equal(play.wanted, "card");
    accepts(&play, moving(STATE_RESOLVED, NULL));
    assert_string_equal(play.wanted, "card room postmortem");
    /* Who takes a role has to see its room; who leaves one has seen it. */
    accepts(&play, assigning(dma, ROLE_OPS));
    assert_non_null(strstr(play.wanted, "access"));
    struct request leaving =
        assigning((struct actor){.type = ACTOR_NOBODY}, ROLE_OPS);
    leaving.draft.actor = dma;
    accepts(&play, leaving);
    assert_null(strstr(play.wanted, "access"));
    play = declared();
    accepts(&play, assigning(dma, ROLE_OPS));
    assert_null(strstr(play.wanted, "access"));
}

static void refuses_a_bad_declaration(void **state)
{
    (void)state;
    struct play play = {.now_ms = T0};
    struct request request = declaring(" ");
    answers(&play, VERDICT_REFUSED, request, "needs a title");
    request = declaring(chars(TITLE_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request,
            "The title has 121 characters; at most 120");
    request = declaring("t");
    request.draft.impact = str_of(chars(IMPACT_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request, "The impact has 501");
    request = declaring("t");
    request.draft.impact_from = at(T0 + MS_PER_DAY, "Dec 14 18:55");
    answers(&play, VERDICT_REFUSED, request,
            "2022-12-14 18:55 UTC is in the future");
    request = declaring("t");
    request.draft.occurred = at(T0 + MS_PER_DAY, "Dec 14 18:55");
    answers(&play, VERDICT_REFUSED, request, "in the future");
    assert_int_equal(play.in.state, STATE_NONE);
    accepts(&play, declaring(chars(TITLE_UNITS)));
}

static void nothing_happens_to_what_is_not_declared(void **state)
{
    (void)state;
    struct play play = {.now_ms = T0};
    answers(&play, VERDICT_REFUSED, adding(EVENT_NOTE, "n"), "no such");
    answers(&play, VERDICT_REFUSED, moving(STATE_RESOLVED, NULL), "no such");
    answers(&play, VERDICT_REFUSED, assigning(nova, ROLE_OPS), "no such");
    answers(&play, VERDICT_REFUSED, finished(EFFECT_CARD, 1), "no such");
}

/* ---- move ---- */

/* The table of moves, written down once more. */
static bool table_allows(int from, int to)
{
    static const char *const rows[STATE_COUNT] = {
        [STATE_INVESTIGATING] = "identified mitigated resolved cancelled",
        [STATE_IDENTIFIED] = "investigating mitigated resolved cancelled",
        [STATE_MITIGATED] = "investigating identified resolved",
        [STATE_RESOLVED] = "investigating review",
        [STATE_REVIEW] = "closed investigating",
        [STATE_CLOSED] = "investigating",
        [STATE_CANCELLED] = "investigating",
    };
    return rows[from] != NULL &&
           strstr(rows[from], word_of(&state_words, to)) != NULL;
}

static void moves_along_the_table_only(void **state)
{
    (void)state;
    for (int from = STATE_INVESTIGATING; from < STATE_COUNT; from++)
        for (int to = STATE_INVESTIGATING; to < STATE_COUNT; to++) {
            struct play play = in_state((enum incident_state)from);
            enum verdict verdict =
                take(&play, moving((enum incident_state)to, "because"));
            assert_int_equal(state_may_move((enum incident_state)from,
                                            (enum incident_state)to),
                             table_allows(from, to));
            if (table_allows(from, to)) {
                assert_int_equal(verdict, VERDICT_ACCEPTED);
                assert_int_equal(play.in.state, to);
            } else {
                assert_int_equal(play.in.state, from);
            }
        }
}

static void a_refused_move_names_the_legal_ones(void **state)
{
    (void)state;
    struct play play = in_state(STATE_MITIGATED);
    answers(&play, VERDICT_REFUSED, moving(STATE_CANCELLED, "x"),
            "INC-12 is mitigated and cannot become cancelled. From here it may "
            "become: investigating, identified or resolved. `/incident update "
            "state:investigating` comes first, then `/incident cancel`.");
    answers(&play, VERDICT_REFUSED, moving(STATE_CLOSED, "x"),
            "investigating, identified or resolved. `/resolve` ends it.");
    play = in_state(STATE_CLOSED);
    answers(&play, VERDICT_REFUSED, moving(STATE_MITIGATED, "x"),
            "may become: investigating. `/incident reopen` comes first.");
    /* Nobody begins a review: the postmortem's branch does, if there is any. */
    play = in_state(STATE_RESOLVED);
    answers(&play, VERDICT_REFUSED, moving(STATE_IDENTIFIED, "x"),
            "may become: investigating. `/incident reopen` comes first.");
    answers(&play, VERDICT_REFUSED, moving(STATE_CANCELLED, "x"),
            "may become: investigating. `/incident reopen` comes first.");
    answers(&play, VERDICT_REFUSED, moving(STATE_CLOSED, "x"),
            "INC-12 is resolved, and may stay so. Only a review is closed: it "
            "begins when the postmortem's branch is written, if the settings "
            "name a repository.");
}

static void a_move_sets_state_and_since(void **state)
{
    (void)state;
    struct play play = declared();
    struct request request = moving(STATE_IDENTIFIED, "disk full");
    request.draft.occurred = at(T0 - MS_PER_HOUR, "17:55");
    request.draft.impact = STR("all pages fail");
    request.draft.next_in_min = 30;
    accepts(&play, request);
    assert_int_equal(play.in.state, STATE_IDENTIFIED);
    assert_int_equal(play.in.state_since_ms, T0 - MS_PER_HOUR);
    assert_int_equal(play.in.first_event_ms, T0 - MS_PER_HOUR);
    assert_int_equal(play.in.last_update_ms, play.now_ms);
    assert_int_equal(play.in.next_update_due_ms,
                     play.now_ms + 30 * MS_PER_MINUTE);
    assert_string_equal(play.in.impact, "all pages fail");
    assert_int_equal(play.out.events[0].state_from, STATE_INVESTIGATING);
    assert_string_equal(play.wanted, "card live_card room live");
    accepts(&play, moving(STATE_MITIGATED, NULL));
    assert_int_equal(play.in.state_since_ms, play.now_ms);
    assert_int_equal(play.in.next_update_due_ms, 0); /* kept */
}

static void an_update_needs_no_move(void **state)
{
    (void)state;
    struct play play = in_state(STATE_MITIGATED);
    int64_t since = play.in.state_since_ms;
    accepts(&play, moving(STATE_NONE, "still slow"));
    assert_int_equal(play.out.events[0].state_from, STATE_MITIGATED);
    assert_int_equal(play.out.events[0].state_to, STATE_MITIGATED);
    accepts(&play, moving(STATE_MITIGATED, "watching"));
    assert_int_equal(play.in.state_since_ms, since);
    struct request request = moving(STATE_NONE, NULL);
    request.draft.impact = STR("slow for some");
    accepts(&play, request);
    assert_string_equal(play.in.impact, "slow for some");
    request.draft.impact = STR("ok");
    accepts(&play, request);
    assert_memory_equal(play.in.impact, "ok\0\0\0\0\0", 8); /* nothing stays */
    answers(&play, VERDICT_REFUSED, moving(STATE_NONE, " "),
            "nothing to record");
}

static void says_what_is_true_already(void **state)
{
    (void)state;
    struct play play = in_state(STATE_MITIGATED);
    answers(&play, VERDICT_ALREADY, moving(STATE_MITIGATED, NULL),
            "INC-12 is already mitigated, since 2022-12-13 18:56 UTC.");
    struct request request = moving(STATE_MITIGATED, NULL);
    request.draft.impact = STR("Only uploads fail");
    accepts(&play, request);
    assert_string_equal(play.in.impact, "Only uploads fail");
    play = declared();
    request = moving(STATE_RESOLVED, "fixed");
    request.draft.occurred = at(T0 - MS_PER_MINUTE, "19:54 CET");
    accepts(&play, request);
    answers(&play, VERDICT_ALREADY, moving(STATE_RESOLVED, "me too"),
            "INC-12 is already resolved, since 2022-12-13 18:54 UTC. To add");
    accepts(&play, committed("c1"));
    answers(&play, VERDICT_ALREADY, moving(STATE_RESOLVED, NULL),
            "already in review");
}

static void resolves_from_every_live_state(void **state)
{
    (void)state;
    static const enum incident_state live[] = {
        STATE_INVESTIGATING, STATE_IDENTIFIED, STATE_MITIGATED};
    for (int i = 0; i < 3; i++) {
        struct play play = in_state(live[i]);
        assert_true(incident_is_live(&play.in));
        accepts(&play, moving(STATE_RESOLVED, NULL));
        assert_string_equal(play.wanted,
                            "card live_card room live announce postmortem");
        assert_false(incident_is_live(&play.in));
    }
}

static void some_moves_need_a_reason(void **state)
{
    (void)state;
    struct play play = declared();
    answers(&play, VERDICT_REFUSED, moving(STATE_CANCELLED, NULL), "say why");
    accepts(&play, moving(STATE_RESOLVED, NULL));
    answers(&play, VERDICT_REFUSED, moving(STATE_INVESTIGATING, "  "),
            "say why");
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    assert_int_equal(play.in.state, STATE_INVESTIGATING);
    play = in_state(STATE_REVIEW);
    answers(&play, VERDICT_REFUSED, moving(STATE_CLOSED, ""), "say why");
}

static void a_message_has_its_limit(void **state)
{
    (void)state;
    struct play play = declared();
    answers(&play, VERDICT_REFUSED, moving(STATE_NONE, chars(TEXT_UNITS + 1)),
            "The message has 1501 characters; at most 1500");
    struct request request = moving(STATE_NONE, "m");
    request.draft.next_in_min = -1;
    answers(&play, VERDICT_REFUSED, request, "promised in 1 to");
    request.draft.next_in_min = 7 * 24 * 60 + 1;
    answers(&play, VERDICT_REFUSED, request, "promised in 1 to");
    answers(&play, VERDICT_REFUSED,
            moving(STATE_RESOLVED, chars(SUMMARY_UNITS + 1)), "at most 3000");
    request = moving(STATE_RESOLVED, chars(SUMMARY_UNITS));
    request.draft.occurred = at(play.now_ms + 10 * MS_PER_MINUTE, "19:06");
    answers(&play, VERDICT_REFUSED, request, "in the future");
    request.draft.occurred = at(play.now_ms + 5 * MS_PER_MINUTE, "19:01");
    accepts(&play, request);
}

static void what_is_closed_takes_no_update(void **state)
{
    (void)state;
    struct play play = in_state(STATE_CLOSED);
    answers(&play, VERDICT_REFUSED, moving(STATE_NONE, "m"), "reopen it first");
    play = in_state(STATE_CANCELLED);
    answers(&play, VERDICT_REFUSED, moving(STATE_NONE, "m"), "reopen it first");
    play = in_state(STATE_REVIEW);
    accepts(&play, moving(STATE_NONE, "m"));
    assert_string_equal(play.wanted, "card live_card room live postmortem");
}

/* ---- milestones ---- */

static void first_means_earliest(void **state)
{
    (void)state;
    static const struct {
        enum event_kind kind;
        enum milestone milestone;
    } cases[] = {{EVENT_REPORT, MILESTONE_FIRST_REPORT},
                 {EVENT_ALERT, MILESTONE_FIRST_ALERT},
                 {EVENT_COMMS, MILESTONE_FIRST_NOTICE}};
    for (int i = 0; i < 3; i++) {
        struct play play = declared();
        const struct when *when = &play.in.milestones[cases[i].milestone];
        assert_false(when_is_set(when));
        accepts(&play, adding_at(cases[i].kind, T0 - 5 * MS_PER_MINUTE));
        accepts(&play, adding_at(cases[i].kind, T0 - 9 * MS_PER_MINUTE));
        accepts(&play, adding_at(cases[i].kind, T0 - 2 * MS_PER_MINUTE));
        assert_int_equal(when->from_ms, T0 - 9 * MS_PER_MINUTE);
        for (int m = 0; m < MILESTONE_COUNT; m++)
            assert_int_equal(when_is_set(&play.in.milestones[m]),
                             m == MILESTONE_DECLARED ||
                                 m == (int)cases[i].milestone);
    }
}

static void a_move_outdoes_a_confirmed_finding(void **state)
{
    (void)state;
    struct play play = declared();
    const struct when *when = &play.in.milestones[MILESTONE_IDENTIFIED];
    struct request finding = adding_at(EVENT_FINDING, T0 - 9 * MS_PER_MINUTE);
    accepts(&play, finding);
    finding.draft.confidence = CONFIDENCE_THEORY;
    accepts(&play, finding);
    assert_false(when_is_set(when));
    finding.draft.confidence = CONFIDENCE_CONFIRMED;
    accepts(&play, finding);
    assert_int_equal(when->from_ms, T0 - 9 * MS_PER_MINUTE);
    accepts(&play, moving(STATE_IDENTIFIED, NULL));
    int64_t moved = play.now_ms;
    assert_int_equal(when->from_ms, moved);
    accepts(&play, finding);
    accepts(&play, moving(STATE_INVESTIGATING, NULL));
    accepts(&play, moving(STATE_IDENTIFIED, NULL));
    assert_int_equal(when->from_ms, moved);
}

static void what_is_undone_is_no_milestone(void **state)
{
    (void)state;
    struct play play = declared();
    const struct when *mitigated = &play.in.milestones[MILESTONE_MITIGATED];
    const struct when *resolved = &play.in.milestones[MILESTONE_RESOLVED];
    accepts(&play, moving(STATE_MITIGATED, NULL));
    assert_int_equal(mitigated->from_ms, play.now_ms);
    accepts(&play, moving(STATE_INVESTIGATING, NULL));
    assert_false(when_is_set(mitigated));
    accepts(&play, moving(STATE_MITIGATED, NULL));
    int64_t again = play.now_ms;
    accepts(&play, moving(STATE_RESOLVED, NULL));
    assert_int_equal(mitigated->from_ms, again);
    assert_int_equal(resolved->from_ms, play.now_ms);
    accepts(&play, committed("c"));
    assert_true(when_is_set(resolved));
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    assert_false(when_is_set(mitigated));
    assert_false(when_is_set(resolved));
    assert_false(when_is_set(&play.in.milestones[MILESTONE_IMPACT_END]));
    assert_int_equal(play.in.reopened, 1);
}

static void prints_the_alarm_gap(void **state)
{
    (void)state;
    static const struct {
        int report, alert; /* minutes before T0; 0: none */
        const char *text;
    } cases[] = {
        {9, 1, "8 minutes"},
        {9, 0, "no machine alert recorded"},
        {0, 9, "no human report recorded"},
        {0, 0, "no human report and no machine alert recorded"},
        {1, 4, "none: the monitor was 3 minutes ahead"},
        {4, 4, "none: people and the monitor noticed together"},
    };
    struct buf out = BUF_INIT(200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play play = declared();
        if (cases[i].report != 0)
            accepts(&play, adding_at(EVENT_REPORT,
                                     T0 - cases[i].report * MS_PER_MINUTE));
        if (cases[i].alert != 0)
            accepts(&play, adding_at(EVENT_ALERT,
                                     T0 - cases[i].alert * MS_PER_MINUTE));
        buf_clear(&out);
        incident_print_alarm_gap(&play.in, &out);
        assert_string_equal(buf_text(&out), cases[i].text);
    }
    struct play play = declared();
    struct request hour = adding_at(EVENT_REPORT, T0 - 55 * MS_PER_MINUTE);
    hour.draft.occurred.to_ms += MS_PER_HOUR - 1;
    hour.draft.occurred.precision = WHEN_HOUR;
    accepts(&play, hour);
    accepts(&play, adding_at(EVENT_ALERT, T0 - 50 * MS_PER_MINUTE));
    buf_clear(&out);
    incident_print_alarm_gap(&play.in, &out);
    assert_string_equal(buf_text(&out), "not certain: the times overlap");
    buf_release(&out);
}

/* A report that comes late is not when it began. */
static void begins_with_the_first_that_anybody_told(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, adding_at(EVENT_REPORT, T0 + MS_PER_MINUTE));
    assert_int_equal(incident_beginning(&play.in), MILESTONE_DECLARED);
    accepts(&play, adding_at(EVENT_ALERT, T0 - 2 * MS_PER_HOUR));
    assert_int_equal(incident_beginning(&play.in), MILESTONE_FIRST_ALERT);
    accepts(&play, adding_at(EVENT_REPORT, T0 - 3 * MS_PER_HOUR));
    assert_int_equal(incident_beginning(&play.in), MILESTONE_FIRST_REPORT);
    play.in.milestones[MILESTONE_IMPACT_START] = at(T0, "19:55 CET");
    assert_int_equal(incident_beginning(&play.in), MILESTONE_IMPACT_START);
}

/* ---- what is set ---- */

/* A title of another script takes three bytes a character. */
static void all_that_was_changed_is_said(void **state)
{
    (void)state;
    struct play play = declared();
    struct request set = {.kind = REQUEST_SET, .draft = {.recorder = nova}};
    char title[TITLE_BYTES] = "";
    struct buf text = BUF_IN(title);
    for (int i = 0; i < TITLE_UNITS; i++)
        buf_add_text(&text, "障");
    incident_set_draft(&play.in, &set.draft);
    set.draft.title = buf_str(&text);
    set.draft.severity = SEVERITY_1;
    set.draft.type = TYPE_NEAR_MISS;
    set.draft.is_private = true;
    set.draft.milestone = MILESTONE_COMMANDER;
    set.draft.milestone_at = at(T0 - MS_PER_HOUR, "17:55");
    accepts(&play, set);
    assert_true(str_ends(play.out.events[0].text,
                         "障; commander assigned 2022-12-13 17:55 UTC"));
    assert_string_equal(play.in.title, title);
}

/* ---- times typed for it ---- */

static void times_are_relative_to_the_incident(void **state)
{
    (void)state;
    struct incident none = {0};
    struct when_base base = incident_when_base(&none, T0);
    assert_int_equal(base.base_day_ms, civil_day_start(T0));
    assert_int_equal(base.anchor_ms, T0);

    struct play play = declared(); /* lived: it began an hour ago */
    accepts(&play, adding_at(EVENT_REPORT, T0 - 20 * MS_PER_HOUR));
    base = incident_when_base(&play.in, T0 + MS_PER_DAY);
    assert_int_equal(base.base_day_ms, civil_day_start(T0 - MS_PER_DAY));
    assert_int_equal(base.anchor_ms, T0 + MS_PER_DAY);

    int64_t long_ago = T0 - 400 * MS_PER_DAY; /* written up */
    play = (struct play){.now_ms = T0};
    struct request request = declaring("t");
    request.draft.impact_from = at(long_ago, "2021-11-08 18:55");
    accepts(&play, request);
    accepts(&play, adding_at(EVENT_NOTE, long_ago + MS_PER_HOUR));
    base = incident_when_base(&play.in, T0);
    assert_int_equal(base.base_day_ms, civil_day_start(long_ago));
    assert_int_equal(base.anchor_ms, long_ago + MS_PER_HOUR);
    assert_int_equal(base.now_ms, T0);
}

/* A page carries its date: what was changed a week before does not move it. */
static void it_began_when_people_noticed(void **state)
{
    (void)state;
    int64_t week_ago = T0 - 7 * MS_PER_DAY;
    struct play play = {.now_ms = T0};
    accepts(&play, declaring("t"));
    accepts(&play, adding(EVENT_NOTE, "Nobody gets in"));
    accepts(&play, adding_at(EVENT_NOTE, week_ago));
    assert_int_equal(play.in.first_event_ms, week_ago);
    assert_int_equal(incident_began_ms(&play.in), play.in.declared_at_ms);

    struct request request = declaring("t"); /* written up */
    play = (struct play){.now_ms = T0};
    accepts(&play, request);
    accepts(&play, adding_at(EVENT_NOTE, week_ago));
    assert_int_equal(incident_began_ms(&play.in), week_ago);

    play = (struct play){.now_ms = T0};
    request.draft.impact_from = at(week_ago + MS_PER_HOUR, "2022-12-06 19:55");
    accepts(&play, request);
    accepts(&play, adding_at(EVENT_NOTE, week_ago));
    assert_int_equal(incident_began_ms(&play.in), week_ago + MS_PER_HOUR);
}

static struct play archived(void)
{
    struct play play = declared();
    accepts(&play, finished(EFFECT_WAR_ROOM, 501));
    accepts(&play, moving(STATE_RESOLVED, "done"));
    play.now_ms += 8 * MS_PER_DAY;
    accepts(&play, (struct request){.kind = REQUEST_REMIND,
                                    .draft = {.reminder = REMINDER_ARCHIVE,
                                              .recorder = nova}});
    accepts(&play, (struct request){.kind = REQUEST_LOST,
                                    .draft = {.kind = EVENT_TASK,
                                              .effect = EFFECT_WAR_ROOM,
                                              .ref_id = 501,
                                              .source = SOURCE_SYSTEM}});
    assert_true(incident_is_archived(&play.in));
    return play;
}

/* Its rooms are gone, and nobody waits for them. */
static void a_late_word_brings_no_room_back(void **state)
{
    (void)state;
    struct play play = archived();
    accepts(&play, moving(STATE_NONE, "Credits were paid out"));
    assert_true(incident_is_archived(&play.in));
    assert_false(incident_awaits_room(&play.in));
    accepts(&play, moving(STATE_INVESTIGATING, "It is back"));
    assert_true(incident_awaits_room(&play.in));
}

/* The clock was days ahead as it was archived, and is right now. */
static void archived_stays_archived_by_another_clock(void **state)
{
    (void)state;
    struct play play = archived();
    play.now_ms = T0 - 2 * MS_PER_DAY;
    accepts(&play, adding(EVENT_NOTE, "late"));
    assert_true(incident_is_archived(&play.in));
}

static void has_a_name(void **state)
{
    (void)state;
    struct play play = declared();
    char text[32] = "";
    struct buf out = BUF_IN(text);
    incident_print_name(&play.in, &out);
    assert_string_equal(text, "INC-12");
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(declares_with_defaults),
        T(declares_in_full),
        T(security_is_private),
        T(refuses_a_bad_declaration),
        T(nothing_happens_to_what_is_not_declared),
        T(moves_along_the_table_only),
        T(a_refused_move_names_the_legal_ones),
        T(a_move_sets_state_and_since),
        T(an_update_needs_no_move),
        T(says_what_is_true_already),
        T(resolves_from_every_live_state),
        T(some_moves_need_a_reason),
        T(a_message_has_its_limit),
        T(what_is_closed_takes_no_update),
        T(first_means_earliest),
        T(a_move_outdoes_a_confirmed_finding),
        T(what_is_undone_is_no_milestone),
        T(prints_the_alarm_gap),
        T(begins_with_the_first_that_anybody_told),
        T(times_are_relative_to_the_incident),
        T(all_that_was_changed_is_said),
        T(it_began_when_people_noticed),
        T(a_late_word_brings_no_room_back),
        T(archived_stays_archived_by_another_clock),
        T(has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
