/* What cannot be done: what the record says of it, and what goes on. */
#include "tests/lib/outbox_bench.h"

#include <setjmp.h>
#include <stdarg.h>

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
    struct bench bench;
    bench_open(&bench, *state, "no/such/template");
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

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_that_cannot_be_made_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
