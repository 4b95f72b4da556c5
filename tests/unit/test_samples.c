#include "bot/base/civil.h"
#include "storage/samples.h"
#include "tests/lib/scratch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SLOT_MS  (5 * MS_PER_MINUTE)
#define START_MS (SCRATCH_NOW_MS - SCRATCH_NOW_MS % SLOT_MS)

static void put(struct store *store, const char *name, int64_t at_ms,
                bool is_good, double value)
{
    int64_t number = 0;
    assert_int_equal(store_probe_number(store, str_of(name), &number), ERR_OK);
    assert_int_equal(store_put_sample(store, number, at_ms, is_good, value),
                     ERR_OK);
}

struct reading {
    struct buf
        text; /* "+0 1/0 12; " : seconds after START_MS, good/bad, mean */
    int left; /* until it is enough */
};

static bool note(const struct sample *sample, void *context)
{
    struct reading *reading = context;
    buf_addf(&reading->text, "%s%lld %lld/%lld ",
             sample->span_ms == 0 ? "+" : "mean+",
             (long long)(sample->at_ms - START_MS) / 1000,
             (long long)sample->good, (long long)sample->bad);
    if (isnan(sample->mean))
        buf_add_text(&reading->text, "none; ");
    else if (sample->least == sample->most)
        buf_addf(&reading->text, "%g; ", sample->mean);
    else
        buf_addf(&reading->text, "%g<%g<%g; ", sample->least, sample->mean,
                 sample->most);
    return --reading->left > 0;
}

static void expect(struct store *store, const char *name, int64_t from_ms,
                   int64_t to_ms, const char *expected)
{
    struct reading reading = {BUF_INIT(10000), 1000};
    assert_int_equal(
        store_each_sample(store, str_of(name), from_ms, to_ms, note, &reading),
        ERR_OK);
    assert_string_equal(buf_text(&reading.text), expected);
    buf_release(&reading.text);
}

static void samples_are_read_by_probe_and_time(void **state)
{
    struct store *store = scratch_open(*state);
    expect(store, "forum", 0, INT64_MAX, "");
    put(store, "forum", START_MS, true, 12);
    put(store, "mail", START_MS, false, NAN);
    put(store, "forum", START_MS + SLOT_MS - 1000, true, 13.5);
    put(store, "forum", START_MS + SLOT_MS, false, 140);
    put(store, "forum", START_MS + 9 * SLOT_MS, true, 15);
    put(store, "forum", START_MS + 9 * SLOT_MS, true, 16); /* the same again */
    expect(store, "forum", 0, INT64_MAX,
           "+0 1/0 12; +299 1/0 13.5; +300 0/1 140; +2700 1/0 16; ");
    expect(store, "forum", START_MS + 1, START_MS + 9 * SLOT_MS,
           "+299 1/0 13.5; +300 0/1 140; ");
    expect(store, "mail", 0, INT64_MAX, "+0 0/1 none; ");
    expect(store, "wiki", 0, INT64_MAX, "");
    struct reading reading = {BUF_INIT(1000), 2};
    assert_int_equal(
        store_each_sample(store, STR("forum"), 0, INT64_MAX, note, &reading),
        ERR_OK);
    assert_string_equal(buf_text(&reading.text), "+0 1/0 12; +299 1/0 13.5; ");
    buf_release(&reading.text);
    store_close(store);
}

static void thin(struct store *store, int64_t whole_ms, int64_t all_ms,
                 int steps)
{
    bool more = true;
    for (int i = 0; i < steps; i++) {
        assert_true(more);
        assert_int_equal(store_thin_samples(store, whole_ms, all_ms, &more),
                         ERR_OK);
    }
    assert_false(more);
}

static void old_samples_become_means_and_then_go(void **state)
{
    struct store *store = scratch_open(*state);
    thin(store, INT64_MAX, INT64_MAX, 1);
    put(store, "forum", START_MS, true, 10);
    put(store, "forum", START_MS + 30000, true, 20);
    put(store, "forum", START_MS + 60000, false, 90);
    put(store, "forum", START_MS + 90000, false, NAN);
    put(store, "mail", START_MS + 1000, false, NAN);
    put(store, "forum", START_MS + SLOT_MS, true, 11);
    /* Not before all of the five minutes are old enough. */
    thin(store, START_MS + SLOT_MS - 1, 0, 1);
    thin(store, START_MS + SLOT_MS, 0, 2);
    expect(store, "forum", 0, INT64_MAX, "mean+0 2/2 10<40<90; +300 1/0 11; ");
    expect(store, "forum", START_MS + 60000, START_MS + 61000,
           "mean+0 2/2 10<40<90; ");
    expect(store, "mail", 0, INT64_MAX, "mean+0 0/1 none; ");
    thin(store, START_MS + 2 * SLOT_MS, START_MS + SLOT_MS - 1, 2);
    expect(store, "forum", 0, INT64_MAX,
           "mean+0 2/2 10<40<90; mean+300 1/0 11; ");
    thin(store, START_MS + 2 * SLOT_MS, START_MS + SLOT_MS, 2);
    expect(store, "forum", 0, INT64_MAX, "mean+300 1/0 11; ");
    expect(store, "mail", 0, INT64_MAX, "");
    store_close(store);
}

static void what_was_told_and_mutes_survive(void **state)
{
    struct store *store = scratch_open(*state);
    struct probe_memory memory = {"down", 1000, 2000}, read;
    int64_t number = 0;
    assert_int_equal(store_probe_memory(store, STR("forum"), &read),
                     ERR_NOT_FOUND);
    assert_int_equal(store_probe_number(store, STR("mail"), &number), ERR_OK);
    assert_int_equal(store_probe_memory(store, STR("mail"), &read), ERR_OK);
    assert_string_equal(read.told, "unknown");
    assert_int_equal(read.muted_until_ms, 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_put_probe_memory(store, STR("forum"), &memory),
                         ERR_OK);
    store_close(store);
    store = scratch_open(*state);
    assert_int_equal(store_probe_memory(store, STR("forum"), &read), ERR_OK);
    assert_string_equal(read.told, "down");
    assert_int_equal(read.told_since_ms, 1000);
    assert_int_equal(read.muted_until_ms, 2000);
    assert_int_equal(store_probe_number(store, STR("mail"), &number), ERR_OK);
    assert_int_equal(scratch_number(*state, "SELECT count(*) FROM probe"), 2);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(samples_are_read_by_probe_and_time,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(old_samples_become_means_and_then_go,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(what_was_told_and_mutes_survive,
                                        scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
