/*
 * Deliveries to the forge: EFFECT_PULL, EFFECT_ISSUE, EFFECT_POLL. What happens
 * between the first request and the last needs no store; so the job goes from
 * answer to answer by itself, and only its begin and its end are steps.
 */
#ifndef BOT_OUTBOX_FORGE_WORK_H
#define BOT_OUTBOX_FORGE_WORK_H

#include "bot/outbox/work.h"

enum delivery_verdict forge_work_step(struct work *work,
                                      const struct outbox_config *config,
                                      int64_t wall_ms);
void forge_work_send(struct work *work);
void forge_work_free(struct forge_work *forge); /* NULL is fine */

/* Something may have happened there: every incident that waits for the forge is
 * looked at. Within a transaction. */
MUST_CHECK enum err forge_want_polls(struct store *store, int64_t now_ms);

#endif
