#include "storage/discord.h"
#include "storage/store_internal.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define GUILD 100000000000000001u

/* ---- transactions ---- */

static bool has_fact(struct store *store, const char *name)
{
    struct buf value = BUF_INIT(64);
    enum err err = store_fact(store, name, &value);
    assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
    buf_release(&value);
    return err == ERR_OK;
}

static void keeps_and_undoes_requests_of_a_turn(void **state)
{
    struct store *store = scratch_open(*state);
    assert_false(store_in_transaction(store));
    assert_int_equal(store_begin(store), ERR_OK);
    assert_true(store_in_transaction(store));
    assert_int_equal(store_request_begin(store), ERR_OK);
    assert_int_equal(store_put_fact(store, "first", STR("1")), ERR_OK);
    assert_int_equal(store_request_keep(store), ERR_OK);
    assert_int_equal(store_request_begin(store), ERR_OK);
    assert_int_equal(store_put_fact(store, "second", STR("2")), ERR_OK);
    assert_true(has_fact(store, "second"));
    store_request_undo(store);
    assert_false(has_fact(store, "second"));
    assert_int_equal(store_request_begin(store), ERR_OK);
    assert_int_equal(store_put_fact(store, "third", STR("")), ERR_OK);
    assert_int_equal(store_request_keep(store), ERR_OK);
    assert_int_equal(store_commit(store), ERR_OK);
    assert_false(store_in_transaction(store));
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_put_fact(store, "fourth", STR("4")), ERR_OK);
    store_rollback(store);
    store_close(store);
    store = scratch_open(*state);
    assert_true(has_fact(store, "first") && has_fact(store, "third"));
    assert_false(has_fact(store, "second") || has_fact(store, "fourth"));
    store_close(store);
}

static void keeps_nothing_of_a_turn_that_the_disk_broke(void **state)
{
    struct store *store = scratch_open(*state);
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_put_fact(store, "before", STR("1")), ERR_OK);
    /* What SQLite does by itself when the disk is full. */
    assert_int_equal(sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(store_put_fact(store, "after", STR("1")), ERR_STORAGE);
    assert_int_equal(store_request_begin(store), ERR_STORAGE);
    store_request_undo(store);
    assert_int_equal(store_commit(store), ERR_STORAGE);
    assert_non_null(strstr(store_why(store), "rolled back"));
    assert_false(store_in_transaction(store));
    assert_false(has_fact(store, "before") || has_fact(store, "after"));
    /* And the next turn works. */
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_put_fact(store, "later", STR("1")), ERR_OK);
    assert_int_equal(store_commit(store), ERR_OK);
    assert_true(has_fact(store, "later"));
    store_close(store);
}

static void a_full_disk_is_said_and_survived(void **state)
{
    struct store *store = scratch_open(*state);
    char big[100000] = "";
    struct sha256 hash;
    assert_int_equal(
        sqlite3_exec(store->db, "PRAGMA max_page_count = 40", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_request_begin(store), ERR_OK);
    assert_int_equal(
        store_put_attachment(store, (struct str){big, sizeof big}, &hash),
        ERR_STORAGE);
    assert_non_null(strstr(store_why(store), "full"));
    store_request_undo(store);
    store_rollback(store);
    assert_false(store_in_transaction(store));
    store_close(store);
}

static void tidies_only_what_is_committed(void **state)
{
    struct store *store = scratch_open(*state);
    char bytes[4096] = "";
    struct sha256 hash;
    for (unsigned i = 0; i < 700; i++) {
        memcpy(bytes, &i, sizeof i);
        assert_int_equal(store_begin(store), ERR_OK);
        assert_int_equal(store_put_attachment(
                             store, (struct str){bytes, sizeof bytes}, &hash),
                         ERR_OK);
        assert_int_equal(store_commit(store), ERR_OK);
    }
    assert_true(store->log_pages > 1000);
    assert_int_equal(store_tidy(store), ERR_OK);
    assert_int_equal(store->log_pages, 0);
    assert_int_equal(store_tidy(store), ERR_OK);
    store_close(store);
}

/* ---- the record ---- */

static void refuses_to_change_the_log(void **state)
{
    static const char *const attempts[] = {
        "UPDATE event SET text = 'x' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "UPDATE attachment SET bytes = x'00'",
        "DELETE FROM attachment",
    };
    struct sha256 hash;
    scratch_fill(*state);
    struct store *store = scratch_open(*state);
    assert_int_equal(store_put_attachment(store, STR("log"), &hash), ERR_OK);
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        struct query query = query_new(store, attempts[i]);
        assert_int_equal(query_run(&query), ERR_STORAGE);
    }
    store_close(store);
}

