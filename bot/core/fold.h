/*
 * Between incident.c and milestones.c only: the halves of incident_apply.
 */
#ifndef BOT_CORE_FOLD_H
#define BOT_CORE_FOLD_H

#include "bot/core/incident.h"

/* Sets what the event says about milestones; nothing else of *in. */
void fold_milestones(struct incident *in, const struct event *event);

/* A monitor or a probe says it when it is so: nobody writes that up. */
bool fold_is_by_monitor(const struct event *event);

#endif
