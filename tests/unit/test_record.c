/*
 * The rules: roles, entries, and what comes back from the world.
 */
#include "tests/lib/play.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* ---- assign ---- */

static int commanders(const struct incident *in)
{
    int n = 0;
    for (int i = 0; i < ROLE_HOLDERS; i++)
        n += in->holders[i].role == ROLE_COMMANDER;
    return n;
}

static void there_is_one_commander(void **state)
{
    (void)state;
    struct play play = declared();
    assert_null(incident_commander(&play.in));
    accepts(&play, assigning(nova, ROLE_NONE)); /* the default */
    assert_string_equal(incident_commander(&play.in)->name, "nova");
    assert_int_equal(play.out.events[0].text.n, 0);
    assert_string_equal(play.wanted, "card live_card room live");
    int64_t first = play.now_ms;
    answers(&play, VERDICT_ALREADY, assigning(nova, ROLE_COMMANDER),
            "nova is already commander of INC-12, since 2022-12-13 18:56 UTC.");
    accepts(&play, assigning(dma, ROLE_COMMANDER));
    assert_true(str_is(play.out.events[0].text, "takes over from nova"));
    assert_string_equal(incident_commander(&play.in)->name, "dma");
    assert_int_equal(incident_commander(&play.in)->user_id, 2);
    assert_int_equal(commanders(&play.in), 1);
    assert_int_equal(play.in.milestones[MILESTONE_COMMANDER].from_ms, first);
}

static void other_roles_have_many(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, assigning(nova, ROLE_SCRIBE));
    accepts(&play, assigning(dma, ROLE_SCRIBE));
    accepts(&play, assigning(nova, ROLE_OPS));
    answers(&play, VERDICT_ALREADY, assigning(dma, ROLE_SCRIBE), "already");
    assert_non_null(incident_holder(&play.in, ROLE_SCRIBE, &nova));
    assert_non_null(incident_holder(&play.in, ROLE_SCRIBE, &dma));
    assert_null(incident_holder(&play.in, ROLE_OPS, &dma));
    assert_null(incident_commander(&play.in));
}

static void roles_have_their_limit(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, assigning(nova, ROLE_COMMANDER));
    for (uint64_t id = 10; id < 10 + ROLE_HOLDERS - 1; id++)
        accepts(&play, assigning((struct actor){ACTOR_MEMBER, id, STR("m")},
                                 ROLE_OPS));
    answers(&play, VERDICT_REFUSED, assigning(dma, ROLE_OPS),
            "12 people in roles");
    accepts(&play, assigning(dma, ROLE_COMMANDER)); /* takes nova's place */
    answers(&play, VERDICT_REFUSED,
            assigning((struct actor){ACTOR_MEMBER, 9, STR(" ")}, ROLE_OPS),
            "Say who");
}

static void roles_may_be_left(void **state)
{
    (void)state;
    static const struct actor nobody;
    struct play play = declared();
    accepts(&play, assigning(dma, ROLE_COMMANDER));
    accepts(&play, assigning(nova, ROLE_OPS));
    accepts(&play, assigning(nobody, ROLE_COMMANDER));
    accepts(&play, assigning(nobody, ROLE_OPS)); /* nova, who asks, leaves */
    assert_null(incident_commander(&play.in));
    assert_null(incident_holder(&play.in, ROLE_OPS, &nova));
    answers(&play, VERDICT_ALREADY, assigning(nobody, ROLE_COMMANDER),
            "Nobody is commander");
    answers(&play, VERDICT_ALREADY, assigning(nobody, ROLE_OPS), "Nobody");
}

static void no_roles_when_it_is_closed(void **state)
{
    (void)state;
    struct play play = in_state(STATE_CLOSED);
    answers(&play, VERDICT_REFUSED, assigning(nova, ROLE_OPS), "is closed");
    play = in_state(STATE_RESOLVED);
    accepts(&play, assigning(nova, ROLE_OPS));
    assert_string_equal(play.wanted, "card live_card room live postmortem");
}

