/*
 * The postmortem as a command shows it: the page by the settings' template, and
 * what its prose and the record disagree on.
 */
#ifndef BOT_PREVIEW_H
#define BOT_PREVIEW_H

#include "bot/config/config.h"
#include "storage/store.h"

/* As of struct process in commands/process.h. */
MUST_CHECK enum err preview_render(struct store *store,
                                   const struct config *config,
                                   const struct incident *in, bool is_public,
                                   struct buf *page, struct buf *why);
MUST_CHECK enum err preview_check(struct store *store,
                                  const struct incident *in, struct buf *out);

#endif
