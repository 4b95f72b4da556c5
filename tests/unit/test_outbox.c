#include "storage/health.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW INT64_C(1000000)

/* ---- a database with two incidents and an empty outbox ---- */

static struct store *open_empty(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident before = {0};
    assert_int_equal(store_begin(store), ERR_OK);
    for (int64_t id = 1; id <= 2; id++) {
        struct incident in = {.id = id, .last_seq = 1};
        assert_int_equal(store_append(store, &before, &in, NULL, 0), ERR_OK);
    }
    assert_int_equal(store_commit(store), ERR_OK);
    return store;
}

static void want(struct store *store, enum effect_kind kind, int64_t incident,
                 int64_t target)
{
    assert_int_equal(store_want(store, kind, incident, target, NULL, NOW),
                     ERR_OK);
}

struct seen {
    struct outbox_row rows[16];
    int count, most;
    char text[300]; /* "card/1 live_room/2" */
};

static bool see(const struct outbox_row *row, void *context)
{
    struct seen *seen = context;
    size_t n = strlen(seen->text);
    (void)snprintf(
        seen->text + n, sizeof seen->text - n, "%s%s/%d", n == 0 ? "" : " ",
        word_of(&effect_kind_words, (int)row->kind), (int)row->incident_id);
    seen->rows[seen->count++] = *row;
    return --seen->most != 0;
}

/* What is due at that time, and when the next is. */
static struct seen due(struct store *store, int64_t now_ms, const char *text,
                       int64_t next)
{
    struct seen seen = {.most = 0};
    int64_t next_due_ms = -1;
    assert_int_equal(store_due(store, now_ms, see, &seen, &next_due_ms),
                     ERR_OK);
    assert_string_equal(seen.text, text);
    assert_int_equal(next_due_ms, next);
    return seen;
}

static void expect_count(struct store *store, int64_t count)
{
    int64_t is = -1;
    assert_int_equal(store_outbox_count(store, &is), ERR_OK);
    assert_int_equal(is, count);
}

static void expect_waiting(struct store *store, int64_t count, int64_t due_ms)
{
    int64_t is = -1, since_ms = -1;
    assert_int_equal(store_outbox_waiting(store, 0, &is, &since_ms), ERR_OK);
    assert_int_equal(is, count);
    assert_int_equal(since_ms, due_ms);
}

/* ---- the tests ---- */

static void wanting_twice_is_one_row(void **state)
{
    struct store *store = open_empty(state);
    due(store, NOW, "", INT64_MAX);
    want(store, EFFECT_CARD, 1, 0);
    want(store, EFFECT_CARD, 1, 0);
    expect_count(store, 1);
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    assert_int_equal(seen.rows[0].wanted, 1); /* nobody began it */
    assert_int_equal(seen.rows[0].attempts, 0);
    assert_string_equal(seen.rows[0].lane, "war/1");
    assert_string_equal(seen.rows[0].url, "");
    /* Another incident, or another target, is another row. */
    want(store, EFFECT_CARD, 2, 0);
    want(store, EFFECT_FETCH, 1, 3);
    want(store, EFFECT_FETCH, 1, 4);
    expect_count(store, 4);
    store_close(store);
}

static void lanes_by_kind(void **state)
{
    static const struct {
        enum effect_kind kind;
        const char *lane;
    } cases[] = {
        {EFFECT_WAR_ROOM, "war/1"},      {EFFECT_CARD, "war/1"},
        {EFFECT_PIN, "war/1"},           {EFFECT_ROOM, "war/1"},
        {EFFECT_LIVE_ROOM, "live/1"},    {EFFECT_LIVE, "live/1"},
        {EFFECT_ANNOUNCE, "announce/1"}, {EFFECT_FETCH, "fetch/1"},
        {EFFECT_POSTMORTEM, "git/1"},    {EFFECT_ACCESS, "access/1"},
        {EFFECT_ARCHIVE, "access/1"},    {EFFECT_RENAME, "name/1"},
        {EFFECT_REMIND, "war/1"},        {EFFECT_LIVE_CARD, "live/1"},
        {EFFECT_CHART, "chart/1"},       {EFFECT_ALERT_CARD, "alerts/1"},
        {EFFECT_PULL, "pull/1"},         {EFFECT_ISSUE, "issue/1"},
        {EFFECT_POLL, "poll/1"},
    };
    struct store *store = open_empty(state);
    assert_int_equal(sizeof cases / sizeof cases[0], EFFECT_KIND_COUNT - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seen seen = {.most = 0};
        int64_t next;
        want(store, cases[i].kind, 1, 0);
        assert_int_equal(store_due(store, NOW, see, &seen, &next), ERR_OK);
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.rows[0].kind, cases[i].kind);
        assert_string_equal(seen.rows[0].lane, cases[i].lane);
        assert_int_equal(
            store_outbox_done(store, seen.rows[0].id, 1, false, 0, 0), ERR_OK);
    }
    expect_count(store, 0);
    store_close(store);
}

