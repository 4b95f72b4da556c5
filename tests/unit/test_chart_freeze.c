/*
 * The samples around an incident become an entry: over a real store, whole ones
 * and rows of five minutes.
 */
#include "bot/discord/json.h"
#include "bot/outbox/chart_work.h"
#include "bot/road/road.h"
#include "storage/samples.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW    SCRATCH_NOW_MS
#define MINUTE MS_PER_MINUTE

/* Settings own their text, so these are no literals. */
static char forum[] = "forum", wiki[] = "wiki", none[] = "",
            https[] = "forum https", page[] = "wiki page";
static struct service all_services[] = {{forum, none, none, {NULL, 0}},
                                        {wiki, none, none, {NULL, 0}}};
static const struct services services = {all_services, 2};
static struct probe all_probes[] = {
    {.name = https, .service = forum, .kind = PROBE_HTTP, .bad_when = none},
    {.name = page, .service = wiki, .kind = PROBE_HTTP, .bad_when = none},
};
static const struct probes probes = {all_probes, 2};

struct bench {
    struct store *store;
    struct incident in;
    struct outbox_config config;
    struct work work;
};

static void bench_open(struct bench *bench, void **state)
{
    struct request declare = scratch_declare(12, "Logins fail");
    memset(bench, 0, sizeof *bench);
    bench->store = scratch_open(*state);
    declare.draft.service = STR("forum");
    assert_int_equal(scratch_take(bench->store, &bench->in, &declare, NOW),
                     VERDICT_ACCEPTED);
    bench->config = (struct outbox_config){
        .store = bench->store, .probes = &probes, .services = &services};
}

static void bench_close(struct bench *bench)
{
    work_release(&bench->work);
    store_close(bench->store);
}

static void put(struct bench *bench, const char *name, int64_t at_ms,
                bool is_good, double value)
{
    int64_t number = 0;
    assert_int_equal(store_begin(bench->store), ERR_OK);
    assert_int_equal(store_probe_number(bench->store, str_of(name), &number),
                     ERR_OK);
    assert_int_equal(
        store_put_sample(bench->store, number, at_ms, is_good, value), ERR_OK);
    assert_int_equal(store_commit(bench->store), ERR_OK);
}

/* True: something was kept. What it is, is in the work's result. */
static bool freeze(struct bench *bench, int64_t now_ms)
{
    work_release(&bench->work);
    bench->work.delivery.row =
        (struct outbox_row){.kind = EFFECT_CHART, .incident_id = 12};
    bench->work.delivery.in = bench->in;
    assert_int_equal(store_begin(bench->store), ERR_OK);
    assert_int_equal(
        chart_work_step(&bench->work, &bench->config, NULL, now_ms),
        DELIVERY_DONE);
    assert_int_equal(store_commit(bench->store), ERR_OK);
    return bench->work.delivery.has_result;
}

static void expect_csv(struct bench *bench, const char *rows)
{
    struct buf csv = BUF_INIT(10000);
    assert_int_equal(
        store_attachment(bench->store,
                         bench->work.delivery.result.draft.file_sha256, &csv),
        ERR_OK);
    assert_string_equal(strchr(buf_text(&csv), '\n') + 1, rows);
    buf_release(&csv);
}

static enum verdict record(struct bench *bench, int64_t now_ms)
{
    return scratch_take(bench->store, &bench->in, &bench->work.delivery.result,
                        now_ms);
}

static void without_samples_nothing_is_kept(void **state)
{
    struct bench bench;
    bench_open(&bench, state);
    assert_false(freeze(&bench, NOW + MINUTE));
    put(&bench, page, NOW, true, 80);               /* of another service */
    put(&bench, https, NOW - 31 * MINUTE, true, 1); /* too early */
    put(&bench, https, NOW + 2 * MINUTE, true, 1);  /* yet to come */
    assert_false(freeze(&bench, NOW + MINUTE));
    bench_close(&bench);
}

