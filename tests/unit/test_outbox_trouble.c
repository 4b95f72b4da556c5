/* What cannot be done: what the record says of it, and what goes on. */
#include "bot/outbox/forge_desk.h"
#include "bot/outbox/losses.h"
#include "tests/lib/outbox_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define NOW SCRATCH_NOW_MS

static void resolve(struct bench *bench, int64_t id)
{
    struct incident in;
    struct request request = scratch_move(STATE_RESOLVED, "All is well");
    assert_int_equal(store_incident(bench->store, id, &in), ERR_OK);
    assert_int_equal(scratch_take(bench->store, &in, &request, NOW),
                     VERDICT_ACCEPTED);
}

/* Its template is broken, and every ten minutes it is tried again. */
static void a_page_that_cannot_be_made_is_told_once(void **state)
{
    const struct bench_parts broken = {.template = "no/such/template"};
    struct bench bench;
    bench_open(&bench, *state, &broken);
    bench_declare(&bench, *state, 1);
    resolve(&bench, 1);
    for (int i = 1; i <= 5; i++) {
        bench_settle(&bench, NOW + i * 10 * MS_PER_MINUTE);
        outbox_heal(bench.outbox);
    }
    assert_int_equal(
        scratch_number(*state, "SELECT count(*) FROM event WHERE failed = 1"
                               " AND effect = 'postmortem'"),
        1);
    bench_close(&bench);
}

/* Blocks of a team's own template may have long names. Each entry renews the
 * page: what was told of it is not told again. */
static void a_conflict_is_told_whole_and_once(void **state)
{
    const struct scratch *scratch = *state;
    char helper[200], long_name[64] = "";
    struct buf script = BUF_INIT(2000);
    struct bench bench;
    memset(long_name, 'x', sizeof long_name - 1);
    (void)snprintf(helper, sizeof helper, "%s/helper", scratch->folder);
    buf_addf(&script,
             "#!/bin/sh\ncat > /dev/null\necho '{\"branch\":\"postmortem/x\","
             "\"commit\":\"c0ffee\",\"conflicts\":[{\"block\":\"%s\","
             "\"theirs\":\"mine\"}]}'\n",
             long_name);
    scratch_write(helper, buf_text(&script), script.n);
    assert_int_equal(chmod(helper, 0700), 0);
    const struct bench_parts parts = {.git_helper = helper};
    bench_open(&bench, scratch, &parts);
    bench_declare(&bench, scratch, 1);
    resolve(&bench, 1);
    scratch_sql(scratch, "DELETE FROM outbox WHERE kind <> 'postmortem'");
    for (int i = 0; i < 2; i++) {
        int64_t now_ms = NOW + i * MS_PER_MINUTE;
        assert_int_equal(store_begin(bench.store), ERR_OK);
        bench_want(&bench, EFFECT_POSTMORTEM, 1);
        assert_int_equal(store_commit(bench.store), ERR_OK);
        do {
            bench_settle(&bench, now_ms);
            (void)uv_run(&bench.loop, UV_RUN_ONCE);
        } while (bench_started(scratch, "postmortem") > 0);
    }
    assert_int_equal(scratch_number(scratch,
                                    "SELECT count(*) FROM event WHERE text LIKE"
                                    " 'Somebody changed \"xxx%back as they "
                                    "were.'"),
                     1);
    bench_close(&bench);
    buf_release(&script);
}

/* A message may have several files: what becomes of the second one is told of
 * its entry, too. */
static void a_second_file_is_of_its_entry(void **state)
{
    const struct fetch file = {.url = STR("http://127.0.0.1:1/")};
    struct bench bench;
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, 1);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    assert_int_equal(store_want(bench.store, EFFECT_FETCH, 1,
                                fetch_target(1, 1), &file, NOW),
                     ERR_OK);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    scratch_sql(*state, "UPDATE outbox SET attempts = 100");
    bench_settle(&bench, NOW);
    bench_wait(&bench);
    bench_settle(&bench, NOW);
    assert_int_equal(scratch_number(*state,
                                    "SELECT target FROM event WHERE failed = 1"
                                    " AND effect = 'fetch'"),
                     1);
    bench_close(&bench);
}

/* Somebody has written into the file by hand, or a bit has flipped. */
static void a_damaged_incident_holds_up_no_other(void **state)
{
    struct bench bench;
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, 2);
    scratch_sql(*state, "UPDATE incident SET severity = 'SEV9',"
                        " war_channel_id = 77 WHERE id = 1");
    assert_int_equal(store_begin(bench.store), ERR_OK);
    bench_want(&bench, EFFECT_WAR_ROOM, 1);
    bench_want(&bench, EFFECT_WAR_ROOM, 2);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    outbox_lost(bench.outbox, (struct loss){.guild_id = 100000000000000001u,
                                            .channel_id = 77});
    bench_settle(&bench, NOW);
    assert_false(outbox_has_losses(bench.outbox));
    assert_int_equal(bench_started(*state, "war_room"), 2);
    assert_int_equal(
        scratch_number(*state, "SELECT count(*) FROM outbox WHERE incident = 1"
                               " AND error LIKE '%severity is damaged'"),
        1);
    bench_close(&bench);
}

