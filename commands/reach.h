/*
 * Who may know of a private incident. One rule for every way that leads to one:
 * the room, a button, the option `incident`, autocomplete, lists, exports.
 */
#ifndef COMMANDS_REACH_H
#define COMMANDS_REACH_H

#include "commands/command.h"

/* Of another server: nobody. A public one: everybody. A private one: who
 * declared it (its room takes a moment), who has a role in it, admins, and
 * whoever asks from its room or a thread there, because Discord lets only those
 * in who may see it. */
bool reach_may_know(const struct call *call, const struct incident *in);
/* From its war room or a thread there. A private incident has none where others
 * read, too. */
bool reach_in_room(const struct call *call, const struct incident *in);
/* The one in whose room, or a thread of it, the call was made; NOT_FOUND: in
 * none that the caller may know of. */
MUST_CHECK enum err reach_room(const struct call *call, struct incident *out);

#endif
