/* What the outbox starts at once, and what waits its turn. */
#include "bot/outbox/outbox.h"
#include "tests/lib/peer.h"
#include "tests/lib/scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW       SCRATCH_NOW_MS
#define INCIDENTS 60

static const struct room_settings ours = {.bot_user_id = 5};

struct bench {
    uv_loop_t loop;
    struct store *store;
    struct rest *rest;
    struct outbox *outbox;
};

static int wakes;

static void count_wake(void *context)
{
    (void)context;
    wakes++;
}

static void open_bench(struct bench *bench, const struct scratch *scratch)
{
    char api[64];
    struct buf why = BUF_INIT(500);
    (void)snprintf(api, sizeof api, "http://127.0.0.1:%d", peer_no_port());
    struct rest_config rest = {
        .api_base = api, .token = "a token", .user_agent = "test"};
    assert_int_equal(uv_loop_init(&bench->loop), 0);
    bench->store = scratch_open(scratch);
    bench->rest = rest_new(&bench->loop, &rest, &why);
    assert_non_null(bench->rest);
    struct outbox_config config = {
        .loop = &bench->loop,
        .store = bench->store,
        .rest = bench->rest,
        .postmortem = {.template = NULL,
                       .repository = "/nowhere",
                       .branch = "main",
                       .path = "{date}-{slug}.md",
                       .author_name = "opsroom",
                       .author_email = "opsroom@example.org"},
        .git_helper = "/bin/true",
        .attachment_max_bytes = 4096,
        .wake = count_wake,
    };
    bench->outbox = outbox_new(&config, &ours);
}

