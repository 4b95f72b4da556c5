/*
 * Alerts that no incident has: a card of them, by its number.
 */
#ifndef COMMANDS_ALERTS_H
#define COMMANDS_ALERTS_H

#include "commands/command.h"

/* The option `alerts`: "12" or "#12". 0: not given; -1: no number. */
int64_t alert_card_typed(const struct call *call);
/* Cards that wait, newest first: "#12 HighLatency on api-1, and 3 more". */
void complete_alert_cards(const struct call *call, struct str typed,
                          struct choices *out);
/* The form's title: what the first alert of the card says, as the card has it.
 */
void alerts_fill(const struct call *call, struct answer *answer);
/* What that alert is about; STR_NONE: it does not say. */
struct str alerts_service(const struct call *call, int64_t card);

#endif
