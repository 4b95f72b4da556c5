/*
 * Which phase an entry belongs to.
 */
#include "bot/core/phase.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* 2022-12-13; minutes of the day. */
#define DAY_MS INT64_C(1670889600000)
#define AT(hour, minute)                                                       \
    {                                                                          \
        .from_ms = DAY_MS + ((hour)*60 + (minute)) * MS_PER_MINUTE,            \
        .to_ms = DAY_MS + ((hour)*60 + (minute)) * MS_PER_MINUTE,              \
        .precision = WHEN_MINUTE                                               \
    }

/* The root filesystem was full. Declared and resolved as it was lived. */
static const struct incident full_disk = {
    .declared_at_ms = DAY_MS + (18 * 60 + 57) * MS_PER_MINUTE,
    .first_event_ms = DAY_MS + (18 * 60 + 53) * MS_PER_MINUTE,
    .milestones = {
        [MILESTONE_FIRST_REPORT] = AT(18, 53),
        [MILESTONE_FIRST_ALERT] = AT(19, 1),
        [MILESTONE_DECLARED] = AT(18, 57),
        [MILESTONE_FIRST_NOTICE] = AT(18, 58),
        [MILESTONE_IDENTIFIED] = AT(19, 2),
        [MILESTONE_IMPACT_END] = AT(19, 6),
        [MILESTONE_MITIGATED] = AT(19, 10),
        [MILESTONE_RESOLVED] = AT(19, 16),
    }};

static const struct {
    enum event_kind kind;
    struct when occurred;
    enum phase phase;
} entries[] = {
    {EVENT_NOTE, AT(18, 52), PHASE_BEFORE},
    {EVENT_REPORT, AT(18, 53), PHASE_IDENTIFY},
    {EVENT_FINDING, AT(18, 57), PHASE_IDENTIFY},
    {EVENT_FINDING, AT(18, 58), PHASE_INVESTIGATE},
    {EVENT_ALERT, AT(19, 1), PHASE_INVESTIGATE},
    {EVENT_FINDING, AT(19, 2), PHASE_INVESTIGATE},
    {EVENT_ACTION, AT(19, 2), PHASE_REMEDIATE},
    {EVENT_NOTE, AT(19, 5), PHASE_REMEDIATE},
    {EVENT_ACTION, AT(19, 6), PHASE_REMEDIATE},
    {EVENT_COMMS, AT(19, 6), PHASE_REMEDIATE},
    {EVENT_NOTE, AT(19, 7), PHASE_MONITOR},
    {EVENT_COMMS, AT(19, 16), PHASE_MONITOR},
    {EVENT_NOTE, AT(19, 17), PHASE_AFTER},
};

static enum phase derived(const struct incident *in, enum event_kind kind,
                          struct when occurred)
{
    struct event entry = {.kind = kind, .occurred = occurred};
    return phase_of(in, &entry);
}

static void a_phase_follows_from_the_milestones(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        enum phase phase =
            derived(&full_disk, entries[i].kind, entries[i].occurred);
        if (phase != entries[i].phase)
            fail_msg("entry %zu: %s, not %s", i,
                     word_of(&phase_words, (int)phase),
                     word_of(&phase_words, (int)entries[i].phase));
    }
}

static void a_told_phase_stays(void **state)
{
    (void)state;
    struct event entry = {
        .kind = EVENT_NOTE, .occurred = AT(18, 52), .phase = PHASE_MONITOR};
    assert_int_equal(phase_of(&full_disk, &entry), PHASE_MONITOR);
}

static void without_milestones_the_kind_tells(void **state)
{
    (void)state;
    struct incident in = {.declared_at_ms = DAY_MS + 5 * MS_PER_DAY,
                          .first_event_ms = DAY_MS};
    struct when at = AT(10, 0);
    assert_int_equal(derived(&in, EVENT_NOTE, at), PHASE_NONE);
    in.milestones[MILESTONE_FIRST_REPORT] = (struct when)AT(9, 0);
    /* Written up: it was declared when all was over. */
    in.milestones[MILESTONE_DECLARED] = when_exact(DAY_MS + 5 * MS_PER_DAY);
    assert_true(incident_is_written_up(&in));
    assert_int_equal(derived(&in, EVENT_REPORT, at), PHASE_IDENTIFY);
    assert_int_equal(derived(&in, EVENT_FINDING, at), PHASE_INVESTIGATE);
    assert_int_equal(derived(&in, EVENT_CHANGE, at), PHASE_REMEDIATE);
    in.milestones[MILESTONE_RESOLVED] = (struct when)AT(9, 30);
    assert_int_equal(derived(&in, EVENT_CHANGE, at), PHASE_AFTER);
    assert_int_equal(derived(&in, EVENT_NOTE, (struct when){0}), PHASE_NONE);
}

static void phases_are_found_by_their_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum phase phase;
    } words[] = {
        {"Identify", PHASE_IDENTIFY},
        {" investigating ", PHASE_INVESTIGATE},
        {"REMEDIATION", PHASE_REMEDIATE},
        {"Monitor", PHASE_MONITOR},
        {"Before", PHASE_BEFORE},
        {"After", PHASE_AFTER},
        {"none", PHASE_NONE},
        {"", PHASE_NONE},
        {"Before the deploy", PHASE_NONE},
        {"monitoring-host", PHASE_NONE},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_int_equal(phase_find(str_of(words[i].text)), words[i].phase);
    for (int i = 1; i < PHASE_COUNT; i++)
        assert_int_equal(phase_find(str_of(word_of(&phase_words, i))), i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phase_follows_from_the_milestones),
        cmocka_unit_test(a_told_phase_stays),
        cmocka_unit_test(without_milestones_the_kind_tells),
        cmocka_unit_test(phases_are_found_by_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
