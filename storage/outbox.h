/*
 * The outbox, a part of storage/store.h. A row says: this part of the world may
 * differ from the record; make it so. Its key is kind + incident + target, so
 * wanting twice is one row. It is done when nothing was wanted since its
 * delivery began: each wish in the meantime raises `wanted`, its generation.
 * Rows of one lane go one at a time, in order of wanting.
 */
#ifndef STORAGE_OUTBOX_H
#define STORAGE_OUTBOX_H

#include "storage/store.h"

struct outbox_row {
    int64_t id;
    enum effect_kind kind;
    int64_t incident_id;
    int64_t target;
    int64_t wanted;   /* generation */
    int64_t attempts; /* begun, durable: above 0 means "look first" */
    int64_t not_before_ms;
    int64_t first_attempt_ms; /* by Discord's clock, as far as it is known */
    char lane[48];
    char url[2048]; /* FETCH; a signed one, deleted with the row */
    char file_name[256], file_type[128]; /* FETCH */
};

/* lane: "war/12", "live/12", "announce/12", "fetch/12", "git/12",
 * "access/12", "name/12" by kind. Wanting again keeps the row's place, its
 * back-off and its pace, but not a mere wait; a url replaces the one before.
 * `fetch` is NULL but for FETCH. */
MUST_CHECK enum err store_want(struct store *store, enum effect_kind kind,
                               int64_t incident_id, int64_t target,
                               const struct fetch *fetch, int64_t now_ms);
/* True when a wish may have made a row due, until store_due was asked. */
bool store_has_wishes(const struct store *store);
/* The heads of lanes that are due at now_ms, oldest wish first, those in flight
 * among them: the caller knows which lanes are busy. A row in back-off
 * (attempts above 0) holds its lane; a row that only waits for its time
 * (attempts 0) lets the rows behind it pass. *next_due_ms: when the earliest
 * row that waits is due (INT64_MAX: none). A row that would wait longer than
 * OUTBOX_WAIT_MOST_MS is due: the clock was ahead when that was written. The
 * callback may write; false stops. */
#define OUTBOX_WAIT_MOST_MS (10 * MS_PER_MINUTE)
typedef bool store_outbox_fn(const struct outbox_row *row, void *context);
MUST_CHECK enum err store_due(struct store *store, int64_t now_ms,
                              store_outbox_fn *each, void *context,
                              int64_t *next_due_ms);
MUST_CHECK enum err store_outbox_count(struct store *store, int64_t *out);
/* Counts an attempt; committed by the caller before the effect's first request
 * leaves. These five give NOT_FOUND for a row that is gone. */
MUST_CHECK enum err store_outbox_begin(struct store *store, int64_t id,
                                       int64_t discord_ms);
/* Deletes the row when nothing newer was wanted and nobody `keeps` it; else
 * attempts = 0, and it is due again at not_before_ms, or at paced_ms when it is
 * wanted before (one that is kept: or was, while it was under way), behind what
 * its lane wants by then (so that a card edited all the time starves nobody).
 */
MUST_CHECK enum err store_outbox_done(struct store *store, int64_t id,
                                      int64_t generation, bool keeps,
                                      int64_t not_before_ms, int64_t paced_ms);
/* Not begun, because one like it was delivered a moment ago. */
MUST_CHECK enum err store_outbox_pace(struct store *store, int64_t id,
                                      int64_t paced_ms);
MUST_CHECK enum err store_outbox_retry(struct store *store, int64_t id,
                                       int64_t not_before_ms, struct str error);
/* The same, but told to wait: the attempts that count begin anew, and it is
 * still to look first. */
MUST_CHECK enum err store_outbox_wait(struct store *store, int64_t id,
                                      int64_t not_before_ms, struct str error);

#endif
