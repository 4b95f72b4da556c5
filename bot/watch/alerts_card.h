/*
 * Between alerts.c, alerts_follow.c and alerts_card.c only: the cards of alerts
 * that no incident has.
 */
#ifndef BOT_WATCH_ALERTS_CARD_H
#define BOT_WATCH_ALERTS_CARD_H

#include "storage/alerts.h"

/* To be posted, or brought up to date. */
MUST_CHECK enum err alerts_want_card(struct store *store, int64_t card,
                                     int64_t now_ms);
/* The newest card, if this alert goes with what it shows; else another. */
MUST_CHECK enum err alerts_put_on_card(struct store *store,
                                       const struct stored_alert *stored,
                                       int64_t now_ms);
/* When an incident has all that fire of them, nobody is asked any more. */
MUST_CHECK enum err alerts_settle_card(struct store *store, int64_t id,
                                       int64_t incident_id, int64_t now_ms);

#endif
