/*
 * Corrections, settlements, action items, steering and reminders: who may ask
 * for what, and what then holds. The subject is what the store would tell.
 */
#include "tests/lib/play.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static struct request about(enum request_kind kind, int64_t target,
                            const char *text)
{
    return (struct request){
        .kind = kind,
        .draft = {.recorder = nova, .target = target, .text = str_of(text)}};
}

static void stands(struct play *play, int64_t seq, enum event_kind kind)
{
    play->subject = (struct subject){
        .entry = {.seq = seq, .version = seq, .kind = kind},
        .rest_first_ms = T0,
    };
}

static int64_t entry(struct play *play, enum event_kind kind, const char *text)
{
    play->subject = (struct subject){.same_origin = 0};
    struct request request = adding(kind, text);
    request.draft.change_what = request.draft.change_where =
        request.draft.change_from = request.draft.change_to = STR("x");
    accepts(play, request);
    stands(play, play->in.last_seq, kind);
    return play->in.last_seq;
}

static struct request correcting(int64_t seq, enum event_kind kind,
                                 const char *text)
{
    struct request request = about(REQUEST_EDIT, seq, text);
    request.draft.entry_kind = kind;
    request.draft.occurred = at(T0, "18:55");
    return request;
}

static void an_edit_is_checked_like_a_new_entry(void **state)
{
    (void)state;
    struct play play = declared();
    int64_t seq = entry(&play, EVENT_NOTE, "disk is fool");
    accepts(&play, correcting(seq, EVENT_REPORT, "disk is full"));
    assert_int_equal(play.out.events[0].kind, EVENT_EDIT);
    assert_int_equal(play.out.events[0].target, seq);
    assert_string_equal(play.wanted, "card live_card room live");
    assert_int_equal(play.in.milestones[MILESTONE_FIRST_REPORT].from_ms, T0);
    assert_int_equal(play.in.entries, 1);
    answers(&play, VERDICT_REFUSED, correcting(seq, EVENT_NOTE, ""), "empty");
    answers(&play, VERDICT_REFUSED,
            correcting(seq, EVENT_NOTE, chars(TEXT_UNITS + 1)), "at most");
    answers(&play, VERDICT_REFUSED, correcting(seq, EVENT_STATE, "x"),
            "no entry that somebody wrote");
    play.subject.entry.struck = seq + 1;
    answers(&play, VERDICT_ALREADY, correcting(seq, EVENT_NOTE, "x"),
            "struck already");
    play.subject = (struct subject){.same_origin = 0};
    answers(&play, VERDICT_REFUSED, correcting(99, EVENT_NOTE, "x"),
            "no entry #99");
    play.subject.item = (struct action_item){.seq = 48, .state = ITEM_OPEN};
    answers(&play, VERDICT_REFUSED, correcting(48, EVENT_NOTE, "x"),
            "INC-12 #48 is an action item, not an entry of the timeline: for "
            "it there are `/action done`, `/action drop` and `/action "
            "assign`.");
    stands(&play, 1, EVENT_DECLARED);
    answers(&play, VERDICT_REFUSED, correcting(1, EVENT_NOTE, "x"),
            "no entry that somebody wrote");
}

/* The entry stays whose it was; the correction is of who made it. */
static void an_edit_says_who_corrects(void **state)
{
    const struct event entry = {.seq = 7,
                                .kind = EVENT_REPORT,
                                .actor = dma,
                                .recorder = dma,
                                .source = SOURCE_MENU};
    struct event draft = {.recorder = nova, .source = SOURCE_MODAL};
    (void)state;
    incident_edit_draft(&entry, &draft);
    assert_int_equal(draft.kind, EVENT_EDIT);
    assert_int_equal(draft.entry_kind, EVENT_REPORT);
    assert_int_equal(draft.target, 7);
    assert_int_equal(draft.actor.id, dma.id);
    assert_int_equal(draft.recorder.id, nova.id);
    assert_int_equal(draft.source, SOURCE_MODAL);
}

