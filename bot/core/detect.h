/*
 * Who noticed first, and what to do when it was not a monitor. Pure.
 */
#ifndef BOT_CORE_DETECT_H
#define BOT_CORE_DETECT_H

#include "bot/core/incident.h"

/* People were a minute or more ahead of the first machine alert, or none is
 * recorded. Of what is over, and no drill. */
bool detect_is_lacking(const struct incident *in);
/* The action item (kind detect) that mends it, as its text: `Alert on "forum
 * https" sooner: people noticed 8 minutes before the first machine alert`.
 * `probe`: a check of one of its services; STR_NONE: there is none. */
void detect_propose(const struct incident *in, struct str probe,
                    struct buf *out);

#endif
