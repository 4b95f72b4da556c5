/*
 * When evidence was: it moves the times near which others are taken.
 */
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void declare(void)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Login broken");
    (void)does(&it);
}

/* What belongs to an entry has its time, also once that is corrected. */
static void evidence_follows_its_entry(void **state)
{
    struct interaction it = slash("timeline import");
    (void)state;
    declare();
    add_text(&it, "text",
             "2022-11-13 18:53 UTC @nova Slow\n```\nMISCONF\n```\n");
    add_flag(&it, "keep", true);
    int64_t slow = keeps(&it);
    assert_int_equal(now_is().last_seq, 3);
    (void)edits(slow, "time", "2022-12-13 18:53");
    assert_int_equal(now_is().first_event_ms, NOW - 17 * MS_PER_MINUTE);
    assert_int_equal(now_is().latest_typed_ms, NOW - 17 * MS_PER_MINUTE);
    (void)edits(slow + 1, "text", "It cannot save its data");
    assert_int_equal(now_is().first_event_ms, NOW - 17 * MS_PER_MINUTE);
    assert_int_equal(now_is().latest_typed_ms, NOW - 17 * MS_PER_MINUTE);
    minutes(1);
    it = slash("resolve");
    add_text(&it, "summary", "It was the disk");
    (void)keeps(&it);
    assert_int_equal(now_is().milestones[MILESTONE_RESOLVED].from_ms,
                     NOW + MS_PER_MINUTE);
}

/* What belongs to none has its own. */
static void evidence_alone_has_its_time(void **state)
{
    struct interaction it = slash("timeline add");
    (void)state;
    declare();
    add_text(&it, "text", "MISCONF");
    add_text(&it, "kind", "evidence");
    add_text(&it, "time", "2022-12-05 18:53");
    int64_t log = keeps(&it);
    int64_t week_ago = now_is().first_event_ms;
    assert_int_equal(week_ago, NOW - 8 * MS_PER_DAY - 17 * MS_PER_MINUTE);
    (void)edits(log, "text", "MISCONF: no space left");
    assert_int_equal(now_is().first_event_ms, week_ago);
    assert_int_equal(now_is().latest_typed_ms, week_ago);
    (void)edits(log, "time", "2022-12-06 18:53");
    assert_int_equal(now_is().first_event_ms, week_ago + MS_PER_DAY);
    assert_int_equal(now_is().latest_typed_ms, week_ago + MS_PER_DAY);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(evidence_follows_its_entry),
        CASE(evidence_alone_has_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