static void what_is_final_is_not_touched(void **state)
{
    static const enum request_kind kinds[] = {
        REQUEST_EDIT, REQUEST_STRIKE, REQUEST_WRITE,
        REQUEST_SET,  REQUEST_LINK,   REQUEST_CHART,
    };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct play play = in_state(STATE_CLOSED);
        stands(&play, 1, EVENT_NOTE);
        struct request request = about(kinds[i], 1, "why");
        request.draft.entry_kind = EVENT_NOTE;
        request.draft.section = SECTION_CAUSES;
        request.draft.title = STR("Something else");
        request.draft.link = STR("#217");
        answers(&play, VERDICT_REFUSED, request, "its record is final");
        if (kinds[i] != REQUEST_LINK)
            continue;
        play.subject.card_exists = play.subject.card_is_open = true;
        request.alert_card = 3;
        answers(&play, VERDICT_REFUSED, request, "its record is final");
    }
}

/* Of these it is the time alone that anybody corrects. */
static void no_entry_is_moved_into_the_future(void **state)
{
    static const enum event_kind kinds[] = {EVENT_DECLARED, EVENT_STATE,
                                            EVENT_ROLE, EVENT_ALERT};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct play play = declared();
        stands(&play, 1, kinds[i]);
        struct request edit = correcting(1, kinds[i], "x");
        accepts(&play, edit);
        edit.draft.occurred = when_exact(T0 + MS_PER_DAY);
        answers(&play, VERDICT_REFUSED, edit, "in the future");
        play.subject.entry.from_ms = edit.draft.occurred.from_ms;
        accepts(&play, edit);
    }
}

/* Its time was told by a clock that was put back since. */
static void an_entry_of_tomorrow_can_be_corrected(void **state)
{
    (void)state;
    struct play play = declared();
    int64_t seq = entry(&play, EVENT_NOTE, "disk is fool");
    struct request edit = correcting(seq, EVENT_NOTE, "disk is full");
    edit.draft.occurred = when_exact(T0 + MS_PER_DAY);
    answers(&play, VERDICT_REFUSED, edit, "in the future");
    play.subject.entry.from_ms = edit.draft.occurred.from_ms;
    accepts(&play, edit);
}

static void a_strike_takes_the_milestone_along(void **state)
{
    (void)state;
    struct play play = declared();
    int64_t seq = entry(&play, EVENT_REPORT, "login broken");
    assert_true(when_is_set(&play.in.milestones[MILESTONE_FIRST_REPORT]));
    answers(&play, VERDICT_REFUSED, about(REQUEST_STRIKE, seq, " "), "reason");
    play.subject.rest_milestone = at(T0 + MS_PER_HOUR, "19:55");
    accepts(&play, about(REQUEST_STRIKE, seq, "another server"));
    assert_int_equal(play.in.milestones[MILESTONE_FIRST_REPORT].from_ms,
                     T0 + MS_PER_HOUR);
    stands(&play, 1, EVENT_DECLARED);
    answers(&play, VERDICT_REFUSED, about(REQUEST_STRIKE, 1, "why"),
            "no entry that somebody wrote");
}

/* What a move said is not taken back with a finding. */
static void a_strike_leaves_what_a_move_told(void **state)
{
    (void)state;
    struct play play = declared();
    int64_t seq = entry(&play, EVENT_NOTE, "disk is full");
    accepts(&play, moving(STATE_IDENTIFIED, "the disk"));
    int64_t moved_ms = play.in.milestones[MILESTONE_IDENTIFIED].from_ms;
    play.subject.entry.kind = EVENT_FINDING;
    play.subject.entry.confidence = CONFIDENCE_CONFIRMED;
    accepts(&play, about(REQUEST_STRIKE, seq, "another disk"));
    assert_int_equal(play.in.milestones[MILESTONE_IDENTIFIED].from_ms,
                     moved_ms);
}

static void security_is_made_public_with_another_type(void **state)
{
    (void)state;
    struct play play = declared();
    struct request set = {.kind = REQUEST_SET, .draft = {.recorder = nova}};
    incident_set_draft(&play.in, &set.draft);
    set.draft.type = TYPE_SECURITY;
    accepts(&play, set);
    assert_true(play.in.is_private);
    incident_set_draft(&play.in, &set.draft);
    set.draft.is_private = false;
    answers(&play, VERDICT_REFUSED, set,
            "INC-12 is of the type security, and those are private. To make "
            "it public, give it another type at the same time");
    set.draft.type = TYPE_SERVICE;
    accepts(&play, set);
    assert_false(play.in.is_private);
}

