/*
 * A guild in memory that answers what bot/room asks for, as strictly as these
 * tests need it (nonces that expire, messages that are gone), and the outbox's
 * loop around it, with trouble and kills on demand.
 */
#ifndef TESTS_LIB_ROOM_WORLD_H
#define TESTS_LIB_ROOM_WORLD_H

#include "bot/road/road.h"
#include "bot/room/room.h"
#include "storage/rooms.h"

#define WORLD_GUILD    UINT64_C(1000)
#define WORLD_BOT      UINT64_C(1001)
#define WORLD_ORIGIN   UINT64_C(1002) /* where incidents are declared */
#define WORLD_ANNOUNCE UINT64_C(1003)
/* Where it is announced after the setting was changed. */
#define WORLD_ANNOUNCE_NEXT UINT64_C(1004)

enum trouble {
    TROUBLE_NONE,
    TROUBLE_LOST,      /* carried out, but the answer does not arrive */
    TROUBLE_UNREACHED, /* not carried out, no answer */
    TROUBLE_FORBIDDEN, /* 403 with `code` */
    TROUBLE_REJECTED,  /* 400 with `code` */
    TROUBLE_GONE,      /* 404 with `code` */
};

struct world {
    struct store *store;
    char folder[64];
    struct access access;
    struct room_settings set;
    int64_t now_ms;
    int64_t error_ms;      /* how far that is ahead of Discord's clock */
    int64_t nonce_life_ms; /* 0: as long as Discord's, most of the time */
    cJSON *channels, *messages, *roles;
    uint64_t next_id;
    struct buf calls;  /* one line a call: method and path */
    struct buf bodies; /* of messages posted, one a line, delivered or not */

    /* Befalls the next call whose "METHOD /path\n" begins so. */
    enum trouble trouble;
    const char *trouble_at;
    int code;
    int trouble_more; /* and that many calls after it */
    bool is_full;     /* of channels */
    /* Discord's code when a category takes no channel; NULL: it does. */
    const char *category_refuses;
    const char *blocked; /* no message may say it; NULL: any */
    /* Once, while the answer to a call that begins so is on its way. */
    const char *meanwhile_at;
    void (*meanwhile)(struct world *world);
    /* Out of 1000, at every point where a kill could come. */
    int kill_chance;
    int kills;
    uint64_t random; /* chance_next's */
    /* How many messages stand in that room besides entries and its card; NULL:
     * none. */
    int (*others)(const struct world *world, const struct incident *in,
                  enum room room);
};

void world_open(struct world *world, int64_t now_ms);
void world_close(struct world *world);
/* Opened, with one incident whose rooms are made. */
#define WORLD_START INT64_C(1773457140000) /* 2026-03-14 02:59 UTC */
struct incident world_open_declared(struct world *world);

/* Takes the road and commits; the request must be accepted. Returns the
 * incident's id. */
int64_t world_take(struct world *world, int64_t incident_id,
                   const struct request *request);
int64_t world_declare(struct world *world, const char *title, bool is_private);
/* The commonest request: an entry by nova. */
void world_add(struct world *world, int64_t incident_id, const char *text,
               enum visibility visibility);
struct incident world_incident(const struct world *world, int64_t id);

/* One due row of the outbox, or false when none is due. */
bool world_step(struct world *world);
/* All, jumping to whatever is due next, until the outbox is empty or the
 * troubles leave nothing but rows put off `tries` times. */
void world_run(struct world *world, int tries);
/* Wants the effect once more, and runs it. */
void world_want(struct world *world, int64_t incident_id,
                enum effect_kind kind);
/* What `/incident set` by nova begins with: as it is. Its texts live until the
 * next call. */
struct request world_setting(const struct world *world, int64_t id);
/* And what comes of it in the rooms. */
void world_set_private(struct world *world, int64_t id, bool is_private);
/* The same, and nothing is sent yet. */
void world_take_private(struct world *world, int64_t id, bool is_private);

/* What Discord does and says; the answer's JSON is the caller's. */
struct rest_answer world_answer(struct world *world,
                                const struct rest_call *call);

cJSON *world_channel(const struct world *world, uint64_t id);
bool world_is_announce(uint64_t channel_id); /* one of the two */
/* The channel's messages by the bot, oldest first: contents joined by lines. */
void world_contents(const struct world *world, uint64_t channel_id,
                    struct buf *out);
int world_message_count(const struct world *world, uint64_t channel_id);
cJSON *world_message(const struct world *world, uint64_t id);
/* As a moderator would. */
void world_delete(struct world *world, uint64_t message_id);
void world_delete_channel(struct world *world, uint64_t id);
bool world_pinned(const struct world *world, uint64_t message_id);
/* Somebody else writes. */
void world_chat(struct world *world, uint64_t channel_id, const char *content);
int world_calls(const struct world *world, const char *start);

/* Compares with tests/golden/NAME, without ids, nonce and the instance. */
void world_check_body(const char *name, const cJSON *body);

#endif
