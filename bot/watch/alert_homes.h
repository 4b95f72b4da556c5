/*
 * Which incident an alert belongs to: the one that was declared from its card,
 * else a live one about its service. Within a turn's transaction.
 */
#ifndef BOT_WATCH_ALERT_HOMES_H
#define BOT_WATCH_ALERT_HOMES_H

#include "bot/probe/service.h"
#include "storage/alert_cards.h"
#include "storage/alerts.h"

#define HOMES 200 /* live incidents looked at */

struct alert_homes {
    struct store *store;             /* borrowed */
    const struct services *services; /* borrowed */
    /* Live incidents, newest first. A drill has only what was declared from its
     * card. */
    struct home {
        int64_t id;
        bool is_drill;
        int64_t declared_ms;
        char services[SERVICES_BYTES];
    } all[HOMES];
    int count;
    /* Too large for the stack. */
    int64_t live[HOMES];
    struct incident in;
    struct alert_card card; /* looked at last; id 0: none */
};

/* At the start of a turn, before what follows is asked. */
MUST_CHECK enum err alert_homes_read(struct alert_homes *homes);
/* What can give a home to an alert that had none: while it is the same, nobody
 * needs to be asked again. */
MUST_CHECK enum err alert_homes_digest(const struct alert_homes *homes,
                                       struct sha256 *out);
/* *out 0: no incident is to have it. */
MUST_CHECK enum err alert_home(struct alert_homes *homes,
                               const struct stored_alert *stored, int64_t *out);
/* A card may be another one now than it was. */
void alert_homes_look_again(struct alert_homes *homes);

#endif
