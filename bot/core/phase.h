/*
 * The phase of an entry, for timelines in the form of a table: what the
 * responders were at when it happened. Pure: it follows from the milestones,
 * unless a person said otherwise.
 *
 *   Before | Identify | Investigate | Remediate | Monitor | After
 *          |          |             |           |         resolved
 *          |          |             |           mitigated, or impact end
 *          |          |             identified: the cause is known
 *          |          known to be an incident: declared, commander, notice
 *          first sign: impact start, first report or alert
 */
#ifndef BOT_CORE_PHASE_H
#define BOT_CORE_PHASE_H

#include "bot/core/incident.h"

/* Of an entry as it stands. A phase that was told stays; what ends a phase is
 * part of it. PHASE_NONE: no time, or nothing to measure it by. */
enum phase phase_of(const struct incident *in, const struct event *entry);

/* What people write in a table: "Investigate", "investigating", "Monitor",
 * "remediation"; PHASE_NONE when it is no phase. */
enum phase phase_find(struct str text);

#endif
