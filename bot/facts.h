/*
 * Small facts that outlive the process, each in a transaction of its own.
 */
#ifndef BOT_FACTS_H
#define BOT_FACTS_H

#include "storage/store.h"

/* What cannot be kept is logged, and is unknown to the next process. */
void fact_keep(struct store *store, const char *name, struct str value);
uint64_t fact_id(struct store *store, const char *name); /* 0: unknown */

#endif
