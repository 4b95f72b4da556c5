/*
 * Words that will help nobody half a year later: "tweaked the CDNs", "fixed
 * it", "some". The answer to an entry names the word and offers the change
 * form; nothing is ever blocked for it.
 */
#ifndef BOT_CORE_HINTS_H
#define BOT_CORE_HINTS_H

#include "bot/core/event.h"

/* The first vague words of an action or a change, as they stand in `text`
 * (borrowed); STR_NONE when there are none, when the kind is another, or when
 * the text is definite anyway: it has a number, something quoted, a path, a
 * host or `key=value`. */
struct str hint_vague(enum event_kind kind, struct str text);

#endif
