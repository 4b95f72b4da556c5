/*
 * Times as people type them: an interval in UTC with a precision, and the text
 * kept. `18:53`, `22:17:30`, `22:XX`, `24:XX` (the hour after 23:59), `~18:52`,
 * `about 12:30`, `Dec 17 22:XX`, `Feb 28th 01:52`, `2023-07-09 19:16`,
 * `2022-12-17`, `between 2023-07-10 and 2023-07-16`, `5m ago`, `now`, each with
 * an optional zone (`CET`, `+01:00`; default UTC). Precision is never invented:
 * a duration with an imprecise end prints as a range.
 */
#ifndef BOT_CORE_WHEN_H
#define BOT_CORE_WHEN_H

#include "bot/base/buf.h"
#include "bot/base/civil.h"
#include "bot/base/err.h"

enum precision {
    WHEN_NEVER,  /* no time at all: the milestone was not recorded */
    WHEN_EXACT,  /* to the millisecond: a clock of ours or Discord's read it */
    WHEN_SECOND, /* 22:17:30; from == to */
    WHEN_MINUTE, /* 18:53; from == to */
    WHEN_ABOUT,  /* ~18:52; from == to, but nobody is sure */
    WHEN_HOUR,   /* 22:XX; from .. to is the whole hour */
    WHEN_DAY,    /* 2022-12-17; the whole day */
    WHEN_RANGE,  /* between a and b */
    PRECISION_COUNT
};

#define WHEN_TYPED_BYTES 96

struct when {
    int64_t from_ms; /* UTC; sort by this, then by order of recording */
    int64_t to_ms; /* last millisecond of an interval; == from_ms of a point */
    enum precision precision;
    char typed[WHEN_TYPED_BYTES]; /* as typed; "" when a machine said it */
};

/* What a time without a date, or without a year, is relative to. */
struct when_base {
    int64_t now_ms;
    /* Midnight of the incident's first day; the day of `now_ms` when there is
     * no incident yet. A date without a year means the year nearest to it. */
    int64_t base_day_ms;
    /* When it began: elsewhere that may be another day. Midnight UTC: only the
     * day is known. */
    int64_t base_ms;
    /* A bare clock time means the day (from the base day on) that brings it
     * nearest to this moment: now while the incident is lived; the latest typed
     * time of the record when it is written up afterwards. */
    int64_t anchor_ms;
    /* What is said now of a time since then is of today, whatever the anchor;
     * 0: the anchor alone counts. */
    int64_t lived_from_ms;
};

struct when when_exact(int64_t ms);
bool when_is_set(const struct when *when);
bool when_is_point(const struct when *when); /* from == to and not WHEN_ABOUT */
/* That moment, as a clock read it: nobody typed a time, not even `now`. */
bool when_is_untyped(const struct when *when, int64_t ms);

/* On failure *out is untouched and `why` (may be NULL) gets one sentence for
 * the person, with examples. ERR_INVALID when it cannot be read, names an
 * impossible date, or lies more than 5 minutes after now_ms; ERR_TOO_LONG. */
MUST_CHECK enum err when_parse(struct str text, const struct when_base *base,
                               struct when *out, struct buf *why);

/* The same of what somebody says now: a day may also be `yesterday` or `today`,
 * before or after the clock, and a bare clock time may be since lived_from_ms.
 * In a paste or in prose it would be another one. */
MUST_CHECK enum err when_parse_said(struct str text,
                                    const struct when_base *base,
                                    struct when *out, struct buf *why);

/* For files: `18:53`, `22:XX`, `24:XX`, `~18:52`, `22:17:30`; with_date puts
 * `2022-12-13 ` before it. Always UTC and normalised, except that an hour typed
 * as 24:XX stays so under the date it was typed for. A zone that was typed is
 * given after it: `17:53 (typed 18:53 CET)`. Day and range forms always print
 * their dates. WHEN_NEVER prints `not recorded`. */
void when_print(const struct when *when, bool with_date, struct buf *out);

/* The same without the zone that was typed, for where UTC is said beside it. */
void when_print_utc(const struct when *when, bool with_date, struct buf *out);

/* `8 minutes`, `1 h 35 min`, `12 to 71 minutes`, `about 8 minutes`, `40
 * seconds`, `less than a minute`; "not recorded" when either is WHEN_NEVER.
 * Counted in the minutes that when_print shows, unless both ends are known to
 * the second and lie within a minute. Negative spans print with a minus sign.
 */
void when_print_span(const struct when *start, const struct when *end,
                     struct buf *out);

/* It is not still to come; people's clocks differ by minutes. */
bool when_may_be(int64_t ms, const struct when_base *base);
/* The same time, as precisely; the words may be others. */
bool when_equal(const struct when *a, const struct when *b);
/* Order by from_ms; callers break ties by order of recording. */
int when_compare(const struct when *a, const struct when *b);

#endif
