/*
 * What was typed, given back: a refused command must not cost anybody their
 * text. Discord keeps none of what stood in a form.
 */
#ifndef COMMANDS_TYPED_H
#define COMMANDS_TYPED_H

#include "bot/discord/interaction.h"
#include "commands/answer.h"

/* Blocks to copy from, below the words that are there; what does not fit the
 * message is a file beside it. Nothing when it is short enough to type again.
 */
void answer_typed(struct answer *answer, const struct interaction *it);

#endif
