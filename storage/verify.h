/*
 * The proof that the record is whole, a part of storage/store.h.
 */
#ifndef STORAGE_VERIFY_H
#define STORAGE_VERIFY_H

#include "storage/store.h"

struct verdicts {
    int64_t incidents, events, attachments;
    int64_t problems;
};
/* Recomputes the hash chain, replays every log through incident_apply and
 * compares with the projections, and hashes every attachment. One line a
 * problem goes to `report`. ERR_CORRUPT when there is any. */
MUST_CHECK enum err store_verify(struct store *store, struct verdicts *out,
                                 struct buf *report);

#endif
