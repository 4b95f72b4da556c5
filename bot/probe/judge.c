#include "bot/probe/judge.h"

#include "bot/base/civil.h"

#include <string.h>

#define WORD(name, word) word,
static const char *const state_all[] = {PROBE_STATE_LIST(WORD)};
const struct words probe_state_words = {state_all, PROBE_STATE_COUNT};

static int window_of(const struct probe *probe)
{
    int64_t of = probe->of < probe->down_after ? probe->down_after : probe->of;
    return of > JUDGE_WINDOW ? JUDGE_WINDOW : of < 1 ? 1 : (int)of;
}

static int needed_of(const struct probe *probe)
{
    int64_t needed = probe->down_after;
    return needed > JUDGE_WINDOW ? JUDGE_WINDOW : needed < 1 ? 1 : (int)needed;
}

static void remember(struct judge *judge, int window, bool is_good,
                     int64_t at_ms)
{
    if (judge->count >= window) {
        int drop = judge->count - window + 1;
        memmove(judge->last, judge->last + drop,
                (size_t)(judge->count - drop) * sizeof *judge->last);
        judge->count -= drop;
    }
    judge->last[judge->count].at_ms = at_ms;
    judge->last[judge->count].is_good = is_good;
    judge->count++;
}

/* Since when the last `needed` results are all good; 0: they are not. */
static int64_t good_since(const struct judge *judge, int needed)
{
    for (int i = 1; i <= needed; i++)
        if (i > judge->count || !judge->last[judge->count - i].is_good)
            return 0;
    return judge->last[judge->count - needed].at_ms;
}

/* When the first of at least `needed` bad ones was; 0: there are fewer. */
static int64_t bad_since(const struct judge *judge, int needed)
{
    int64_t first_ms = 0;
    int bad = 0;
    for (int i = 0; i < judge->count; i++) {
        if (judge->last[i].is_good)
            continue;
        if (bad++ == 0)
            first_ms = judge->last[i].at_ms;
    }
    return bad >= needed ? first_ms : 0;
}

static int64_t flap_ms(const struct probe *probe)
{
    int64_t ms = probe->interval_s * MS_PER_SECOND * FLAP_INTERVALS;
    return ms < FLAP_LEAST_MS ? FLAP_LEAST_MS : ms;
}

/* The first verdict after a start changes nothing. */
static void note_change(struct judge *judge, const struct probe *probe,
                        int64_t at_ms)
{
    if (!judge->is_up && !judge->is_down)
        return;
    memmove(judge->changes_ms, judge->changes_ms + 1,
            sizeof judge->changes_ms - sizeof *judge->changes_ms);
    judge->changes_ms[FLAP_CHANGES - 1] = at_ms;
    if (judge->changes_ms[0] != 0 &&
        at_ms - judge->changes_ms[0] <= flap_ms(probe))
        judge->is_flapping = true;
}

static void change(struct judge *judge, const struct probe *probe, bool is_up,
                   int64_t since_ms)
{
    int64_t now_ms = judge->last[judge->count - 1].at_ms;
    note_change(judge, probe, now_ms);
    judge->is_up = is_up;
    judge->is_down = !is_up;
    judge->since_ms = since_ms;
    judge->count = 0;
}

/* The clock was put back: how long ago they were nobody knows. */
static void forget_changes_to_come(struct judge *judge, int64_t at_ms)
{
    if (judge->changes_ms[FLAP_CHANGES - 1] <= at_ms)
        return;
    judge->is_flapping = false;
    memset(judge->changes_ms, 0, sizeof judge->changes_ms);
}

bool judge_result(struct judge *judge, const struct probe *probe, bool is_good,
                  int64_t at_ms)
{
    enum probe_state before = judge_state(judge);
    int needed = needed_of(probe);
    forget_changes_to_come(judge, at_ms);
    remember(judge, window_of(probe), is_good, at_ms);
    int64_t good_ms = judge->is_up ? 0 : good_since(judge, needed);
    int64_t bad_ms = judge->is_down ? 0 : bad_since(judge, needed);
    if (is_good && good_ms != 0)
        change(judge, probe, true, good_ms);
    else if (!is_good && bad_ms != 0)
        change(judge, probe, false, bad_ms);
    if (judge->is_flapping &&
        at_ms - judge->changes_ms[FLAP_CHANGES - 1] >= flap_ms(probe) / 2) {
        judge->is_flapping = false;
        memset(judge->changes_ms, 0, sizeof judge->changes_ms);
    }
    return judge_state(judge) != before;
}

enum probe_state judge_state(const struct judge *judge)
{
    if (judge->is_flapping)
        return PROBE_FLAPPING;
    if (judge->is_down)
        return PROBE_DOWN;
    return judge->is_up ? PROBE_UP : PROBE_UNKNOWN;
}

enum probe_state judge_news(const struct judge *judge, enum probe_state *told)
{
    enum probe_state now = judge_state(judge), before = *told;
    if (now == PROBE_UNKNOWN || now == before)
        return PROBE_UNKNOWN;
    *told = now;
    return now == PROBE_UP && before == PROBE_UNKNOWN ? PROBE_UNKNOWN : now;
}

/* FNV-1a, 64 bit, with the last step of SplitMix64: names that differ in their
 * last letter only lie far apart. */
static uint64_t hash_of(struct str name)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < name.n; i++)
        hash = (hash ^ (unsigned char)name.s[i]) * UINT64_C(0x100000001B3);
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    return hash ^ (hash >> 27);
}

int64_t judge_next_due(struct str name, int64_t interval_ms, int64_t now_ms)
{
    int64_t phase_ms = (int64_t)(hash_of(name) % (uint64_t)interval_ms);
    int64_t begun_ms = now_ms - now_ms % interval_ms;
    int64_t due_ms = begun_ms + phase_ms;
    return due_ms > now_ms ? due_ms : due_ms + interval_ms;
}

const char *probe_unit(enum probe_kind kind)
{
    switch (kind) {
    case PROBE_HTTP:
    case PROBE_TCP:
    case PROBE_DNS:
        return "ms";
    case PROBE_TLS:
        return "days left";
    case PROBE_PROMETHEUS:
    case PROBE_KIND_COUNT:
        break;
    }
    return "";
}
