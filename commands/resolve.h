/*
 * What whoever ended an incident is told and asked, whatever command did it.
 */
#ifndef COMMANDS_RESOLVE_H
#define COMMANDS_RESOLVE_H

#include "commands/command.h"

/* As `told` of a command: the first event moved the incident to resolved. */
void resolve_told(const struct call *call, const struct incident *after,
                  const struct outcome *outcome, struct answer *answer);

/* Of what people noticed before any monitor did. One click makes it an action
 * item; doing nothing is fine, too. The button comes after all others. */
void propose_alert(const struct call *call, const struct incident *in,
                   struct answer *answer);
void propose_alert_button(const struct call *call, struct answer *answer);

#endif