/* ---- add ---- */

static void entries_are_kept(void **state)
{
    (void)state;
    struct play play = declared();
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct request request = adding((enum event_kind)kind, "t");
        request.draft.change_what = request.draft.change_where =
            request.draft.change_from = request.draft.change_to = STR("x");
        if (event_kind_by_person((enum event_kind)kind))
            accepts(&play, request);
        else
            answers(&play, VERDICT_REFUSED, request, "not a kind of entry");
    }
    assert_int_equal(play.in.entries, 10);
    assert_int_equal(play.in.last_update_ms,
                     play.now_ms - (EVENT_KIND_COUNT - 10) * MS_PER_MINUTE);
}

static void visibility_decides_who_is_shown(void **state)
{
    (void)state;
    struct play play = declared();
    struct request request = adding(EVENT_NOTE, "n");
    accepts(&play, request);
    assert_string_equal(play.wanted, "card live_card room live");
    request.draft.visibility = VISIBILITY_ROOM;
    accepts(&play, request);
    assert_string_equal(play.wanted, "card live_card room");
    request.draft.visibility = VISIBILITY_PRIVATE;
    accepts(&play, request);
    assert_string_equal(play.wanted, "card live_card");
}

static void late_entries_reach_the_postmortem(void **state)
{
    (void)state;
    struct play play = in_state(STATE_RESOLVED);
    accepts(&play, adding(EVENT_NOTE, "late"));
    assert_string_equal(play.wanted, "card live_card room live postmortem");
    play = in_state(STATE_REVIEW);
    accepts(&play, adding(EVENT_NOTE, "later"));
    assert_string_equal(play.wanted, "card live_card room live postmortem");
    play = in_state(STATE_CLOSED);
    answers(&play, VERDICT_REFUSED, adding(EVENT_NOTE, "n"),
            "INC-12 is closed and its record is final");
    play = in_state(STATE_CANCELLED);
    answers(&play, VERDICT_REFUSED, adding(EVENT_NOTE, "n"), "reopen it first");
}

static void an_entry_says_something(void **state)
{
    (void)state;
    struct play play = declared();
    struct request request = adding(EVENT_NOTE, " \n");
    answers(&play, VERDICT_REFUSED, request, "The entry is empty");
    request.draft.link = STR("https://status.example.org");
    accepts(&play, request);
    request.draft.link = STR_NONE;
    request.fetches[0].url = STR("https://cdn.example.org/log.txt");
    request.fetch_count = 1;
    request.draft.file_name = STR("log.txt");
    accepts(&play, request);
    assert_string_equal(play.wanted, "card live_card room live fetch");
    assert_int_equal(play.out.effects[4].target, play.in.last_seq);
    assert_ptr_equal(play.out.effects[4].fetch->url.s,
                     request.fetches[0].url.s);
}

