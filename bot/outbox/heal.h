/*
 * What Discord refused is tried again when the cause may be gone: somebody
 * changed roles or channels, we connected anew, or time has passed.
 */
#ifndef BOT_OUTBOX_HEAL_H
#define BOT_OUTBOX_HEAL_H

#include "storage/store.h"

/* Wants what failed last, of every live incident; within a transaction. */
MUST_CHECK enum err heal_want(struct store *store, int64_t now_ms);

#endif