static void the_same_again_is_no_new_entry(void **state)
{
    struct bench bench;
    bench_open(&bench, state);
    put(&bench, https, NOW - MINUTE, true, 120);
    put(&bench, https, NOW, false, 9800);
    assert_true(freeze(&bench, NOW + MINUTE));
    const struct event *draft = &bench.work.delivery.result.draft;
    assert_int_equal(draft->occurred.from_ms, NOW);
    assert_true(str_is(draft->text, "Measured by forum https"));
    assert_true(
        str_starts(draft->file_alt, "forum https, response time in ms"));
    expect_csv(&bench, "forum https,2022-12-13T18:52:00.000Z,120,true,,,"
                       "response time,ms\n"
                       "forum https,2022-12-13T18:53:00.000Z,9800,false,,,"
                       "response time,ms\n");
    assert_int_equal(record(&bench, NOW + MINUTE), VERDICT_ACCEPTED);
    int64_t last = bench.in.last_seq;
    assert_true(freeze(&bench, NOW + 2 * MINUTE));
    assert_int_equal(record(&bench, NOW + 2 * MINUTE), VERDICT_ALREADY);
    assert_int_equal(bench.in.last_seq, last);
    put(&bench, https, NOW + 2 * MINUTE, true, 130);
    assert_true(freeze(&bench, NOW + 3 * MINUTE));
    assert_int_equal(record(&bench, NOW + 3 * MINUTE), VERDICT_ACCEPTED);
    bench_close(&bench);
}

static void of_five_minutes_the_worst(void **state)
{
    struct bench bench;
    bool more;
    int64_t slot = NOW - NOW % (5 * MINUTE) - 10 * MINUTE;
    bench_open(&bench, state);
    put(&bench, https, slot, true, 120);
    put(&bench, https, slot + MINUTE, false, 9800);
    put(&bench, https, slot + 2 * MINUTE, true, 140);
    put(&bench, https, slot + 5 * MINUTE, true, 110);
    assert_int_equal(store_begin(bench.store), ERR_OK);
    assert_int_equal(
        store_thin_samples(bench.store, slot + 5 * MINUTE, 0, &more), ERR_OK);
    assert_int_equal(store_commit(bench.store), ERR_OK);
    assert_true(freeze(&bench, NOW + MINUTE));
    expect_csv(&bench, "forum https,2022-12-13T18:40:00.000Z,9800,false,,,"
                       "response time,ms\n"
                       "forum https,2022-12-13T18:45:00.000Z,110,true,,,"
                       "response time,ms\n");
    bench_close(&bench);
}

static const struct room_settings rooms = {.bot_user_id = 5};

static enum delivery_verdict show(struct bench *bench, int64_t seq)
{
    work_release(&bench->work);
    bench->work.delivery.row = (struct outbox_row){
        .kind = EFFECT_CHART, .incident_id = 12, .target = seq};
    bench->work.delivery.in = bench->in;
    return chart_work_step(&bench->work, &bench->config, &rooms,
                           NOW + 2 * MINUTE);
}

static enum delivery_verdict answer_forbidden(struct bench *bench)
{
    bench->work.state = WORK_ANSWERED;
    bench->work.rest = (struct rest_answer){
        .fate = REST_FORBIDDEN, .status = 403, .code = 50013};
    return chart_work_step(&bench->work, &bench->config, &rooms,
                           NOW + 2 * MINUTE);
}

/* What is measured next need not wait for it. Nobody makes a room any more when
 * it is over. */
static void a_picture_waits_for_its_room(void **state)
{
    struct bench bench;
    bench_open(&bench, state);
    put(&bench, https, NOW, true, 120);
    assert_true(freeze(&bench, NOW + MINUTE));
    assert_int_equal(record(&bench, NOW + MINUTE), VERDICT_ACCEPTED);
    int64_t seq = bench.in.last_seq;
    assert_int_equal(bench.in.war_channel_id, 0);
    assert_int_equal(show(&bench, seq), DELIVERY_AGAIN);
    assert_int_equal(bench.work.delivery.again_ms, NOW + 3 * MINUTE);
    struct request cancel = scratch_move(STATE_CANCELLED, "It was nothing");
    assert_int_equal(scratch_take(bench.store, &bench.in, &cancel, NOW),
                     VERDICT_ACCEPTED);
    assert_int_equal(show(&bench, seq), DELIVERY_DONE);
    bench_close(&bench);
}

