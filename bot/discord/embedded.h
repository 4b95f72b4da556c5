/*
 * The words of a message that do not stand in its content: a monitor's embeds,
 * components v2, the question of a poll (Discord docs, Message Resource).
 */
#ifndef BOT_DISCORD_EMBEDDED_H
#define BOT_DISCORD_EMBEDDED_H

#include "bot/base/buf.h"
#include "bot/discord/interaction.h"

/* Each text on a line of its own, the first one too if there is something in
 * `out`; not cleaned. Previews of what a person links to are left out. Without
 * its fields an embed says in short what it is about. */
void embedded_add(struct buf *out, const struct interaction_message *message,
                  bool with_fields);

#endif