/* What a person set is theirs: no entry and no correction of one moves it. */
static void a_told_milestone_stays(void **state)
{
    (void)state;
    struct play play = declared();
    struct request set = {.kind = REQUEST_SET, .draft = {.recorder = nova}};
    incident_set_draft(&play.in, &set.draft);
    set.draft.milestone = MILESTONE_FIRST_REPORT;
    set.draft.milestone_at = at(T0 - MS_PER_HOUR, "17:55");
    accepts(&play, set);
    assert_non_null(strstr(play.out.words[0] == '\0' ? play.out.text : "",
                           "first human report"));
    int64_t seq = entry(&play, EVENT_REPORT, "login broken");
    accepts(&play, about(REQUEST_STRIKE, seq, "why"));
    assert_int_equal(play.out.events[0].milestone, MILESTONE_NONE);
    assert_int_equal(play.in.milestones[MILESTONE_FIRST_REPORT].from_ms,
                     T0 - MS_PER_HOUR);
    answers(&play, VERDICT_ALREADY, set, "so already");
    set.draft.milestone_at = at(play.now_ms + MS_PER_HOUR, "20:55");
    answers(&play, VERDICT_REFUSED, set, "in the future");
    set.draft.milestone = MILESTONE_DECLARED;
    answers(&play, VERDICT_REFUSED, set, "follows from the record");
    set.draft.milestone = MILESTONE_RESOLVED;
    answers(&play, VERDICT_REFUSED, set, "/resolve");
}

static void what_it_is_settles_how(void **state)
{
    static const struct {
        enum event_kind kind;
        enum settlement settlement;
        bool fits;
    } cases[] = {
        {EVENT_CHANGE, SETTLEMENT_KEPT, true},
        {EVENT_CHANGE, SETTLEMENT_REVERTED, true},
        {EVENT_CHANGE, SETTLEMENT_HANDED_OVER, true},
        {EVENT_CHANGE, SETTLEMENT_DROPPED, false},
        {EVENT_IDEA, SETTLEMENT_DROPPED, true},
        {EVENT_IDEA, SETTLEMENT_MADE_ITEM, true},
        {EVENT_IDEA, SETTLEMENT_KEPT, false},
        {EVENT_NOTE, SETTLEMENT_DROPPED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct play play = declared();
        int64_t seq = entry(&play, cases[i].kind, "t");
        struct request settle = about(REQUEST_SETTLE, seq, "do it well");
        settle.draft.settlement = cases[i].settlement;
        assert_int_equal(take(&play, settle),
                         cases[i].fits ? VERDICT_ACCEPTED : VERDICT_REFUSED);
        bool makes_item = cases[i].settlement == SETTLEMENT_MADE_ITEM ||
                          cases[i].settlement == SETTLEMENT_HANDED_OVER;
        if (!cases[i].fits)
            continue;
        assert_int_equal(play.out.event_count, makes_item ? 2 : 1);
        assert_string_equal(play.wanted, "card live_card room");
        play.subject.entry.settlement = cases[i].settlement;
        answers(&play, VERDICT_ALREADY, settle, "settled already");
        play.subject.entry.struck = seq + 1;
        answers(&play, VERDICT_ALREADY, settle, "nothing to settle");
    }
}

static void items_outlive_the_incident(void **state)
{
    (void)state;
    struct play play = in_state(STATE_CLOSED);
    answers(&play, VERDICT_REFUSED, about(REQUEST_ITEM, 0, ""), "/action add");
    accepts(&play, about(REQUEST_ITEM, 0, "alert on disk space"));
    assert_int_equal(play.out.events[0].item_state, ITEM_OPEN);
    int64_t seq = play.in.last_seq;
    struct request done = about(REQUEST_ITEM, seq, "#217");
    done.draft.item_state = ITEM_DONE;
    answers(&play, VERDICT_REFUSED, done, "no action item");
    play.subject.item = (struct action_item){.seq = seq, .state = ITEM_OPEN};
    accepts(&play, done);
    play.subject.item.state = ITEM_DONE;
    answers(&play, VERDICT_ALREADY, done, "done already");
    done.draft.item_state = ITEM_DONE;
    done.draft.due_ms = civil_day_start(T0); /* or only its day */
    accepts(&play, done);
    struct request drop = about(REQUEST_ITEM, seq, "");
    drop.draft.item_state = ITEM_DROPPED;
    answers(&play, VERDICT_REFUSED, drop, "reason");
}

static void a_handoff_moves_command_and_brief(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, assigning(nova, ROLE_COMMANDER));
    struct request hand = about(REQUEST_HANDOFF, 0, "disk at 80 %");
    hand.draft.holder = dma;
    hand.draft.brief_needs = STR("somebody with DNS access");
    accepts(&play, hand);
    assert_string_equal(incident_commander(&play.in)->name, "dma");
    assert_null(strstr(play.wanted, "access"));
    answers(&play, VERDICT_ALREADY, hand, "already commander");
    hand.draft.holder = nova;
    hand.draft.brief_actions = str_of(chars(BRIEF_UNITS + 1));
    answers(&play, VERDICT_REFUSED, hand, "at most");
    hand.draft.brief_actions = STR_NONE;
    hand.draft.occurred = at(play.now_ms + MS_PER_HOUR, "20:55");
    answers(&play, VERDICT_REFUSED, hand, "in the future");
    hand.draft.occurred = at(T0, "18:55");
    play.in.is_private = true; /* who takes over has to see its room */
    accepts(&play, hand);
    assert_non_null(strstr(play.wanted, "access"));
    play = in_state(STATE_RESOLVED);
    answers(&play, VERDICT_REFUSED, hand, "no command");
}

