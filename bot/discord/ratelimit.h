/*
 * May I send now, and if not, when? Pure. Knows Discord's buckets, the global
 * limit, the scopes of a 429, and the ban that follows 10,000 invalid answers
 * in 10 minutes. Times are monotonic milliseconds. Rules: Discord docs, Rate
 * Limits; never a hard-coded limit as a condition of correctness.
 */
#ifndef BOT_DISCORD_RATELIMIT_H
#define BOT_DISCORD_RATELIMIT_H

#include "bot/base/str.h"

struct ratelimit;

struct ratelimit *ratelimit_new(void);
void ratelimit_free(struct ratelimit *limit);

/* 0: send now, and this call has counted it (call ratelimit_answer later, or
 * ratelimit_abandon when it never left or nothing came back). Otherwise
 * milliseconds to wait; nothing was counted. Where only an answer can tell how
 * long, the wait is short: ask again after it, or at the next answer.
 * Interaction callbacks (`exempt`) pass unless everything
 * is halted. */
int64_t ratelimit_take(struct ratelimit *limit, const char *route,
                       uint64_t major_id, bool exempt, int64_t now_ms);
void ratelimit_abandon(struct ratelimit *limit, const char *route,
                       uint64_t major_id, int64_t now_ms);

/* Headers as received; absent ones are STR_NONE. retry_after_s is the JSON
 * body's, negative when there was none. */
struct ratelimit_headers {
    struct str bucket, limit, remaining, reset_after, retry_after, scope;
    bool global;
    double body_retry_after_s;
    bool is_json; /* false on a 429: Cloudflare; halts everything */
};
void ratelimit_answer(struct ratelimit *limit, const char *route,
                      uint64_t major_id, bool exempt, int status,
                      const struct ratelimit_headers *headers, int64_t now_ms);
/* Milliseconds until anything may be sent at all: 0 normally; > 0 after a
 * Cloudflare 429 or close to the invalid-request ban; INT64_MAX after
 * ratelimit_stop. */
int64_t ratelimit_halted(const struct ratelimit *limit, int64_t now_ms);
/* A 401 on a bot route: nothing is ever sent again. */
void ratelimit_stop(struct ratelimit *limit);
int ratelimit_invalid_count(const struct ratelimit *limit, int64_t now_ms);

#endif
