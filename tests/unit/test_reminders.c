/*
 * When somebody is reminded: the arithmetic as a table, and the watch over a
 * real store, which reminds once and says so on the record.
 */
#include "bot/reminders.h"
#include "bot/road/road.h"
#include "tests/lib/scratch.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW    SCRATCH_NOW_MS /* Tuesday 2022-12-13 18:53 UTC */
#define MINUTE MS_PER_MINUTE
#define HOUR   MS_PER_HOUR
#define DAY    MS_PER_DAY

static const struct reminder_settings standard = {
    .commander_min = 10,
    .update_min = {0, 30, 60, 120, 0},
    .change_hours = 24,
    .owner_days = 3,
    .archive_days = 14,
    .quiet_from_hour = 21,
    .quiet_until_hour = 8,
    .digest_weekday = 1,
};

static struct incident live(void)
{
    return (struct incident){.id = 1,
                             .state = STATE_INVESTIGATING,
                             .severity = SEVERITY_2,
                             .declared_at_ms = NOW,
                             .first_event_ms = NOW,
                             .last_update_ms = NOW};
}

static void nobody_commands(void **state)
{
    (void)state;
    struct incident in = live();
    assert_int_equal(reminder_due_commander(&in, &standard), NOW + 10 * MINUTE);
    in.remind_commander.last_ms = NOW + 10 * MINUTE;
    assert_int_equal(reminder_due_commander(&in, &standard), NOW + 20 * MINUTE);
    in.remind_commander.last_ms = NOW + 20 * MINUTE;
    assert_int_equal(reminder_due_commander(&in, &standard), NOW + 40 * MINUTE);
    in.remind_commander.snoozed_ms = NOW + 3 * HOUR;
    assert_int_equal(reminder_due_commander(&in, &standard), NOW + 3 * HOUR);
    in.holders[0].role = ROLE_COMMANDER;
    assert_int_equal(reminder_due_commander(&in, &standard), NOT_DUE);
    in = live();
    in.state = STATE_RESOLVED;
    assert_int_equal(reminder_due_commander(&in, &standard), NOT_DUE);
    in = live();
    in.first_event_ms = NOW - 2 * DAY; /* written up */
    assert_int_equal(reminder_due_commander(&in, &standard), NOT_DUE);
}

static void an_update_is_due(void **state)
{
    (void)state;
    struct incident in = live();
    assert_int_equal(reminder_due_update(&in, &standard), NOW + HOUR);
    in.last_told_ms = NOW + 30 * MINUTE;
    assert_int_equal(reminder_due_update(&in, &standard), NOW + 90 * MINUTE);
    in.next_update_due_ms = NOW + 45 * MINUTE; /* promised */
    assert_int_equal(reminder_due_update(&in, &standard), NOW + 45 * MINUTE);
    in.next_update_due_ms = 0;
    in.remind_update.last_ms = NOW + HOUR; /* of an earlier stretch: told since
                                            */
    in.last_told_ms = NOW + 2 * HOUR;
    assert_int_equal(reminder_due_update(&in, &standard), NOW + 3 * HOUR);
    in.severity = SEVERITY_4;
    assert_int_equal(reminder_due_update(&in, &standard), NOT_DUE);
}