/* Of a row that was tried, the first try counts: back-off makes it no younger.
 */
static void the_oldest_tells_since_when_it_waits(void **state)
{
    struct store *store = open_empty(state);
    expect_waiting(store, 0, 0);
    want(store, EFFECT_CARD, 1, 0);
    expect_waiting(store, 1, NOW);
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    int64_t card = seen.rows[0].id;
    assert_int_equal(store_outbox_begin(store, card, NOW + 5), ERR_OK);
    assert_int_equal(store_outbox_retry(store, card, NOW + 60000, STR("no")),
                     ERR_OK);
    expect_waiting(store, 1, NOW + 5);
    int64_t count, since_ms; /* Discord's clock said NOW + 5, ours 7 more */
    assert_int_equal(store_outbox_waiting(store, 7, &count, &since_ms), ERR_OK);
    assert_int_equal(since_ms, NOW + 12);
    want(store, EFFECT_CARD, 2, 0);
    expect_waiting(store, 2, NOW);
    store_close(store);
}

static void try_in_vain(struct store *store, int64_t id, int64_t at_ms)
{
    assert_int_equal(store_outbox_begin(store, id, at_ms), ERR_OK);
    assert_int_equal(store_outbox_retry(store, id, NOW + 60000, STR("no")),
                     ERR_OK);
}

/* Not what only waits its turn, nor what looks again and again. */
static void health_names_what_fails_for_longest(void **state)
{
    struct store *store = open_empty(state);
    struct store_health health;
    want(store, EFFECT_POLL, 1, 0);
    want(store, EFFECT_ANNOUNCE, 1, 0);
    want(store, EFFECT_LIVE_CARD, 1, 0);
    want(store, EFFECT_CARD, 1, 0);
    struct seen seen =
        due(store, NOW, "poll/1 announce/1 live_card/1 card/1", INT64_MAX);
    try_in_vain(store, seen.rows[0].id, NOW + 1);
    try_in_vain(store, seen.rows[3].id, NOW + 5);
    try_in_vain(store, seen.rows[2].id, NOW + 9);
    assert_int_equal(store_health(store, 7, &health), ERR_OK);
    assert_int_equal(health.kind, EFFECT_CARD);
    assert_int_equal(health.first_attempt_ms, NOW + 12);
    assert_string_equal(health.error, "no");
    store_close(store);
}

static void only_the_head_of_a_lane_is_due(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_WAR_ROOM, 1, 0);
    want(store, EFFECT_LIVE_ROOM, 1, 0);
    want(store, EFFECT_WAR_ROOM, 2, 0);
    want(store, EFFECT_ROOM, 1, 0);
    want(store, EFFECT_LIVE, 1, 0);
    want(store, EFFECT_WAR_ROOM, 1, 0); /* keeps its place */
    struct seen seen =
        due(store, NOW, "war_room/1 live_room/1 war_room/2", INT64_MAX);
    assert_int_equal(store_outbox_begin(store, seen.rows[0].id, NOW), ERR_OK);
    /* In flight is still the head: the caller knows what it sent. */
    due(store, NOW, "war_room/1 live_room/1 war_room/2", INT64_MAX);
    assert_int_equal(
        store_outbox_done(store, seen.rows[0].id, 2, false, NOW, 0), ERR_OK);
    due(store, NOW, "live_room/1 war_room/2 room/1", INT64_MAX);
    /* A callback that stops. */
    struct seen two = {.most = 2};
    int64_t next;
    assert_int_equal(store_due(store, NOW, see, &two, &next), ERR_OK);
    assert_string_equal(two.text, "live_room/1 war_room/2");
    store_close(store);
}

