/* The postmortem's review on a forge, as the rules have it: what its pull
 * request and its issues do to the incident. */
#include "tests/lib/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define URL "https://git.example.org/team/blog/pulls/4"

static struct request pull(enum pull_state state, const char *ref)
{
    struct request request = finished(EFFECT_PULL, 0);
    request.draft.pull_state = state;
    request.draft.ref = str_of(ref);
    request.draft.link = STR(URL);
    return request;
}

static struct play in_review(void)
{
    struct play play = in_state(STATE_RESOLVED);
    accepts(&play, committed("c1"));
    assert_int_equal(play.in.state, STATE_REVIEW);
    assert_non_null(strstr(play.wanted, "pull"));
    return play;
}

static void an_opened_one_is_looked_at_from_then_on(void **state)
{
    struct play play = in_review();
    (void)state;
    accepts(&play, pull(PULL_OPEN, "4"));
    assert_int_equal(play.in.pull_number, 4);
    assert_string_equal(play.in.pull_url, URL);
    assert_int_equal(play.in.state, STATE_REVIEW);
    assert_true(when_is_set(&play.in.milestones[MILESTONE_PR_OPENED]));
    assert_non_null(strstr(play.wanted, "poll"));
    answers(&play, VERDICT_ALREADY, pull(PULL_OPEN, "4"), "known");
}

static void merged_means_closed(void **state)
{
    struct play play = in_review();
    struct request merged = pull(PULL_MERGED, "c0ffee");
    (void)state;
    accepts(&play, pull(PULL_OPEN, "4"));
    merged.draft.occurred = at(T0 + MS_PER_DAY, NULL);
    accepts(&play, merged);
    assert_int_equal(play.in.state, STATE_CLOSED);
    assert_int_equal(play.in.pull_state, PULL_MERGED);
    assert_int_equal(play.in.milestones[MILESTONE_PR_MERGED].from_ms,
                     T0 + MS_PER_DAY);
    answers(&play, VERDICT_ALREADY, merged, "known");
}

static void what_was_reopened_goes_on(void **state)
{
    struct play play = in_review();
    (void)state;
    accepts(&play, pull(PULL_OPEN, "4"));
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    accepts(&play, pull(PULL_MERGED, "c0ffee"));
    assert_int_equal(play.in.state, STATE_INVESTIGATING);
    /* And its second review is another one. */
    accepts(&play, moving(STATE_RESOLVED, "over"));
    accepts(&play, committed("c2"));
    accepts(&play, pull(PULL_OPEN, "5"));
    assert_int_equal(play.in.pull_number, 5);
    accepts(&play, pull(PULL_MERGED, "c1ffee"));
    assert_int_equal(play.in.state, STATE_CLOSED);
}

/* Without pull requests, nothing but the merge is told of a review. */
static void without_pull_requests_each_review_ends_by_its_merge(void **state)
{
    struct play play = in_review();
    (void)state;
    accepts(&play, pull(PULL_MERGED, "c0ffee"));
    assert_int_equal(play.in.state, STATE_CLOSED);
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    accepts(&play, moving(STATE_RESOLVED, "over"));
    accepts(&play, committed("c2"));
    assert_non_null(strstr(play.wanted, "poll"));
    accepts(&play, pull(PULL_MERGED, "c1ffee"));
    assert_int_equal(play.in.state, STATE_CLOSED);
    answers(&play, VERDICT_ALREADY, pull(PULL_MERGED, "c1ffee"), "known");
}

/* The branch and its commit stay what they are. */
static void more_to_tell_comes_in_events_of_its_own(void **state)
{
    struct play play = in_review();
    struct request request = committed("c2");
    (void)state;
    request.told[0] = (struct room_word){STR("Somebody changed it."), STR("o")};
    request.told[1] = (struct room_word){STR("It goes again."), STR_NONE};
    request.told_count = 2;
    accepts(&play, request);
    assert_int_equal(play.out.event_count, 3);
    assert_string_equal(play.in.postmortem_commit, "c2");
    play = in_state(STATE_RESOLVED);
    accepts(&play, request);
    assert_int_equal(play.out.events[0].state_to, STATE_REVIEW);
    assert_int_equal(play.out.events[1].state_to, STATE_NONE);
    assert_true(str_is(play.out.events[1].origin, "o"));
    request.told_count = 1;
    accepts(&play, request);
    assert_int_equal(play.out.event_count, 1);
    assert_true(str_is(play.out.events[0].text, "Somebody changed it."));
    assert_string_equal(play.in.postmortem_commit, "c2");
    assert_non_null(strstr(play.wanted, "room"));
    answers(&play, VERDICT_ALREADY, committed("c2"), "known");
}

static void closed_without_a_merge_stays_in_review(void **state)
{
    struct play play = in_review();
    (void)state;
    accepts(&play, pull(PULL_OPEN, "4"));
    accepts(&play, pull(PULL_CLOSED, ""));
    assert_int_equal(play.in.state, STATE_REVIEW);
    assert_int_equal(play.in.pull_number, 4);
    assert_non_null(strstr(play.wanted, "room"));
    /* Somebody opens it again. */
    accepts(&play, pull(PULL_OPEN, "4"));
    assert_int_equal(play.in.pull_state, PULL_OPEN);
}

