/*
 * What whoever ended an incident is told and asked, whatever command did it.
 */
#ifndef COMMANDS_RESOLVE_H
#define COMMANDS_RESOLVE_H

#include "commands/command.h"

/* As `told` of a command: the first event moved the incident to resolved. */
void resolve_told(const struct call *call, const struct incident *after,
                  const struct outcome *outcome, struct answer *answer);

#endif