static void wanted_again_in_flight_is_delivered_again(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_CARD, 1, 0);
    want(store, EFFECT_ROOM, 1, 0);
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    struct outbox_row card = seen.rows[0];
    assert_int_equal(store_outbox_begin(store, card.id, NOW + 1), ERR_OK);
    want(store, EFFECT_CARD, 1, 0);
    assert_int_equal(
        store_outbox_done(store, card.id, card.wanted, false, NOW + 5000, 0),
        ERR_OK);
    expect_count(store, 2);
    /* It waits for its time, and the lane goes on meanwhile. */
    seen = due(store, NOW, "room/1", NOW + 5000);
    assert_int_equal(store_outbox_done(store, seen.rows[0].id, 1, false, 0, 0),
                     ERR_OK);
    due(store, NOW + 4999, "", NOW + 5000);
    seen = due(store, NOW + 5000, "card/1", INT64_MAX);
    assert_int_equal(seen.rows[0].wanted, 2);
    assert_int_equal(seen.rows[0].attempts, 0);
    assert_int_equal(seen.rows[0].first_attempt_ms, 0);
    assert_int_equal(store_outbox_done(store, seen.rows[0].id, 2, false, 0, 0),
                     ERR_OK);
    expect_count(store, 0);
    store_close(store);
}

static void done_in_part_goes_behind_its_lane(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_ROOM, 1, 0);
    want(store, EFFECT_CARD, 1, 0);
    struct seen seen = due(store, NOW, "room/1", INT64_MAX);
    assert_int_equal(store_outbox_done(store, seen.rows[0].id, 1, true, NOW, 0),
                     ERR_OK);
    seen = due(store, NOW, "card/1", INT64_MAX);
    assert_int_equal(
        store_outbox_done(store, seen.rows[0].id, 1, false, NOW, 0), ERR_OK);
    due(store, NOW, "room/1", INT64_MAX);
    store_close(store);
}

static void back_off_holds_the_lane(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_CARD, 1, 0);
    want(store, EFFECT_ROOM, 1, 0);
    want(store, EFFECT_LIVE, 1, 0);
    struct seen seen = due(store, NOW, "card/1 live/1", INT64_MAX);
    int64_t card = seen.rows[0].id;
    assert_int_equal(store_outbox_begin(store, card, NOW), ERR_OK);
    assert_int_equal(store_outbox_retry(store, card, NOW + 1000, STR("503")),
                     ERR_OK);
    due(store, NOW, "live/1", NOW + 1000);
    /* Wanting it again does not hammer a world that is down. */
    want(store, EFFECT_CARD, 1, 0);
    due(store, NOW + 999, "live/1", NOW + 1000);
    seen = due(store, NOW + 1000, "card/1 live/1", INT64_MAX);
    assert_int_equal(seen.rows[0].attempts, 1);
    assert_int_equal(seen.rows[0].first_attempt_ms, NOW);
    assert_int_equal(store_outbox_begin(store, card, NOW + 1000), ERR_OK);
    store_close(store);
    /* Attempts are durable: after a restart it looks first. */
    store = scratch_open(*state);
    seen = due(store, NOW + 1000, "card/1 live/1", INT64_MAX);
    assert_int_equal(seen.rows[0].attempts, 2);
    assert_int_equal(seen.rows[0].first_attempt_ms, NOW);
    store_close(store);
}

/* What it saw may be from before that. */
static void kept_it_is_due_when_it_was_wanted_meanwhile(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_POLL, 1, 0);
    struct seen seen = due(store, NOW, "poll/1", INT64_MAX);
    struct outbox_row poll = seen.rows[0];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(store_outbox_begin(store, poll.id, NOW), ERR_OK);
        if (i == 1)
            want(store, EFFECT_POLL, 1, 0);
        assert_int_equal(store_outbox_done(store, poll.id, poll.wanted, true,
                                           NOW + 60000, NOW + 5000),
                         ERR_OK);
        due(store, NOW, "", i == 0 ? NOW + 60000 : NOW + 5000);
        seen = due(store, NOW + 60000, "poll/1", INT64_MAX);
        poll = seen.rows[0];
    }
    store_close(store);
}

/* Nobody can tell how often it would have been in vain. */
static void a_wait_is_no_attempt(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_PULL, 1, 0);
    struct seen seen = due(store, NOW, "pull/1", INT64_MAX);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_outbox_begin(store, seen.rows[0].id, NOW),
                         ERR_OK);
        assert_int_equal(
            store_outbox_wait(store, seen.rows[0].id, NOW + 1000, STR("429")),
            ERR_OK);
    }
    due(store, NOW + 999, "", NOW + 1000);
    seen = due(store, NOW + 1000, "pull/1", INT64_MAX);
    assert_int_equal(seen.rows[0].attempts, 1); /* it looks first */
    store_close(store);
}

