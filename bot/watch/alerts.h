/*
 * What monitors hand in, on its way: to the open incident that it is about, or
 * onto a card in the announce channel. By any door (webhook, our own probes)
 * and in the turn's transaction, so that whoever handed it in hears when it is
 * kept. A storm is one entry with a count, and one card.
 */
#ifndef BOT_WATCH_ALERTS_H
#define BOT_WATCH_ALERTS_H

#include "bot/core/alert.h"
#include "bot/probe/service.h"
#include "storage/store.h"

#include <uv.h>

struct alerts_desk;

struct alerts_config {
    uv_loop_t *loop;
    struct store *store;
    const struct services *services; /* borrowed */
    bool has_announcements;          /* where a card goes */
    /* Whether who handed that one in may still say that it is over; NULL: yes.
     */
    bool (*is_watched)(const struct alert *alert, void *context);
    void *watch_context;
    /* Called when there is something for alerts_settle: wake the turn. */
    void (*wake)(void *context);
    void *context;
};

struct alerts_desk *alerts_new(const struct alerts_config *config);
/* Nobody is told any more. */
void alerts_free(struct alerts_desk *desk); /* NULL is fine */

/* Once, after the commit; kept false: nothing was, hand it in again. Not called
 * from inside alerts_hand_in. */
typedef void alerts_done_fn(bool kept, void *context);
/* Copies the alerts. */
void alerts_hand_in(struct alerts_desk *desk, const struct alert *alerts,
                    int count, alerts_done_fn *done, void *context);
/* The record has changed: an incident may be about what no incident had. */
void alerts_changed(struct alerts_desk *desk);
/* An incident is a duplicate of another now: what fires in it follows. */
void alerts_duplicated(struct alerts_desk *desk);
bool alerts_have_work(const struct alerts_desk *desk);
/* Within the turn's transaction; *accepted: something is wanted of the outbox.
 */
MUST_CHECK enum err alerts_settle(struct alerts_desk *desk, int64_t now_ms,
                                  bool *accepted);
/* The turn is over: whoever handed in is told. */
void alerts_ended(struct alerts_desk *desk, bool kept);
/* Handed in since the start, firing and over. */
int64_t alerts_received(const struct alerts_desk *desk);

#endif
