#include "bot/probe/expiry.h"

#include "bot/base/civil.h"

#include <math.h>

#define STAYS_MS MS_PER_HOUR

int64_t expiry_days(const struct probe *probe,
                    const struct probe_result *result)
{
    static const int64_t stages[] = {7, 3, 1};
    if (probe->kind != PROBE_TLS || !result->is_good ||
        !isfinite(result->value) || result->value >= (double)probe->days_left)
        return 0;
    int64_t days = probe->days_left;
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++)
        if (stages[i] < days && result->value < (double)stages[i])
            days = stages[i];
    return days;
}

static bool is_less_urgent(int64_t days, int64_t than)
{
    return than != 0 && (days == 0 || days > than);
}

bool expiry_news(struct expiry *expiry, const struct probe *probe,
                 const struct probe_result *result, int64_t at_ms)
{
    int64_t days = expiry_days(probe, result);
    if (probe->kind != PROBE_TLS || !result->is_good)
        return false;
    if (!is_less_urgent(days, expiry->told_days))
        expiry->urgent_ms = at_ms;
    else if (at_ms - expiry->urgent_ms < STAYS_MS)
        return false;
    if (days == expiry->told_days)
        return false;
    expiry->told_days = days;
    return true;
}