/* It was put right: what it wrote must not wait until it is that late again. */
static void a_clock_that_was_ahead_holds_nothing(void **state)
{
    struct store *store = open_empty(state);
    int64_t ahead = NOW + MS_PER_DAY;
    want(store, EFFECT_CARD, 1, 0);
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    assert_int_equal(store_outbox_begin(store, seen.rows[0].id, ahead), ERR_OK);
    assert_int_equal(store_outbox_retry(store, seen.rows[0].id,
                                        ahead + MS_PER_SECOND, STR("503")),
                     ERR_OK);
    assert_int_equal(store_want(store, EFFECT_LIVE, 2, 0, NULL, ahead), ERR_OK);
    due(store, NOW, "card/1 live/2", INT64_MAX);
    /* The longest wait that is meant. */
    assert_int_equal(store_outbox_retry(store, seen.rows[0].id,
                                        NOW + OUTBOX_WAIT_MOST_MS, STR("503")),
                     ERR_OK);
    due(store, NOW, "live/2", NOW + OUTBOX_WAIT_MOST_MS);
    store_close(store);
}

static int64_t generation(struct store *store)
{
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    return seen.rows[0].wanted;
}

static void begin_card(struct store *store)
{
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    assert_int_equal(store_outbox_begin(store, seen.rows[0].id, NOW), ERR_OK);
}

/* Within a turn the same wish again says nothing new, until it is taken up or
 * the request that had it is undone. */
static void a_turn_wants_a_thing_once(void **state)
{
    struct store *store = open_empty(state);
    want(store, EFFECT_CARD, 1, 0);
    begin_card(store);
    assert_int_equal(store_begin(store), ERR_OK);
    for (int i = 0; i < 3; i++)
        want(store, EFFECT_CARD, 1, 0);
    assert_int_equal(generation(store), 2);
    begin_card(store);
    want(store, EFFECT_CARD, 1, 0);
    assert_int_equal(generation(store), 3);
    assert_int_equal(store_request_begin(store), ERR_OK);
    begin_card(store);
    want(store, EFFECT_CARD, 1, 0);
    store_request_undo(store);
    want(store, EFFECT_CARD, 1, 0);
    assert_int_equal(store_commit(store), ERR_OK);
    assert_int_equal(generation(store), 4);
    assert_int_equal(store_begin(store), ERR_OK);
    want(store, EFFECT_CARD, 1, 0);
    store_rollback(store);
    assert_int_equal(store_begin(store), ERR_OK);
    want(store, EFFECT_CARD, 1, 0);
    assert_int_equal(store_commit(store), ERR_OK);
    assert_int_equal(generation(store), 5);
    store_close(store);
}

/* A wish that makes nothing due is no reason to ask. */
static void a_wish_waits_for_the_pace(void **state)
{
    struct store *store = open_empty(state);
    assert_false(store_has_wishes(store));
    want(store, EFFECT_CARD, 1, 0);
    assert_true(store_has_wishes(store));
    struct seen seen = due(store, NOW, "card/1", INT64_MAX);
    assert_false(store_has_wishes(store));
    assert_int_equal(store_outbox_pace(store, seen.rows[0].id, NOW + 3000),
                     ERR_OK);
    want(store, EFFECT_CARD, 1, 0);
    assert_false(store_has_wishes(store));
    (void)due(store, NOW + 2999, "", NOW + 3000);
    seen = due(store, NOW + 3000, "card/1", INT64_MAX);
    /* Done, to be looked at again in a minute, and not before its pace. */
    assert_int_equal(store_outbox_begin(store, seen.rows[0].id, NOW), ERR_OK);
    assert_int_equal(store_outbox_done(store, seen.rows[0].id, 1, true,
                                       NOW + 60000, NOW + 8000),
                     ERR_OK);
    due(store, NOW, "", NOW + 60000);
    want(store, EFFECT_CARD, 1, 0);
    assert_true(store_has_wishes(store));
    (void)due(store, NOW, "", NOW + 8000);
    /* The clock was ahead when that was written. */
    seen = due(store, NOW + 8000, "card/1", INT64_MAX);
    assert_int_equal(store_outbox_pace(store, seen.rows[0].id,
                                       NOW + OUTBOX_WAIT_MOST_MS + 1),
                     ERR_OK);
    want(store, EFFECT_CARD, 1, 0);
    due(store, NOW, "card/1", INT64_MAX);
    store_close(store);
}

