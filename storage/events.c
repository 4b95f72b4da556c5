#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Columns of a row as selected: number, hash, then as in event_fields. */
enum { ROW_SEQ, ROW_HASH, ROW_FIELDS };

void events_add_names(struct buf *sql, const char *prefix)
{
    buf_addf(sql, "%sseq, %shash", prefix, prefix);
    for (int i = 0; i < event_field_count; i++)
        buf_addf(sql, ", %s%s", prefix, event_fields[i].name);
}

static void make_select(struct buf *sql, const char *index, const char *rest)
{
    *sql = BUF_INIT(8192);
    buf_add_text(sql, "SELECT ");
    events_add_names(sql, "");
    buf_addf(sql, " FROM event%s WHERE incident = ? AND %s", index, rest);
    assert(!sql->overflow);
}

void events_prepare(struct store *store)
{
    struct event_sql *sql = &store->sql;
    make_select(&sql->one, "", "seq = ?");
    make_select(&sql->by_seq, "", "seq > ? ORDER BY seq");
    make_select(&sql->last_task, " INDEXED BY event_task",
                "kind = 'task' AND effect = ? AND"
                " coalesce(target, 0) = ?"
                " ORDER BY seq DESC LIMIT 1");
    make_select(&sql->last_section, " INDEXED BY event_section",
                "section = ? AND section IS NOT NULL"
                " ORDER BY seq DESC LIMIT 1");
    /* Sorted as it is read: the whole of an incident is read anyway, and an
     * index would cost every entry a page. */
    make_select(&sql->by_time, "", "seq > ? ORDER BY occurred_from_ms, seq");
    sql->insert = BUF_INIT(8192);
    buf_add_text(&sql->insert, "INSERT INTO event (incident, ");
    events_add_names(&sql->insert, "");
    buf_add_text(&sql->insert, ") VALUES (?, ?, ?");
    for (int i = 0; i < event_field_count; i++)
        buf_add_text(&sql->insert, ", ?");
    buf_add_text(&sql->insert, ")");
    assert(!sql->insert.overflow);
}

/* ---- rows ---- */

static bool field_of_row(const struct query *query, int column,
                         struct event *event, const struct event_field *field)
{
    if (row_is_null(query, column)) /* as most are */
        return true;
    if (event_field_is_text(field)) {
        event_set_text(event, field, row_text(query, column));
    } else if (field->type == FIELD_ENUM) {
        int word = word_find(field->words, row_text(query, column));
        if (word < 0)
            return false;
        event_set_number(event, field, word);
    } else {
        event_set_number(event, field, row_int(query, column));
    }
    return true;
}

bool event_of_row(const struct query *query, struct event *event,
                  struct sha256 *hash, const char **damaged)
{
    *event = (struct event){.seq = row_int(query, ROW_SEQ)};
    *damaged = "hash";
    if (!row_hash(query, ROW_HASH, hash))
        return false;
    for (int i = 0; i < event_field_count; i++) {
        *damaged = event_fields[i].name;
        if (!field_of_row(query, ROW_FIELDS + i, event, &event_fields[i]))
            return false;
    }
    return true;
}

static void bind_field(struct query *query, const struct event *event,
                       const struct event_field *field)
{
    if (event_field_is_default(event, field))
        query_skip(query);
    else if (event_field_is_text(field))
        query_text(query, event_get_text(event, field));
    else if (field->type == FIELD_ENUM)
        query_text(query, str_of(word_of(field->words,
                                         (int)event_get_number(event, field))));
    else
        query_int(query, event_get_number(event, field));
}

/* ---- the chain ---- */

static void add_number(struct buf *out, int64_t number)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_char(out, (char)((uint64_t)number >> shift));
}

enum err event_hash(struct store *store, const struct sha256 *before,
                    int64_t incident_id, const struct event *event,
                    struct sha256 *out)
{
    struct buf *bytes = &store->scratch;
    buf_clear(bytes);
    buf_add_bytes(bytes, before->bytes, sizeof before->bytes);
    add_number(bytes, incident_id);
    add_number(bytes, event->seq);
    event_canonical(event, bytes);
    if (bytes->overflow) {
        store_say(store, "event %" PRId64 " is over the limit of %zu bytes",
                  event->seq, CANONICAL_MAX);
        return ERR_TOO_LONG;
    }
    *out = sha256_of(buf_str(bytes));
    return ERR_OK;
}

