/*
 * Is what somebody declares open already? The answer asks, and forbids nothing;
 * what was typed waits in a draft until they say.
 */
#ifndef COMMANDS_ALIKE_H
#define COMMANDS_ALIKE_H

#include "commands/command.h"

/* What call->draft keeps of an incident as it was typed: the fields of a
 * DECLARED draft, borrowed from it, and its card of alerts. False when it keeps
 * none. */
bool declared_kept(const struct call *call, struct request *request);
/* The same as the text of a report: title, impact and when that began; STR_NONE
 * when it keeps none. */
struct str declared_report(const struct call *call);

/* The live incident that is most like it, of those the caller may know; id 0:
 * none is. */
MUST_CHECK enum err alike_find(const struct call *call,
                               const struct event *draft, struct incident *out);
/* Asks whether it is the same. */
void alike_ask(const struct call *call, const struct incident *in,
               const struct request *request, struct answer *answer);

#endif