static void close_bench(struct bench *bench)
{
    rest_free(bench->rest);
    outbox_free(bench->outbox);
    store_close(bench->store);
    (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
}

static void want(struct bench *bench, enum effect_kind kind, int64_t incident)
{
    const struct fetch file = {.url = STR("http://127.0.0.1:1/")};
    assert_int_equal(store_want(bench->store, kind, incident, 0,
                                kind == EFFECT_FETCH ? &file : NULL, NOW),
                     ERR_OK);
}

static int64_t started(const struct scratch *scratch, const char *kind)
{
    char sql[120];
    (void)snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM outbox WHERE attempts > 0 AND kind = '%s'", kind);
    return scratch_number(scratch, sql);
}

/* Incidents 1 to `count`, of which nothing is wanted. */
static void declare_many(struct bench *bench, const struct scratch *scratch,
                         int64_t count)
{
    assert_int_equal(store_begin(bench->store), ERR_OK);
    for (int64_t id = 1; id <= count; id++) {
        struct incident in = {0};
        struct request declare = scratch_declare(id, "Logins fail");
        assert_int_equal(scratch_take(bench->store, &in, &declare, NOW),
                         VERDICT_ACCEPTED);
    }
    assert_int_equal(store_commit(bench->store), ERR_OK);
    scratch_sql(scratch, "DELETE FROM outbox");
}

/* Sixty incidents have a file to fetch and a page to commit. Whatever hangs
 * there, the newest one's room is made now. */
static void no_part_of_the_world_takes_all_places(void **state)
{
    struct bench bench;
    open_bench(&bench, *state);
    declare_many(&bench, *state, INCIDENTS);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    for (int64_t id = 1; id <= INCIDENTS; id++)
        want(&bench, EFFECT_FETCH, id);
    for (int64_t id = 1; id <= INCIDENTS; id++)
        want(&bench, EFFECT_POSTMORTEM, id);
    want(&bench, EFFECT_WAR_ROOM, INCIDENTS);
    assert_int_equal(outbox_settle(bench.outbox, NOW), ERR_OK);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    assert_int_equal(started(*state, "war_room"), 1);
    assert_in_range(started(*state, "fetch"), 1, INCIDENTS / 2);
    assert_in_range(started(*state, "postmortem"), 1, 4);
    close_bench(&bench);
}

/* One at a time goes to the forge; no other turn would come by itself. */
static void a_place_that_becomes_free_is_taken(void **state)
{
    struct bench bench;
    open_bench(&bench, *state);
    declare_many(&bench, *state, 3);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    for (int64_t id = 1; id <= 3; id++)
        want(&bench, EFFECT_PULL, id);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    for (int turn = 0; turn < 10 && outbox_has_work(bench.outbox); turn++) {
        assert_int_equal(store_begin(bench.store), ERR_OK);
        assert_int_equal(outbox_settle(bench.outbox, NOW), ERR_OK);
        assert_int_equal(store_commit(bench.store), ERR_OK);
        outbox_send(bench.outbox, true);
    }
    assert_int_equal(
        scratch_number(*state,
                       "SELECT count(*) FROM outbox WHERE kind = 'pull'"),
        0);
    assert_false(outbox_has_work(bench.outbox));
    close_bench(&bench);
}

static void expect_waits(struct bench *bench, int64_t least, int64_t most)
{
    (void)uv_run(&bench->loop, UV_RUN_NOWAIT);
    assert_in_range(uv_backend_timeout(&bench->loop), least, most);
}

static void settle(struct bench *bench, int64_t wall_ms)
{
    outbox_set_rooms(bench->outbox, &ours); /* as good a reason to ask as any */
    assert_int_equal(store_begin(bench->store), ERR_OK);
    assert_int_equal(outbox_settle(bench->outbox, wall_ms), ERR_OK);
    assert_int_equal(store_commit(bench->store), ERR_OK);
    outbox_send(bench->outbox, true);
}

/* Something was wanted, and then no transaction can even be begun: the turn
 * does not come again and again without a pause. */
static void a_disk_that_refuses_is_left_alone_for_a_while(void **state)
{
    struct bench bench;
    open_bench(&bench, *state);
    declare_many(&bench, *state, 1);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    want(&bench, EFFECT_CARD, 1);
    store_rollback(bench.store);
    wakes = 0;
    outbox_send(bench.outbox, false);
    assert_int_equal(wakes, 0);
    expect_waits(&bench, 1, 2000);
    close_bench(&bench);
}

/* A row in back-off, and a clock that jumps a day: back, the outbox looks again
 * within the longest wait there is, and then starts it; forward, at once. */
static void a_clock_that_jumps_holds_up_nothing(void **state)
{
    struct bench bench;
    struct incident in = {0};
    struct request declare = scratch_declare(1, "Logins fail");
    int64_t now_ms = clock_wall_ms();
    char sql[120];
    open_bench(&bench, *state);
    assert_int_equal(scratch_take(bench.store, &in, &declare, now_ms),
                     VERDICT_ACCEPTED);
    scratch_sql(*state, "DELETE FROM outbox");
    assert_int_equal(store_begin(bench.store), ERR_OK);
    want(&bench, EFFECT_WAR_ROOM, 1);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    /* For a process whose clock is a day ahead it is due in a minute. */
    (void)snprintf(sql, sizeof sql,
                   "UPDATE outbox SET attempts = 3, not_before_ms = %" PRId64,
                   now_ms + MS_PER_DAY + MS_PER_MINUTE);
    scratch_sql(*state, sql);
    settle(&bench, now_ms + MS_PER_DAY);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 3);
    expect_waits(&bench, 1, OUTBOX_WAIT_MOST_MS);
    settle(&bench, now_ms);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 4);
    close_bench(&bench);
    /* It fails once more, in time to come; the clock goes on a day. */
    (void)snprintf(sql, sizeof sql,
                   "UPDATE outbox SET not_before_ms = %" PRId64,
                   now_ms + MS_PER_MINUTE);
    scratch_sql(*state, sql);
    open_bench(&bench, *state);
    settle(&bench, now_ms);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 4);
    expect_waits(&bench, 1, MS_PER_MINUTE);
    settle(&bench, now_ms + MS_PER_DAY);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 5);
    close_bench(&bench);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_part_of_the_world_takes_all_places),
        TEST(a_place_that_becomes_free_is_taken),
        TEST(a_disk_that_refuses_is_left_alone_for_a_while),
        TEST(a_clock_that_jumps_holds_up_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