/* The migrations are fixed text, the lists are code: they must not drift. */
static void expect_columns(struct store *store, const char *table,
                           const char *names)
{
    struct buf is = BUF_INIT(8192);
    struct query query = query_new(
        store, "SELECT name || ' ' || type FROM pragma_table_info(?)");
    query_text(&query, str_of(table));
    while (query_row(&query)) {
        buf_add(&is, row_text(&query, 0));
        buf_add_char(&is, '\n');
    }
    assert_int_equal(query_end(&query), ERR_OK);
    assert_string_equal(buf_text(&is), names);
    buf_release(&is);
}

static void events_have_a_column_for_every_field(void **state)
{
    struct store *store = scratch_open(*state);
    struct buf names = BUF_INIT(8192);
    buf_add_text(&names, "incident INTEGER\nseq INTEGER\nhash BLOB\n");
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        bool is_text = event_field_is_text(field) || field->type == FIELD_ENUM;
        buf_addf(&names, "%s %s\n", field->name, is_text ? "TEXT" : "INTEGER");
    }
    expect_columns(store, "event", buf_text(&names));
    buf_release(&names);
    store_close(store);
}

static void projections_have_a_column_for_every_member(void **state)
{
    static const struct {
        const char *table, *keys;
        const struct columns *columns;
    } tables[] = {
        {"incident", "id INTEGER\n", &incident_columns},
        {"role_holder", "incident INTEGER\nplace INTEGER\n", &holder_columns},
        {"milestone", "incident INTEGER\nname TEXT\n", &when_columns},
        {"entry", "incident INTEGER\nseq INTEGER\n", &entry_columns},
        {"item", "incident INTEGER\nseq INTEGER\n", &item_columns},
    };
    struct store *store = scratch_open(*state);
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        struct buf names = BUF_INIT(8192);
        buf_add_text(&names, tables[t].keys);
        for (int i = 0; i < tables[t].columns->count; i++) {
            const struct column *column = &tables[t].columns->all[i];
            bool is_text =
                column->type == COLUMN_TEXT || column->type == COLUMN_ENUM;
            buf_addf(&names, "%s %s\n", column->name,
                     is_text ? "TEXT" : "INTEGER");
        }
        expect_columns(store, tables[t].table, buf_text(&names));
        buf_release(&names);
    }
    store_close(store);
}

/* No byte of the struct, but padding, is left out of the lists: a new member
 * would be lost at the next restart. */
static void expect_cover(const struct columns *columns, size_t bytes,
                         char *covered)
{
    for (int i = 0; i < columns->count; i++)
        memset(covered + columns->all[i].offset, 1, columns->all[i].bytes);
    size_t gap = 0;
    for (size_t i = 0; i < bytes; i++) {
        gap = covered[i] != 0 ? 0 : gap + 1;
        if (gap >= sizeof(int64_t))
            fail_msg("the member at byte %zu has no column", i);
    }
}

static void every_member_of_an_incident_is_kept(void **state)
{
    static char covered[sizeof(struct incident)];
    (void)state;
    memset(covered + offsetof(struct incident, id), 1, sizeof(int64_t));
    memset(covered + offsetof(struct incident, milestones), 1,
           sizeof(struct when) * MILESTONE_COUNT);
    memset(covered + offsetof(struct incident, holders), 1,
           sizeof(struct role_holder) * ROLE_HOLDERS);
    expect_cover(&incident_columns, sizeof(struct incident), covered);
    memset(covered, 0, sizeof covered);
    expect_cover(&holder_columns, sizeof(struct role_holder), covered);
    memset(covered, 0, sizeof covered);
    expect_cover(&when_columns, sizeof(struct when), covered);
    memset(covered, 0, sizeof covered);
    memset(covered + offsetof(struct entry_state, seq), 1, sizeof(int64_t));
    expect_cover(&entry_columns, sizeof(struct entry_state), covered);
    memset(covered, 0, sizeof covered);
    memset(covered + offsetof(struct action_item, seq), 1, sizeof(int64_t));
    expect_cover(&item_columns, sizeof(struct action_item), covered);
}

