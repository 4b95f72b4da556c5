#include "bot/base/civil.h"
#include "bot/probe/judge.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define START_MS INT64_C(1670957580000)
#define STEP_MS  (30 * MS_PER_SECOND)

struct target {
    struct probe probe;
    struct judge judge;
    enum probe_state told;
    int64_t now_ms;
};

static struct target target_of(int64_t down_after, int64_t of)
{
    static char name[] = "forum https";
    return (struct target){.probe = {.name = name,
                                     .interval_s = STEP_MS / MS_PER_SECOND,
                                     .down_after = down_after,
                                     .of = of},
                           .told = PROBE_UNKNOWN,
                           .now_ms = START_MS};
}

/* "+-" are results, one an interval; what comes after each is a letter of
 * `story`: the state (?, U, D, F), a small letter when it is told. */
static void expect(struct target *target, const char *results,
                   const char *story)
{
    char seen[64] = "";
    for (char *end = seen; *results != '\0'; results++) {
        static const char states[] = "?UDF", news[] = ".udf";
        (void)judge_result(&target->judge, &target->probe, *results == '+',
                           target->now_ms);
        enum probe_state tell = judge_news(&target->judge, &target->told);
        *end++ = tell == PROBE_UNKNOWN ? states[judge_state(&target->judge)]
                                       : news[tell];
        target->now_ms += STEP_MS;
    }
    assert_string_equal(seen, story);
}

static const struct {
    int64_t down_after, of;
    const char *results, *story;
} stories[] = {
    {1, 1, "++-", "UUd"},
    {1, 1, "-", "d"},
    {2, 2, "+", "?"},
    {2, 2, "++-+--+++", "?UUUUdDuU"},
    {2, 3, "++-+-", "?UUUd"},
    {2, 3, "++-++-", "?UUUUU"},
    {3, 5, "+++-+-+-", "??UUUUUd"},
    /* Down counts any of the last five, up needs three in a row. */
    {3, 5, "---++-+++", "??dDDDDDu"},
    /* What was before the recovery is settled. */
    {2, 5, "--++-+-", "?dDuUUd"},
    {3, 2, "---", "??d"}, /* `of` below down_after counts as down_after */
};

static void n_of_m_decide(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct target target = target_of(stories[i].down_after, stories[i].of);
        expect(&target, stories[i].results, stories[i].story);
    }
}

static void a_state_knows_since_when(void **state)
{
    struct target target = target_of(3, 5);
    (void)state;
    expect(&target, "+++", "??U");
    assert_int_equal(target.judge.since_ms, START_MS);
    expect(&target, "+-+--", "UUUUd");
    assert_int_equal(target.judge.since_ms, START_MS + 4 * STEP_MS);
    expect(&target, "+-+++", "DDDDu");
    assert_int_equal(target.judge.since_ms, START_MS + 10 * STEP_MS);
}

/* The window moves: what is older than the last `of` is forgotten. */
static void old_results_are_forgotten(void **state)
{
    struct target target = target_of(2, 40);
    const struct probe *probe = &target.probe;
    struct judge *judge = &target.judge;
    (void)state;
    (void)judge_result(judge, probe, true, START_MS);
    (void)judge_result(judge, probe, true, START_MS);
    assert_int_equal(judge_state(judge), PROBE_UP);
    (void)judge_result(judge, probe, false, START_MS);
    for (int i = 0; i < JUDGE_WINDOW; i++)
        assert_false(judge_result(judge, probe, true, START_MS));
    assert_false(judge_result(judge, probe, false, START_MS));
    assert_true(judge_result(judge, probe, false, START_MS));
    assert_int_equal(judge_state(judge), PROBE_DOWN);
}

static void a_target_that_changes_often_is_told_once(void **state)
{
    struct target target = target_of(1, 1);
    (void)state;
    expect(&target, "+-+-+-+-+", "UdudfFFFF");
    /* 30 intervals of 30 s are the flap time: calm after half of it. */
    expect(&target, "++++++++++++++", "FFFFFFFFFFFFFF");
    expect(&target, "+++-", "uUUd");
}

