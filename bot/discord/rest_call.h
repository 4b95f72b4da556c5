/*
 * A REST request as data: what to send, which bucket it counts in, and how far
 * it may be repeated. Built by those who know what they want to say (bot/room,
 * bot/app), carried out by bot/io/rest. Facts: Discord docs, Reference and Rate
 * Limits.
 */
#ifndef BOT_DISCORD_REST_CALL_H
#define BOT_DISCORD_REST_CALL_H

#include "bot/base/buf.h"

#include <cjson/cJSON.h>

enum rest_method { REST_GET, REST_POST, REST_PUT, REST_PATCH, REST_DELETE };
const char *rest_method_name(enum rest_method method);

enum rest_repeat {
    REST_REPEAT_SAFE,  /* idempotent, or guarded by a nonce: retry freely */
    REST_REPEAT_NEVER, /* a lost answer must be looked up by the caller */
};

struct rest_call {
    enum rest_method method;
    /* Bucket key until Discord names one: the path with ids left out, e.g.
     * "POST /channels/:id/messages"; a literal. */
    const char *route;
    uint64_t major_id; /* channel, guild or webhook id; 0: none */
    char path[600];    /* below api_base, begins with '/'; may hold secrets */
    char *body;        /* owned JSON text; NULL: none, Content-Length: 0 */
    size_t body_bytes; /* of one with a file; 0: `body` ends with its NUL */
    char content_type[96]; /* of one with a file; "": application/json */
    char *reason; /* owned; X-Audit-Log-Reason in plain UTF-8, or NULL */
    enum rest_repeat repeat;
    bool is_callback;   /* interaction token in the path: no Authorization, no
                         * global limit, never queued, own deadline */
    int64_t timeout_ms; /* of one attempt; 0: default 15 s */
    int64_t give_up_ms; /* monotonic; no attempt begins after; 0: as
                         * rest_send has it */
};
void rest_call_release(struct rest_call *call); /* frees; zeroed */

/* What came of it, after all retries. */
enum rest_fate {
    REST_DONE,        /* 2xx */
    REST_GONE,        /* 404 with 10003, 10008, 10062, 10015 … */
    REST_FORBIDDEN,   /* 403: code tells which */
    REST_REJECTED,    /* other 4xx: our request is wrong, never retried */
    REST_EXPIRED,     /* 401 50027: the interaction token died */
    REST_BAD_TOKEN,   /* 401 otherwise: everything stops */
    REST_UNREACHABLE, /* no answer, 5xx or 429 until give_up */
};

#define REST_ANSWERED_ALREADY 40060 /* Discord docs, JSON Error Codes */
struct rest_answer {
    enum rest_fate fate;
    int status;      /* 0: none */
    int code;        /* Discord's error code, 0: none */
    bool maybe_done; /* not DONE, but an attempt may have been: look first */
    cJSON *json;     /* owned by the caller of the callback's owner: borrowed */
    struct str text; /* raw body, for the log: borrowed, cut to 2 kB */
};

/* Builders for the calls opsroom makes. `body` is taken (may be NULL). */
struct rest_call rest_channel_create(uint64_t guild_id, cJSON *body,
                                     const char *reason);
struct rest_call rest_channel_get(uint64_t channel_id);
struct rest_call rest_channel_edit(uint64_t channel_id, cJSON *body,
                                   const char *reason);
/* Its name and topic: Discord takes two in ten minutes, and other changes of
 * the channel are not to wait for that. */
struct rest_call rest_channel_rename(uint64_t channel_id, cJSON *body,
                                     const char *reason);
struct rest_call rest_guild_channels(uint64_t guild_id);
struct rest_call rest_guild_roles(uint64_t guild_id);
struct rest_call rest_active_threads(uint64_t guild_id);
struct rest_call rest_thread_create(uint64_t channel_id, cJSON *body,
                                    const char *reason);
struct rest_call rest_message_create(uint64_t channel_id, cJSON *body);
struct rest_call rest_message_edit(uint64_t channel_id, uint64_t message_id,
                                   cJSON *body);
struct rest_call rest_message_delete(uint64_t channel_id, uint64_t message_id,
                                     const char *reason);
struct rest_call rest_messages_list(uint64_t channel_id, int limit);
struct rest_call rest_message_pin(uint64_t channel_id, uint64_t message_id,
                                  const char *reason);
struct rest_call rest_interaction_callback(uint64_t interaction_id,
                                           struct str token, cJSON *body);
struct rest_call rest_interaction_edit(uint64_t application_id,
                                       struct str token, cJSON *body);
/* Sends files with a body that has them among its attachments, as numbers 0, 1,
 * 2… name and type are ours: no quotes and no line ends. */
struct rest_file {
    const char *name, *type;
    struct str bytes;
};
void rest_call_attach(struct rest_call *call, const struct rest_file *files,
                      int count);
struct rest_call rest_commands_put(uint64_t application_id, char *body);
struct rest_call rest_gateway_bot(void);
struct rest_call rest_application(void);

#endif
