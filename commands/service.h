/*
 * The option `service` of several commands: a name of the settings.
 */
#ifndef COMMANDS_SERVICE_H
#define COMMANDS_SERVICE_H

#include "commands/command.h"

/* As the settings write it; without [[service]] in them any name will do.
 * False: there is none of that name, and the words say so. */
bool service_typed(const struct call *call, struct str typed, struct str *out,
                   struct answer *answer);
/* A line about each service of the incident that the settings know more of:
 * owner, runbook, what it needs, and what its probes say against it. */
void say_services(const struct call *call, const struct incident *in,
                  struct buf *words);
void complete_services(const struct call *call, struct str typed,
                       struct choices *out);

#endif