/* What does not go is tried again, ever later, and never given up. */
static void tries_come_ever_later(void **state)
{
    static const int64_t waits_s[] = {2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    struct bench bench;
    int64_t now_ms = NOW;
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, 2);
    scratch_sql(*state, "UPDATE incident SET severity = 'SEV9'"
                        " WHERE id = 1");
    assert_int_equal(store_begin(bench.store), ERR_OK);
    bench_want(&bench, EFFECT_WAR_ROOM, 1);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    for (size_t i = 0; i < sizeof waits_s / sizeof *waits_s; i++) {
        bench_settle(&bench, now_ms);
        int64_t due_ms =
            scratch_number(*state, "SELECT not_before_ms FROM outbox"
                                   " WHERE kind = 'war_room'");
        assert_int_equal(due_ms - now_ms, waits_s[i] * MS_PER_SECOND);
        now_ms = due_ms;
    }
    bench_close(&bench);
}

/* A forge says how long it wants to be left alone. What waits for it is looked
 * at then, not every few seconds, each time with a sync of the disk; and of a
 * time far off not only then, should a clock be wrong. */
static void what_waits_for_the_forge_is_left_alone(void **state)
{
    static const struct {
        int64_t rest_ms, waits_ms;
    } cases[] = {{MS_PER_SECOND, 2 * MS_PER_SECOND},
                 {5 * MS_PER_MINUTE, 5 * MS_PER_MINUTE},
                 {MS_PER_HOUR, OUTBOX_WAIT_MOST_MS}};
    struct forge_desk *desk = forge_desk_new(&(struct forge_desk_config){0});
    const struct bench_parts parts = {.forge = desk};
    struct bench bench;
    int64_t now_ms = NOW;
    bench_open(&bench, *state, &parts);
    bench_declare(&bench, *state, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_sql(*state, "DELETE FROM outbox");
        assert_int_equal(store_begin(bench.store), ERR_OK);
        bench_want(&bench, EFFECT_PULL, 1);
        assert_int_equal(store_commit(bench.store), ERR_OK);
        forge_desk_close_until(desk, now_ms, now_ms + cases[i].rest_ms);
        bench_settle(&bench, now_ms);
        assert_int_equal(
            scratch_number(*state, "SELECT not_before_ms FROM outbox"),
            now_ms + cases[i].waits_ms);
        now_ms += cases[i].rest_ms;
    }
    bench_close(&bench);
    forge_desk_free(desk);
}

/* Pages of others name it: the one that cannot be read is renewed later. */
static void a_damaged_incident_keeps_none_from_becoming_private(void **state)
{
    struct bench bench;
    struct incident in;
    struct request link = {.kind = REQUEST_LINK,
                           .draft = scratch_entry(EVENT_LINK, "").draft};
    struct request hide = {.kind = REQUEST_SET,
                           .draft = scratch_entry(EVENT_SET, "").draft};
    bench_open(&bench, *state, NULL);
    bench_declare(&bench, *state, 2);
    link.draft.other_id = 2;
    assert_int_equal(store_incident(bench.store, 1, &in), ERR_OK);
    assert_int_equal(scratch_take(bench.store, &in, &link, NOW),
                     VERDICT_ACCEPTED);
    scratch_sql(*state, "UPDATE incident SET severity = 'SEV9' WHERE id = 2");
    incident_set_draft(&in, &hide.draft);
    hide.draft.is_private = true;
    assert_int_equal(scratch_take(bench.store, &in, &hide, NOW),
                     VERDICT_ACCEPTED);
    assert_true(in.is_private);
    bench_close(&bench);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

static void take_losses(struct losses *losses, struct store *store)
{
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(losses_take(losses, store, NOW), ERR_OK);
    assert_int_equal(store_commit(store), ERR_OK);
}

/* Somebody deletes a line before the answer to its post has come: it is ours as
 * soon as the record knows it. */
static void what_is_deleted_at_once_is_looked_for_again(void **state)
{
    struct losses losses = {.count = 0};
    struct store *store = scratch_open(*state);
    struct incident in = {0};
    const struct request declare = scratch_declare(1, "Logins fail");
    const struct request posted = {
        .kind = REQUEST_EFFECT,
        .draft = {.effect = EFFECT_ANNOUNCE, .ref_id = 34}};
    assert_int_equal(scratch_take(store, &in, &declare, NOW), VERDICT_ACCEPTED);
    losses_add(&losses, (struct loss){.guild_id = 1, .message_id = 34});
    take_losses(&losses, store);
    losses_clear(&losses, true);
    assert_int_equal(scratch_take(store, &in, &posted, NOW), VERDICT_ACCEPTED);
    take_losses(&losses, store);
    assert_int_equal(store_incident(store, 1, &in), ERR_OK);
    assert_int_equal(in.announce_message_id, 0);
    losses_clear(&losses, true);
    assert_int_equal(losses.count, 0);
    losses_release(&losses);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_that_cannot_be_made_is_told_once),
        TEST(a_conflict_is_told_whole_and_once),
        TEST(a_second_file_is_of_its_entry),
        TEST(a_damaged_incident_holds_up_no_other),
        TEST(tries_come_ever_later),
        TEST(what_waits_for_the_forge_is_left_alone),
        TEST(a_damaged_incident_keeps_none_from_becoming_private),
        cmocka_unit_test_setup_teardown(
            what_is_deleted_at_once_is_looked_for_again, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
