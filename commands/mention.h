/*
 * Discord's marks within texts, which only its clients show as what they stand
 * for. Who "<@123>" is, Discord says beside a text; a record that says <@123>,
 * or <t:1670957580:R>, tells nobody.
 */
#ifndef COMMANDS_MENTION_H
#define COMMANDS_MENTION_H

#include "bot/base/buf.h"

/* "<@123>" or "<@!123>" at the front of the text, *n bytes long; 0: something
 * else. */
uint64_t mention_at(struct str text, size_t *n);
/* STR_NONE: not known. */
typedef struct str handle_fn(const void *context, uint64_t user_id);
/* Adds the text with "@kim" for those who are known, and moments in UTC. */
void mentions_add(struct buf *out, struct str text, handle_fn *handle_of,
                  const void *context);

#endif
