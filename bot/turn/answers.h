/*
 * What was decided is told to Discord: a command's first answer, plainer words
 * when that one is refused, and what comes in its place later. Until Discord
 * has confirmed the first answers, their dispatches are owed.
 */
#ifndef BOT_TURN_ANSWERS_H
#define BOT_TURN_ANSWERS_H

#include "bot/io/loop.h"
#include "bot/metrics.h"
#include "bot/turn/item.h"
#include "bot/turn/waits.h"

struct answers;

struct answers_config {
    uv_loop_t *loop;
    struct rest *rest;
    struct metrics *metrics;
    /* See waits.h: the command goes on, and its next answer is a second one. */
    waited_fn *waited;
    void (*arrived)(void *context); /* or never will */
    void *context;                  /* of these two */
    /* Another program answers with this token; may be called again. */
    void (*rival)(void *context);
    void *rival_context;
};

struct answers *answers_new(const struct answers_config *config);
void answers_free(struct answers *answers); /* after rest_free; NULL is fine */
/* Before the first item; borrowed. NULL: there are none. */
void answers_set_probes(struct answers *answers, struct probe_runner *probes);

/* Takes what the item's answer is made of; its JSON must still be there. */
void answers_send(struct answers *answers, struct item *item);
bool answers_owed(const struct answers *answers);
/* `seq`, or what is before the oldest dispatch that is owed an answer. */
int64_t answers_safe_seq(const struct answers *answers, int64_t seq);
/* Sequence numbers start anew. */
void answers_renewed(struct answers *answers);

#endif
