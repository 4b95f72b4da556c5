#include "storage/rooms.h"
#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>

static const char *room_word(enum room room)
{
    static const char *const all[] = {"war", "live"};
    assert(room < ROOM_COUNT);
    return all[room];
}

static bool read_message(const struct query *query, struct room_message *out)
{
    out->ordinal = row_int(query, 0);
    out->first_seq = row_int(query, 1);
    out->last_seq = row_int(query, 2);
    out->message_id = row_id(query, 3);
    out->planned_ms = row_int(query, 4);
    out->lost = row_int(query, 6);
    return row_hash(query, 5, &out->content) &&
           row_hash(query, 7, &out->refused);
}

#define SELECT_MESSAGE                                                         \
    "SELECT ordinal, first_seq, last_seq, message_id, planned_ms, content,"    \
    " lost, refused FROM room_message WHERE incident = ? AND room = ?"

static enum err damaged(struct query *query, int64_t incident_id)
{
    return query_end_damaged(
        query, "INC-%" PRId64 ": a room message's hash is damaged",
        incident_id);
}

/* The only row, or the first. */
static enum err one_message(struct query *query, int64_t incident_id,
                            struct room_message *out)
{
    struct room_message message = {0};
    if (query_row(query) && !read_message(query, &message))
        return damaged(query, incident_id);
    enum err err = query_end_found(query);
    if (err == ERR_OK)
        *out = message;
    return err;
}

static struct query of_room(struct store *store, const char *sql,
                            int64_t incident_id, enum room room)
{
    struct query query = query_new(store, sql);
    query_int(&query, incident_id);
    query_text(&query, str_of(room_word(room)));
    return query;
}

enum err store_last_room_message(struct store *store, int64_t incident_id,
                                 enum room room, struct room_message *out)
{
    struct query query =
        of_room(store, SELECT_MESSAGE " ORDER BY ordinal DESC LIMIT 1",
                incident_id, room);
    return one_message(&query, incident_id, out);
}

enum err store_room_message(struct store *store, int64_t incident_id,
                            enum room room, int64_t ordinal,
                            struct room_message *out)
{
    struct query query =
        of_room(store, SELECT_MESSAGE " AND ordinal = ?", incident_id, room);
    query_int(&query, ordinal);
    return one_message(&query, incident_id, out);
}

enum err store_unsent_room_message(struct store *store, int64_t incident_id,
                                   enum room room, struct room_message *out)
{
    struct query query =
        of_room(store,
                SELECT_MESSAGE " AND message_id = 0 AND ordinal > 0"
                               " ORDER BY ordinal LIMIT 1",
                incident_id, room);
    return one_message(&query, incident_id, out);
}

enum err store_room_message_with(struct store *store, int64_t incident_id,
                                 enum room room, int64_t seq,
                                 struct room_message *out)
{
    struct query query =
        of_room(store,
                SELECT_MESSAGE " AND last_seq >= ? AND ordinal > 0"
                               " ORDER BY last_seq LIMIT 1",
                incident_id, room);
    query_int(&query, seq);
    return one_message(&query, incident_id, out);
}

enum err store_room_settled(struct store *store, int64_t incident_id,
                            enum room room, int64_t *seq)
{
    struct query query = of_room(
        store, "SELECT settled_seq FROM room WHERE incident = ? AND room = ?",
        incident_id, room);
    int64_t found = query_row(&query) ? row_int(&query, 0) : 0;
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *seq = found;
    return err;
}

enum err store_put_room_settled(struct store *store, int64_t incident_id,
                                enum room room, int64_t seq)
{
    struct query query =
        of_room(store,
                "INSERT OR REPLACE INTO room (incident, room, settled_seq)"
                " VALUES (?, ?, ?)",
                incident_id, room);
    query_int(&query, seq);
    return query_run(&query);
}

