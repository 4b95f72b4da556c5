/*
 * The bot's eyes: the probes it runs, and the desk where they and monitors hand
 * in what they saw.
 */
#ifndef BOT_WATCH_WATCH_H
#define BOT_WATCH_WATCH_H

#include "bot/config/config.h"
#include "bot/watch/alerts.h"
#include "bot/watch/probes.h"
#include "commands/process.h"

struct watch;

struct watch_config {
    uv_loop_t *loop;
    struct store *store;
    const struct config *config; /* borrowed */
    void (*wake)(void *context); /* there is something for the turn */
    void *context;
};

/* NULL, with `why`: what is kept of the probes cannot be read. */
struct watch *watch_new(const struct watch_config *config, struct buf *why);
void watch_free(struct watch *watch); /* NULL is fine */

struct alerts_desk *watch_alerts(const struct watch *watch);
struct probe_runner *watch_probes(const struct watch *watch); /* or NULL */
struct process_probes watch_process_probes(const struct watch *watch);
/* How the probes of the incident's services stand, for its card: nothing when
 * it has none. `context` is the watch. */
void watch_add_probes(const struct incident *in, struct buf *out,
                      void *context);

#endif
