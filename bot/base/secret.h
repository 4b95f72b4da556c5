/*
 * Is it the secret? Takes the same time whatever is given, so that nobody can
 * guess it piece by piece.
 */
#ifndef BOT_BASE_SECRET_H
#define BOT_BASE_SECRET_H

#include "bot/base/str.h"

/* An empty secret is nobody's: false. */
bool secret_is(struct str given, struct str secret);

#endif
