/*
 * The gateway session as a pure machine: frames and the clock go in, actions
 * come out. No socket, no clock, no randomness of its own (the seed is given).
 * Drive it with four calls:
 *
 *   gateway_opened, gateway_receive, gateway_closed   when the socket says so
 *   gateway_tick                                      at gateway_deadline()
 *
 * and carry out what `gateway_out` holds, in order, even when it also says
 * FATAL. Rules: Discord docs, Gateway v10 (facts in bot/discord/gateway.c).
 *
 * now_ms is monotonic; wall_ms appears only where the 24 h identify budget is
 * counted, and only in the shell.
 */
#ifndef BOT_DISCORD_GATEWAY_H
#define BOT_DISCORD_GATEWAY_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

#include <cjson/cJSON.h>

#define GATEWAY_SEND_BYTES 4096 /* larger: close 4002 */

enum gateway_state {
    GATEWAY_IDLE,       /* waiting to connect; deadline says when */
    GATEWAY_CONNECTING, /* CONNECT was asked for */
    GATEWAY_HELLO,      /* socket open, Hello not yet here */
    GATEWAY_IDENTIFYING,
    GATEWAY_RESUMING,
    GATEWAY_READY,
    GATEWAY_DEAD, /* fatal: never connects again */
    GATEWAY_STATE_COUNT
};

enum gateway_action_kind {
    /* Ask GET /gateway/bot, then gateway_url(); only when no url is known or
     * the cached one failed. */
    GATEWAY_ACTION_FIND_URL,
    GATEWAY_ACTION_CONNECT, /* text: full url with query */
    GATEWAY_ACTION_SEND,    /* text: one payload */
    /* code: close the socket with it (or stop connecting). gateway_closed must
     * follow, within seconds even when the peer is silent: the next CONNECT
     * waits for it. */
    GATEWAY_ACTION_CLOSE,
    GATEWAY_ACTION_DISPATCH,   /* name, data, seq, replayed */
    GATEWAY_ACTION_SESSION,    /* id, url, seq 0 or who we are: persist */
    GATEWAY_ACTION_IDENTIFIED, /* an identify was spent: count it durably */
    GATEWAY_ACTION_FATAL,      /* code, text for people; state is DEAD */
    GATEWAY_ACTION_LOG,        /* text: worth a log line (our bug, op 9, …) */
};

struct gateway_action {
    enum gateway_action_kind kind;
    char *text; /* owned by gateway_out */
    int code;
    char name[64];
    cJSON *data; /* owned by gateway_out; may be taken by setting to NULL */
    int64_t seq;
    /* Arrived between Resume and RESUMED, or so soon after that it may belong
     * to the replay: another RESUMED may follow. */
    bool replayed;
};

/* Filled by one call, which expects it empty: zeroed, or released. */
#define GATEWAY_ACTIONS 8
struct gateway_out {
    struct gateway_action actions[GATEWAY_ACTIONS];
    int count;
};
void gateway_out_release(struct gateway_out *out); /* zeroed; may be repeated */

struct gateway_config {
    const char *token; /* borrowed for the life of the gateway */
    uint32_t intents;
    bool compress; /* zlib-stream: asked for in the url */
    uint64_t seed; /* jitter */
};

struct gateway; /* opaque; gateway.c */

struct gateway *gateway_new(const struct gateway_config *config);
void gateway_free(struct gateway *gateway);
/* Before the first tick: a session from the last run. seq is the last durable
 * dispatch. */
void gateway_restore(struct gateway *gateway, struct str session_id,
                     struct str resume_url, int64_t seq);
/* The last run's latest identify was `ago_ms` before the first tick's now_ms:
 * the 5 s between two hold across a restart. */
void gateway_restore_identify(struct gateway *gateway, int64_t ago_ms,
                              int64_t now_ms);
/* Answer of FIND_URL; has to come, whatever happened. remaining and
 * reset_after_ms come from session_start_limit; identifies_spent is our own
 * durable count of 24 h. With the budget nearly gone (remaining < 20 or spent >
 * 900) identifying waits. An empty url means that the request failed: back off
 * and ask again. */
void gateway_url(struct gateway *gateway, struct str url, int64_t remaining,
                 int64_t reset_after_ms, int64_t identifies_spent,
                 int64_t now_ms, struct gateway_out *out);
void gateway_opened(struct gateway *gateway, int64_t now_ms,
                    struct gateway_out *out);
/* One whole text payload (already inflated). Not JSON: CLOSE 4000 and resume;
 * when the resume brings it again, it is left out. */
void gateway_receive(struct gateway *gateway, struct str text, int64_t now_ms,
                     struct gateway_out *out);
/* code 0: no close frame (lost). reason may be STR_NONE. Also called when a
 * connection attempt failed. */
void gateway_closed(struct gateway *gateway, int code, struct str reason,
                    int64_t now_ms, struct gateway_out *out);
void gateway_tick(struct gateway *gateway, int64_t now_ms,
                  struct gateway_out *out);
/* When to call gateway_tick next; INT64_MAX for never. 0 before the first. */
int64_t gateway_deadline(const struct gateway *gateway);
enum gateway_state gateway_state(const struct gateway *gateway);
/* Clean stop that keeps the session: the shell closes the socket with this
 * code (never 1000 or 1001) and does not call again. */
#define GATEWAY_CLOSE_RESUMABLE 4000
int64_t gateway_seq(const struct gateway *gateway);
struct str gateway_session_id(const struct gateway *gateway);
struct str gateway_resume_url(const struct gateway *gateway);
/* Who we are, as READY told; 0: none has come. */
uint64_t gateway_bot_user_id(const struct gateway *gateway);
uint64_t gateway_application_id(const struct gateway *gateway);
const char *gateway_state_words(enum gateway_state state);

#endif
