/*
 * What a command reads does not grow with its incident: counted in steps of
 * SQLite's machine, which no load of this one changes. How long it takes:
 * make bench.
 */
#include "storage/health.h"
#include "storage/store_internal.h"
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SHORT 100
#define LONG  1500
/* A list of choices is full sooner in a long record; a tree is deeper. */
#define MORE(steps) ((steps) + (steps) / 3 + 300)

static int count_step(void *context)
{
    ++*(int64_t *)context;
    return 0;
}

static void add_entries(int count)
{
    static const char *const kinds[] = {"note", "finding", "action",
                                        "decision"};
    for (int i = 0; i < count; i++) {
        char text[80];
        struct interaction it = slash("timeline add");
        (void)snprintf(text, sizeof text, "Entry %d: the database is slow", i);
        add_text(&it, "text", text);
        add_text(&it, "kind", kinds[i % 4]);
        (void)does(&it);
    }
}

static void fill(char out[static 100], const char *text, int number)
{
    const char *place = strstr(text, "%d");
    if (place == NULL)
        (void)snprintf(out, 100, "%s", text);
    else
        (void)snprintf(out, 100, "%.*s%d%s", (int)(place - text), text, number,
                       place + 2);
}

static int64_t steps_of(const struct interaction *it)
{
    int64_t steps = 0;
    sqlite3_progress_handler(caller.store->db, 1, count_step, &steps);
    if (it->type == INTERACTION_AUTOCOMPLETE)
        (void)caller_is_offered(&caller, it);
    else
        (void)caller_does(&caller, it);
    sqlite3_progress_handler(caller.store->db, 0, NULL, NULL);
    return steps;
}

/* %d: another number each time, of an entry that is there. */
struct question {
    const char *command;
    struct {
        const char *name, *text;
    } options[4];
    enum { WRITES, READS, TYPES } does; /* types: into the first option */
};

static const struct question questions[] = {
    {"timeline add", {{"text", "One more, %d"}}, WRITES},
    {"timeline add", {{"text", "Long ago, %d"}, {"time", "18:53"}}, WRITES},
    {"timeline change",
     {{"what", "n%d"}, {"where", "db-1"}, {"from", "8"}, {"to", "16"}},
     WRITES},
    {"timeline list", {{NULL, NULL}}, READS},
    {"timeline list", {{"before", "#%d"}}, READS},
    {"timeline list", {{"after", "#%d"}}, READS},
    {"timeline list", {{"kind", "decision"}}, READS},
    {"timeline edit", {{"id", "#%d"}, {"text", "Corrected %d"}}, WRITES},
    {"timeline edit", {{"id", ""}}, TYPES},
    {"timeline edit", {{"id", "#%d"}}, TYPES},
    {"timeline edit", {{"id", "database"}}, TYPES},
    {"timeline edit", {{"id", "zebra"}}, TYPES},
    {"timeline strike", {{"id", "#%d"}, {"reason", "Wrong %d"}}, WRITES},
    {"timeline settle", {{"id", ""}}, TYPES},
    {"incident status", {{NULL, NULL}}, READS},
    {"incident list", {{NULL, NULL}}, READS},
    {"incident set", {{"title", "The database is slow, %d"}}, WRITES},
    {"incident set",
     {{"milestone", "impact start"}, {"time", "18:%d"}},
     WRITES},
    {"incident update", {{"message", "It is slow, %d"}}, WRITES},
    {"incident link", {{"url", "https://issues.example.org/%d"}}, WRITES},
    {"ic who", {{NULL, NULL}}, READS},
    {"action add", {{"text", "Buy %d disks"}}, WRITES},
    {"action list", {{NULL, NULL}}, READS},
    {"alert list", {{NULL, NULL}}, READS},
    {"resolve", {{"summary", "It is fast again, %d"}}, WRITES},
    {"incident reopen",
     {{"reason", "It is slow again, %d"}, {"incident", "INC-1"}},
     WRITES},
};
#define QUESTIONS (sizeof questions / sizeof questions[0])

static int64_t ask(const struct question *question, int number)
{
    char texts[4][100];
    struct interaction it = slash(question->command);
    for (int i = 0; i < 4 && question->options[i].text != NULL; i++) {
        fill(texts[i], question->options[i].text, number);
        add_text(&it, question->options[i].name, texts[i]);
    }
    if (question->does == TYPES)
        it = typing(question->command, question->options[0].name, texts[0]);
    return steps_of(&it);
}

