/*
 * Between alerts.c and alerts_follow.c only: alerts of incidents that were
 * cancelled as duplicates.
 */
#ifndef BOT_WATCH_ALERTS_FOLLOW_H
#define BOT_WATCH_ALERTS_FOLLOW_H

#include "storage/alerts.h"

#define FOLLOWED_A_TURN 100

struct followed {
    int count;  /* FOLLOWED_A_TURN: there may be more */
    bool waits; /* some would follow if the other was reopened, or private */
};
/* What fires in the record of a duplicate is told in the one that goes on, and
 * its card says so: whoever leads that one would not hear that it is over, and
 * its page would say that no monitor had noticed. */
MUST_CHECK enum err alerts_follow(struct store *store, int64_t now_ms,
                                  struct followed *out);

#endif
