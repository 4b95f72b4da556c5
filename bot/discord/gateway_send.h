/*
 * What the gateway sends: payloads, and how many of them Discord allows on one
 * connection (docs, Gateway: Rate Limiting, Sending Events).
 */
#ifndef BOT_DISCORD_GATEWAY_SEND_H
#define BOT_DISCORD_GATEWAY_SEND_H

#include "bot/base/buf.h"

#define SEND_WINDOW_MS 60000
#define SEND_MOST      120 /* per window, heartbeats included */
#define SEND_RESERVED  5   /* of them kept for heartbeats on the beat */

/* The times of the last SEND_MOST payloads, as a ring. Zeroed: nothing sent. */
struct send_window {
    int64_t at_ms[SEND_MOST];
    int first, count;
};

/* 0: a payload may leave now. Otherwise milliseconds until it may. Beats on
 * time may use the reserve. */
int64_t send_window_wait(struct send_window *window, bool is_beat,
                         int64_t now_ms);
void send_window_count(struct send_window *window, int64_t now_ms);

/* Each fills `out`; out->overflow when it would be more than Discord takes. */
void payload_identify(struct buf *out, const char *token, uint32_t intents);
void payload_resume(struct buf *out, const char *token, const char *session_id,
                    int64_t seq);
void payload_heartbeat(struct buf *out, int64_t seq); /* 0: none yet */

/* Version, encoding and compression asked for, whatever query or trailing slash
 * the address came with. */
void gateway_full_url(struct buf *out, struct str url, bool compress);
/* ws:// or wss://, ASCII, of sane length. Whether plain ws is allowed there is
 * for bot/io to say. */
bool gateway_url_is_sane(struct str url);

#endif
