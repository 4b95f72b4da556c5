/*
 * The inside of a gateway, shared by gateway.c (a connection),
 * gateway_connect.c (between connections) and gateway_out.c only.
 */
#ifndef BOT_DISCORD_GATEWAY_SESSION_H
#define BOT_DISCORD_GATEWAY_SESSION_H

#include "bot/discord/gateway.h"
#include "bot/discord/gateway_close.h"
#include "bot/discord/gateway_send.h"

#define NEVER INT64_MAX

struct gateway {
    struct gateway_config config;
    uint64_t random;
    enum gateway_state state;

    /* The session to resume; id NULL: none, identify. */
    char *session_id, *resume_url;
    int64_t seq;                          /* 0: none yet */
    uint64_t bot_user_id, application_id; /* of the last READY; 0: none came */

    /* The answer of FIND_URL, and what we spent of it since. */
    char *url;
    bool asked_url;
    int64_t identifies_left, identifies_spent, reset_after_ms;

    /* This connection. */
    bool closing;  /* CLOSE was said; gateway_closed has not come */
    bool resuming; /* it was made to resume */
    bool heard;    /* anything came over it */
    bool greeted;  /* Hello came */
    bool acked;    /* since the last beat on time */
    int64_t hello_by_ms;
    int64_t interval_ms, beat_at_ms;
    int64_t answer_at_ms; /* an op 1 waits for the send window; else never */
    int64_t login_at_ms;  /* identify or resume; never once it is sent */
    struct send_window window;

    /* The way back. */
    int64_t resumed_at_ms; /* the latest RESUMED */
    int64_t connect_at_ms;
    int failures;    /* in a row, since READY or RESUMED */
    int unreachable; /* of them resumes that nobody answered, in a row */
    int64_t resuming_since_ms; /* never: not resuming */
    bool last_try;             /* after 1000 or 1001: one resume, no more */
    int64_t identified_at_ms;
};

/* [0, 1) */
double gateway_random(struct gateway *gateway);
bool gateway_is_open(const struct gateway *gateway);

/* gateway_connect.c */
void gateway_set_session(struct gateway *gateway, struct str session_id,
                         struct str resume_url, int64_t seq);
void gateway_drop_session(struct gateway *gateway, struct gateway_out *out);
void gateway_die(struct gateway *gateway, const struct gateway_close *close,
                 struct gateway_out *out);
/* The next wait, longer each time. */
int64_t gateway_backoff(struct gateway *gateway);
/* Closes, and connects again that much later. */
void gateway_leave(struct gateway *gateway, int64_t wait_ms, int64_t now_ms,
                   struct gateway_out *out);
void gateway_connect(struct gateway *gateway, int64_t now_ms,
                     struct gateway_out *out);

/* gateway_out.c */
struct gateway_action *gateway_add(struct gateway_out *out,
                                   enum gateway_action_kind kind);
/* Takes the text. */
void gateway_add_text(struct gateway_out *out, enum gateway_action_kind kind,
                      struct buf *text);
void gateway_add_log(struct gateway_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
