/*
 * What the results of a probe mean: results in, state out, on the caller's
 * clock.
 *
 *            down_after of the last `of` are bad
 *     unknown ------------------------------> down
 *        \          the last down_after        ^ |
 *         \         are all good               | v  (as from unknown)
 *          +-------------------------------->  up
 *
 * What came before a change no longer counts after it. A target that changes
 * FLAP_CHANGES times within the flap time is flapping until it has kept its
 * state for half of that.
 *
 * What people were told last is the caller's to keep, across restarts too:
 * judge_news compares. A state that is unknown is never told, so a bot that was
 * started while a target is down tells of it as soon as it knows.
 */
#ifndef BOT_PROBE_JUDGE_H
#define BOT_PROBE_JUDGE_H

#include "bot/core/event.h"
#include "bot/probe/probe.h"

#define JUDGE_WINDOW   32 /* a larger `of` counts as this */
#define FLAP_CHANGES   4
#define FLAP_INTERVALS 30 /* the flap time, in intervals of the probe */
#define FLAP_LEAST_MS  INT64_C(600000)

/* X(NAME, word). UNKNOWN, of what was told: nothing yet. */
#define PROBE_STATE_LIST(X)                                                    \
    X(UNKNOWN, "unknown")                                                      \
    X(UP, "up")                                                                \
    X(DOWN, "down")                                                            \
    X(FLAPPING, "flapping")
#define PROBE_STATE_ENUM(name, word) PROBE_##name,
enum probe_state { PROBE_STATE_LIST(PROBE_STATE_ENUM) PROBE_STATE_COUNT };
extern const struct words probe_state_words;

struct judge {
    bool is_up, is_down; /* neither: unknown */
    bool is_flapping;
    int64_t since_ms; /* of the first result that speaks for up or down */
    /* Those since the last change, newest last. */
    struct {
        int64_t at_ms;
        bool is_good;
    } last[JUDGE_WINDOW];
    int count;
    int64_t changes_ms[FLAP_CHANGES]; /* newest last; 0: none */
};

/* Times are wall clock. True: judge_state is another than before. */
bool judge_result(struct judge *judge, const struct probe *probe, bool is_good,
                  int64_t at_ms);
enum probe_state judge_state(const struct judge *judge);
/* What is to be told now, given what was told last; UNKNOWN: nothing. A first
 * UP after nothing was told is no news: *told becomes UP all the same. */
enum probe_state judge_news(const struct judge *judge, enum probe_state *told);

/* When the probe is next due after now_ms: intervals begin at a point that
 * depends on its name alone, so that many probes spread over the interval. */
int64_t judge_next_due(struct str name, int64_t interval_ms, int64_t now_ms);

/* "ms", "days left" or "" of the probe's kind: what a result's value counts. */
const char *probe_unit(enum probe_kind kind);

#endif
