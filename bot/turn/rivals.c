#include "bot/turn/rivals.h"

bool rivals_saw(struct rivals *rivals, int64_t now_ms)
{
    int64_t *place = &rivals->at_ms[rivals->count++ % RIVALS_ANSWERS];
    *place = now_ms;
    int64_t oldest_ms = rivals->at_ms[rivals->count % RIVALS_ANSWERS];
    return rivals->count >= RIVALS_ANSWERS &&
           now_ms - oldest_ms <= RIVALS_WITHIN_MS;
}
