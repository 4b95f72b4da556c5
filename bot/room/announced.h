/*
 * The announce channel, for deliveries. The setting may have been another when
 * a message was posted. Whatever looks for one does so in the setting's
 * channel, then in each that anything was ever announced in.
 */
#ifndef BOT_ROOM_ANNOUNCED_H
#define BOT_ROOM_ANNOUNCED_H

#include "bot/room/deliver.h"

/* POST in the setting's, which is known as one from then on; done when there is
 * none. Takes the message. */
enum delivery_verdict visit_announce(struct visit *visit, int step,
                                     cJSON *message, const char *key);
/* Where it looks now. */
uint64_t announce_channel(const struct visit *visit);
typedef enum delivery_verdict visit_fn(struct visit *visit);
/* `begin` in the first of them; done when there is none. */
enum delivery_verdict visit_where_announced(struct visit *visit,
                                            visit_fn *begin);
/* It is not there: `again` in the next one; when there is none, `nowhere`
 * (NULL: done), with announce_channel the setting's again. */
enum delivery_verdict visit_elsewhere(struct visit *visit, visit_fn *again,
                                      visit_fn *nowhere);
/* The same after an answer that tells nothing of the message, where it may
 * stand: that is kept. */
enum delivery_verdict visit_past_shut(struct visit *visit, visit_fn *again,
                                      visit_fn *nowhere);
/* For `nowhere`: there was such a one, and its answer is the visit's again. */
bool visit_was_shut(struct visit *visit);
/* The answer tells that the message is not there. That the setting's channel is
 * not there is another matter. */
bool is_not_here(const struct visit *visit);
/* Of a message known by its id: the answer tells that opsroom may not go there,
 * or that the setting's channel is not there. */
bool is_barred(const struct visit *visit);
/* One of before, in which nothing can be looked for any more. */
bool is_shut(const struct visit *visit);

#endif