/* It was on its way when the incident was reopened, and found a false alarm. */
static void a_page_of_what_was_cancelled_is_written_again(void **state)
{
    struct play play = in_state(STATE_RESOLVED);
    (void)state;
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    accepts(&play, moving(STATE_CANCELLED, "it was the monitor"));
    assert_null(strstr(play.wanted, "postmortem"));
    accepts(&play, committed("c1"));
    assert_int_equal(play.in.state, STATE_CANCELLED);
    assert_non_null(strstr(play.wanted, "postmortem"));
    accepts(&play, committed("c2"));
    assert_null(strstr(play.wanted, "postmortem"));
}

static void a_failure_is_said_and_changes_nothing(void **state)
{
    struct play play = in_review();
    (void)state;
    accepts(&play, pull(PULL_OPEN, "4"));
    accepts(&play, failed(EFFECT_PULL));
    assert_non_null(strstr(play.wanted, "room"));
    assert_int_equal(play.in.pull_state, PULL_OPEN);
    accepts(&play, failed(EFFECT_POLL));
    assert_int_equal(play.in.state, STATE_REVIEW);
}

static struct request issue(int64_t item)
{
    struct request request = pull(PULL_OPEN, "9");
    request.draft.effect = EFFECT_ISSUE;
    request.draft.target = item;
    return request;
}

static void an_item_has_one_issue(void **state)
{
    struct play play = in_review();
    (void)state;
    answers(&play, VERDICT_ALREADY, issue(3), "known");
    play.subject.item = (struct action_item){.seq = 3, .state = ITEM_OPEN};
    accepts(&play, issue(3));
    item_apply(&play.subject.item, &play.out.events[0]);
    assert_int_equal(play.subject.item.issue_number, 9);
    assert_string_equal(play.subject.item.issue_url, URL);
    assert_int_equal(play.subject.item.state, ITEM_OPEN);
    answers(&play, VERDICT_ALREADY, issue(3), "known");
}

/* Items that were made before wait for it. */
static void a_new_item_wants_an_issue_once_there_is_a_review(void **state)
{
    struct play play = in_review();
    struct request item = adding(EVENT_ITEM, "Alert on the pool");
    (void)state;
    item.kind = REQUEST_ITEM;
    accepts(&play, item);
    assert_null(strstr(play.wanted, "issue"));
    accepts(&play, pull(PULL_OPEN, "4"));
    accepts(&play, item);
    assert_non_null(strstr(play.wanted, "issue"));
    /* So does an idea that is made one. */
    play.subject.entry = (struct entry_state){.seq = 3, .kind = EVENT_IDEA};
    struct request settle = {.kind = REQUEST_SETTLE,
                             .draft = {.recorder = nova,
                                       .target = 3,
                                       .text = STR("Alert on the pool"),
                                       .settlement = SETTLEMENT_MADE_ITEM}};
    accepts(&play, settle);
    assert_non_null(strstr(play.wanted, "issue"));
}

/* It was done: one without an issue gets it, another's is looked at. */
static void an_item_that_is_open_again_is_told_to_the_forge(void **state)
{
    struct play play = in_review();
    struct request again = {
        .kind = REQUEST_ITEM,
        .draft = {.recorder = nova, .target = 3, .item_state = ITEM_OPEN}};
    (void)state;
    accepts(&play, pull(PULL_OPEN, "4"));
    play.subject.item = (struct action_item){.seq = 3, .state = ITEM_DONE};
    accepts(&play, again);
    assert_non_null(strstr(play.wanted, "issue"));
    play.subject.item.issue_number = 9;
    accepts(&play, again);
    assert_null(strstr(play.wanted, "issue"));
    assert_non_null(strstr(play.wanted, "poll"));
}

static void what_is_cancelled_renews_the_page_it_has(void **state)
{
    struct play play = in_state(STATE_CANCELLED);
    struct request item = {
        .kind = REQUEST_ITEM,
        .draft = {.recorder = nova, .target = 3, .item_state = ITEM_DONE}};
    (void)state;
    assert_null(strstr(play.wanted, "postmortem"));
    play.subject.item = (struct action_item){.seq = 3, .state = ITEM_OPEN};
    accepts(&play, item);
    assert_null(strstr(play.wanted, "postmortem"));
    play = in_review();
    accepts(&play, moving(STATE_INVESTIGATING, "it is back"));
    accepts(&play, moving(STATE_CANCELLED, "nothing was wrong"));
    assert_non_null(strstr(play.wanted, "postmortem"));
    play.subject.item = (struct action_item){.seq = 3, .state = ITEM_OPEN};
    accepts(&play, item);
    assert_non_null(strstr(play.wanted, "postmortem"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_opened_one_is_looked_at_from_then_on),
        cmocka_unit_test(merged_means_closed),
        cmocka_unit_test(what_was_reopened_goes_on),
        cmocka_unit_test(without_pull_requests_each_review_ends_by_its_merge),
        cmocka_unit_test(more_to_tell_comes_in_events_of_its_own),
        cmocka_unit_test(closed_without_a_merge_stays_in_review),
        cmocka_unit_test(a_page_of_what_was_cancelled_is_written_again),
        cmocka_unit_test(a_failure_is_said_and_changes_nothing),
        cmocka_unit_test(an_item_has_one_issue),
        cmocka_unit_test(a_new_item_wants_an_issue_once_there_is_a_review),
        cmocka_unit_test(an_item_that_is_open_again_is_told_to_the_forge),
        cmocka_unit_test(what_is_cancelled_renews_the_page_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