enum err store_put_room_message(struct store *store, int64_t incident_id,
                                enum room room,
                                const struct room_message *message)
{
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO room_message (incident, room, ordinal,"
               " first_seq, last_seq, message_id, planned_ms, content,"
               " lost, refused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&query, incident_id);
    query_text(&query, str_of(room_word(room)));
    query_int(&query, message->ordinal);
    query_int(&query, message->first_seq);
    query_int(&query, message->last_seq);
    query_id(&query, message->message_id);
    query_int(&query, message->planned_ms);
    query_hash(&query, &message->content);
    query_int(&query, message->lost);
    query_hash(&query, &message->refused);
    return query_run(&query);
}

enum err store_room_message_of(struct store *store, uint64_t message_id,
                               int64_t *incident_id, enum room *room,
                               int64_t *ordinal)
{
    struct query query =
        query_new(store, "SELECT incident, room, ordinal FROM room_message"
                         " WHERE message_id = ? AND message_id <> 0 LIMIT 1");
    int64_t incident = 0, number = 0;
    enum room found = ROOM_WAR;
    query_id(&query, message_id);
    if (query_row(&query)) {
        incident = row_int(&query, 0);
        found = str_is(row_text(&query, 1), room_word(ROOM_LIVE)) ? ROOM_LIVE
                                                                  : ROOM_WAR;
        number = row_int(&query, 2);
    }
    enum err err = query_end_found(&query);
    if (err == ERR_OK) {
        *incident_id = incident;
        *room = found;
        *ordinal = number;
    }
    return err;
}

enum err store_room_look_again(struct store *store, int64_t incident_id,
                               enum room room, int64_t other_id)
{
    struct query query = of_room(
        store,
        "WITH about AS (SELECT min(n.seq) AS seq FROM entry AS n"
        "  INDEXED BY entry_by_kind JOIN event AS e ON e.incident = n.incident"
        "  AND e.seq = n.seq WHERE n.incident = ?1"
        "  AND n.kind IN ('link', 'state') AND e.other_id = ?3)"
        " UPDATE room SET settled_seq = min(settled_seq,"
        "  (SELECT coalesce(seq - 1, settled_seq) FROM about))"
        " WHERE incident = ?1 AND room = ?2",
        incident_id, room);
    query_int(&query, other_id);
    return query_run(&query);
}

enum err store_was_public(struct store *store, int64_t incident_id,
                          int64_t from_seq, int64_t to_seq, bool *out)
{
    /* The first event declares it. */
    struct query query = query_new(
        store,
        "WITH said AS (SELECT 1 AS seq UNION ALL SELECT seq FROM entry"
        "  INDEXED BY entry_by_kind WHERE incident = ?1 AND kind = 'set')"
        " SELECT EXISTS (SELECT 1 FROM event WHERE incident = ?1"
        "  AND seq IN (SELECT seq FROM said) AND seq < ?3"
        "  AND seq >= (SELECT max(seq) FROM said WHERE seq <= ?2)"
        "  AND coalesce(is_private, 0) = 0)");
    int64_t found = 0;
    query_int(&query, incident_id);
    query_int(&query, from_seq);
    query_int(&query, to_seq);
    enum err err = query_end_int(&query, &found);
    if (err == ERR_OK)
        *out = found != 0;
    return err;
}

/* What stood in a room that is gone, or elsewhere now, is to be said anew. */
enum err room_move(struct store *store, int64_t incident_id, enum room room)
{
    struct query query = of_room(
        store, "DELETE FROM room_message WHERE incident = ? AND room = ?",
        incident_id, room);
    enum err err = query_run(&query);
    if (err != ERR_OK)
        return err;
    query = of_room(store, "DELETE FROM room WHERE incident = ? AND room = ?",
                    incident_id, room);
    return query_run(&query);
}

/* Planned anew: nobody need look for what was deleted. */
static enum err forget_message(struct store *store, int64_t incident_id,
                               enum room room, int64_t ordinal)
{
    struct query query =
        of_room(store,
                "UPDATE room_message SET message_id = 0, planned_ms = 0,"
                " lost = lost + 1 WHERE incident = ? AND room = ?"
                " AND ordinal = ?",
                incident_id, room);
    query_int(&query, ordinal);
    return query_run(&query);
}

/* A message leaves its place in the plan, and is sent again under another
 * nonce. */
enum err room_forget(struct store *store, int64_t incident_id,
                     const struct event *event)
{
    switch ((int)event->effect) {
    case EFFECT_ROOM:
        return forget_message(store, incident_id, ROOM_WAR, event->target);
    case EFFECT_LIVE:
        return forget_message(store, incident_id, ROOM_LIVE, event->target);
    default:
        return ERR_OK;
    }
}