static void finds_incidents_by_room_and_by_being_live(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in[4] = {{0}};
    int64_t ids[2] = {0}, id = 0;
    int count = 0;
    assert_int_equal(store_next_incident_id(store, &id), ERR_OK);
    assert_int_equal(id, 1);
    for (int i = 1; i <= 3; i++) {
        struct request declare = scratch_declare(i, "Outage");
        assert_int_equal(scratch_take(store, &in[i], &declare, SCRATCH_NOW_MS),
                         VERDICT_ACCEPTED);
    }
    assert_int_equal(store_next_incident_id(store, &id), ERR_OK);
    assert_int_equal(id, 4);
    assert_int_equal(store_live_incidents(store, GUILD, ids, 2, &count),
                     ERR_OK);
    assert_int_equal(count, 3);
    assert_int_equal(ids[0], 3);
    assert_int_equal(ids[1], 2);
    assert_int_equal(store_live_incidents(store, 77, ids, 2, &count), ERR_OK);
    assert_int_equal(count, 0);
    /* The words in the SQL are the rules' idea of being live. */
    static const enum incident_state states[] = {
        STATE_IDENTIFIED, STATE_INVESTIGATING, STATE_MITIGATED, STATE_RESOLVED};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct request move = scratch_move(states[i], "moved");
        assert_int_equal(scratch_take(store, &in[2], &move, SCRATCH_NOW_MS),
                         VERDICT_ACCEPTED);
        assert_int_equal(store_live_incidents(store, GUILD, ids, 2, &count),
                         ERR_OK);
        assert_int_equal(count, incident_is_live(&in[2]) ? 3 : 2);
    }
    struct incident after = in[1];
    after.war_channel_id = 51;
    after.live_channel_id = 52;
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_append(store, &in[1], &after, NULL, 0), ERR_OK);
    assert_int_equal(store_commit(store), ERR_OK);
    for (uint64_t room = 51; room <= 52; room++) {
        id = 0;
        assert_int_equal(store_incident_of_channel(store, GUILD, room, &id),
                         ERR_OK);
        assert_int_equal(id, 1);
    }
    assert_int_equal(store_incident_of_channel(store, 77, 51, &id),
                     ERR_NOT_FOUND);
    assert_int_equal(store_incident_of_channel(store, GUILD, 0, &id),
                     ERR_NOT_FOUND);
    assert_int_equal(store_incident(store, 9, &after), ERR_NOT_FOUND);
    store_close(store);
}

struct list {
    struct store *store;
    char text[400];
    int most;
};

static bool add_incident(const struct incident *in, void *context)
{
    struct list *list = context;
    size_t n = strlen(list->text);
    (void)snprintf(list->text + n, sizeof list->text - n, "%d ", (int)in->id);
    return --list->most > 0;
}

static bool add_event(const struct event *event, void *context)
{
    struct list *list = context;
    size_t n = strlen(list->text);
    (void)snprintf(list->text + n, sizeof list->text - n, "%.*s ",
                   STR_ARG(event->text));
    return --list->most > 0;
}