static void keeps_a_url_only_with_its_row(void **state)
{
    struct store *store = open_empty(state);
    static char url[2048];
    memset(url, 'u', sizeof url - 1);
    assert_int_equal(store_want(store, EFFECT_FETCH, 1, 3,
                                &(struct fetch){.url = {url, sizeof url}}, NOW),
                     ERR_TOO_LONG);
    assert_int_equal(store_want(store, EFFECT_FETCH, 1, 3,
                                &(struct fetch){.url = STR("https://old")},
                                NOW),
                     ERR_OK);
    assert_int_equal(store_want(store, EFFECT_FETCH, 1, 3,
                                &(struct fetch){.url = str_of(url)}, NOW),
                     ERR_OK);
    assert_int_equal(store_want(store, EFFECT_FETCH, 1, 3, NULL, NOW), ERR_OK);
    struct seen seen = due(store, NOW, "fetch/1", INT64_MAX);
    assert_string_equal(seen.rows[0].url, url);
    assert_int_equal(seen.rows[0].target, 3);
    assert_int_equal(store_outbox_done(store, seen.rows[0].id, 2, false, 0, 0),
                     ERR_OK);
    want(store, EFFECT_FETCH, 1, 3);
    seen = due(store, NOW, "fetch/1", INT64_MAX);
    assert_string_equal(seen.rows[0].url, "");
    store_close(store);
}

struct writer {
    struct store *store;
    int rows;
};

static bool finish_and_want(const struct outbox_row *row, void *context)
{
    struct writer *writer = context;
    writer->rows++;
    assert_int_equal(store_outbox_begin(writer->store, row->id, NOW), ERR_OK);
    assert_int_equal(
        store_outbox_done(writer->store, row->id, row->wanted, false, 0, 0),
        ERR_OK);
    want(writer->store, EFFECT_PIN, row->incident_id, 0);
    want(writer->store, EFFECT_POSTMORTEM, row->incident_id, 0);
    return true;
}

static void a_callback_may_write(void **state)
{
    struct store *store = open_empty(state);
    struct writer writer = {.store = store};
    int64_t next;
    want(store, EFFECT_CARD, 1, 0);
    want(store, EFFECT_CARD, 2, 0);
    want(store, EFFECT_LIVE, 2, 0);
    assert_int_equal(store_due(store, NOW, finish_and_want, &writer, &next),
                     ERR_OK);
    assert_int_equal(writer.rows, 3);
    due(store, NOW, "pin/1 postmortem/1 pin/2 postmortem/2", INT64_MAX);
    store_close(store);
}

static void refuses_rows_that_are_not_there(void **state)
{
    struct store *store = open_empty(state);
    assert_int_equal(store_outbox_begin(store, 5, NOW), ERR_NOT_FOUND);
    assert_int_equal(store_outbox_done(store, 5, 1, false, NOW, 0),
                     ERR_NOT_FOUND);
    assert_int_equal(store_outbox_retry(store, 5, NOW, STR("x")),
                     ERR_NOT_FOUND);
    assert_int_equal(store_want(store, EFFECT_CARD, 9, 0, NULL, NOW),
                     ERR_STORAGE);
    expect_count(store, 0);
    store_close(store);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wanting_twice_is_one_row),
        TEST(lanes_by_kind),
        TEST(the_oldest_tells_since_when_it_waits),
        TEST(health_names_what_fails_for_longest),
        TEST(only_the_head_of_a_lane_is_due),
        TEST(wanted_again_in_flight_is_delivered_again),
        TEST(done_in_part_goes_behind_its_lane),
        TEST(back_off_holds_the_lane),
        TEST(a_wait_is_no_attempt),
        TEST(kept_it_is_due_when_it_was_wanted_meanwhile),
        TEST(a_clock_that_was_ahead_holds_nothing),
        TEST(a_turn_wants_a_thing_once),
        TEST(a_wish_waits_for_the_pace),
        TEST(keeps_a_url_only_with_its_row),
        TEST(a_callback_may_write),
        TEST(refuses_rows_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
