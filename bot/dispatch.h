/*
 * What Discord tells over the gateway: interactions go to the turn; who we are,
 * what people deleted and what they allow again go to the outbox; whether we
 * are connected, to whoever shows it.
 */
#ifndef BOT_DISPATCH_H
#define BOT_DISPATCH_H

#include "bot/discord/gateway.h"
#include "bot/supervisor.h"
#include "bot/turn/turn.h"
#include "bot/watch/watch.h"

struct dispatch;

/* All borrowed. */
struct dispatch_parts {
    uv_loop_t *loop;
    const struct config *config;
    struct store *store;
    struct rest *rest;
    struct turn *turn;
    struct outbox *outbox;
    struct watch *watch;
    struct supervisor *supervisor;
    struct process *process; /* its connection is kept up to date */
};

/* The outbox learns who we are as the last process knew it: a resumed session
 * does not tell. */
struct dispatch *dispatch_new(const struct dispatch_parts *parts);
/* action->data may be taken by setting it to NULL. */
void dispatch_take(struct dispatch *dispatch, struct gateway_action *action);
/* The connection is gone. */
void dispatch_lost(struct dispatch *dispatch);
/* Now and then: what Discord did not take before. */
void dispatch_try_again(struct dispatch *dispatch);
/* After `rest`. NULL is fine. */
void dispatch_free(struct dispatch *dispatch);

#endif
