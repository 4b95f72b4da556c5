/*
 * Between alerts.c and alerts_record.c only: alerts as entries of an incident.
 */
#ifndef BOT_WATCH_ALERTS_RECORD_H
#define BOT_WATCH_ALERTS_RECORD_H

#include "bot/watch/alert_words.h"

/* More alerts of one source within that time are one entry. */
#define ALERT_FOLD_MS (2 * MS_PER_MINUTE)

enum told {
    TOLD_AGAIN,     /* it is none */
    TOLD_OTHERWISE, /* it is another one now */
    TOLD_ANEW       /* it was over meanwhile, and nobody told us */
};
/* `before` fires, and so does `alert` of the same key: whether that is news. */
enum told alerts_told(const struct stored_alert *before,
                      const struct alert *alert, int64_t now_ms);
/* An entry of its own, or one more of the storm that the last entry tells; its
 * words are brought up to date by alerts_fold. *linked false: the rules would
 * not have it. */
MUST_CHECK enum err alerts_link(struct store *store,
                                const struct stored_alert *stored,
                                int64_t incident_id, int64_t now_ms,
                                bool *linked);
/* Entries whose words lag behind their alerts are brought up to date, `count`
 * of them. waits: others are of incidents that are final, until somebody
 * reopens those. */
struct folded {
    int count;
    bool waits;
};
MUST_CHECK enum err alerts_fold(struct store *store, int64_t now_ms,
                                struct folded *out);
/* That alert, which an incident has, is over: when it was the last of its
 * entry, an entry says so. *waits is set as above. */
MUST_CHECK enum err alerts_tell_over(struct store *store, int64_t id,
                                     int64_t now_ms, bool *waits);

#endif