static void changes_that_are_far_apart_do_not_flap(void **state)
{
    struct target target = target_of(1, 1);
    (void)state;
    for (int i = 0; i < 10; i++, target.now_ms += 6 * MS_PER_MINUTE) {
        expect(&target, i % 2 == 0 ? "+" : "-",
               i == 0       ? "U"
               : i % 2 == 0 ? "u"
                            : "d");
    }
}

static void a_target_that_stays_down_after_flapping_is_told(void **state)
{
    struct target target = target_of(1, 1);
    (void)state;
    expect(&target, "+-+-+---------------", "UdudfFFFFFFFFFFFFFFF");
    expect(&target, "---", "dDD");
}

/* The clock is put back a day. What was said of changes has no place in time
 * any more: neither is the target flapping until tomorrow, nor is it because it
 * changed often on a day that is yet to come. */
static void a_clock_that_is_put_back_forgets_changes(void **state)
{
    struct target target = target_of(1, 1);
    (void)state;
    expect(&target, "+-+-+", "Ududf");
    target.now_ms -= MS_PER_DAY;
    expect(&target, "++-", "uUd");
    target.now_ms += MS_PER_DAY;
    expect(&target, "+", "u");
    for (int i = 0; i < 2; i++, target.now_ms += MS_PER_HOUR) {
        expect(&target, i % 2 == 0 ? "-" : "+", i % 2 == 0 ? "d" : "u");
    }
    target.now_ms -= MS_PER_DAY;
    expect(&target, "-+", "du");
}

/* A bot that starts while its target is down: the state is unknown at first,
 * and what was told before the stop is what counts. */
static void a_restart_tells_what_has_changed(void **state)
{
    static const struct {
        enum probe_state told;
        const char *results, *story;
    } cases[] = {
        {PROBE_UNKNOWN, "--", "?d"},  {PROBE_UP, "--", "?d"},
        {PROBE_DOWN, "--", "?D"},     {PROBE_DOWN, "++", "?u"},
        {PROBE_UP, "++", "?U"},       {PROBE_FLAPPING, "++", "?u"},
        {PROBE_FLAPPING, "--", "?d"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct target target = target_of(2, 3);
        target.told = cases[i].told;
        expect(&target, cases[i].results, cases[i].story);
    }
}

static void probes_spread_over_their_interval(void **state)
{
    int64_t interval_ms = 60000;
    int by_tenth[10] = {0};
    (void)state;
    for (int i = 0; i < 500; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "probe %d", i);
        int64_t due_ms = judge_next_due(str_of(name), interval_ms, START_MS);
        assert_in_range(due_ms, START_MS + 1, START_MS + interval_ms);
        /* The same point of each interval, and of each process. */
        assert_int_equal(judge_next_due(str_of(name), interval_ms, due_ms),
                         due_ms + interval_ms);
        assert_int_equal(judge_next_due(str_of(name), interval_ms, due_ms - 1),
                         due_ms);
        by_tenth[due_ms % interval_ms * 10 / interval_ms]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(by_tenth[i], 25, 80);
    assert_int_equal(judge_next_due(STR("x"), 1, 7), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(n_of_m_decide),
        cmocka_unit_test(a_state_knows_since_when),
        cmocka_unit_test(old_results_are_forgotten),
        cmocka_unit_test(a_target_that_changes_often_is_told_once),
        cmocka_unit_test(changes_that_are_far_apart_do_not_flap),
        cmocka_unit_test(a_target_that_stays_down_after_flapping_is_told),
        cmocka_unit_test(a_clock_that_is_put_back_forgets_changes),
        cmocka_unit_test(a_restart_tells_what_has_changed),
        cmocka_unit_test(probes_spread_over_their_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
