#include "bot/core/phase.h"

#include <string.h>
#include <strings.h>

#define UNKNOWN INT64_MAX

static int64_t earlier(int64_t ms, const struct incident *in,
                       enum milestone milestone)
{
    const struct when *when = &in->milestones[milestone];
    return when_is_set(when) && when->from_ms < ms ? when->from_ms : ms;
}

static int64_t known_ms(const struct incident *in)
{
    int64_t ms = earlier(UNKNOWN, in, MILESTONE_COMMANDER);
    ms = earlier(ms, in, MILESTONE_FIRST_NOTICE);
    /* Who writes it up declares it days later. */
    return incident_is_written_up(in) ? ms
                                      : earlier(ms, in, MILESTONE_DECLARED);
}

static int64_t first_sign_ms(const struct incident *in)
{
    int64_t ms = earlier(UNKNOWN, in, MILESTONE_IMPACT_START);
    ms = earlier(ms, in, MILESTONE_FIRST_REPORT);
    ms = earlier(ms, in, MILESTONE_FIRST_ALERT);
    return ms == UNKNOWN ? known_ms(in) : ms;
}

static bool repairs(const struct event *entry)
{
    return entry->kind == EVENT_ACTION || entry->kind == EVENT_CHANGE;
}

/* Before the impact ended. Where a milestone is missing, what was done tells:
 * nobody repairs what is not understood, and reports come first. */
static enum phase early_phase(const struct incident *in,
                              const struct event *entry)
{
    int64_t ms = entry->occurred.from_ms;
    int64_t known = known_ms(in);
    int64_t identified = earlier(UNKNOWN, in, MILESTONE_IDENTIFIED);
    if (identified == UNKNOWN
            ? repairs(entry)
            : ms > identified || (ms == identified && repairs(entry)))
        return PHASE_REMEDIATE;
    if (known == UNKNOWN
            ? entry->kind == EVENT_REPORT || entry->kind == EVENT_ALERT
            : ms <= known)
        return PHASE_IDENTIFY;
    return PHASE_INVESTIGATE;
}

enum phase phase_of(const struct incident *in, const struct event *entry)
{
    int64_t ms = entry->occurred.from_ms;
    int64_t sign = first_sign_ms(in);
    int64_t mitigated = earlier(earlier(UNKNOWN, in, MILESTONE_MITIGATED), in,
                                MILESTONE_IMPACT_END);
    int64_t resolved = earlier(UNKNOWN, in, MILESTONE_RESOLVED);
    if (entry->phase != PHASE_NONE)
        return entry->phase;
    if (!when_is_set(&entry->occurred) || sign == UNKNOWN)
        return PHASE_NONE;
    if (ms < sign)
        return PHASE_BEFORE;
    if (ms > resolved)
        return PHASE_AFTER;
    return ms > mitigated ? PHASE_MONITOR : early_phase(in, entry);
}

enum phase phase_find(struct str text)
{
    static const struct {
        enum phase phase;
        const char *stem;
    } stems[] = {
        {PHASE_BEFORE, "before"},       {PHASE_IDENTIFY, "identif"},
        {PHASE_IDENTIFY, "detect"},     {PHASE_INVESTIGATE, "investigat"},
        {PHASE_INVESTIGATE, "diagnos"}, {PHASE_REMEDIATE, "remediat"},
        {PHASE_REMEDIATE, "mitigat"},   {PHASE_REMEDIATE, "repair"},
        {PHASE_MONITOR, "monitor"},     {PHASE_AFTER, "after"},
        {PHASE_AFTER, "resolv"},
    };
    text = str_trim(text);
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        size_t n = strlen(stems[i].stem);
        /* One word, in whatever form. */
        if (text.n >= n && text.n <= n + 5 &&
            strncasecmp(text.s, stems[i].stem, n) == 0 &&
            memchr(text.s, ' ', text.n) == NULL)
            return stems[i].phase;
    }
    return PHASE_NONE;
}
