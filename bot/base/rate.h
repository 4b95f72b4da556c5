/*
 * How often somebody may come: a token bucket for each who and what. Pure; the
 * clock is given, in milliseconds that never go back.
 */
#ifndef BOT_BASE_RATE_H
#define BOT_BASE_RATE_H

#include <stdint.h>

struct rate {
    int64_t per_minute; /* in the long run; 0: no limit */
    int64_t burst;      /* so many at once after a pause; at least 1 */
};

/* A fixed number of buckets: when all are taken, the one that would be full
 * again first is given to the newcomer, so that forgetting errs by letting
 * through. */
#define RATE_BUCKETS 256
struct rates {
    struct {
        uint64_t who;
        int what;
        int64_t full_us; /* when it is full again; 0: never used */
    } buckets[RATE_BUCKETS];
};

/* 0: it may, and this call has counted it. Otherwise milliseconds to wait;
 * nothing was counted. */
int64_t rates_take(struct rates *rates, uint64_t who, int what,
                   struct rate rate, int64_t now_ms);

#endif
