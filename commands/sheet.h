/*
 * The state-of-production sheet and the parking lot: changes that are temporary
 * or that nobody verified, and ideas, until somebody says what becomes of them.
 * Each line has its buttons, for `timeline settle`.
 */
#ifndef COMMANDS_SHEET_H
#define COMMANDS_SHEET_H

#include "commands/command.h"

/* A page of what is open in the incident, from behind entry `after` (0: from
 * the start). Of one that is over, also which milestones nobody recorded. Added
 * to what the answer says; *any: there was something to say. False: the store
 * failed. */
MUST_CHECK bool sheet_add(const struct call *call, const struct incident *in,
                          int64_t after, struct answer *answer, bool *any);
/* The same, or that nothing is open. */
MUST_CHECK bool sheet_show(const struct call *call, const struct incident *in,
                           int64_t after, struct answer *answer);
/* What an action item says that takes over an open change or idea. One that is
 * in the record only is called by its number: items stand in rooms, in digests
 * and on the page. */
void sheet_item_text(const struct event *event, struct buf *out);

#endif