static void links_point_both_ways_but_tell_no_secret(void **state)
{
    (void)state;
    struct play play = declared();
    struct request cancel = moving(STATE_CANCELLED, "seen twice");
    cancel.draft.other_id = 9;
    answers(&play, VERDICT_REFUSED, cancel, "no INC-9 here");
    play.subject.other_exists = true;
    play.subject.other_is_private = true;
    answers(&play, VERDICT_REFUSED, cancel, "no INC-9 here");
    play.subject.other_is_private = false;
    accepts(&play, cancel);
    assert_int_equal(play.in.duplicate_of, 9);
    assert_int_equal(play.out.other_id, 9);
    assert_int_equal(play.out.other_draft.other_id, 12);
    assert_non_null(strstr(play.out.other_draft.text.s, "duplicate"));

    play = declared();
    play.in.is_private = true;
    play.subject.other_exists = true;
    struct request link = about(REQUEST_LINK, 0, "same cause");
    link.draft.other_id = 9;
    accepts(&play, link);
    assert_int_equal(play.out.other_id, 0);
    link.draft.other_id = 12;
    answers(&play, VERDICT_REFUSED, link, "itself");
    /* One that answers is not answered. */
    play = declared();
    play.subject.other_exists = true;
    link.draft.other_id = 9;
    link.draft.source = SOURCE_SYSTEM;
    accepts(&play, link);
    assert_int_equal(play.out.other_id, 0);
    link.draft.source = SOURCE_SLASH;
    play.subject.same_origin = 4;
    link.draft.other_id = 0;
    link.draft.link = STR("#217");
    answers(&play, VERDICT_ALREADY, link, "#4");
}

static void private_hides_and_public_shows(void **state)
{
    (void)state;
    struct play play = declared();
    struct request set = {.kind = REQUEST_SET, .draft = {.recorder = nova}};
    accepts(&play, finished(EFFECT_ANNOUNCE, 9));
    incident_set_draft(&play.in, &set.draft);
    set.draft.is_private = true;
    accepts(&play, set);
    assert_true(play.in.is_private);
    assert_string_equal(play.wanted,
                        "announce announce access card room rename");
    set.draft.is_private = false;
    accepts(&play, set);
    assert_string_equal(play.wanted,
                        "access live_room card live_card room live rename "
                        "announce");
    set.draft.type = TYPE_SECURITY;
    accepts(&play, set);
    assert_true(play.in.is_private);
    /* A shared channel hides nothing: it gets a room of its own. */
    play = declared();
    accepts(&play, failed(EFFECT_WAR_ROOM));
    accepts(&play, set);
    assert_non_null(strstr(play.wanted, "war_room"));
}

static void what_it_is_called_stands_in_its_rooms(void **state)
{
    (void)state;
    struct play play = declared();
    struct request set = {.kind = REQUEST_SET, .draft = {.recorder = nova}};
    incident_set_draft(&play.in, &set.draft);
    set.draft.title = STR(" ");
    answers(&play, VERDICT_ALREADY, set, "so already");
    set.draft.severity = SEVERITY_1;
    accepts(&play, set);
    assert_string_equal(play.in.title, "Logins fail");
    assert_non_null(strstr(play.wanted, "rename announce"));
    set.draft.impact = STR("nobody can log in");
    accepts(&play, set);
    assert_null(strstr(play.wanted, "rename"));
    set.draft.impact = STR_NONE; /* it was not so bad */
    accepts(&play, set);
    assert_string_equal(play.in.impact, "");
}

