/*
 * Between when.c, when_read.c, when_said.c and when_print.c only: what a typed
 * time says, before it is known which day or year it means.
 */
#ifndef BOT_CORE_WHEN_READ_H
#define BOT_CORE_WHEN_READ_H

#include "bot/core/when.h"

/* `Dec 17 22:XX CET` as it stands there. */
struct when_parts {
    bool has_date, has_year, has_clock, has_seconds, has_ms, has_zone;
    bool hour_only; /* 22:XX */
    bool about;     /* ~ before the clock, behind the date */
    int year, month, day;
    int hour, minute, second, ms; /* hour 24: the one after 23:59 */
    int zone_min;                 /* east of UTC */
};

struct when_reading {
    enum { READING_NOW, READING_AGO, READING_POINT, READING_RANGE } form;
    bool about;                 /* ~18:52 */
    int64_t ago_ms;             /* AGO */
    int64_t ago_unit_ms;        /* its smallest unit: what it is precise to */
    struct when_parts from, to; /* POINT: only from */
};

/* On failure `why` (may be NULL) has the sentence. */
MUST_CHECK enum err when_read(struct str text, struct when_reading *out,
                              struct buf *why);

/* Which moment that is; keeps `text` as what was typed. As when_parse. */
MUST_CHECK enum err when_resolve(struct when_reading *reading, struct str text,
                                 const struct when_base *base, struct when *out,
                                 struct buf *why);

/* So many days ago as `yesterday` or `today` says, and the text without it; -1
 * when none of them, or more than one, is there, or `rest` is too small. */
int when_take_day(struct str text, struct buf *rest);

#define WHEN_EXAMPLES                                                          \
    "Examples: 18:53, 22:17:30, 22:XX, ~18:52, 18:53 CET, Dec 17 22:XX, "      \
    "2022-12-13 18:53, 5m ago, between 18:00 and 18:30."

#endif
