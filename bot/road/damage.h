/*
 * One damaged incident is no reason to leave the others alone: a turn that
 * fails for it would fail again and again, with everybody's commands.
 */
#ifndef BOT_ROAD_DAMAGE_H
#define BOT_ROAD_DAMAGE_H

#include "storage/store.h"

/* For what goes through many incidents: right after `err` came of that one.
 * ERR_OK, when it is damaged, and the log says so; else `err`. */
MUST_CHECK enum err damage_passed(const struct store *store,
                                  int64_t incident_id, enum err err);

#endif