static void lists_incidents_newest_first(void **state)
{
    struct store *store = scratch_open(*state);
    struct list all = {.most = 9}, some = {.most = 2};
    for (int i = 1; i <= 3; i++) {
        struct incident in = {0};
        struct request declare = scratch_declare(i, "Outage");
        (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
    }
    assert_int_equal(store_each_incident(store, add_incident, &all), ERR_OK);
    assert_string_equal(all.text, "3 2 1 ");
    assert_int_equal(store_each_incident(store, add_incident, &some), ERR_OK);
    assert_string_equal(some.text, "3 2 ");
    store_close(store);
}

/* Inside of a walk: asks the same question again, of the same statement. */
static bool walk_again(const struct event *event, void *context)
{
    struct list *list = context;
    struct list inner = {.most = 1};
    assert_int_equal(store_each_event(list->store, 1, EVENTS_BY_TIME,
                                      event->seq - 1, add_event, &inner),
                     ERR_OK);
    return add_event(event, list);
}

static void reads_events_by_number_and_by_time(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = {0};
    struct request declare = scratch_declare(1, "declared");
    (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
    static const struct {
        const char *text;
        int minutes;
    } entries[] = {{"c", 10}, {"a", 5}, {"d", 10}, {"b", 6}, {"e", 10}};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct request entry = scratch_entry(EVENT_NOTE, entries[i].text);
        entry.draft.occurred =
            when_exact(SCRATCH_NOW_MS + entries[i].minutes * MS_PER_MINUTE);
        assert_int_equal(
            scratch_take(store, &in, &entry, SCRATCH_NOW_MS + MS_PER_HOUR),
            VERDICT_ACCEPTED);
    }
    static const struct {
        enum event_order order;
        int64_t after;
        int most;
        const char *text;
    } cases[] = {
        {EVENTS_BY_SEQ, 0, 9, "declared c a d b e "},
        {EVENTS_BY_SEQ, 2, 9, "a d b e "},
        {EVENTS_BY_SEQ, 2, 2, "a d "},
        {EVENTS_BY_TIME, 0, 9, "declared a b c d e "},
        {EVENTS_BY_TIME, 3, 9, "b d e "},
        {EVENTS_BY_TIME, 0, 3, "declared a b "},
        {EVENTS_BY_TIME, 9, 9, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct list list = {.most = cases[i].most};
        assert_int_equal(store_each_event(store, 1, cases[i].order,
                                          cases[i].after, add_event, &list),
                         ERR_OK);
        assert_string_equal(list.text, cases[i].text);
    }
    struct list one = {.most = 9}, nested = {.most = 9, .store = store};
    assert_int_equal(store_event(store, 1, 3, add_event, &one), ERR_OK);
    assert_string_equal(one.text, "a ");
    assert_int_equal(store_event(store, 1, 7, add_event, &one), ERR_NOT_FOUND);
    assert_int_equal(store_event(store, 2, 1, add_event, &one), ERR_NOT_FOUND);
    assert_int_equal(
        store_each_event(store, 1, EVENTS_BY_TIME, 0, walk_again, &nested),
        ERR_OK);
    assert_string_equal(nested.text, "declared a b c d e ");
    store_close(store);
}

/* Every field at once, through the row and back: compared by the bytes that the
 * chain covers. */
static bool add_canonical(const struct event *event, void *context)
{
    event_canonical(event, context);
    return true;
}

static void gives_every_field_back(void **state)
{
    scratch_fill(*state);
    struct store *store = scratch_open(*state);
    struct incident before, after;
    struct event full = {.seq = 102};
    char text[64];
    static char texts[128][64];
    assert_int_equal(store_incident(store, 1, &before), ERR_OK);
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        (void)snprintf(text, sizeof text, "text of %s\n|'\"", field->name);
        memcpy(texts[i], text, sizeof text);
        if (event_field_is_text(field))
            event_set_text(&full, field, str_of(texts[i]));
        else if (field->type == FIELD_ENUM)
            event_set_number(&full, field, field->words->count - 1);
        else if (field->type == FIELD_BOOL)
            event_set_number(&full, field, 1);
        else
            event_set_number(&full, field, INT64_MIN + i);
    }
    after = before;
    after.last_seq = 102;
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_append(store, &before, &after, &full, 1), ERR_OK);
    assert_int_equal(store_commit(store), ERR_OK);
    struct buf written = BUF_INIT(65536), read = BUF_INIT(65536);
    event_canonical(&full, &written);
    assert_int_equal(store_event(store, 1, 102, add_canonical, &read), ERR_OK);
    assert_string_equal(buf_text(&written), buf_text(&read));
    buf_release(&written);
    buf_release(&read);
    store_close(store);
}

