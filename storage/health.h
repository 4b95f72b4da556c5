/*
 * How the record and its outbox are, in numbers, a part of storage/store.h.
 */
#ifndef STORAGE_HEALTH_H
#define STORAGE_HEALTH_H

#include "storage/store.h"

struct store_health {
    int64_t bytes, incidents, events;
    int64_t waiting; /* rows of the outbox */
    /* The one that was tried first and is not done; else the oldest. Nothing
     * when none waits. */
    enum effect_kind kind;
    int64_t incident_id, attempts;
    int64_t first_attempt_ms; /* by our clock */
    int64_t not_before_ms;
    char error[400];
};
/* `ahead_ms`: how far our clock is before Discord's, by which the rows remember
 * when they were first tried. */
MUST_CHECK enum err store_health(struct store *store, int64_t ahead_ms,
                                 struct store_health *out);
/* Rows of the outbox, and since when, by our clock, the oldest is due (0: there
 * is none). */
MUST_CHECK enum err store_outbox_waiting(struct store *store, int64_t ahead_ms,
                                         int64_t *count, int64_t *due_ms);

#endif
