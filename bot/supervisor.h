/*
 * What the service manager is told of the bot: that it is ready, whether
 * Discord is reached, that its loop still turns, that it stops.
 */
#ifndef BOT_SUPERVISOR_H
#define BOT_SUPERVISOR_H

#include "bot/io/loop.h"

#include <stdbool.h>

struct supervisor;

/* Ready is who has a session with Discord; or who has waited patience_ms for
 * one: it keeps alerts meanwhile, and to be killed and started anew would not
 * bring Discord back. */
struct supervisor *supervisor_new(uv_loop_t *loop, int64_t patience_ms);
void supervisor_connected(struct supervisor *supervisor, bool is_connected);
void supervisor_stopping(struct supervisor *supervisor);
void supervisor_free(struct supervisor *supervisor); /* NULL is fine */

#endif