/* The store remembers the incident that it wrote last. */
static void what_was_undone_is_not_remembered(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = {0}, read;
    struct request declare = scratch_declare(1, "declared");
    (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
    const struct event note = {.seq = in.last_seq + 1, .kind = EVENT_NOTE};
    struct incident after = in;
    after.last_seq++;
    assert_int_equal(store_begin(store), ERR_OK);
    assert_int_equal(store_request_begin(store), ERR_OK);
    assert_int_equal(store_append(store, &in, &after, &note, 1), ERR_OK);
    store_request_undo(store);
    assert_int_equal(store_incident(store, 1, &read), ERR_OK);
    assert_int_equal(read.last_seq, in.last_seq);
    assert_int_equal(store_commit(store), ERR_OK);
    store_close(store);
}

/* No other program could verify it, nor could a later one of ours. */
static void the_chain_is_hashed_as_ever(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = {0};
    struct sha256 hash;
    char hex[SHA256_HEX];
    struct request declare = scratch_declare(1, "declared");
    struct request note = scratch_entry(EVENT_NOTE, "note");
    (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
    (void)scratch_take(store, &in, &note, SCRATCH_NOW_MS);
    assert_int_equal(store_record_hash(store, 1, &hash), ERR_OK);
    sha256_hex(&hash, hex);
    assert_string_equal(hex, "e4de886f4b7f551202775447b9fe4fa6"
                             "3bd50fbad751a3380a75cd6c32df80eb");
    store_close(store);
}

static void record_hash_leaves_out_what_no_page_tells(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = {0};
    struct sha256 declared, later;
    struct request declare = scratch_declare(1, "declared");
    assert_int_equal(store_record_hash(store, 1, &declared), ERR_NOT_FOUND);
    (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
    assert_int_equal(store_record_hash(store, 1, &declared), ERR_OK);
    struct incident after = in;
    static const enum event_kind silent[] = {EVENT_TASK, EVENT_REMINDED,
                                             EVENT_SNOOZE};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        struct event event = {.seq = in.last_seq + 1, .kind = silent[i]};
        after.last_seq++;
        assert_int_equal(store_begin(store), ERR_OK);
        assert_int_equal(store_append(store, &in, &after, &event, 1), ERR_OK);
        assert_int_equal(store_commit(store), ERR_OK);
        assert_int_equal(store_record_hash(store, 1, &later), ERR_OK);
        assert_memory_equal(&later, &declared, sizeof later);
        in = after;
    }
    struct request entry = scratch_entry(EVENT_NOTE, "note");
    (void)scratch_take(store, &after, &entry, SCRATCH_NOW_MS);
    assert_int_equal(store_record_hash(store, 1, &later), ERR_OK);
    assert_memory_not_equal(&later, &declared, sizeof later);
    store_close(store);
}

static void take(struct store *store, struct incident *in,
                 const struct request *request, int64_t now_ms)
{
    assert_int_equal(scratch_take(store, in, request, now_ms),
                     VERDICT_ACCEPTED);
}

/* Which kinds show that an incident is lived stands twice: in the fold, and in
 * what the store reads of the rest when an entry is struck. */
static void a_strike_leaves_what_the_rest_tells(void **state)
{
    struct store *store = scratch_open(*state);
    int64_t id = 0;
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct incident in = {0};
        struct request declare = scratch_declare(++id, "Disk full");
        struct request entry = scratch_entry((enum event_kind)kind, "so it is");
        struct request later = scratch_entry(EVENT_NOTE, "a mistake");
        struct request strike = {.kind = REQUEST_STRIKE,
                                 .draft = {.text = STR("a mistake")}};
        if (!event_kind_by_person((enum event_kind)kind))
            continue;
        entry.draft.change_what = entry.draft.change_where = STR("queue");
        entry.draft.change_from = entry.draft.change_to = STR("on");
        take(store, &in, &declare, SCRATCH_NOW_MS);
        take(store, &in, &entry, SCRATCH_NOW_MS + 1000);
        int64_t told_ms = in.latest_typed_ms;
        take(store, &in, &later, SCRATCH_NOW_MS + 2000);
        assert_int_equal(in.latest_typed_ms, SCRATCH_NOW_MS + 2000);
        strike.draft.target = in.last_seq;
        take(store, &in, &strike, SCRATCH_NOW_MS + 3000);
        if (in.latest_typed_ms != told_ms)
            fail_msg("%s", word_of(&event_kind_words, kind));
    }
    store_close(store);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_and_undoes_requests_of_a_turn),
        TEST(keeps_nothing_of_a_turn_that_the_disk_broke),
        TEST(a_full_disk_is_said_and_survived),
        TEST(tidies_only_what_is_committed),
        TEST(refuses_to_change_the_log),
        TEST(events_have_a_column_for_every_field),
        TEST(projections_have_a_column_for_every_member),
        TEST(every_member_of_an_incident_is_kept),
        TEST(finds_incidents_by_room_and_by_being_live),
        TEST(lists_incidents_newest_first),
        TEST(reads_events_by_number_and_by_time),
        TEST(gives_every_field_back),
        TEST(a_strike_leaves_what_the_rest_tells),
        TEST(what_was_undone_is_not_remembered),
        TEST(the_chain_is_hashed_as_ever),
        TEST(record_hash_leaves_out_what_no_page_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
