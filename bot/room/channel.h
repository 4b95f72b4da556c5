/*
 * Rooms as channels, for deliveries: made once, found again by the mark in
 * their topic.
 */
#ifndef BOT_ROOM_CHANNEL_H
#define BOT_ROOM_CHANNEL_H

#include "bot/room/deliver.h"

/* What delivery->narrowed counts. A category takes 50 channels and may be gone;
 * an id in the settings may belong to nobody in this guild. */
enum {
    AS_WISHED,
    OUTSIDE_CATEGORY, /* for rooms that set their own overwrites */
    WITHOUT_NAMED_PERSONS,
};

struct channel_plan {
    enum room room;
    bool has_plain_name; /* "inc-12", when Discord refuses words of the title */
    bool asks_roles;  /* overwrites() wants the guild's roles as the answer */
    bool is_unwanted; /* only what an earlier try made is taken */
    int narrow_most;  /* how far it may be narrowed */
    struct refusal refusal;
    /* The list, owned by the caller; NULL: as its category has it. */
    cJSON *(*overwrites)(const struct visit *visit);
    enum delivery_verdict (*made)(struct visit *visit, uint64_t id);
    /* When Discord will not have it; NULL: it is refused. */
    enum delivery_verdict (*instead)(struct visit *visit,
                                     const struct refusal *refusal);
};
#define CHANNEL_STEPS 10 /* channel_make's are below */
/* "Your server name or channel names contain words that are not allowed". */
#define NAME_REFUSED        20031
#define CHANNEL_NAME_BYTES  1000
#define CHANNEL_TOPIC_BYTES 3000
/* "inc-12-title-of-it", "inc-12-private", "inc-12-live", or plain "inc-12". */
void channel_name_add(struct buf *out, const struct incident *in,
                      enum room room, bool is_plain);
/* What it is about, and the mark. */
void channel_topic_add(struct buf *out, const struct visit *visit,
                       enum room room, bool is_plain);
/* The end of a topic: names the room, the incident and the database, so that a
 * channel of ours is known again. */
void channel_mark_add(struct buf *out, const struct visit *visit,
                      enum room room);
enum delivery_verdict channel_make(struct visit *visit,
                                   const struct channel_plan *plan);
/* It stands. If the incident has become private, or public, since it was asked
 * for, the room is brought in line. */
enum delivery_verdict channel_made(struct visit *visit, uint64_t id);

#endif
