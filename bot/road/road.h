/*
 * The one road: request -> incident_step -> events, projection and outbox rows
 * in the caller's transaction. Slash command, button, form, finished effect:
 * whatever changes an incident calls this; nothing else does.
 */
#ifndef BOT_ROAD_ROAD_H
#define BOT_ROAD_ROAD_H

#include "storage/store.h"

/* Reads *before, writes *after (equal to it unless accepted) and *outcome. The
 * store must be in a transaction, inside a savepoint of this request; on an
 * error the caller undoes it. ERR_OK covers refusals: see outcome->verdict. */
MUST_CHECK enum err road_take(struct store *store,
                              const struct incident *before,
                              const struct request *request, int64_t now_ms,
                              struct incident *after, struct outcome *outcome);

#endif
