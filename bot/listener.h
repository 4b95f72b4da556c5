/*
 * What the bot answers over HTTP, if the settings name an address: /healthz,
 * /metrics, POST /alerts/NAME of the monitors, and POST /forge/hook.
 */
#ifndef BOT_LISTENER_H
#define BOT_LISTENER_H

#include "bot/config/config.h"
#include "bot/metrics.h"
#include "bot/outbox/outbox.h"
#include "bot/session.h"
#include "bot/watch/alerts.h"
#include "bot/watch/probes.h"
#include "commands/process.h"

struct listener;

/* All borrowed. */
struct listener_parts {
    uv_loop_t *loop;
    const struct config *config;
    struct store *store;
    const struct rest *rest;
    const struct session *session;
    const struct process *process;
    const struct metrics *metrics;
    struct alerts_desk *alerts;
    const struct probe_runner *probes; /* NULL: none */
    struct outbox *outbox;             /* told of what the forge says */
};

/* With `why`, IO when it cannot listen, and INVALID when a secret of the
 * settings is not usable. Without an address in the settings it answers nobody.
 */
MUST_CHECK enum err listener_new(const struct listener_parts *parts,
                                 struct listener **out, struct buf *why);
/* Before its parts. NULL is fine. */
void listener_free(struct listener *listener);

#endif
