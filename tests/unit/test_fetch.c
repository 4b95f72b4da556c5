/* An attached file that has arrived becomes evidence of its entry, as that one
 * stands by then. */
#include "bot/outbox/work.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW SCRATCH_NOW_MS

static const struct actor nova = {ACTOR_MEMBER, 77, {"nova", 4}};

struct bench {
    struct store *store;
    struct incident in;
    struct work work;
};

static void take(struct bench *bench, const struct request *request)
{
    assert_int_equal(scratch_take(bench->store, &bench->in, request, NOW),
                     VERDICT_ACCEPTED);
}

/* Entry #2 has a file, which is not here yet. */
static void bench_open(struct bench *bench, const struct scratch *scratch)
{
    const struct request declare = scratch_declare(12, "Logins fail");
    struct request note = scratch_entry(EVENT_NOTE, "See the user's screen");
    *bench = (struct bench){.store = scratch_open(scratch)};
    take(bench, &declare);
    note.draft.recorder = note.draft.actor = nova;
    note.fetches[0] = (struct fetch){.url = STR("https://cdn.example.org/1"),
                                     .name = STR("screen.png"),
                                     .type = STR("image/png")};
    note.fetch_count = 1;
    take(bench, &note);
}

static void bench_close(struct bench *bench)
{
    work_release(&bench->work);
    store_close(bench->store);
}

/* What is recorded of it. */
static const struct event *arrive(struct bench *bench)
{
    const struct outbox_config config = {.store = bench->store};
    struct work *work = &bench->work;
    work->state = WORK_ANSWERED;
    work->ask = WORK_ASK_FETCH;
    work->delivery.row = (struct outbox_row){.kind = EFFECT_FETCH,
                                             .incident_id = 12,
                                             .target = fetch_target(2, 0),
                                             .file_name = "screen.png",
                                             .file_type = "image/png"};
    work->delivery.in = bench->in;
    work->delivery.step = 1;
    work->fetch_fate = REST_DONE;
    work->bytes = BUF_INIT(10);
    buf_add_text(&work->bytes, "a picture");
    assert_int_equal(store_begin(bench->store), ERR_OK);
    assert_int_equal(work_step(work, &config, NULL, NOW), DELIVERY_DONE);
    assert_int_equal(store_commit(bench->store), ERR_OK);
    assert_true(work->delivery.has_result);
    return &work->delivery.result.draft;
}

static void it_has_the_entrys_time_and_people(void **state)
{
    struct bench bench;
    bench_open(&bench, *state);
    const struct event *file = arrive(&bench);
    assert_int_equal(file->target, 2);
    assert_int_equal(file->visibility, VISIBILITY_LIVE);
    assert_int_equal(file->occurred.from_ms, NOW);
    assert_true(str_is(file->actor.name, "nova"));
    assert_true(str_is(file->recorder.name, "nova"));
    assert_int_equal(file->file_bytes, 9);
    bench_close(&bench);
}

/* Somebody saw at once that it is not for everybody. */
static void it_is_as_private_as_its_entry_by_now(void **state)
{
    struct bench bench;
    bench_open(&bench, *state);
    struct request hide = {
        .kind = REQUEST_EDIT,
        .draft = {.target = 2,
                  .entry_kind = EVENT_NOTE,
                  .text = STR("See the user's screen"),
                  .occurred = when_exact(NOW - MS_PER_HOUR),
                  .actor = {ACTOR_NAME, 0, STR("quill")},
                  .recorder = {ACTOR_MEMBER, 78, STR("finch")},
                  .visibility = VISIBILITY_PRIVATE}};
    take(&bench, &hide);
    const struct event *file = arrive(&bench);
    assert_int_equal(file->visibility, VISIBILITY_PRIVATE);
    assert_int_equal(file->occurred.from_ms, NOW - MS_PER_HOUR);
    assert_true(str_is(file->actor.name, "quill"));
    assert_true(str_is(file->recorder.name, "nova")); /* who attached it */
    bench_close(&bench);
}

/* It was promised, and is kept; who took its entry back did not mean to show
 * it. */
static void of_a_struck_entry_it_stays_with_the_responders(void **state)
{
    struct bench bench;
    bench_open(&bench, *state);
    struct request strike = {.kind = REQUEST_STRIKE,
                             .draft = {.target = 2,
                                       .recorder = nova,
                                       .text = STR("Shows a user's mail")}};
    take(&bench, &strike);
    assert_int_equal(arrive(&bench)->visibility, VISIBILITY_ROOM);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_has_the_entrys_time_and_people,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(it_is_as_private_as_its_entry_by_now,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(
            of_a_struck_entry_it_stays_with_the_responders, scratch_setup,
            scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
