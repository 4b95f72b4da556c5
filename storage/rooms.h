/*
 * What stands in the rooms, a part of storage/store.h. A room's entry messages
 * are a projection of the record: one row a message says which entries it
 * holds, and its id once Discord gave one. A planned message (message_id 0) is
 * committed before it is sent, so that a retry sends the same bytes under the
 * same nonce.
 */
#ifndef STORAGE_ROOMS_H
#define STORAGE_ROOMS_H

#include "storage/store.h"

enum room { ROOM_WAR, ROOM_LIVE, ROOM_COUNT };
struct room_message {
    int64_t ordinal; /* 1, 2, 3… in its room; 0: its card */
    /* It shows what the room shows of these; first_seq follows the message
     * before. */
    int64_t first_seq, last_seq;
    uint64_t message_id;
    int64_t planned_ms;    /* by Discord's clock; 0: a person deleted it, to be
                            * planned anew */
    struct sha256 content; /* of what was last sent */
    int64_t lost; /* how often a person deleted it: part of the nonce */
    /* What Discord would not have it say: not said again. Zero: nothing. */
    struct sha256 refused;
};
/* The newest message of a room, or NOT_FOUND. */
MUST_CHECK enum err store_last_room_message(struct store *store,
                                            int64_t incident_id, enum room room,
                                            struct room_message *out);
MUST_CHECK enum err store_room_message(struct store *store, int64_t incident_id,
                                       enum room room, int64_t ordinal,
                                       struct room_message *out);
/* The first that is planned and not known to stand, or NOT_FOUND. */
MUST_CHECK enum err store_unsent_room_message(struct store *store,
                                              int64_t incident_id,
                                              enum room room,
                                              struct room_message *out);
/* The one in whose range `seq` falls, or NOT_FOUND: none reaches so far. */
MUST_CHECK enum err store_room_message_with(struct store *store,
                                            int64_t incident_id, enum room room,
                                            int64_t seq,
                                            struct room_message *out);
/* What the room says of that other incident may no longer be so: its messages
 * are compared with the record from there on. */
MUST_CHECK enum err store_room_look_again(struct store *store,
                                          int64_t incident_id, enum room room,
                                          int64_t other_id);
/* Whether the incident was public at any time from the one event to the other:
 * by what was declared and set, as it was recorded. */
MUST_CHECK enum err store_was_public(struct store *store, int64_t incident_id,
                                     int64_t from_seq, int64_t to_seq,
                                     bool *out);
/* How far the messages are in line with the record: what every event up to this
 * one says stands there. 0: nobody has looked yet. */
MUST_CHECK enum err store_room_settled(struct store *store, int64_t incident_id,
                                       enum room room, int64_t *seq);
MUST_CHECK enum err store_put_room_settled(struct store *store,
                                           int64_t incident_id, enum room room,
                                           int64_t seq);
MUST_CHECK enum err store_put_room_message(struct store *store,
                                           int64_t incident_id, enum room room,
                                           const struct room_message *message);

/* Which one that message is, or NOT_FOUND. */
MUST_CHECK enum err store_room_message_of(struct store *store,
                                          uint64_t message_id,
                                          int64_t *incident_id, enum room *room,
                                          int64_t *ordinal);

#endif
