#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>

static const char *room_word(enum room room)
{
    static const char *const all[] = {"war", "live"};
    assert(room < ROOM_COUNT);
    return all[room];
}

enum err store_last_room_message(struct store *store, int64_t incident_id,
                                 enum room room, struct room_message *out)
{
    struct query query = query_new(
        store, "SELECT ordinal, first_seq, last_seq, message_id, planned_ms,"
               " content FROM room_message WHERE incident = ? AND room = ?"
               " ORDER BY ordinal DESC LIMIT 1");
    struct room_message message = {0};
    query_int(&query, incident_id);
    query_text(&query, str_of(room_word(room)));
    if (query_row(&query)) {
        message.ordinal = row_int(&query, 0);
        message.first_seq = row_int(&query, 1);
        message.last_seq = row_int(&query, 2);
        message.message_id = row_id(&query, 3);
        message.planned_ms = row_int(&query, 4);
        if (!row_hash(&query, 5, &message.content))
            return query_end_damaged(
                &query, "INC-%" PRId64 ": a room message's hash is damaged",
                incident_id);
    }
    enum err err = query_end_found(&query);
    if (err == ERR_OK)
        *out = message;
    return err;
}

enum err store_put_room_message(struct store *store, int64_t incident_id,
                                enum room room,
                                const struct room_message *message)
{
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO room_message (incident, room, ordinal,"
               " first_seq, last_seq, message_id, planned_ms, content)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&query, incident_id);
    query_text(&query, str_of(room_word(room)));
    query_int(&query, message->ordinal);
    query_int(&query, message->first_seq);
    query_int(&query, message->last_seq);
    query_id(&query, message->message_id);
    query_int(&query, message->planned_ms);
    query_hash(&query, &message->content);
    return query_run(&query);
}
