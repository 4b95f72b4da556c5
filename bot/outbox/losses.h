/*
 * What people deleted in Discord, as its events tell it: rooms and messages of
 * ours become requests; everything else is nobody's business, unless it is what
 * a delivery under way has just made: its answer may come later than the news.
 * What happens while nobody listens is found when something is to be written
 * there.
 */
#ifndef BOT_OUTBOX_LOSSES_H
#define BOT_OUTBOX_LOSSES_H

#include "storage/store.h"

/* All zero: nothing. */
struct losses {
    struct loss {
        uint64_t guild_id, channel_id;
        uint64_t message_id; /* 0: the channel itself */
        bool is_unknown;     /* not on the record, when it was last looked */
    } * all;
    int count, room;
};

void losses_add(struct losses *losses, struct loss loss);
/* Takes them down the road, within the turn's transaction. They are kept until
 * losses_clear: the transaction may fail. */
MUST_CHECK enum err losses_take(struct losses *losses, struct store *store,
                                int64_t now_ms);
/* After the commit. may_be_ours: deliveries were under way, so what is unknown
 * is looked for again. */
void losses_clear(struct losses *losses, bool may_be_ours);
void losses_release(struct losses *losses);

#endif
