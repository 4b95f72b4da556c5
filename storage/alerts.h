/*
 * Alerts of monitors, a part of storage/store.h: what monitors handed in,
 * whether or not an incident has it. An alert that fires again while it fires
 * is one row; after its end it is another. Their cards: storage/alert_cards.h.
 */
#ifndef STORAGE_ALERTS_H
#define STORAGE_ALERTS_H

#include "storage/store.h"

#include "bot/core/alert.h"

#define ALERT_END_LIST(X)                                                      \
    X(TOLD, "told")                                                            \
    X(UNTOLD, "untold")   /* it was some time ago, at the latest then */       \
    X(UNKNOWN, "unknown") /* whether it is: nobody watches it any more */
#define ALERT_END_ENUM(name, word) ALERT_END_##name,
enum alert_end { ALERT_END_LIST(ALERT_END_ENUM) ALERT_END_COUNT };

struct stored_alert {
    int64_t id;
    struct alert alert;
    enum alert_end end; /* unless it fires */
    int64_t received_ms;
    int64_t times;            /* how often it was handed in */
    int64_t again_ms;         /* for the last time; 0: only once */
    int64_t card;             /* where it is shown, or 0 */
    int64_t incident_id, seq; /* the entry that tells it, or 0 */
    bool is_told;             /* the entry's words count it */
};
/* As its monitor says, or else when it came. */
int64_t stored_alert_began_ms(const struct stored_alert *stored);
/* Text lives until the callback returns; false stops. */
typedef bool store_alert_fn(const struct stored_alert *alert, void *context);
/* Keeps one that is not firing yet. */
MUST_CHECK enum err store_put_alert(struct store *store,
                                    const struct alert *alert, int64_t now_ms,
                                    int64_t *id);
/* The one that fires now, or NOT_FOUND. */
MUST_CHECK enum err store_firing_alert(struct store *store, struct str source,
                                       struct str key, store_alert_fn *each,
                                       void *context);
MUST_CHECK enum err store_alert(struct store *store, int64_t id,
                                store_alert_fn *each,
                                void *context); /* or NOT_FOUND */
MUST_CHECK enum err store_repeat_alert(struct store *store, int64_t id,
                                       int64_t now_ms);
MUST_CHECK enum err store_end_alert(struct store *store, int64_t id,
                                    int64_t ended_ms, enum alert_end end);
MUST_CHECK enum err store_put_alert_in_incident(struct store *store, int64_t id,
                                                int64_t incident_id,
                                                int64_t seq, bool is_told);
/* The entry's words count all of its alerts now, and what ended is told. */
MUST_CHECK enum err store_mark_alerts_told(struct store *store,
                                           int64_t incident_id, int64_t seq);
/* Those that its words do not count go to another entry. */
MUST_CHECK enum err store_move_untold_alerts(struct store *store,
                                             int64_t incident_id, int64_t seq,
                                             int64_t to_seq);
/* That they are over is to be told, too. */
MUST_CHECK enum err store_mark_end_untold(struct store *store,
                                          int64_t incident_id, int64_t seq);
/* Those that fire and that no incident has; oldest first. */
MUST_CHECK enum err store_each_homeless_alert(struct store *store,
                                              store_alert_fn *each,
                                              void *context);
MUST_CHECK enum err store_each_firing_alert(struct store *store,
                                            store_alert_fn *each,
                                            void *context);
/* Those that fire first; each oldest first. */
MUST_CHECK enum err store_each_alert_on_card(struct store *store, int64_t card,
                                             store_alert_fn *each,
                                             void *context);
enum alert_scope {
    ALERTS_ALL,
    ALERTS_TOLD, /* those that the entry's words count */
};
MUST_CHECK enum err store_each_alert_of_entry(struct store *store,
                                              int64_t incident_id, int64_t seq,
                                              enum alert_scope scope,
                                              store_alert_fn *each,
                                              void *context);
/* Warnings left out. */
MUST_CHECK enum err store_count_firing_in(struct store *store,
                                          int64_t incident_id, int64_t *out);
struct alert_sums {
    int64_t count;
    enum severity severity; /* the worst */
    int64_t first_started_ms;
};
MUST_CHECK enum err store_sum_alerts_of_entry(struct store *store,
                                              int64_t incident_id, int64_t seq,
                                              enum alert_scope scope,
                                              struct alert_sums *out);
/* Of the last one to end, or NOT_FOUND: none has, and a warning never does. */
MUST_CHECK enum err store_last_end(struct store *store, int64_t incident_id,
                                   int64_t seq, int64_t *ended_ms,
                                   enum alert_end *end);
/* Whether one of them fires still. */
MUST_CHECK enum err store_alerts_fire(struct store *store, int64_t incident_id,
                                      int64_t seq, bool *fire);
/* Entries whose words do not count all of their alerts yet, or that are over
 * and do not say so. is_final: of an incident that is. */
typedef bool store_entry_of_alerts_fn(int64_t incident_id, int64_t seq,
                                      bool is_final, void *context);
MUST_CHECK enum err store_each_untold_entry(struct store *store,
                                            store_entry_of_alerts_fn *each,
                                            void *context);
/* The newest entry of that incident that tells alerts of that source, or what
 * it warns of, and when the last of them came; NOT_FOUND without any. */
MUST_CHECK enum err store_last_alert_entry(struct store *store,
                                           int64_t incident_id,
                                           struct str source, bool is_warning,
                                           int64_t *seq, int64_t *newest_ms);

/* Whether an entry says already that so many alerts of that one are over. */
MUST_CHECK enum err store_end_is_told(struct store *store, int64_t incident_id,
                                      int64_t seq, int64_t count, bool *out);
/* What is over, and what warned, before that is forgotten; the record keeps its
 * own. */
MUST_CHECK enum err store_forget_alerts(struct store *store, int64_t before_ms);

#endif