/* 18:53 and 24 h: 18:53 the next day; 22:00 and 24 h would be quiet. */
static void what_is_left_waits_for_the_morning(void **state)
{
    (void)state;
    struct incident in = live();
    struct entry_state change = {.seq = 7,
                                 .kind = EVENT_CHANGE,
                                 .needs_settling = true,
                                 .recorded_at_ms = NOW};
    int64_t midnight = civil_day_start(NOW);
    assert_int_equal(reminder_due_change(&in, &change, &standard), NOW + DAY);
    change.recorded_at_ms = midnight + 22 * HOUR;
    assert_int_equal(reminder_due_change(&in, &change, &standard),
                     midnight + 2 * DAY + 8 * HOUR);
    change.recorded_at_ms = midnight + 3 * HOUR;
    assert_int_equal(reminder_due_change(&in, &change, &standard),
                     midnight + DAY + 8 * HOUR);
    change.settlement = SETTLEMENT_KEPT;
    assert_int_equal(reminder_due_change(&in, &change, &standard), NOT_DUE);

    struct action_item item = {.seq = 8,
                               .state = ITEM_OPEN,
                               .owner_type = ACTOR_NOBODY,
                               .due_ms = midnight};
    int64_t made = midnight + 3 * HOUR;
    assert_int_equal(reminder_due_item(&item, made, &standard),
                     midnight + 9 * HOUR);
    item.reminded_ms = midnight + 9 * HOUR;
    assert_int_equal(reminder_due_item(&item, made, &standard),
                     midnight + DAY + 9 * HOUR);
    item.reminded_ms = 0;
    assert_int_equal(reminder_due_owner(&item, NOW, &standard), NOW + 3 * DAY);
    item.owner_type = ACTOR_MEMBER;
    assert_int_equal(reminder_due_owner(&item, NOW, &standard), NOT_DUE);
    item.state = ITEM_DONE;
    assert_int_equal(reminder_due_item(&item, made, &standard), NOT_DUE);
}

/* Hours as the settings name them: quiet from the first on, no more in the
 * last. */
static void quiet_hours_begin_and_end_as_they_are_set(void **state)
{
    (void)state;
    static const struct {
        int from, until; /* hours */
        int at, due;     /* minutes of a day */
    } cases[] = {
        {21, 8, 20 * 60 + 59, 20 * 60 + 59},
        {21, 8, 21 * 60, 32 * 60},
        {21, 8, 23 * 60 + 59, 32 * 60},
        {21, 8, 0, 8 * 60},
        {21, 8, 8 * 60 - 1, 8 * 60},
        {21, 8, 8 * 60, 8 * 60},
        {1, 7, 59, 59},
        {1, 7, 60, 7 * 60},
        {1, 7, 7 * 60 - 1, 7 * 60},
        {1, 7, 7 * 60 + 30, 7 * 60 + 30},
        {0, 0, 30, 30}, /* none are */
    };
    const struct incident in = live();
    int64_t midnight = civil_day_start(NOW);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reminder_settings settings = standard;
        settings.quiet_from_hour = cases[i].from;
        settings.quiet_until_hour = cases[i].until;
        const struct entry_state change = {
            .seq = 7,
            .kind = EVENT_CHANGE,
            .needs_settling = true,
            .recorded_at_ms = midnight - DAY + cases[i].at * MINUTE};
        assert_int_equal(reminder_due_change(&in, &change, &settings),
                         midnight + cases[i].due * MINUTE);
    }
}

/* Twice as long each time, but not for ever; and nothing of the past. */
static void repeats_are_a_week_apart_at_most(void **state)
{
    (void)state;
    struct incident in = live();
    struct entry_state change = {.seq = 7,
                                 .kind = EVENT_CHANGE,
                                 .needs_settling = true,
                                 .recorded_at_ms = NOW,
                                 .reminded_ms = NOW + 2 * DAY};
    assert_int_equal(reminder_due_change(&in, &change, &standard),
                     NOW + 4 * DAY);
    change.reminded_ms = NOW + 30 * DAY;
    assert_int_equal(reminder_due_change(&in, &change, &standard),
                     NOW + 37 * DAY);
    in.first_event_ms = NOW - 2 * DAY; /* written up */
    assert_int_equal(reminder_due_change(&in, &change, &standard), NOT_DUE);
}

static void whoever_has_just_written_it_down_is_not_reminded(void **state)
{
    int64_t midnight = civil_day_start(NOW);
    const struct action_item item = {
        .seq = 8, .state = ITEM_OPEN, .due_ms = midnight};
    (void)state;
    assert_int_equal(reminder_due_item(&item, midnight + 9 * HOUR, &standard),
                     midnight + DAY + 9 * HOUR);
    assert_int_equal(
        reminder_due_item(&item, midnight + 5 * DAY + HOUR, &standard),
        midnight + 5 * DAY + 9 * HOUR);
}

