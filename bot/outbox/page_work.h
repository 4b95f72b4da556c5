/*
 * EFFECT_POSTMORTEM: the page, its charts, and the branch that they go to. And
 * EFFECT_POLL where no forge tells what became of that branch.
 */
#ifndef BOT_OUTBOX_PAGE_WORK_H
#define BOT_OUTBOX_PAGE_WORK_H

#include "bot/outbox/work.h"

enum delivery_verdict page_work_step(struct work *work,
                                     const struct outbox_config *config);
enum delivery_verdict page_work_look(struct work *work,
                                     const struct outbox_config *config,
                                     int64_t wall_ms);
void page_work_free(struct page_work *page); /* NULL is fine */

#endif
