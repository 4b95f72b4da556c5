/*
 * What people deleted in Discord, as its events tell it: rooms and messages of
 * ours become requests; everything else is nobody's business. What happens
 * while nobody listens is found when something is to be written there.
 */
#ifndef BOT_OUTBOX_LOSSES_H
#define BOT_OUTBOX_LOSSES_H

#include "storage/store.h"

/* All zero: nothing. */
struct losses {
    struct loss {
        uint64_t guild_id, channel_id;
        uint64_t message_id; /* 0: the channel itself */
    } * all;
    int count, room;
};

void losses_add(struct losses *losses, struct loss loss);
/* Takes them down the road, within the turn's transaction. They are kept until
 * losses_clear: the transaction may fail. */
MUST_CHECK enum err losses_take(const struct losses *losses,
                                struct store *store, int64_t now_ms);
void losses_clear(struct losses *losses);
void losses_release(struct losses *losses);

#endif
