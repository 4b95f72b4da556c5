/*
 * How a probe stands, for those who show it.
 */
#ifndef BOT_PROBE_STATUS_H
#define BOT_PROBE_STATUS_H

#include "bot/probe/judge.h"
#include "bot/probe/result.h"

/* Times are wall clock; 0: never. */
struct probe_status {
    const struct probe *probe;
    enum probe_state state;
    int64_t since_ms; /* 0 as long as the state is unknown */
    struct probe_result last;
    int64_t last_ms;                          /* 0: not checked yet */
    int64_t muted_until_ms, watched_until_ms; /* 0: is not */
    bool is_running;                          /* a check is under way */
};

#endif
