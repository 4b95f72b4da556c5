/* What the outbox starts at once, and what waits its turn. */
#include "tests/lib/outbox_bench.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#define NOW       SCRATCH_NOW_MS
#define INCIDENTS 60

/* Sixty incidents have a file to fetch and a page to commit. Whatever hangs
 * there, the newest one's room is made now. */
static void no_part_of_the_world_takes_all_places(void **state)
{
    struct bench bench;
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, INCIDENTS);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    for (int64_t id = 1; id <= INCIDENTS; id++)
        bench_want(&bench, EFFECT_FETCH, id);
    for (int64_t id = 1; id <= INCIDENTS; id++)
        bench_want(&bench, EFFECT_POSTMORTEM, id);
    bench_want(&bench, EFFECT_WAR_ROOM, INCIDENTS);
    assert_int_equal(outbox_settle(bench.outbox, NOW), ERR_OK);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    assert_int_equal(bench_started(*state, "war_room"), 1);
    assert_in_range(bench_started(*state, "fetch"), 1, INCIDENTS / 2);
    assert_in_range(bench_started(*state, "postmortem"), 1, 4);
    bench_close(&bench);
}

/* One at a time goes to the forge; no other turn would come by itself. */
static void a_place_that_becomes_free_is_taken(void **state)
{
    struct bench bench;
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, 3);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    for (int64_t id = 1; id <= 3; id++)
        bench_want(&bench, EFFECT_PULL, id);
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
    bench_close(&bench);
}

static void expect_waits(struct bench *bench, int64_t least, int64_t most)
{
    (void)uv_run(&bench->loop, UV_RUN_NOWAIT);
    assert_in_range(uv_backend_timeout(&bench->loop), least, most);
}

/* Something was wanted, and then no transaction can even be begun: the turn
 * does not come again and again without a pause. */
static void a_disk_that_refuses_is_left_alone_for_a_while(void **state)
{
    struct bench bench;
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, 1);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    bench_want(&bench, EFFECT_CARD, 1);
    store_rollback(bench.store);
    bench.wakes = 0;
    outbox_send(bench.outbox, false);
    assert_int_equal(bench.wakes, 0);
    expect_waits(&bench, 1, 2000);
    bench_close(&bench);
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
    bench_open(&bench, *state, NULL);
    assert_int_equal(scratch_take(bench.store, &in, &declare, now_ms),
                     VERDICT_ACCEPTED);
    scratch_sql(*state, "DELETE FROM outbox");
    assert_int_equal(store_begin(bench.store), ERR_OK);
    bench_want(&bench, EFFECT_WAR_ROOM, 1);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    /* For a process whose clock is a day ahead it is due in a minute. */
    (void)snprintf(sql, sizeof sql,
                   "UPDATE outbox SET attempts = 3, not_before_ms = %" PRId64,
                   now_ms + MS_PER_DAY + MS_PER_MINUTE);
    scratch_sql(*state, sql);
    bench_settle(&bench, now_ms + MS_PER_DAY);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 3);
    expect_waits(&bench, 1, OUTBOX_WAIT_MOST_MS);
    bench_settle(&bench, now_ms);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 4);
    bench_close(&bench);
    /* It fails once more, in time to come; the clock goes on a day. */
    (void)snprintf(sql, sizeof sql,
                   "UPDATE outbox SET not_before_ms = %" PRId64,
                   now_ms + MS_PER_MINUTE);
    scratch_sql(*state, sql);
    bench_open(&bench, *state, NULL);
    bench_settle(&bench, now_ms);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 4);
    expect_waits(&bench, 1, MS_PER_MINUTE);
    bench_settle(&bench, now_ms + MS_PER_DAY);
    assert_int_equal(scratch_number(*state, "SELECT attempts FROM outbox"), 5);
    bench_close(&bench);
}

/* The first turn of a start. */
static void start_with(struct bench *bench, uint64_t announce_channel)
{
    const struct room_settings rooms = {
        .bot_user_id = 5, .announce_channel_id = announce_channel};
    outbox_set_rooms(bench->outbox, &rooms);
    assert_int_equal(store_begin(bench->store), ERR_OK);
    assert_int_equal(outbox_settle(bench->outbox, NOW), ERR_OK);
    assert_int_equal(store_commit(bench->store), ERR_OK);
    outbox_send(bench->outbox, true);
}

static off_t written(const struct scratch *scratch)
{
    char path[200];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s-wal", scratch->db);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

/* Nothing else tells a record of before schema 11 where its lines stand. What
 * is known already costs no sync. */
static void where_it_is_announced_is_known_from_a_start_on(void **state)
{
    static const char sql[] = "SELECT coalesce(sum(channel_id), 0)"
                              " FROM announced_in";
    static const struct {
        uint64_t channel;
        int64_t known;
        bool writes;
    } starts[] = {{0, 0, false},
                  {1003, 1003, true},
                  {1003, 1003, false},
                  {0, 1003, false},
                  {1004, 1003 + 1004, true}};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct bench bench;
        bench_open(&bench, *state, NULL);
        off_t before = written(*state);
        start_with(&bench, starts[i].channel);
        assert_int_equal(written(*state) > before, starts[i].writes);
        assert_int_equal(scratch_number(*state, sql), starts[i].known);
        bench_close(&bench);
    }
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
        TEST(where_it_is_announced_is_known_from_a_start_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
