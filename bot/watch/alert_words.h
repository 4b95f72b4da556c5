/*
 * What the record says of alerts, in words for people; at most TEXT_UNITS, as
 * any entry.
 */
#ifndef BOT_WATCH_ALERT_WORDS_H
#define BOT_WATCH_ALERT_WORDS_H

#include "storage/alerts.h"

/* Room for a text before it is cut. */
#define ALERT_WORDS_BYTES (((size_t)TEXT_UNITS * 3 + 1) * 2)

/* "HighLatency on api-1: p99 is 3 s" */
void alert_words_of_one(const struct alert *alert, struct buf *out);

/* What an entry tells of its alerts; the text is owned by the caller. */
struct alert_words {
    struct alert_sums sums;
    struct buf text;
};
/* "12 alerts: A; B; C; D; E; and 7 more". ALERTS_TOLD: as the entry was told
 * last. The text is to be released on an error, too. */
MUST_CHECK enum err alert_words_of_entry(struct store *store,
                                         int64_t incident_id, int64_t seq,
                                         enum alert_scope scope,
                                         struct alert_words *words);

/* "Over after 12 minutes: HighLatency on api-1" */
void alert_words_of_end(enum alert_end end, int64_t lasted_ms, struct str what,
                        struct buf *out);

#endif
