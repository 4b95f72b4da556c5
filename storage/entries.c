/*
 * Entries as they stand: which event holds the newest version, whether it is
 * struck or settled. A projection of the log, kept so that a page of a list
 * costs the same at ten entries and at ten thousand.
 */
#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>

/* clang-format off */
#define ENTRY_COLUMNS(X)                                                       \
    X(INT64, version, entry_state, version, NULL)                              \
    X(INT64, recorded_at_ms, entry_state, recorded_at_ms, NULL)                \
    X(INT64, from_ms, entry_state, from_ms, NULL)                              \
    X(ENUM, kind, entry_state, kind, &event_kind_words)                        \
    X(ENUM, confidence, entry_state, confidence, &confidence_words)            \
    X(INT64, target, entry_state, target, NULL)                                \
    X(INT64, struck, entry_state, struck, NULL)                                \
    X(BOOL, needs_settling, entry_state, needs_settling, NULL)                 \
    X(ENUM, settlement, entry_state, settlement, &settlement_words)            \
    X(INT64, reminded_ms, entry_state, reminded_ms, NULL)                      \
    X(INT64, snoozed_ms, entry_state, snoozed_ms, NULL)
#define ENTRY_OF_N(type, column, of, member, words) ", n." #column
static const struct column entry_all[] = {ENTRY_COLUMNS(COLUMN_ROW)};
const struct columns entry_columns = {entry_all, COUNT(entry_all)};

#define PUT_ENTRY                                                              \
    "INSERT OR REPLACE INTO entry (incident, seq" ENTRY_COLUMNS(COLUMN_NAME)   \
    ") VALUES (?, ?" ENTRY_COLUMNS(COLUMN_MARK) ")"
#define SELECT_STATE                                                           \
    "SELECT seq" ENTRY_COLUMNS(COLUMN_NAME)                                    \
    " FROM entry WHERE incident = ? AND seq = ?"
/* After the version's columns: who recorded the first, and the state. */
#define ENTRY_TAIL(hint)                                                       \
    ", o.recorded_at_ms, o.recorder_type, o.recorder_id, o.recorder_name,"     \
    " o.source, n.seq" ENTRY_COLUMNS(ENTRY_OF_N)                               \
    " FROM entry AS n" hint                                                    \
    " JOIN event AS v ON v.incident = n.incident AND v.seq = n.version"        \
    " JOIN event AS o ON o.incident = n.incident AND o.seq = n.seq"            \
    " WHERE n.incident = ?"
/* clang-format on */

static void make_select(struct buf *sql, const char *tail, const char *rest)
{
    *sql = BUF_INIT(8192);
    buf_add_text(sql, "SELECT ");
    events_add_names(sql, "v.");
    buf_add_text(sql, tail);
    buf_add_text(sql, rest);
    assert(!sql->overflow);
}

void entries_prepare(struct store *store)
{
    static const char *const rest[2][2] = {
        [EVENTS_BY_SEQ] = {" AND n.seq > ?2 ORDER BY n.seq",
                           " AND n.seq < ?2 ORDER BY n.seq DESC"},
        [EVENTS_BY_TIME] =
            {" AND (n.from_ms, n.seq) > (?3, ?2) ORDER BY n.from_ms, n.seq",
             " AND (n.from_ms, n.seq) < (?3, ?2)"
             " ORDER BY n.from_ms DESC, n.seq DESC"},
    };
    static const char *const of_kind[2] = {
        " AND n.kind = ?4 AND (n.from_ms, n.seq) > (?3, ?2)"
        " ORDER BY n.from_ms, n.seq",
        " AND n.kind = ?4 AND (n.from_ms, n.seq) < (?3, ?2)"
        " ORDER BY n.from_ms DESC, n.seq DESC"};
    struct event_sql *sql = &store->sql;
    for (int order = 0; order < 2; order++)
        for (int newest = 0; newest < 2; newest++)
            make_select(&sql->entries[order][newest], ENTRY_TAIL(""),
                        rest[order][newest]);
    for (int newest = 0; newest < 2; newest++)
        make_select(&sql->entries_of_kind[newest], ENTRY_TAIL(""),
                    of_kind[newest]);
    make_select(&sql->entry, ENTRY_TAIL(""), " AND n.seq = ?");
    /* Left to itself, SQLite takes the primary key, and reads all of them. */
    make_select(&sql->open_entries, ENTRY_TAIL(" INDEXED BY entry_open"),
                " AND n.needs_settling = 1 AND n.struck = 0"
                " AND n.settlement = 'none' AND n.kind = ? ORDER BY n.seq");
}

/* ---- reading ---- */

/* What came first stays: its number, and who said it when. */
static bool read_origin(const struct query *query, int column,
                        struct event *event)
{
    int type = word_find(&actor_type_words, row_text(query, column + 1));
    int source = word_find(&source_words, row_text(query, column + 4));
    event->recorded_at_ms = row_int(query, column);
    event->recorder = (struct actor){
        .type = type < 0 ? ACTOR_NOBODY : (enum actor_type)type,
        .id = row_id(query, column + 2),
        .name = row_text(query, column + 3),
    };
    event->source = source < 0 ? SOURCE_SLASH : (enum source)source;
    return row_text(query, column + 1).s == NULL || type >= 0;
}

