/*
 * What is said when Discord will not show an answer (400: a rule of its own
 * that we break; 413: a file that is too large for it): in plain words, that
 * it is so and whether anything was kept. Else people read "The application did
 * not respond", and do it again.
 */
#ifndef BOT_TURN_PLAIN_ANSWER_H
#define BOT_TURN_PLAIN_ANSWER_H

#include "bot/discord/rest_call.h"
#include "bot/turn/flights.h"

/* Once for a flight. False: it is of no use, or was tried. */
bool plain_answer(struct flight *flight, const struct rest_answer *refusal,
                  struct rest_call *out);

#endif
