/*
 * Who did it, as somebody types it into `by`.
 */
#ifndef COMMANDS_ACTOR_H
#define COMMANDS_ACTOR_H

#include "commands/command.h"

/* A name, a member, or "nobody"; with is_robot a monitor. Blank text leaves
 * *out alone. False: refused, in words. */
bool actor_typed(const struct call *call, const struct value *typed,
                 bool is_robot, struct actor *out, struct answer *answer);
/* Without the @ that people put before a name. */
struct actor actor_named(struct str name, bool is_robot);

#endif
