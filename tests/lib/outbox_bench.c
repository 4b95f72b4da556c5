#include "tests/lib/outbox_bench.h"

#include "tests/lib/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct room_settings ours = {.bot_user_id = 5};

static void count_wake(void *context)
{
    struct bench *bench = context;
    bench->wakes++;
}

void bench_open(struct bench *bench, const struct scratch *scratch,
                const struct bench_parts *parts)
{
    static const struct bench_parts usual;
    char api[64];
    struct buf why = BUF_INIT(500);
    memset(bench, 0, sizeof *bench);
    if (parts == NULL)
        parts = &usual;
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
        .postmortem = {.template = parts->template,
                       .repository = "/nowhere",
                       .branch = "main",
                       .path = "{date}-{slug}.md",
                       .author_name = "opsroom",
                       .author_email = "opsroom@example.org"},
        .git_helper =
            parts->git_helper == NULL ? "/bin/true" : parts->git_helper,
        .forge = parts->forge,
        .attachment_max_bytes = 4096,
        .wake = count_wake,
        .context = bench,
    };
    bench->outbox = outbox_new(&config, &ours);
}

void bench_close(struct bench *bench)
{
    rest_free(bench->rest);
    outbox_free(bench->outbox);
    store_close(bench->store);
    (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
}

void bench_declare(struct bench *bench, const struct scratch *scratch,
                   int64_t count)
{
    assert_int_equal(store_begin(bench->store), ERR_OK);
    for (int64_t id = 1; id <= count; id++) {
        struct incident in = {0};
        struct request declare = scratch_declare(id, "Logins fail");
        assert_int_equal(
            scratch_take(bench->store, &in, &declare, SCRATCH_NOW_MS),
            VERDICT_ACCEPTED);
    }
    assert_int_equal(store_commit(bench->store), ERR_OK);
    scratch_sql(scratch, "DELETE FROM outbox");
}

void bench_want(struct bench *bench, enum effect_kind kind, int64_t incident)
{
    const struct fetch file = {.url = STR("http://127.0.0.1:1/")};
    assert_int_equal(store_want(bench->store, kind, incident, 0,
                                kind == EFFECT_FETCH ? &file : NULL,
                                SCRATCH_NOW_MS),
                     ERR_OK);
}

void bench_wait(struct bench *bench)
{
    while (!outbox_has_work(bench->outbox))
        (void)uv_run(&bench->loop, UV_RUN_ONCE);
}

void bench_settle(struct bench *bench, int64_t wall_ms)
{
    outbox_set_rooms(bench->outbox, &ours); /* as good a reason to ask as any */
    assert_int_equal(store_begin(bench->store), ERR_OK);
    assert_int_equal(outbox_settle(bench->outbox, wall_ms), ERR_OK);
    assert_int_equal(store_commit(bench->store), ERR_OK);
    outbox_send(bench->outbox, true);
}

int64_t bench_started(const struct scratch *scratch, const char *kind)
{
    char sql[120];
    (void)snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM outbox WHERE attempts > 0 AND kind = '%s'", kind);
    return scratch_number(scratch, sql);
}