static void reminds_of_what_is_still_so(void **state)
{
    (void)state;
    struct play play = declared();
    struct request remind = about(REQUEST_REMIND, 0, "");
    remind.draft.reminder = REMINDER_COMMANDER;
    accepts(&play, remind);
    assert_string_equal(play.wanted, "remind");
    assert_int_equal(play.in.remind_commander.last_ms, play.now_ms);
    assert_int_equal(play.out.effects[0].target, play.in.last_seq);
    accepts(&play, assigning(nova, ROLE_COMMANDER));
    answers(&play, VERDICT_ALREADY, remind, "no such reminder");
    struct request snooze = about(REQUEST_SNOOZE, 0, "");
    snooze.draft.reminder = REMINDER_UPDATE;
    snooze.draft.until_ms = play.now_ms - 1;
    answers(&play, VERDICT_REFUSED, snooze, "30 days");
    snooze.draft.until_ms = play.now_ms + MS_PER_HOUR;
    accepts(&play, snooze);
    assert_int_equal(play.in.remind_update.snoozed_ms, snooze.draft.until_ms);
    /* The card tells when the last entry was. */
    assert_string_equal(play.wanted, "card live_card room");
    accepts(&play, moving(STATE_RESOLVED, "over"));
    answers(&play, VERDICT_ALREADY, snooze, "no such reminder");
}

static void reminds_of_what_is_open(void **state)
{
    static const struct action_item open = {.seq = 4, .state = ITEM_DOING},
                                    owned = {.seq = 4,
                                             .state = ITEM_OPEN,
                                             .owner_type = ACTOR_MEMBER},
                                    done = {.seq = 4, .state = ITEM_DONE};
    static const struct entry_state change = {.seq = 4,
                                              .kind = EVENT_CHANGE,
                                              .needs_settling = true},
                                    kept = {.seq = 4,
                                            .kind = EVENT_CHANGE,
                                            .needs_settling = true,
                                            .settlement = SETTLEMENT_KEPT};
    const struct {
        enum reminder reminder;
        enum incident_state state;
        struct subject subject;
        bool is_so;
    } cases[] = {
        {REMINDER_COMMANDER, STATE_RESOLVED, {.card_exists = false}, false},
        {REMINDER_CHANGE, STATE_RESOLVED, {.entry = change}, true},
        {REMINDER_CHANGE, STATE_RESOLVED, {.entry = kept}, false},
        {REMINDER_ITEM_DUE, STATE_CLOSED, {.item = open}, true},
        {REMINDER_ITEM_DUE, STATE_CLOSED, {.item = owned}, true},
        {REMINDER_ITEM_DUE, STATE_CLOSED, {.item = done}, false},
        {REMINDER_ITEM_OWNER, STATE_CLOSED, {.item = open}, true},
        {REMINDER_ITEM_OWNER, STATE_CLOSED, {.item = owned}, false},
        {REMINDER_ITEM_OWNER, STATE_CLOSED, {.item = done}, false},
        {REMINDER_ARCHIVE, STATE_RESOLVED, {.card_exists = false}, true},
        {REMINDER_ARCHIVE, STATE_MITIGATED, {.card_exists = false}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct play play = in_state(cases[i].state);
        struct request remind = about(REQUEST_REMIND, 4, "");
        remind.draft.reminder = cases[i].reminder;
        play.subject = cases[i].subject;
        if (cases[i].is_so)
            accepts(&play, remind);
        else
            answers(&play, VERDICT_ALREADY, remind, "no such reminder");
    }
}

/* What a reminder is about is no entry unless it is a change. */
static void a_number_is_of_an_entry_or_an_item(void **state)
{
    (void)state;
    for (int reminder = 1; reminder < REMINDER_COUNT; reminder++)
        for (int i = 0; i < 2; i++) {
            const struct event event = {.seq = 9,
                                        .kind = i == 0 ? EVENT_SNOOZE
                                                       : EVENT_REMINDED,
                                        .reminder = (enum reminder)reminder,
                                        .target = 4};
            bool of_item = reminder == REMINDER_ITEM_DUE ||
                           reminder == REMINDER_ITEM_OWNER;
            assert_int_equal(event_entry(&event),
                             reminder == REMINDER_CHANGE ? 4 : 0);
            assert_int_equal(event_item(&event), of_item ? 4 : 0);
        }
}

static void one_of_several_leaves(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, assigning(nova, ROLE_OPS));
    accepts(&play, assigning(dma, ROLE_OPS));
    struct request leave =
        assigning((struct actor){.type = ACTOR_NOBODY}, ROLE_OPS);
    leave.draft.occurred = at(play.now_ms + MS_PER_HOUR, "20:55");
    answers(&play, VERDICT_REFUSED, leave, "in the future");
    leave.draft.occurred = at(T0, "18:55");
    accepts(&play, leave);
    assert_null(incident_holder(&play.in, ROLE_OPS, &nova));
    assert_non_null(incident_holder(&play.in, ROLE_OPS, &dma));
}

