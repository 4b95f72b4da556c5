/*
 * A certificate that is good and will not be for long: what is told of that,
 * and when. Results in, news out, on the caller's clock.
 *
 * It is told when fewer than `days_left` days are left, and again below 7, 3
 * and 1. What sounds less urgent is told only after an hour of it: behind one
 * name there may be servers with different certificates.
 */
#ifndef BOT_PROBE_EXPIRY_H
#define BOT_PROBE_EXPIRY_H

#include "bot/probe/probe.h"
#include "bot/probe/result.h"

#include <stdint.h>

#define EXPIRY_UNKNOWN INT64_MAX

struct expiry {
    int64_t told_days; /* "expires within ... days"; 0: it does not; UNKNOWN:
                        * what another process told */
    int64_t urgent_ms; /* the last result that was not less urgent; 0: none */
};

/* 0: this result warns of nothing. */
int64_t expiry_days(const struct probe *probe,
                    const struct probe_result *result);
/* Whether there is news: told_days then. A bad result says nothing. Times are
 * wall clock. */
bool expiry_news(struct expiry *expiry, const struct probe *probe,
                 const struct probe_result *result, int64_t at_ms);

#endif
