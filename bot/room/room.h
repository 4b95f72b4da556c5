/*
 * The rooms as projections of the record. A delivery is a small machine without
 * I/O: it is asked for the next REST call, told the answer, and says when it is
 * done. It looks before it repeats anything that has no nonce.
 */
#ifndef BOT_ROOM_ROOM_H
#define BOT_ROOM_ROOM_H

#include "bot/core/access.h"
#include "bot/discord/rest_call.h"
#include "storage/store.h"

struct room_settings {
    uint64_t bot_user_id, announce_channel_id, category_id;
    const struct access *access; /* who sees a private incident's room */
};

enum delivery_verdict {
    DELIVERY_CALL,   /* `call` is filled: send it and come back */
    DELIVERY_DONE,   /* as wanted; `result` may hold a request to record */
    DELIVERY_AGAIN,  /* done in part (one batch of entries): same row again */
    DELIVERY_RETRY,  /* not now: later, with back-off; `words` say why */
    DELIVERY_FAILED, /* for good; `words` say why. `result` records it, unless
                      * the record says these very words already */
};

struct delivery {
    struct outbox_row row;
    struct incident in; /* as of this step: reloaded by the caller each time */
    int step;           /* which call is under way; each kind has its own */
    bool looked;        /* whether an earlier try arrived: it did not */
    int narrowed;       /* a room that Discord refuses is asked for with less */
    uint64_t made_id;   /* CARD: found by looking, not yet in the record */
    struct rest_call call; /* whoever sends it leaves body and reason NULL */
    /* A finished effect that the record should know: kind REQUEST_EFFECT. Text
     * borrows from `words`. */
    bool has_result;
    struct request result;
    char words[400];
    struct room_message planned; /* LIVE, ROOM: the message being sent */
};

/* First call: answer NULL. Reads the store; writes room messages within the
 * caller's transaction (a planned message must be committed before its call
 * leaves: the outbox commits after every step). */
enum delivery_verdict room_deliver(struct delivery *delivery,
                                   struct store *store,
                                   const struct room_settings *settings,
                                   const struct rest_answer *answer,
                                   int64_t now_ms);

/* The card's message: a form of the incident, the same for the same incident.
 * The caller owns it. */
cJSON *card_message(const struct incident *in);

/* Whether the event is shown in that room's messages. */
bool entry_belongs(const struct incident *in, const struct event *event,
                   enum room room);
/* The event as a few lines of a message, at most ENTRY_UNITS long: text that
 * would not fit, with its markdown escaped, goes into a fenced block instead.
 * Depends on nothing but the event, so that a retry says the same. */
#define ENTRY_UNITS 1900
void entry_add(struct buf *out, const struct event *event);

#endif
