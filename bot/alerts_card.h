/* Which card of alerts that no incident has shows another one, too. */
#ifndef BOT_ALERTS_CARD_H
#define BOT_ALERTS_CARD_H

#include "storage/alerts.h"

/* The newest card, if this alert goes with what it shows; else *out stays. */
MUST_CHECK enum err alerts_find_card(struct store *store,
                                     const struct alert *alert, int64_t now_ms,
                                     struct alert_card *out);

#endif