static void a_section_renews_the_card_and_later_the_page(void **state)
{
    (void)state;
    struct play play = declared();
    struct request write = about(REQUEST_WRITE, 0, "A full disk.");
    write.draft.section = SECTION_CAUSES;
    accepts(&play, write);
    assert_string_equal(play.wanted, "card live_card");
    accepts(&play, moving(STATE_RESOLVED, "fixed"));
    accepts(&play, write);
    assert_string_equal(play.wanted, "card live_card postmortem");
}

static void what_is_lost_is_made_again_while_it_lasts(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, finished(EFFECT_WAR_ROOM, 7));
    accepts(&play, finished(EFFECT_CARD, 8));
    struct request lost = {.kind = REQUEST_LOST,
                           .draft = {.effect = EFFECT_WAR_ROOM, .ref_id = 6}};
    answers(&play, VERDICT_ALREADY, lost, "known already");
    lost.draft.ref_id = 7;
    accepts(&play, lost);
    assert_string_equal(play.wanted, "war_room room");
    assert_int_equal(play.in.war_channel_id, 0);
    assert_int_equal(play.in.card_message_id, 0);
    play = in_state(STATE_CLOSED);
    play.in.war_channel_id = 7;
    accepts(&play, lost);
    assert_string_equal(play.wanted, "");
    play = in_state(STATE_RESOLVED);
    play.in.war_channel_id = 7;
    accepts(&play, lost);
    assert_string_equal(play.wanted, "war_room room");
    play.in.war_channel_id = 7;
    play.in.remind_archive.last_ms = play.now_ms;
    accepts(&play, lost);
    assert_string_equal(play.wanted, "");
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    assert_string_equal(play.wanted, "card live_card room live announce "
                                     "war_room live_room access");
}

static void the_same_message_is_kept_once(void **state)
{
    (void)state;
    struct play play = declared();
    struct request request = adding(EVENT_NOTE, "t");
    request.draft.origin = STR("https://discord.com/channels/1/2/3");
    accepts(&play, request);
    play.subject.same_origin = 7;
    answers(&play, VERDICT_ALREADY, request, "entry #7");
    request.kind = REQUEST_ITEM;
    answers(&play, VERDICT_ALREADY, request, "action item #7");
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_edit_is_checked_like_a_new_entry),
        T(an_edit_says_who_corrects),
        T(what_is_final_is_not_touched),
        T(no_entry_is_moved_into_the_future),
        T(an_entry_of_tomorrow_can_be_corrected),
        T(a_strike_takes_the_milestone_along),
        T(security_is_made_public_with_another_type),
        T(a_strike_leaves_what_a_move_told),
        T(a_told_milestone_stays),
        T(what_it_is_settles_how),
        T(items_outlive_the_incident),
        T(a_handoff_moves_command_and_brief),
        T(links_point_both_ways_but_tell_no_secret),
        T(private_hides_and_public_shows),
        T(what_it_is_called_stands_in_its_rooms),
        T(reminds_of_what_is_still_so),
        T(reminds_of_what_is_open),
        T(a_number_is_of_an_entry_or_an_item),
        T(one_of_several_leaves),
        T(a_section_renews_the_card_and_later_the_page),
        T(what_is_lost_is_made_again_while_it_lasts),
        T(the_same_message_is_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