static void make_room(struct bench *bench, enum effect_kind room, uint64_t id)
{
    const struct request made = {
        .kind = REQUEST_EFFECT,
        .draft = {.kind = EVENT_TASK, .effect = room, .ref_id = id}};
    assert_int_equal(scratch_take(bench->store, &bench->in, &made, NOW),
                     VERDICT_ACCEPTED);
}

/* Both rooms are there, and a chart is in the record. */
static void open_with_chart(struct bench *bench, void **state)
{
    bench_open(bench, state);
    make_room(bench, EFFECT_WAR_ROOM, 4001);
    make_room(bench, EFFECT_LIVE_ROOM, 4002);
    put(bench, https, NOW, true, 120);
    assert_true(freeze(bench, NOW + MINUTE));
    assert_int_equal(record(bench, NOW + MINUTE), VERDICT_ACCEPTED);
}

/* Its category lets no files be attached; the live room is opsroom's own. */
static void a_room_that_takes_no_picture_keeps_it_from_no_other(void **state)
{
    struct bench bench;
    open_with_chart(&bench, state);
    assert_int_equal(show(&bench, bench.in.last_seq), DELIVERY_CALL);
    assert_int_equal(bench.work.delivery.call.major_id, 4001);
    assert_int_equal(answer_forbidden(&bench), DELIVERY_CALL);
    assert_int_equal(bench.work.delivery.call.major_id, 4002);
    assert_int_equal(answer_forbidden(&bench), DELIVERY_FAILED);
    assert_true(bench.work.delivery.result.draft.failed);
    bench_close(&bench);
}

static void strike(struct bench *bench, int64_t seq)
{
    struct request request = {.kind = REQUEST_STRIKE,
                              .draft = scratch_entry(EVENT_NOTE, "Of another"
                                                                 " host")
                                           .draft};
    request.draft.target = seq;
    assert_int_equal(
        scratch_take(bench->store, &bench->in, &request, NOW + MINUTE),
        VERDICT_ACCEPTED);
}

static void a_struck_entry_shows_no_picture(void **state)
{
    struct bench bench;
    open_with_chart(&bench, state);
    int64_t seq = bench.in.last_seq;
    strike(&bench, seq);
    assert_int_equal(show(&bench, seq), DELIVERY_DONE);
    bench_close(&bench);
}

static bool hide(const struct entry *entry, void *context)
{
    struct bench *bench = context;
    struct request request = {.kind = REQUEST_EDIT};
    incident_edit_draft(&entry->event, &request.draft);
    request.draft.visibility = VISIBILITY_ROOM;
    assert_int_equal(
        scratch_take(bench->store, &bench->in, &request, NOW + MINUTE),
        VERDICT_ACCEPTED);
    return false;
}

static enum delivery_verdict answer_nothing_there(struct bench *bench)
{
    bench->work.state = WORK_ANSWERED;
    bench->work.rest =
        (struct rest_answer){.fate = REST_DONE, .json = json_array()};
    return chart_work_step(&bench->work, &bench->config, &rooms,
                           NOW + 2 * MINUTE);
}

/* Drawing takes a while. */
static void a_picture_is_drawn_for_no_room_that_its_entry_left(void **state)
{
    struct bench bench;
    open_with_chart(&bench, state);
    int64_t seq = bench.in.last_seq;
    assert_int_equal(show(&bench, seq), DELIVERY_CALL);
    assert_int_equal(answer_forbidden(&bench), DELIVERY_CALL);
    assert_int_equal(answer_nothing_there(&bench), DELIVERY_CALL);
    assert_int_equal(bench.work.ask, WORK_ASK_DRAW);
    assert_int_equal(store_entry(bench.store, 12, seq, hide, &bench), ERR_OK);
    assert_int_equal(
        chart_work_step(&bench.work, &bench.config, &rooms, NOW + 2 * MINUTE),
        DELIVERY_FAILED);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_samples_nothing_is_kept,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(the_same_again_is_no_new_entry,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(of_five_minutes_the_worst,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_picture_waits_for_its_room,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            a_room_that_takes_no_picture_keeps_it_from_no_other, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(a_struck_entry_shows_no_picture,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            a_picture_is_drawn_for_no_room_that_its_entry_left, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
