#include "bot/base/rate.h"

#define US_PER_MS     1000
#define US_PER_MINUTE 60000000

/* One token is one interval of time; a bucket is kept as the moment when it
 * will be full again (the "generic cell rate algorithm" of ATM networks). */
int64_t rates_take(struct rates *rates, uint64_t who, int what,
                   struct rate rate, int64_t now_ms)
{
    if (rate.per_minute <= 0)
        return 0;
    int64_t now_us = now_ms * US_PER_MS;
    int64_t token_us = US_PER_MINUTE / rate.per_minute;
    int found = 0;
    for (int i = 0; i < RATE_BUCKETS; i++) {
        if (rates->buckets[i].full_us != 0 && rates->buckets[i].who == who &&
            rates->buckets[i].what == what) {
            found = i;
            break;
        }
        if (rates->buckets[i].full_us < rates->buckets[found].full_us)
            found = i;
    }
    int64_t full_us = rates->buckets[found].full_us;
    if (rates->buckets[found].who != who ||
        rates->buckets[found].what != what || full_us < now_us)
        full_us = now_us;
    int64_t wait_us = full_us - now_us - (rate.burst - 1) * token_us;
    if (wait_us > 0)
        return (wait_us + US_PER_MS - 1) / US_PER_MS;
    rates->buckets[found].who = who;
    rates->buckets[found].what = what;
    rates->buckets[found].full_us = full_us + token_us;
    return 0;
}
