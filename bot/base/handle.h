/*
 * What a name behind an @ is made of, as far as one can tell from a text alone:
 * letters, digits, _ and, but for the first, . and -. Bytes above ASCII are
 * parts of letters, where nothing is known of them.
 */
#ifndef BOT_BASE_HANDLE_H
#define BOT_BASE_HANDLE_H

#include "bot/base/str.h"

bool handle_may_begin(char c);
bool handle_may_have(char c);
/* Whether all of it is one. */
bool handle_is(struct str name);

#endif
