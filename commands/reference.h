/*
 * How people name an incident and an entry: "INC-12", "12"; "#7", "7",
 * "INC-12 #7".
 */
#ifndef COMMANDS_REFERENCE_H
#define COMMANDS_REFERENCE_H

#include "bot/base/buf.h"

/* False when it is neither; *id is untouched. Blanks around it are fine. */
bool incident_reference(struct str text, int64_t *id);
/* *incident_id is 0 when only the entry is named. */
bool entry_reference(struct str text, int64_t *incident_id, int64_t *seq);

#endif