/* A version reads as the entry that it is one of. */
static void read_as_entry(struct event *event, const struct entry_state *state)
{
    static const struct when never;
    event->seq = state->seq;
    event->target = state->target;
    if (event->kind != EVENT_EDIT)
        return;
    event->kind = event->entry_kind;
    event->entry_kind = (enum event_kind)0;
    event->milestone = MILESTONE_NONE;
    event->milestone_at = never;
    event->rest_first_ms = event->rest_typed_ms = 0;
    event->untold = false;
}

static bool read_entry(const struct query *query, struct entry *entry,
                       const char **damaged)
{
    struct sha256 hash;
    int tail = EVENT_COLUMNS;
    *entry = (struct entry){.state = {.seq = row_int(query, tail + 5)}};
    if (!event_of_row(query, &entry->event, &hash, damaged) ||
        !columns_read(query, tail + 6, &entry_columns, &entry->state, damaged))
        return false;
    *damaged = "recorder";
    if (!read_origin(query, tail, &entry->event))
        return false;
    read_as_entry(&entry->event, &entry->state);
    return true;
}

static enum err each_entry(struct query *query, int64_t incident_id,
                           store_entry_fn *each, void *context)
{
    struct entry entry;
    const char *damaged;
    while (query_row(query)) {
        if (!read_entry(query, &entry, &damaged))
            return query_end_damaged(
                query, "INC-%" PRId64 ", entry %" PRId64 ": %s is damaged",
                incident_id, entry.state.seq, damaged);
        if (!each(&entry, context))
            break;
    }
    return query_end_found(query);
}

enum err store_each_entry(struct store *store, int64_t incident_id,
                          const struct entry_page *page, store_entry_fn *each,
                          void *context)
{
    static const struct entry_page all = {.order = EVENTS_BY_TIME};
    if (page == NULL)
        page = &all;
    int64_t start = page->newest_first ? INT64_MAX : INT64_MIN;
    bool is_first = page->after_seq == 0;
    assert(page->kind == NULL || page->order == EVENTS_BY_TIME);
    const struct buf *sql =
        page->kind == NULL
            ? &store->sql.entries[page->order][page->newest_first]
            : &store->sql.entries_of_kind[page->newest_first];
    struct query query = query_new(store, buf_text(sql));
    query_int(&query, incident_id);
    query_int(&query, is_first ? start : page->after_seq);
    if (page->order == EVENTS_BY_TIME)
        query_int(&query, is_first ? start : page->after_ms);
    if (page->kind != NULL)
        query_text(&query,
                   str_of(word_of(&event_kind_words, (int)*page->kind)));
    enum err err = each_entry(&query, incident_id, each, context);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_entry(struct store *store, int64_t incident_id, int64_t seq,
                     store_entry_fn *each, void *context)
{
    struct query query = query_new(store, buf_text(&store->sql.entry));
    query_int(&query, incident_id);
    query_int(&query, seq);
    return each_entry(&query, incident_id, each, context);
}

enum err store_entry_logged(struct store *store, int64_t incident_id,
                            const struct event *logged, store_entry_fn *each,
                            void *context)
{
    struct entry entry = {.event = *logged};
    enum err err = entry_state(store, incident_id, logged->seq, &entry.state);
    if (err != ERR_OK || entry.state.version != logged->seq)
        return err != ERR_OK ? err
                             : store_entry(store, incident_id, logged->seq,
                                           each, context);
    (void)each(&entry, context);
    return ERR_OK;
}

enum err store_each_open(struct store *store, int64_t incident_id,
                         enum event_kind kind, store_entry_fn *each,
                         void *context)
{
    struct query query = query_new(store, buf_text(&store->sql.open_entries));
    query_int(&query, incident_id);
    query_text(&query, str_of(word_of(&event_kind_words, (int)kind)));
    enum err err = each_entry(&query, incident_id, each, context);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_next_evidence(struct store *store, int64_t incident_id,
                             int64_t target, int64_t *seq)
{
    struct query query = query_new(
        store, "SELECT seq FROM entry INDEXED BY entry_by_kind"
               " WHERE incident = ? AND kind = 'evidence' AND target = ?"
               " AND seq > ? ORDER BY seq LIMIT 1");
    query_int(&query, incident_id);
    query_int(&query, target);
    query_int(&query, *seq);
    return query_end_int(&query, seq);
}

/* ---- writing ---- */

enum err entry_state(struct store *store, int64_t incident_id, int64_t seq,
                     struct entry_state *out)
{
    struct query query = query_new(store, SELECT_STATE);
    struct entry_state state = {0};
    const char *damaged;
    query_int(&query, incident_id);
    query_int(&query, seq);
    if (query_row(&query)) {
        state.seq = seq;
        if (!columns_read(&query, 1, &entry_columns, &state, &damaged))
            return query_end_damaged(
                &query, "INC-%" PRId64 ", entry %" PRId64 ": %s is damaged",
                incident_id, seq, damaged);
    }
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = state;
    return err;
}

enum err entry_project(struct store *store, int64_t incident_id,
                       const struct event *event)
{
    int64_t seq = event_entry(event);
    struct entry_state state = {0};
    enum err err = ERR_OK;
    if (seq == 0)
        return ERR_OK;
    if (seq != event->seq)
        err = entry_state(store, incident_id, seq, &state);
    if (err != ERR_OK)
        return err;
    entry_apply(&state, event);
    struct query query = query_new(store, PUT_ENTRY);
    query_int(&query, incident_id);
    query_int(&query, seq);
    columns_bind(&query, &entry_columns, &state);
    return query_run(&query);
}
