/*
 * What it takes to talk to the forge of the settings: the client with its
 * token, and the desk that deliveries share.
 */
#ifndef BOT_FORGE_PARTS_H
#define BOT_FORGE_PARTS_H

#include "bot/config/config.h"
#include "bot/outbox/forge_desk.h"

#include <uv.h>

struct forge_parts;

/* NULL, with `why`, when the token cannot be read. The settings are borrowed.
 */
struct forge_parts *
forge_parts_new(uv_loop_t *loop, const struct config *config, struct buf *why);
/* After the outbox. NULL is fine. */
void forge_parts_free(struct forge_parts *parts);
/* NULL: the settings name no forge. */
struct forge_desk *forge_parts_desk(const struct forge_parts *parts);

#endif
