/*
 * What somebody typed, or the message they chose, until their next step: too
 * long for a button to carry. Only they get it back. A part of storage/store.h.
 */
#ifndef STORAGE_DRAFTS_H
#define STORAGE_DRAFTS_H

#include "storage/store.h"

MUST_CHECK enum err store_put_draft(struct store *store,
                                    uint64_t interaction_id, uint64_t user_id,
                                    struct str text, int64_t now_ms);
MUST_CHECK enum err store_draft(struct store *store, uint64_t interaction_id,
                                uint64_t user_id,
                                struct buf *out); /* or NOT_FOUND */
MUST_CHECK enum err store_drop_draft(struct store *store,
                                     uint64_t interaction_id);
MUST_CHECK enum err store_forget_drafts(struct store *store, int64_t before_ms);

#endif
