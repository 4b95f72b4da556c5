/*
 * What Discord needs remembered across restarts, a part of storage/store.h:
 * what an interaction was answered, where announcements went, the gateway
 * session and how often it was begun, and facts by name.
 */
#ifndef STORAGE_DISCORD_H
#define STORAGE_DISCORD_H

#include "storage/store.h"

/* A replayed interaction gets its stored answer. NOT_FOUND: new. */
MUST_CHECK enum err store_answer(struct store *store, uint64_t interaction_id,
                                 struct buf *out);
MUST_CHECK enum err store_put_answer(struct store *store,
                                     uint64_t interaction_id, struct str answer,
                                     int64_t now_ms);
/* Answers older than a day are of no use: Discord's tokens die in 15 min. */
MUST_CHECK enum err store_forget_answers(struct store *store,
                                         int64_t before_ms);

/* Channels that announcements, cards of alerts or digests may be in: the
 * setting may have been another then. */
MUST_CHECK enum err store_put_announced_in(struct store *store,
                                           uint64_t channel_id);
/* The one with the next higher id, which is not `but`; or NOT_FOUND. */
MUST_CHECK enum err store_next_announced_in(struct store *store, uint64_t after,
                                            uint64_t but, uint64_t *out);

struct stored_session {
    char session_id[128];
    char resume_url[512];
    int64_t seq; /* of the last dispatch whose effects are durable */
    /* Kept as the facts of these names; 0: what is known already stays. */
    uint64_t bot_user_id, application_id;
};
/* Without the two ids. */
MUST_CHECK enum err store_session(struct store *store,
                                  struct stored_session *out);
/* A session_id of "" forgets the session: store_session is NOT_FOUND then. */
MUST_CHECK enum err store_put_session(struct store *store,
                                      const struct stored_session *session);
MUST_CHECK enum err store_put_session_seq(struct store *store, int64_t seq);
/* Identifies within the last 24 h, so that a crash loop cannot burn them. */
MUST_CHECK enum err store_identifies(struct store *store, int64_t now_ms,
                                     int64_t *out);
/* When the latest of them was; NOT_FOUND without any. */
MUST_CHECK enum err store_latest_identify(struct store *store, int64_t *out);
MUST_CHECK enum err store_put_identify(struct store *store, int64_t now_ms);

/* Small facts by name. Those that begin so tell what Discord has registered: a
 * restored record does not know. */
#define FACT_COMMANDS "commands/"
MUST_CHECK enum err store_fact(struct store *store, const char *name,
                               struct buf *out);
MUST_CHECK enum err store_put_fact(struct store *store, const char *name,
                                   struct str value);

#endif
