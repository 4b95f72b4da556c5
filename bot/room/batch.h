/*
 * The text of a message that holds several entries of a room.
 */
#ifndef BOT_ROOM_BATCH_H
#define BOT_ROOM_BATCH_H

#include "bot/room/room.h"

#define BATCH_PINGS 10

struct batch {
    const struct room_view *view;
    bool is_alone;               /* one entry at most */
    bool is_withheld;            /* none says what it says */
    struct buf text;             /* released by the caller */
    int64_t first_seq, last_seq; /* last_seq 0: there is nothing to show */
    uint64_t pings[BATCH_PINGS]; /* who is called for by an entry in it */
    int ping_count;
};

/* As many entries after `after_seq` as one message takes, of those that were
 * recorded up to `ripe_ms`. */
MUST_CHECK enum err batch_fill(struct batch *batch, int64_t after_seq,
                               int64_t ripe_ms);
/* What a message of that range says now: it always fits. */
MUST_CHECK enum err batch_again(struct batch *batch, int64_t first_seq,
                                int64_t last_seq);
struct sha256 batch_hash(const struct batch *batch);

#endif
