/*
 * One turn of the loop: everything that arrived in it goes down the road inside
 * one transaction, is committed with one sync, and only then is answered. This
 * is where the speed comes from, and why an answered command is never lost.
 */
#ifndef BOT_TURN_TURN_H
#define BOT_TURN_TURN_H

#include "bot/config/config.h"
#include "bot/metrics.h"
#include "bot/outbox/outbox.h"
#include "bot/reminders.h"
#include "bot/watch/alerts.h"
#include "bot/watch/probes.h"
#include "commands/process.h"

struct turn;

struct turn_config {
    uv_loop_t *loop;
    struct store *store;
    struct rest *rest;
    const struct config *config;
    struct process *process; /* the turn keeps its commits up to date */
    struct metrics *metrics;
    /* Another program answers with this token; may be called again. */
    void (*rival)(void *context);
    void *rival_context;
};

struct turn *turn_new(const struct turn_config *config);
void turn_free(struct turn *turn);
/* Before the first interaction; borrowed. */
struct turn_parts {
    struct outbox *outbox;
    struct reminders *reminders;
    struct alerts_desk *alerts;
    struct probe_runner *probes; /* NULL: none */
    /* Whether more commands have arrived than were read; NULL: none ever. */
    bool (*has_more)(void *context);
    void *more_context;
};
void turn_set_parts(struct turn *turn, const struct turn_parts *parts);
/* `data` is taken. seq is the dispatch's; replayed: it came after a resume. */
void turn_add(struct turn *turn, cJSON *data, int64_t seq, bool replayed);
/* Something else wants the transaction: the outbox, alerts. `turn` as void * to
 * serve as a callback. */
void turn_wake(void *turn);
/* A dispatch without an interaction: the session moves on with the next
 * commit. */
void turn_saw(struct turn *turn, int64_t seq);
/* Sequence numbers start anew. */
void turn_session_renewed(struct turn *turn);
/* The sequence a new process may resume from: before the oldest command whose
 * answer Discord has not confirmed, so that it is answered again. */
int64_t turn_safe_seq(const struct turn *turn);
/* Somebody waits for an answer that has not arrived. */
bool turn_owes_answers(const struct turn *turn);

#endif
