/*
 * The lightest Discord that the bot will talk to: one thread, on loopback,
 * plain or TLS, no checks. It exists so that a measurement measures the bot and
 * not Discord; correctness is tests/discord's business.
 */
#ifndef TESTS_BENCH_DISCORD_H
#define TESTS_BENCH_DISCORD_H

#include "bot/base/str.h"

#include <openssl/types.h>
#include <stdint.h>
#include <uv.h>

struct discord;

struct discord_settings {
    int guilds;            /* told in READY, then one GUILD_CREATE each */
    int64_t rest_delay_ms; /* before every REST answer */
    SSL_CTX *tls;          /* borrowed; NULL: plain http and ws */
    void (*ready)(void *context); /* READY (or RESUMED) was sent */
    void *ready_context;
    /* A callback came for the n-th interaction, ns = now - dispatched. */
    void (*answered)(int64_t n, int64_t ns, struct str body, void *context);
    /* Any other request that has a body; may be NULL. */
    void (*told)(struct str path, struct str body, void *context);
    void *context;
};

struct discord *discord_new(uv_loop_t *loop,
                            const struct discord_settings *settings);
int discord_port(const struct discord *discord);
void discord_set_delay(struct discord *discord, int64_t rest_delay_ms);
/* Dispatches the n-th interaction (n from 0, growing) of that type (2 command,
 * 3 button, 4 autocomplete). `data` is JSON. */
void discord_dispatch(struct discord *discord, int64_t n, int type,
                      const char *data);
int64_t discord_now_ns(void);
int64_t
discord_requests(const struct discord *discord); /* REST requests so far */

#endif