static void a_change_is_whole(void **state)
{
    (void)state;
    struct play play = declared();
    struct request request = adding(EVENT_CHANGE, NULL);
    struct event *draft = &request.draft;
    answers(&play, VERDICT_REFUSED, request, "needs its what");
    draft->change_what = STR("nginx location{} blocks");
    answers(&play, VERDICT_REFUSED, request, "needs its where");
    draft->change_where = STR("fritz");
    answers(&play, VERDICT_REFUSED, request, "needs its from");
    draft->change_from = STR("previous rules");
    answers(&play, VERDICT_REFUSED, request, "needs its to");
    draft->change_to = str_of(chars(CHANGE_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request, "to has 301 characters");
    draft->change_to = STR("audited rules");
    draft->change_undo = str_of(chars(CHANGE_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request, "undo has 301 characters");
    draft->change_undo = STR_NONE;
    draft->change_verified = STR("no effect");
    draft->change_temporary = true;
    accepts(&play, request);
}

static void entries_have_limits(void **state)
{
    (void)state;
    struct play play = declared();
    struct request request = adding(EVENT_NOTE, chars(TEXT_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request, "The text has 1501");
    request = adding(EVENT_NOTE, "n");
    request.draft.link = str_of(chars(LINK_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request, "The link has 513");
    request = adding(EVENT_NOTE, "n");
    request.draft.actor.name = str_of(chars(NAME_UNITS + 1));
    answers(&play, VERDICT_REFUSED, request, "The name has 81");
    request = adding(EVENT_NOTE, "n");
    request.draft.confidence = CONFIDENCE_CONFIRMED;
    answers(&play, VERDICT_REFUSED, request, "Only a finding");
    request = adding(EVENT_EVIDENCE, "n");
    request.draft.target = play.in.last_seq + 1;
    answers(&play, VERDICT_REFUSED, request, "no entry #2");
    request.draft.target = play.in.last_seq;
    accepts(&play, request);
    request = adding(EVENT_NOTE, "n");
    request.draft.occurred = at(play.now_ms + MS_PER_DAY, "tomorrow");
    answers(&play, VERDICT_REFUSED, request, "in the future");
}

/* ---- results of effects ---- */

static void rooms_come_one_after_the_other(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, finished(EFFECT_WAR_ROOM, 31));
    assert_string_equal(play.wanted, "card live_card room");
    answers(&play, VERDICT_ALREADY, finished(EFFECT_WAR_ROOM, 31), "known");
    accepts(&play, finished(EFFECT_LIVE_ROOM, 32));
    assert_string_equal(play.wanted, "card live_card live announce");
    accepts(&play, finished(EFFECT_CARD, 33));
    assert_string_equal(play.wanted, "pin");
    answers(&play, VERDICT_ALREADY, finished(EFFECT_CARD, 33), "known");
    accepts(&play, finished(EFFECT_ANNOUNCE, 34));
    assert_string_equal(play.wanted, "");
    answers(&play, VERDICT_ALREADY, finished(EFFECT_PIN, 0), "known");
    answers(&play, VERDICT_ALREADY, finished(EFFECT_ROOM, 0), "known");
    answers(&play, VERDICT_ALREADY, finished(EFFECT_LIVE, 0), "known");
    assert_int_equal(play.in.war_channel_id, 31);
    assert_int_equal(play.in.live_channel_id, 32);
    assert_int_equal(play.in.card_message_id, 33);
    assert_int_equal(play.in.announce_message_id, 34);
    assert_int_equal(play.in.last_update_ms, T0); /* nobody wrote */
}

static void a_lost_war_room_falls_back(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, failed(EFFECT_WAR_ROOM));
    assert_int_equal(play.in.war_channel_id, 200);
    assert_string_equal(play.wanted, "card live_card room");
    answers(&play, VERDICT_ALREADY, failed(EFFECT_WAR_ROOM), "known");
    accepts(&play, failed(EFFECT_LIVE_ROOM));
    assert_string_equal(play.wanted, "announce room");
    static const enum effect_kind told[] = {EFFECT_PIN,    EFFECT_FETCH,
                                            EFFECT_REMIND, EFFECT_ARCHIVE,
                                            EFFECT_CARD,   EFFECT_LIVE};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        accepts(&play, failed(told[i]));
        assert_string_equal(play.wanted, "room");
    }
    accepts(&play, failed(EFFECT_ROOM)); /* there is nowhere to say it */
    assert_string_equal(play.wanted, "");
    play = declared();
    accepts(&play, finished(EFFECT_WAR_ROOM, 31));
    answers(&play, VERDICT_ALREADY, failed(EFFECT_WAR_ROOM), "known");
    assert_int_equal(play.in.war_channel_id, 31);
}

/* Permissions were gone for a while, and are there again. */
static void what_works_again_is_what_it_was(void **state)
{
    (void)state;
    static const enum effect_kind effects[] = {EFFECT_LIVE_ROOM, EFFECT_CARD,
                                               EFFECT_ANNOUNCE};
    struct play play = declared();
    accepts(&play, finished(EFFECT_LIVE_ROOM, 32));
    accepts(&play, finished(EFFECT_CARD, 33));
    accepts(&play, finished(EFFECT_ANNOUNCE, 34));
    for (size_t i = 0; i < 3; i++) {
        struct request again = finished(effects[i], 0);
        again.draft.text = STR("What hindered it is out of the way.");
        accepts(&play, again);
    }
    assert_int_equal(play.in.live_channel_id, 32);
    assert_int_equal(play.in.card_message_id, 33);
    assert_int_equal(play.in.announce_message_id, 34);
}

static void a_fetched_file_becomes_evidence(void **state)
{
    (void)state;
    struct play play = declared();
    accepts(&play, adding(EVENT_FINDING, "see the log"));
    struct request request = finished(EFFECT_FETCH, 0);
    request.draft.target = play.in.last_seq;
    request.draft.recorder = nova;
    answers(&play, VERDICT_REFUSED, request, "for this file");
    request.draft.file_sha256 = STR("ab");
    request.draft.file_name = STR("log.txt");
    request.draft.file_bytes = 2;
    accepts(&play, request);
    const struct event *event = &play.out.events[0];
    assert_int_equal(event->kind, EVENT_EVIDENCE);
    assert_int_equal(event->effect, EFFECT_NONE);
    assert_int_equal(event->target, 2);
    assert_true(str_is(event->recorder.name, "nova"));
    assert_int_equal(play.in.entries, 1); /* part of its entry */
    assert_string_equal(play.wanted, "card live_card room live");
    request.draft.target = 99;
    answers(&play, VERDICT_REFUSED, request, "no entry #99");
}

static void a_postmortem_brings_review(void **state)
{
    (void)state;
    struct play play = in_state(STATE_RESOLVED);
    int64_t last_update = play.in.last_update_ms;
    accepts(&play, committed("c1"));
    assert_int_equal(play.out.event_count, 1);
    assert_int_equal(play.out.events[0].kind, EVENT_TASK);
    assert_int_equal(play.out.events[0].state_to, STATE_REVIEW);
    assert_int_equal(play.in.state, STATE_REVIEW);
    assert_string_equal(play.in.postmortem_commit, "c1");
    assert_string_equal(play.in.postmortem_ref, "postmortem/2022-12-13-logins");
    assert_string_equal(play.wanted, "card live_card live pull poll room");
    assert_int_equal(play.in.last_update_ms, last_update);
    answers(&play, VERDICT_ALREADY, committed("c1"), "known");
    accepts(&play, committed("c2"));
    assert_int_equal(play.in.state, STATE_REVIEW);
    /* reopened and resolved again: the same page brings review again */
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    answers(&play, VERDICT_ALREADY, committed("c2"), "known");
    accepts(&play, moving(STATE_RESOLVED, NULL));
    accepts(&play, committed("c2"));
    assert_int_equal(play.in.state, STATE_REVIEW);
    accepts(&play, failed(EFFECT_POSTMORTEM));
    assert_string_equal(play.in.postmortem_commit, "c2");
    assert_string_equal(play.wanted, "room");
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(there_is_one_commander),
        T(other_roles_have_many),
        T(roles_have_their_limit),
        T(roles_may_be_left),
        T(no_roles_when_it_is_closed),
        T(entries_are_kept),
        T(visibility_decides_who_is_shown),
        T(late_entries_reach_the_postmortem),
        T(an_entry_says_something),
        T(a_change_is_whole),
        T(entries_have_limits),
        T(rooms_come_one_after_the_other),
        T(a_lost_war_room_falls_back),
        T(what_works_again_is_what_it_was),
        T(a_fetched_file_becomes_evidence),
        T(a_postmortem_brings_review),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
