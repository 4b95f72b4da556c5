/*
 * Alerts that no incident has, as one message in the announce channel: a part
 * of storage/store.h.
 */
#ifndef STORAGE_ALERT_CARDS_H
#define STORAGE_ALERT_CARDS_H

#include "storage/store.h"

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

/* ---- the alerts on a card ---- */

MUST_CHECK enum err store_put_alert_on_card(struct store *store, int64_t id,
                                            int64_t card);
struct alert_counts {
    int64_t all, firing;
    int64_t services; /* that they are about; to name none is one, too */
};
MUST_CHECK enum err store_count_alerts_on_card(struct store *store,
                                               int64_t card,
                                               struct alert_counts *out);
/* Whether one of the card's fires that no incident has. */
MUST_CHECK enum err store_card_has_homeless(struct store *store, int64_t card,
                                            bool *any);
/* Whether warnings are on it: it has nothing else then. */
MUST_CHECK enum err store_card_warns(struct store *store, int64_t card,
                                     bool *out);

#endif