static enum err hash_at(struct store *store, int64_t incident_id, int64_t seq,
                        struct sha256 *out)
{
    struct query query = query_new(
        store, "SELECT hash FROM event WHERE incident = ? AND seq = ?");
    query_int(&query, incident_id);
    query_int(&query, seq);
    if (query_row(&query) && !row_hash(&query, 0, out))
        return query_end_damaged(
            &query, "INC-%" PRId64 ", event %" PRId64 ": hash is damaged",
            incident_id, seq);
    return query_end_found(&query);
}

enum err events_insert(struct store *store, int64_t incident_id,
                       const struct event *events, int count)
{
    struct sha256 hash = {{0}};
    enum err err = ERR_OK;
    if (count > 0 && events[0].seq > 1)
        err = hash_at(store, incident_id, events[0].seq - 1, &hash);
    for (int i = 0; i < count && err == ERR_OK; i++) {
        err = event_hash(store, &hash, incident_id, &events[i], &hash);
        if (err != ERR_OK)
            break;
        struct query query = query_new(store, buf_text(&store->sql.insert));
        query_int(&query, incident_id);
        query_int(&query, events[i].seq);
        query_hash(&query, &hash);
        for (int field = 0; field < event_field_count; field++)
            bind_field(&query, &events[i], &event_fields[field]);
        err = query_run(&query);
    }
    return err;
}

enum err store_record_hash(struct store *store, int64_t incident_id,
                           struct sha256 *out)
{
    struct query query =
        query_new(store, "SELECT hash FROM event WHERE incident = ? AND"
                         " coalesce(kind, '') NOT IN ('task', 'reminded',"
                         " 'snooze') ORDER BY seq DESC LIMIT 1");
    query_int(&query, incident_id);
    if (query_row(&query) && !row_hash(&query, 0, out))
        return query_end_damaged(&query, "INC-%" PRId64 ": a hash is damaged",
                                 incident_id);
    return query_end_found(&query);
}

/* ---- reading ---- */

static enum err each_row(struct query *query, int64_t incident_id,
                         store_event_fn *each, void *context)
{
    struct event event;
    struct sha256 hash;
    const char *damaged;
    while (query_row(query)) {
        if (!event_of_row(query, &event, &hash, &damaged))
            return query_end_damaged(
                query, "INC-%" PRId64 ", event %" PRId64 ": %s is damaged",
                incident_id, event.seq, damaged);
        if (!each(&event, context))
            break;
    }
    return query_end_found(query);
}

enum err store_each_event(struct store *store, int64_t incident_id,
                          enum event_order order, int64_t after_seq,
                          store_event_fn *each, void *context)
{
    struct query query = query_new(store, buf_text(order == EVENTS_BY_TIME
                                                       ? &store->sql.by_time
                                                       : &store->sql.by_seq));
    query_int(&query, incident_id);
    query_int(&query, after_seq);
    enum err err = each_row(&query, incident_id, each, context);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_event(struct store *store, int64_t incident_id, int64_t seq,
                     store_event_fn *each, void *context)
{
    struct query query = query_new(store, buf_text(&store->sql.one));
    query_int(&query, incident_id);
    query_int(&query, seq);
    return each_row(&query, incident_id, each, context);
}

enum err store_last_task(struct store *store, int64_t incident_id,
                         enum effect_kind effect, int64_t target,
                         store_event_fn *each, void *context)
{
    struct query query = query_new(store, buf_text(&store->sql.last_task));
    query_int(&query, incident_id);
    query_text(&query, str_of(word_of(&effect_kind_words, (int)effect)));
    query_int(&query, target);
    return each_row(&query, incident_id, each, context);
}

enum err store_last_section(struct store *store, int64_t incident_id,
                            enum section section, store_event_fn *each,
                            void *context)
{
    struct query query = query_new(store, buf_text(&store->sql.last_section));
    query_int(&query, incident_id);
    query_text(&query, str_of(word_of(&section_words, (int)section)));
    return each_row(&query, incident_id, each, context);
}
