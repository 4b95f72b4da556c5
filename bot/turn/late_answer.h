/*
 * Answers that come later than the first one, in its place: of a command that
 * had to wait for something, and with a file that takes longer to send than
 * Discord waits for the first answer (docs: Receiving and Responding to
 * Interactions).
 */
#ifndef BOT_TURN_LATE_ANSWER_H
#define BOT_TURN_LATE_ANSWER_H

#include "bot/discord/interaction.h"
#include "bot/discord/rest_call.h"

/* `answer` is printed JSON, taken, and so is what comes back: what is to stand
 * in the place of the first answer, as private as that one is. */
char *late_answer_edit(char *answer);
/* NULL: what there is goes as the first answer. Otherwise the whole of it,
 * owned and to be sent when the first has arrived; *answer only says then that
 * it comes, and *file is empty. Its name and type are in `kind`. */
struct rest_call *late_answer_take(const struct interaction *it, char **answer,
                                   const struct rest_file *kind,
                                   struct buf *file);

#endif
