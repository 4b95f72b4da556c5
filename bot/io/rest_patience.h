/*
 * How long the calls of bot/io/rest.c are tried, and how they wait between two
 * attempts. Pure.
 */
#ifndef BOT_IO_REST_PATIENCE_H
#define BOT_IO_REST_PATIENCE_H

#include "bot/discord/rest_call.h"

#define REST_ATTEMPT_MS 15000 /* unless the call has its own */
/* An attempt that got no answer may still arrive. Its repeat says the same, but
 * what follows that must not be overtaken by it. */
#define REST_OVERTAKEN_MS 2000

/* To an interaction: whoever clicked waits for it. */
bool rest_is_first_answer(const struct rest_call *call);
/* One attempt. */
int64_t rest_attempt_ms(const struct rest_call *call);
/* All of them, from the sending on, unless the call has its own. */
int64_t rest_patience_ms(const struct rest_call *call);
/* Before the next attempt, after so many failures (from 1 on). */
int64_t rest_backoff_ms(const struct rest_call *call, int failures);

#endif