static void rooms_and_digests(void **state)
{
    (void)state;
    struct incident in = live();
    int64_t midnight = civil_day_start(NOW); /* a Tuesday */
    assert_int_equal(reminder_due_archive(&in, &standard), NOT_DUE);
    in.state = STATE_CLOSED;
    assert_int_equal(reminder_due_archive(&in, &standard), NOT_DUE);
    in.war_channel_id = 9;
    assert_int_equal(reminder_due_archive(&in, &standard), NOW + 14 * DAY);
    in.remind_archive.last_ms = NOW + 14 * DAY;
    assert_int_equal(reminder_due_archive(&in, &standard), NOT_DUE);
    assert_int_equal(reminder_due_digest(NOW, &standard),
                     midnight + 6 * DAY + 9 * HOUR);
    assert_int_equal(
        reminder_due_digest(midnight + 6 * DAY + 9 * HOUR, &standard),
        midnight + 13 * DAY + 9 * HOUR);
}

/* ---- the watch ---- */

static void on_wake(void *context)
{
    uv_stop(context);
}

struct bench {
    uv_loop_t loop;
    struct store *store;
    struct reminders *reminders;
};

static void begin_to_look(struct bench *bench)
{
    const struct reminders_config config = {
        .loop = &bench->loop,
        .store = bench->store,
        .settings = &standard,
        .has_announcements = true,
        .wake = on_wake,
        .context = &bench->loop,
    };
    bench->reminders = reminders_new(&config);
    (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_true(reminders_have_work(bench->reminders));
    assert_int_equal(store_begin(bench->store), ERR_OK);
}

static void look(struct bench *bench, int64_t now_ms)
{
    begin_to_look(bench);
    assert_int_equal(reminders_settle(bench->reminders, now_ms), ERR_OK);
    assert_int_equal(store_commit(bench->store), ERR_OK);
    reminders_free(bench->reminders);
    (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static int64_t reminded(const struct scratch *scratch, const char *of)
{
    char sql[160];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM event WHERE kind = 'reminded' AND "
                   "reminder = '%s'",
                   of);
    return scratch_number(scratch, sql);
}

/* Each look is one by a new process. */
static void reminds_once_across_restarts(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    struct incident in = {0};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    struct request declare = scratch_declare(1, "Disk full");
    struct request item = {.kind = REQUEST_ITEM,
                           .draft = scratch_entry(EVENT_NOTE, "alert").draft};
    (void)scratch_take(bench.store, &in, &declare, NOW);
    (void)scratch_take(bench.store, &in, &item, NOW);
    look(&bench, NOW + 9 * MINUTE);
    assert_int_equal(reminded(scratch, "no commander"), 0);
    for (int i = 0; i < 3; i++)
        look(&bench, NOW + 11 * MINUTE);
    assert_int_equal(reminded(scratch, "no commander"), 1);
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM outbox WHERE"
                                             " kind = 'remind'"),
                     1);
    assert_int_equal(store_incident(bench.store, 1, &in), ERR_OK);
    struct request resolve = scratch_move(STATE_RESOLVED, "fixed");
    (void)scratch_take(bench.store, &in, &resolve, NOW + 12 * MINUTE);
    look(&bench, NOW + 2 * DAY);
    assert_int_equal(reminded(scratch, "no commander"), 1);
    assert_int_equal(reminded(scratch, "action item without an owner"), 0);
    for (int i = 0; i < 3; i++)
        look(&bench, NOW + 7 * DAY);
    assert_int_equal(reminded(scratch, "action item without an owner"), 1);
    assert_int_equal(reminded(scratch, "weekly digest"), 1);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

static struct request open_change(void)
{
    struct request change = scratch_entry(EVENT_CHANGE, "");
    change.draft.change_what = STR("queue");
    change.draft.change_where = STR("db-1");
    change.draft.change_from = STR("on");
    change.draft.change_to = STR("off");
    change.draft.change_temporary = true;
    return change;
}

static void takes(struct bench *bench, int64_t id,
                  const struct request *request, int64_t now_ms)
{
    struct incident in = {0};
    if (request->kind != REQUEST_DECLARE)
        assert_int_equal(store_incident(bench->store, id, &in), ERR_OK);
    assert_int_equal(scratch_take(bench->store, &in, request, now_ms),
                     VERDICT_ACCEPTED);
}

/* Each has one thing open, and its rooms are out of the way. */
static void what_is_open_outlasts_the_incident(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    struct request open[] = {
        open_change(),
        {.kind = REQUEST_ITEM,
         .draft = scratch_entry(EVENT_NOTE, "alert").draft}};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    for (int64_t id = 1; id <= 2; id++) {
        struct request declare = scratch_declare(id, "Disk full");
        struct request resolve = scratch_move(STATE_RESOLVED, "fixed");
        struct request archive = {.kind = REQUEST_REMIND,
                                  .draft = {.reminder = REMINDER_ARCHIVE}};
        takes(&bench, id, &declare, NOW);
        takes(&bench, id, &open[id - 1], NOW);
        takes(&bench, id, &resolve, NOW + MINUTE);
        takes(&bench, id, &archive, NOW + DAY);
    }
    look(&bench, NOW + 7 * DAY);
    assert_int_equal(reminded(scratch, "change still open"), 1);
    assert_int_equal(reminded(scratch, "action item without an owner"), 1);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

/* What is nobody else's business, or an exercise, is in no digest. */
static void some_have_no_digest(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    struct request item = {.kind = REQUEST_ITEM,
                           .draft = scratch_entry(EVENT_NOTE, "alert").draft};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    for (int64_t id = 1; id <= 3; id++) {
        struct request declare = scratch_declare(id, "Disk full");
        declare.draft.is_private = id == 1;
        declare.draft.is_drill = id == 2;
        takes(&bench, id, &declare, NOW);
        takes(&bench, id, &item, NOW);
        look(&bench, NOW + (id == 3 ? 8 : 7) * DAY);
        assert_int_equal(reminded(scratch, "weekly digest"), id == 3);
    }
    assert_int_equal(scratch_number(scratch, "SELECT incident FROM event WHERE "
                                             "reminder = 'weekly digest'"),
                     3);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

static void of_a_damaged_incident_nobody_is_reminded(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    for (int64_t id = 1; id <= 3; id++) {
        struct incident in = {0};
        struct request declare = scratch_declare(id, "Disk full");
        assert_int_equal(scratch_take(bench.store, &in, &declare, NOW),
                         VERDICT_ACCEPTED);
    }
    scratch_sql(scratch, "UPDATE incident SET severity = 'SEV9' WHERE id = 2");
    look(&bench, NOW + 11 * MINUTE);
    assert_int_equal(reminded(scratch, "no commander"), 2);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

/* The clock is days ahead for a while, as when a machine wakes up. What was
 * written then must not keep anybody from being reminded afterwards, and nobody
 * is reminded twice. */
static void a_clock_that_was_ahead_silences_nobody(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    struct incident in = {0};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    struct request declare = scratch_declare(1, "Disk full");
    struct request item = {.kind = REQUEST_ITEM,
                           .draft = scratch_entry(EVENT_NOTE, "alert").draft};
    struct request change = open_change();
    assert_int_equal(scratch_take(bench.store, &in, &declare, NOW),
                     VERDICT_ACCEPTED);
    assert_int_equal(scratch_take(bench.store, &in, &item, NOW),
                     VERDICT_ACCEPTED);
    assert_int_equal(scratch_take(bench.store, &in, &change, NOW),
                     VERDICT_ACCEPTED);
    for (int i = 0; i < 2; i++)
        look(&bench, NOW + 5 * DAY);
    assert_int_equal(reminded(scratch, "no commander"), 1);
    assert_int_equal(reminded(scratch, "update overdue"), 1);
    assert_int_equal(reminded(scratch, "change still open"), 1);
    assert_int_equal(reminded(scratch, "action item without an owner"), 1);
    assert_int_equal(store_incident(bench.store, 1, &in), ERR_OK);
    struct request update = scratch_move(STATE_IDENTIFIED, "a full disk");
    assert_int_equal(
        scratch_take(bench.store, &in, &update, NOW + 5 * DAY + HOUR),
        VERDICT_ACCEPTED);
    /* It is right again. */
    look(&bench, NOW + 9 * MINUTE);
    assert_int_equal(reminded(scratch, "no commander"), 1);
    for (int i = 0; i < 3; i++)
        look(&bench, NOW + 11 * MINUTE);
    assert_int_equal(reminded(scratch, "no commander"), 2);
    for (int i = 0; i < 3; i++)
        look(&bench, NOW + 121 * MINUTE);
    assert_int_equal(reminded(scratch, "update overdue"), 2);
    for (int i = 0; i < 3; i++)
        look(&bench, NOW + 4 * DAY);
    assert_int_equal(reminded(scratch, "change still open"), 2);
    assert_int_equal(reminded(scratch, "action item without an owner"), 2);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

/* Months ahead, and nothing is open any more of what recorded a digest then. */
static void a_digest_of_a_clock_that_was_ahead_is_not_the_last(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    struct request item = {.kind = REQUEST_ITEM,
                           .draft = scratch_entry(EVENT_NOTE, "alert").draft};
    struct request done = {.kind = REQUEST_ITEM,
                           .draft = {.target = 2, .item_state = ITEM_DONE}};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    for (int64_t id = 1; id <= 2; id++) {
        struct request declare = scratch_declare(id, "Disk full");
        takes(&bench, id, &declare, NOW);
        takes(&bench, id, &item, NOW);
    }
    look(&bench, NOW + 70 * DAY);
    assert_int_equal(reminded(scratch, "weekly digest"), 1);
    takes(&bench, 1, &done, NOW + DAY); /* it is right again */
    look(&bench, NOW + 5 * DAY);
    assert_int_equal(reminded(scratch, "weekly digest"), 1);
    for (int i = 0; i < 3; i++)
        look(&bench, NOW + 7 * DAY);
    assert_int_equal(reminded(scratch, "weekly digest"), 2);
    look(&bench, NOW + 14 * DAY);
    assert_int_equal(reminded(scratch, "weekly digest"), 3);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

/* Whether it is due or lost with the turn, or cannot be read. */
static void a_look_that_is_lost_is_taken_again(void **state)
{
    const struct scratch *scratch = *state;
    struct bench bench = {.store = scratch_open(scratch)};
    struct incident in = {0};
    assert_int_equal(uv_loop_init(&bench.loop), 0);
    struct request declare = scratch_declare(1, "Disk full");
    (void)scratch_take(bench.store, &in, &declare, NOW);
    for (int is_unreadable = 0; is_unreadable < 2; is_unreadable++) {
        if (is_unreadable)
            scratch_sql(scratch, "ALTER TABLE item RENAME TO gone");
        begin_to_look(&bench);
        enum err err = reminders_settle(bench.reminders, NOW + 11 * MINUTE);
        assert_int_equal(err == ERR_OK, !is_unreadable);
        store_rollback(bench.store);
        assert_true(uv_loop_alive(&bench.loop)); /* there is another timer */
        reminders_free(bench.reminders);
        (void)uv_run(&bench.loop, UV_RUN_DEFAULT);
    }
    assert_int_equal(reminded(scratch, "no commander"), 0);
    assert_int_equal(uv_loop_close(&bench.loop), 0);
    store_close(bench.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_commands),
        cmocka_unit_test(an_update_is_due),
        cmocka_unit_test(what_is_left_waits_for_the_morning),
        cmocka_unit_test(quiet_hours_begin_and_end_as_they_are_set),
        cmocka_unit_test(repeats_are_a_week_apart_at_most),
        cmocka_unit_test(whoever_has_just_written_it_down_is_not_reminded),
        cmocka_unit_test(rooms_and_digests),
        cmocka_unit_test_setup_teardown(
            of_a_damaged_incident_nobody_is_reminded, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(reminds_once_across_restarts,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(what_is_open_outlasts_the_incident,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(some_have_no_digest, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(
            a_digest_of_a_clock_that_was_ahead_is_not_the_last, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_was_ahead_silences_nobody,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_look_that_is_lost_is_taken_again,
                                        scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
