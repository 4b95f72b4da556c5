/*
 * The rooms as projections of the record. A delivery is a small machine without
 * I/O: it is asked for the next REST call, told the answer, and says when it is
 * done. It looks before it repeats anything that has no nonce.
 */
#ifndef BOT_ROOM_ROOM_H
#define BOT_ROOM_ROOM_H

#include "bot/core/access.h"
#include "bot/discord/rest_call.h"
#include "bot/probe/service.h"
#include "storage/outbox.h"
#include "storage/rooms.h"

struct room_settings {
    uint64_t bot_user_id, announce_channel_id, category_id, archive_category_id;
    const struct access *access;     /* who sees a private incident's room */
    const char *const *role_names;   /* see role_name; may be NULL */
    const struct services *services; /* owners, runbooks; may be NULL */
    /* Says how the probes of its services stand, or nothing; may be NULL. */
    void (*add_probes)(const struct incident *in, struct buf *out,
                       void *context);
    void *probes_context;
    int64_t live_delay_ms; /* entries are held back that long */
    bool private_pages;    /* see incident_page_is_withheld */
    /* How far our clock is ahead of Discord's, as far as it is known. */
    int64_t ahead_ms;
};

enum delivery_verdict {
    DELIVERY_CALL,   /* `call` is filled: send it and come back */
    DELIVERY_DONE,   /* as wanted; `result` may hold a request to record */
    DELIVERY_AGAIN,  /* done in part, or too early: same row again */
    DELIVERY_RETRY,  /* not now: later, with back-off; `words` say why */
    DELIVERY_FAILED, /* for good; `words` say why. `result` records it, unless
                      * the record says these very words already */
};

struct delivery {
    struct outbox_row row;
    struct incident in; /* as of this step: reloaded by the caller each time */
    int step;           /* which call is under way; each kind has its own */
    uint64_t called_id; /* the channel, or guild, of the call under way */
    /* The announce channel of before in which it looks for a message; 0: the
     * setting's. */
    uint64_t older_channel;
    /* What one answered where the message may stand all the same; DONE: none
     * has. */
    struct rest_answer shut;
    bool looked;      /* whether an earlier try arrived: it did not */
    bool was_opened;  /* an archived thread, in this visit */
    bool is_alone;    /* ROOM, LIVE: Discord refused it among others */
    bool is_withheld; /* what is under way says nothing that it refused */
    int64_t since_ms; /* of the look under way, */
    int64_t ahead_ms; /* and how far our clock was taken to be ahead */
    int narrowed;     /* a room that Discord refuses is asked for with less */
    bool is_within_ours; /* overwrites are of permissions that opsroom has */
    /* What the incident was when its room was asked for. */
    enum { ASKED_UNKNOWN, ASKED_PUBLIC, ASKED_PRIVATE } asked;
    uint64_t made_id; /* CARD: posted or found, not yet in the record */
    /* AGAIN, RETRY: not before that; 0: at the usual pace. */
    int64_t again_ms;
    bool is_to_wait; /* RETRY: nothing failed, it was told to come back then */
    struct rest_call call; /* whoever sends it leaves body and reason NULL */
    /* What the record should know: kind REQUEST_EFFECT, a finished effect, or
     * REQUEST_LOST. Text borrows from `words`. */
    bool has_result;
    struct request result;
    char words[400];
    struct room_message planned; /* LIVE, ROOM: the message being sent, or
                                  * edited; CARD, LIVE_CARD: the card */
};

/* First call: answer NULL. Reads the store; writes room messages within the
 * caller's transaction (a planned message must be committed before its call
 * leaves: the outbox commits after every step). */
enum delivery_verdict room_deliver(struct delivery *delivery,
                                   struct store *store,
                                   const struct room_settings *settings,
                                   const struct rest_answer *answer,
                                   int64_t now_ms);

/* Whether what was recorded of that effect last says that it failed. */
MUST_CHECK enum err effect_failed_last(struct store *store, int64_t incident_id,
                                       enum effect_kind effect, int64_t target,
                                       bool *out);

/* What a card shows besides the incident itself. */
struct card_parts {
    struct open_counts open;
    const char *const *role_names; /* may be NULL */
    struct str probes;             /* markdown; may be empty */
    bool page_is_withheld;         /* it stays out of the repository */
};
/* The card's message: the same for the same incident and parts.
 * In the live room without secrets, and with the one button for readers. The
 * caller owns it. */
cJSON *card_message(const struct incident *in, const struct card_parts *parts,
                    enum room room);
/* What everybody may read of it: title and impact are scrubbed. */
void incident_without_secrets(const struct incident *in, struct incident *out);

/* Whether everybody may know of that incident: of a private one not even the
 * number is told. */
bool incident_is_for_all(struct store *store, int64_t id);

/* Whether an event that was not corrected or struck is shown in that room. */
bool entry_belongs(const struct incident *in, const struct event *event,
                   enum room room);

/* An event as a room shows it: as it stands, under its first number, and what
 * became of it since people could see it. */
struct shown {
    struct event event;
    enum room room;
    int64_t corrected_ms, struck_ms; /* recorded; 0: not */
    bool is_withheld; /* Discord refuses what it says: its place alone */
    struct str struck_by, struck_why;
    const char *const *role_names; /* may be NULL */
};
struct room_view {
    struct store *store;
    const struct incident *in;
    enum room room;
    int64_t delay_ms; /* how long after its recording an entry shows up */
    const char *const *role_names; /* may be NULL */
};
typedef void shown_fn(const struct shown *shown, void *context);
/* Calls back with the event of the log as the room shows it; not at all when it
 * shows nothing of it: a correction of another one, or an entry that was struck
 * before anybody could see it. In the live room without secrets. The text lives
 * until the callback returns. */
MUST_CHECK enum err shown_read(const struct room_view *view,
                               const struct event *logged, shown_fn *each,
                               void *context);

/* It as a few lines of a message, at most `units` long: text that would not
 * fit, with its markdown escaped, goes into a fenced block or is cut. Depends
 * on nothing else, so that a retry says the same. */
#define ENTRY_UNITS 1900
void entry_add(struct buf *out, const struct shown *shown, size_t units);

#endif