static void ask_all(int number, int64_t steps[static QUESTIONS])
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        steps[i] = ask(&questions[i], number);
        if (questions[i].does == WRITES && !caller.taken.accepted)
            fail_msg("%s was not accepted", questions[i].command);
    }
}

static void a_command_reads_no_more_of_a_longer_record(void **state)
{
    int64_t early[QUESTIONS], late[QUESTIONS];
    (void)state;
    add_entries(SHORT);
    ask_all(30, early);
    add_entries(LONG);
    ask_all(40, late);
    for (size_t i = 0; i < QUESTIONS; i++)
        if (late[i] > MORE(early[i]))
            fail_msg("%s, %s: %" PRId64 " steps among %d entries, %" PRId64
                     " among %d",
                     questions[i].command, questions[i].options[0].text,
                     early[i], SHORT, late[i], LONG);
}

static bool any_item(const struct stored_item *stored, void *context)
{
    (void)stored;
    ++*(int *)context;
    return true;
}

static void read_items_of(int64_t incident_id, bool open_only)
{
    const struct item_filter filter = {.incident_id = incident_id,
                                       .open_only = open_only};
    int count = 0;
    assert_int_equal(store_each_item(caller.store, &filter, any_item, &count),
                     ERR_OK);
    assert_int_equal(count, 2);
}

enum { OPEN_ITEMS, ALL_ITEMS, LIST, READINGS };

static int64_t steps_to_read(int what)
{
    const struct interaction list = slash("incident list");
    int64_t steps = 0;
    if (what == LIST)
        return steps_of(&list);
    sqlite3_progress_handler(caller.store->db, 1, count_step, &steps);
    read_items_of(12, what == OPEN_ITEMS);
    sqlite3_progress_handler(caller.store->db, 0, NULL, NULL);
    return steps;
}

/* Some that are over, with two items that nobody has done. */
static void add_past(int count)
{
    for (int i = 0; i < count; i++) {
        char incident[24];
        int64_t id = caller_declares(&caller);
        (void)snprintf(incident, sizeof incident, "INC-%" PRId64, id);
        for (int j = 0; j < 2; j++) {
            struct interaction item = slash("action add");
            add_text(&item, "text", "Buy a disk");
            add_text(&item, "incident", incident);
            (void)does(&item);
        }
        struct interaction end = slash("resolve");
        add_text(&end, "summary", "Space made");
        add_text(&end, "incident", incident);
        (void)does(&end);
    }
}

/* After each change all that have something open are looked at: what one of
 * them costs must not grow with the others. */
static void the_past_costs_no_more_when_there_is_more_of_it(void **state)
{
    int64_t early[READINGS];
    (void)state;
    add_past(20);
    for (int i = 0; i < READINGS; i++)
        early[i] = steps_to_read(i);
    add_past(100);
    for (int i = 0; i < READINGS; i++) {
        int64_t late = steps_to_read(i);
        if (late > MORE(early[i]))
            fail_msg("reading %d: %" PRId64 " steps among 20 incidents,"
                     " %" PRId64 " among 120",
                     i, early[i], late);
    }
}

/* To count rows is one step, through all pages. */
static int pages_read(void)
{
    int hit = 0, missed = 0, most;
    (void)sqlite3_db_status(caller.store->db, SQLITE_DBSTATUS_CACHE_HIT, &hit,
                            &most, 1);
    (void)sqlite3_db_status(caller.store->db, SQLITE_DBSTATUS_CACHE_MISS,
                            &missed, &most, 1);
    return hit + missed;
}

static int pages_of_health(void)
{
    struct store_health health;
    (void)pages_read();
    assert_int_equal(store_health(caller.store, 0, &health), ERR_OK);
    int pages = pages_read();
    assert_int_equal(
        health.events,
        scratch_number(caller.scratch, "SELECT count(*) FROM event"));
    return pages;
}

static void health_reads_no_more_of_a_longer_record(void **state)
{
    (void)state;
    add_entries(SHORT);
    int early = pages_of_health();
    add_entries(LONG);
    int late = pages_of_health();
    if (late > early + 10)
        fail_msg("%d pages among %d entries, %d among %d", early, SHORT, late,
                 LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_command_reads_no_more_of_a_longer_record, caller_setup_declared,
            caller_teardown),
        cmocka_unit_test_setup_teardown(health_reads_no_more_of_a_longer_record,
                                        caller_setup_declared, caller_teardown),
        cmocka_unit_test_setup_teardown(
            the_past_costs_no_more_when_there_is_more_of_it, caller_setup,
            caller_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
