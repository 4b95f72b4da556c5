/*
 * Alerts of monitors, a part of storage/store.h: what monitors handed in,
 * whether or not an incident has it. An alert that fires again while it fires
 * is one row; after its end it is another.
 */
#ifndef STORAGE_ALERTS_H
#define STORAGE_ALERTS_H

#include "storage/store.h"

#include "bot/core/alert.h"

struct stored_alert {
    int64_t id;
    struct alert alert;
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
MUST_CHECK enum err store_alert_again(struct store *store, int64_t id,
                                      int64_t now_ms);
MUST_CHECK enum err store_alert_over(struct store *store, int64_t id,
                                     int64_t ended_ms);
MUST_CHECK enum err store_alert_on_card(struct store *store, int64_t id,
                                        int64_t card);
MUST_CHECK enum err store_alert_in_incident(struct store *store, int64_t id,
                                            int64_t incident_id, int64_t seq,
                                            bool is_told);
/* The entry's words count all of its alerts now, and what ended is told. */
MUST_CHECK enum err store_alerts_told(struct store *store, int64_t incident_id,
                                      int64_t seq);
/* Those that its words do not count go to another entry. */
MUST_CHECK enum err store_move_untold_alerts(struct store *store,
                                             int64_t incident_id, int64_t seq,
                                             int64_t to_seq);
/* That they are over is to be told, too. */
MUST_CHECK enum err store_alerts_end_untold(struct store *store,
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
/* told_only: those that the entry's words count. */
MUST_CHECK enum err
store_each_alert_of_entry(struct store *store, int64_t incident_id, int64_t seq,
                          bool told_only, store_alert_fn *each, void *context);
struct alert_counts {
    int64_t all, firing;
    int64_t services; /* that they are about; to name none is one, too */
};
MUST_CHECK enum err store_count_alerts_on_card(struct store *store,
                                               int64_t card,
                                               struct alert_counts *out);
/* Warnings left out. */
MUST_CHECK enum err store_count_firing_in(struct store *store,
                                          int64_t incident_id, int64_t *out);
/* Whether one of the card's fires that no incident has. */
MUST_CHECK enum err store_card_has_homeless(struct store *store, int64_t card,
                                            bool *any);
/* Whether warnings are on it: it has nothing else then. */
MUST_CHECK enum err store_card_warns(struct store *store, int64_t card,
                                     bool *out);
struct alert_sums {
    int64_t count;
    enum severity severity;                  /* the worst */
    int64_t first_started_ms, last_ended_ms; /* 0: none has ended; a warning
                                              * never has */
};
MUST_CHECK enum err store_sum_alerts_of_entry(struct store *store,
                                              int64_t incident_id, int64_t seq,
                                              bool told_only,
                                              struct alert_sums *out);
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

/* Alerts that no incident has, as one message in the announce channel. */
#define ALERT_CARD_STATE_LIST(X)                                               \
    X(OPEN, "open")                                                            \
    X(DECLARED, "declared") /* an incident has its alerts */                   \
    X(IGNORED, "ignored")
#define ALERT_CARD_STATE_ENUM(name, word) ALERT_CARD_##name,
enum alert_card_state {
    ALERT_CARD_STATE_LIST(ALERT_CARD_STATE_ENUM) ALERT_CARD_STATE_COUNT
};
struct alert_card {
    int64_t id; /* 0: put as a new one */
    enum alert_card_state state;
    int64_t opened_ms, newest_ms; /* received: first and last alert */
    int64_t incident_id;          /* DECLARED */
    char by_name[NAME_BYTES];     /* who declared or ignored; "": nobody did */
    uint64_t message_id;          /* 0: not posted yet */
};
MUST_CHECK enum err store_alert_card(struct store *store, int64_t id,
                                     struct alert_card *out); /* or NOT_FOUND */
typedef bool store_alert_card_fn(const struct alert_card *card, void *context);
/* That nobody has seen to and that have alerts which fire; newest first. */
MUST_CHECK enum err store_each_open_alert_card(struct store *store,
                                               store_alert_card_fn *each,
                                               void *context);
/* That this incident has; newest first. */
MUST_CHECK enum err store_each_alert_card_of(struct store *store,
                                             int64_t incident_id,
                                             store_alert_card_fn *each,
                                             void *context);
/* The newest one, or NOT_FOUND. */
MUST_CHECK enum err store_last_alert_card(struct store *store,
                                          struct alert_card *out);
MUST_CHECK enum err store_put_alert_card(struct store *store,
                                         const struct alert_card *card,
                                         int64_t *id);
/* How many an incident has. */
MUST_CHECK enum err store_settled_cards(struct store *store, int64_t *count);
/* What is over, and what warned, before that is forgotten; the record keeps its
 * own. */
MUST_CHECK enum err store_forget_alerts(struct store *store, int64_t before_ms);

#endif
