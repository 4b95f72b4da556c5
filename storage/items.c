#include "storage/store_internal.h"

#include <inttypes.h>

/* clang-format off */
#define ITEM_COLUMNS(X)                                                        \
    X(ENUM, kind, action_item, kind, &item_kind_words)                                \
    X(ENUM, state, action_item, state, &item_state_words)                             \
    X(ENUM, owner_type, action_item, owner_type, &actor_type_words)                   \
    X(ID, owner_id, action_item, owner_id, NULL)                                      \
    X(TEXT, owner_name, action_item, owner_name, NULL)                                \
    X(INT64, due_ms, action_item, due_ms, NULL)                                       \
    X(INT64, latest, action_item, latest, NULL)                                       \
    X(INT64, reminded_ms, action_item, reminded_ms, NULL)                             \
    X(INT64, snoozed_ms, action_item, snoozed_ms, NULL)                               \
    X(INT64, issue_number, action_item, issue_number, NULL)                           \
    X(TEXT, issue_url, action_item, issue_url, NULL)
#define ITEM_OF_I(type, column, of, member, words) ", i." #column
static const struct column item_all[] = {ITEM_COLUMNS(COLUMN_ROW)};
const struct columns item_columns = {item_all, COUNT(item_all)};

#define PUT_ITEM                                                               \
    "INSERT OR REPLACE INTO item (incident, seq" ITEM_COLUMNS(COLUMN_NAME)     \
    ") VALUES (?, ?" ITEM_COLUMNS(COLUMN_MARK) ")"
#define SELECT_STATE                                                           \
    "SELECT seq" ITEM_COLUMNS(COLUMN_NAME)                                     \
    " FROM item WHERE incident = ? AND seq = ?"
/* The note: what the newest change of it said. */
#define SELECT_ITEMS                                                           \
    "SELECT i.incident, i.seq, f.text,"                                        \
    " coalesce(nullif(i.issue_url, ''), f.link),"                              \
    " (SELECT n.text FROM event AS n WHERE n.incident = i.incident"            \
    "  AND n.seq = i.latest AND n.kind = 'item' AND n.target IS NOT NULL),"    \
    " f.recorded_at_ms"                                                        \
    ITEM_COLUMNS(ITEM_OF_I)                                                    \
    " FROM item AS i"                                                          \
    " JOIN event AS f ON f.incident = i.incident AND f.seq = i.seq"            \
    " JOIN incident AS c ON c.id = i.incident"
#define OF_ONE    " WHERE i.incident = ?1 AND (?2 = 0 OR c.guild_id = ?2)"
#define OF_ALL    " WHERE ?1 = 0 AND (?2 = 0 OR c.guild_id = ?2)"
#define THAT_OPEN " AND i.state IN ('open', 'doing')"
#define IN_ORDER  " ORDER BY i.incident, i.seq"
/* clang-format on */

enum {
    ROW_INCIDENT,
    ROW_SEQ,
    ROW_TEXT,
    ROW_LINK,
    ROW_NOTE,
    ROW_MADE,
    ROW_COLUMNS
};

static enum err each_item(struct query *query, store_item_fn *each,
                          void *context)
{
    while (query_row(query)) {
        struct stored_item stored = {
            .item = {.seq = row_int(query, ROW_SEQ)},
            .incident_id = row_int(query, ROW_INCIDENT),
            .text = row_text(query, ROW_TEXT),
            .link = row_text(query, ROW_LINK),
            .note = row_text(query, ROW_NOTE),
            .made_ms = row_int(query, ROW_MADE),
        };
        const char *damaged;
        if (!columns_read(query, ROW_COLUMNS, &item_columns, &stored.item,
                          &damaged))
            return query_end_damaged(
                query,
                "INC-%" PRId64 ", action item %" PRId64 ": %s is damaged",
                stored.incident_id, stored.item.seq, damaged);
        if (!each(&stored, context))
            break;
    }
    return query_end_found(query);
}

enum err store_each_item(struct store *store, const struct item_filter *filter,
                         store_item_fn *each, void *context)
{
    static const char *const selects[2][2] = {
        {SELECT_ITEMS OF_ALL IN_ORDER, SELECT_ITEMS OF_ALL THAT_OPEN IN_ORDER},
        {SELECT_ITEMS OF_ONE IN_ORDER, SELECT_ITEMS OF_ONE THAT_OPEN IN_ORDER},
    };
    struct query query =
        query_new(store, selects[filter->incident_id != 0][filter->open_only]);
    query_int(&query, filter->incident_id);
    query_id(&query, filter->guild_id);
    enum err err = each_item(&query, each, context);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_item(struct store *store, int64_t incident_id, int64_t seq,
                    store_item_fn *each, void *context)
{
    struct query query =
        query_new(store, SELECT_ITEMS " WHERE i.incident = ? AND i.seq = ?");
    query_int(&query, incident_id);
    query_int(&query, seq);
    return each_item(&query, each, context);
}

enum err store_has_item(struct store *store, int64_t incident_id,
                        enum item_kind kind, bool *out)
{
    struct query query = query_new(
        store, "SELECT 1 FROM item WHERE incident = ? AND kind = ? LIMIT 1");
    query_int(&query, incident_id);
    query_text(&query, str_of(word_of(&item_kind_words, (int)kind)));
    bool found = query_row(&query);
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = found;
    return err;
}

/* Left to itself, SQLite takes the primary key, and reads all of them. */
#define COUNT_ENTRIES(kind)                                                    \
    "(SELECT count(*) FROM entry INDEXED BY entry_open WHERE incident = ?1"    \
    " AND needs_settling = 1 AND struck = 0 AND settlement = 'none'"           \
    " AND kind = '" kind "')"
#define COUNT_ITEMS                                                            \
    "(SELECT count(*) FROM item INDEXED BY item_open WHERE incident = ?1"      \
    " AND state IN ('open', 'doing'))"

enum err store_open_counts(struct store *store, int64_t incident_id,
                           struct open_counts *out)
{
    struct query query =
        query_new(store, "SELECT " COUNT_ENTRIES("change") ", " COUNT_ENTRIES(
                             "idea") ", " COUNT_ITEMS);
    struct open_counts counts = {0};
    query_int(&query, incident_id);
    if (query_row(&query))
        counts = (struct open_counts){row_int(&query, 0), row_int(&query, 1),
                                      row_int(&query, 2)};
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = counts;
    return err;
}

/* ---- writing ---- */

enum err item_state(struct store *store, int64_t incident_id, int64_t seq,
                    struct action_item *out)
{
    struct query query = query_new(store, SELECT_STATE);
    struct action_item item = {0};
    const char *damaged;
    query_int(&query, incident_id);
    query_int(&query, seq);
    if (query_row(&query)) {
        item.seq = seq;
        if (!columns_read(&query, 1, &item_columns, &item, &damaged))
            return query_end_damaged(&query,
                                     "INC-%" PRId64 ", action item %" PRId64
                                     ": %s is damaged",
                                     incident_id, seq, damaged);
    }
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = item;
    return err;
}

enum err item_project(struct store *store, int64_t incident_id,
                      const struct event *event)
{
    int64_t seq = event_item(event);
    struct action_item item = {0};
    if (seq == 0)
        return ERR_OK;
    enum err err = item_state(store, incident_id, seq, &item);
    if (err != ERR_OK)
        return err;
    item_apply(&item, event);
    struct query query = query_new(store, PUT_ITEM);
    query_int(&query, incident_id);
    query_int(&query, seq);
    columns_bind(&query, &item_columns, &item);
    return query_run(&query);
}
