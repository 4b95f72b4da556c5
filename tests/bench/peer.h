/*
 * The lightest Discord that the bot will talk to: one thread, plain http and ws
 * on loopback, no checks. It exists so that a measurement measures the bot and
 * not its peer; correctness is tests/discord's business.
 */
#ifndef TESTS_BENCH_PEER_H
#define TESTS_BENCH_PEER_H

#include "bot/base/str.h"

#include <stdint.h>
#include <uv.h>

struct peer;

struct peer_settings {
    int guilds;            /* told in READY, then one GUILD_CREATE each */
    int64_t rest_delay_ms; /* before every REST answer */
    void (*ready)(void *context); /* READY (or RESUMED) was sent */
    void *ready_context;
    /* A callback came for the n-th interaction, ns = now - dispatched. */
    void (*answered)(int64_t n, int64_t ns, struct str body, void *context);
    /* Any other request that has a body; may be NULL. */
    void (*told)(struct str path, struct str body, void *context);
    void *context;
};

struct peer *peer_new(uv_loop_t *loop, const struct peer_settings *settings);
int peer_port(const struct peer *peer);
void peer_set_delay(struct peer *peer, int64_t rest_delay_ms);
/* Dispatches the n-th interaction (n from 0, growing) of that type (2 command,
 * 3 button, 4 autocomplete). `data` is JSON. */
void peer_dispatch(struct peer *peer, int64_t n, int type, const char *data);
int64_t peer_now_ns(void);
int64_t peer_requests(const struct peer *peer); /* REST requests so far */

#endif
