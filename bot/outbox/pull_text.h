/*
 * What the pull request of a postmortem, and the issue of an action item, say.
 * People's text is literal there: it calls nobody and closes nothing.
 */
#ifndef BOT_OUTBOX_PULL_TEXT_H
#define BOT_OUTBOX_PULL_TEXT_H

#include "storage/store.h"

/* Between the marks of pull_job.h. *is_done: nothing is left to write. */
MUST_CHECK enum err pull_text_body(struct store *store,
                                   const struct incident *in, struct buf *out,
                                   bool *is_done);
/* A line that is in no other issue. */
void issue_text_mark(struct store *store, const struct incident *in,
                     int64_t seq, struct buf *out);
void issue_text_title(const struct stored_item *item, struct buf *out);
void issue_text_body(struct store *store, const struct incident *in,
                     const struct stored_item *item, struct buf *out);

#endif
