#include "bot/core/when.h"

#include "bot/core/when_read.h"

#include <stdlib.h>

#define FUTURE_MS (5 * MS_PER_MINUTE) /* people's clocks differ */

struct when when_exact(int64_t ms)
{
    return (struct when){.from_ms = ms, .to_ms = ms, .precision = WHEN_EXACT};
}

bool when_is_set(const struct when *when)
{
    return when->precision != WHEN_NEVER;
}

bool when_is_point(const struct when *when)
{
    return when_is_set(when) && when->from_ms == when->to_ms &&
           when->precision != WHEN_ABOUT;
}

bool when_is_untyped(const struct when *when, int64_t ms)
{
    return when->precision == WHEN_EXACT && when->from_ms == ms &&
           when->typed[0] == '\0';
}

bool when_equal(const struct when *a, const struct when *b)
{
    return a->precision == b->precision && a->from_ms == b->from_ms &&
           a->to_ms == b->to_ms;
}

int when_compare(const struct when *a, const struct when *b)
{
    return (a->from_ms > b->from_ms) - (a->from_ms < b->from_ms);
}

/* ---- which day, which year ---- */

/* From midnight of the date, in UTC, to the first moment that is meant. */
static int64_t into_day(const struct when_parts *parts)
{
    return parts->hour * MS_PER_HOUR + parts->minute * MS_PER_MINUTE +
           parts->second * MS_PER_SECOND + parts->ms -
           parts->zone_min * MS_PER_MINUTE;
}

bool when_may_be(int64_t ms, const struct when_base *base)
{
    return ms <= base->now_ms + FUTURE_MS;
}

/* Of the same date in different years, the one nearest to the base day that is
 * not still to come. Eight years hold a Feb 29, also around 2100. */
static bool place_date(const struct when_parts *parts,
                       const struct when_base *base, int64_t *out)
{
    int around = civil_of(base->base_day_ms).year;
    bool found = false;
    for (int year = around - 8; year <= around + 8; year++) {
        if (parts->has_year && year != around - 8)
            break;
        int y = parts->has_year ? parts->year : year;
        if (!civil_date_valid(y, parts->month, parts->day))
            continue;
        int64_t day = civil_to_ms((struct civil){
            .year = y, .month = parts->month, .day = parts->day});
        int64_t ms = day + into_day(parts);
        if (!parts->has_year && !when_may_be(ms, base))
            continue;
        if (found &&
            llabs(ms - base->base_day_ms) >= llabs(*out - base->base_day_ms))
            continue;
        *out = ms;
        found = true;
    }
    return found;
}

/* A clock time without a date. Of equally near days the later one: a story is
 * told forwards. Only when no day from the base day on has come that far, the
 * day before it is meant: 23:50, told at 00:10 of the first day. */
static bool place_clock(const struct when_parts *parts,
                        const struct when_base *base, int64_t *out)
{
    int64_t anchor_day = civil_day_start(base->anchor_ms);
    bool found = false;
    for (int i = -2; i <= 2; i++) {
        int64_t ms = anchor_day + i * MS_PER_DAY + into_day(parts);
        if (ms < base->base_day_ms || !when_may_be(ms, base))
            continue;
        if (found &&
            llabs(ms - base->anchor_ms) > llabs(*out - base->anchor_ms))
            continue;
        *out = ms;
        found = true;
    }
    if (found)
        return true;
    for (int i = 1; i >= -2; i--) {
        *out = base->base_day_ms + i * MS_PER_DAY + into_day(parts);
        if (*out < base->base_day_ms && when_may_be(*out, base))
            return true;
    }
    return false;
}

static enum err refuse_future(int64_t ms, const struct when_base *base,
                              struct buf *why)
{
    char then[CIVIL_ISO_BYTES], now[CIVIL_ISO_BYTES];
    if (why != NULL) {
        civil_iso(ms, then);
        civil_iso(base->now_ms, now);
        buf_addf(why,
                 "%.10s %.5s UTC is in the future: it is now %.10s %.5s UTC. "
                 "Give the time when it happened. %s",
                 then, then + 11, now, now + 11, WHEN_EXAMPLES);
    }
    return ERR_INVALID;
}

static enum precision precision_of(const struct when_parts *parts, bool about)
{
    if (!parts->has_clock)
        return WHEN_DAY;
    if (parts->hour_only)
        return WHEN_HOUR;
    if (about)
        return WHEN_ABOUT;
    if (parts->has_ms)
        return WHEN_EXACT;
    return parts->has_seconds ? WHEN_SECOND : WHEN_MINUTE;
}

static void set_interval(struct when *when, int64_t from_ms,
                         enum precision precision)
{
    int64_t width = precision == WHEN_DAY    ? MS_PER_DAY
                    : precision == WHEN_HOUR ? MS_PER_HOUR
                                             : 0;
    when->from_ms = from_ms;
    when->to_ms = width == 0 ? from_ms : from_ms + width - 1;
    when->precision = precision;
    /* A day or an hour of a zone that is not one of UTC's. */
    if (width != 0 && from_ms % width != 0)
        when->precision = WHEN_RANGE;
}

static enum err resolve_point(const struct when_parts *parts, bool about,
                              const struct when_base *base, struct when *out,
                              struct buf *why)
{
    int64_t ms = 0;
    bool placed = parts->has_date ? place_date(parts, base, &ms)
                                  : place_clock(parts, base, &ms);
    if (!placed && parts->has_date) {
        if (why != NULL)
            buf_addf(why, "No year has such a date. %s", WHEN_EXAMPLES);
        return ERR_INVALID;
    }
    if (!placed)
        ms = civil_day_start(base->now_ms) + into_day(parts);
    if (!placed || !when_may_be(ms, base))
        return refuse_future(ms, base, why);
    set_interval(out, ms, precision_of(parts, about));
    return ERR_OK;
}

/* ---- spans ---- */

/* What one end says and the other leaves out holds for both. */
static void share_parts(struct when_parts *from, struct when_parts *to)
{
    if (!from->has_zone && to->has_zone) {
        from->has_zone = true;
        from->zone_min = to->zone_min;
    } else if (!to->has_zone) {
        to->zone_min = from->zone_min;
    }
    if (!from->has_date && to->has_date) {
        from->has_date = true;
        from->month = to->month;
        from->day = to->day;
    }
    if (from->has_date && !from->has_year && to->has_year) {
        bool year_before = from->month > to->month;
        from->has_year = true;
        from->year = to->year - (year_before ? 1 : 0);
    }
}

static enum err resolve_range(struct when_reading *reading,
                              const struct when_base *base, struct when *out,
                              struct buf *why)
{
    struct when from = {0}, to = {0};
    share_parts(&reading->from, &reading->to);
    enum err err = resolve_point(&reading->from, false, base, &from, why);
    if (err != ERR_OK)
        return err;
    if (reading->to.has_date) {
        struct when_base after = *base;
        after.base_day_ms = civil_day_start(from.from_ms);
        err = resolve_point(&reading->to, false, &after, &to, why);
        if (err != ERR_OK)
            return err;
    } else {
        /* The first such time after the beginning. */
        int64_t ms =
            civil_day_start(from.from_ms) - MS_PER_DAY + into_day(&reading->to);
        while (ms < from.from_ms)
            ms += MS_PER_DAY;
        if (!when_may_be(ms, base))
            return refuse_future(ms, base, why);
        set_interval(&to, ms, precision_of(&reading->to, false));
    }
    if (to.to_ms < from.from_ms) {
        if (why != NULL)
            buf_addf(why, "This span ends before it begins. %s", WHEN_EXAMPLES);
        return ERR_INVALID;
    }
    out->from_ms = from.from_ms;
    out->to_ms = to.to_ms;
    out->precision = WHEN_RANGE;
    return ERR_OK;
}

/* Precise to the unit that was said last: `2h ago` is not a minute's word. */
static void resolve_ago(const struct when_reading *reading,
                        const struct when_base *base, struct when *out)
{
    int64_t ms = base->now_ms - reading->ago_ms;
    int64_t unit = reading->ago_unit_ms;
    if (unit == MS_PER_DAY)
        set_interval(out, civil_day_start(ms), WHEN_DAY);
    else if (unit == MS_PER_SECOND && !reading->about)
        set_interval(out, ms - ms % MS_PER_SECOND, WHEN_SECOND);
    else
        set_interval(out, ms - ms % MS_PER_MINUTE,
                     unit == MS_PER_HOUR || reading->about ? WHEN_ABOUT
                                                           : WHEN_MINUTE);
}

enum err when_resolve(struct when_reading *reading, struct str text,
                      const struct when_base *base, struct when *out,
                      struct buf *why)
{
    struct when when = {0};
    enum err err = ERR_OK;
    switch (reading->form) {
    case READING_NOW:
        when = when_exact(base->now_ms);
        break;
    case READING_AGO:
        resolve_ago(reading, base, &when);
        break;
    case READING_POINT:
        err = resolve_point(&reading->from, reading->about, base, &when, why);
        break;
    case READING_RANGE:
        err = resolve_range(reading, base, &when, why);
        break;
    }
    if (err == ERR_OK && when.from_ms < 0) {
        if (why != NULL)
            buf_addf(why, "That is too long ago. %s", WHEN_EXAMPLES);
        err = ERR_INVALID;
    }
    if (err != ERR_OK)
        return err;
    str_copy_to(when.typed, str_trim(text));
    *out = when;
    return ERR_OK;
}

enum err when_parse(struct str text, const struct when_base *base,
                    struct when *out, struct buf *why)
{
    struct when_reading reading;
    enum err err = when_read(text, &reading, why);
    return err == ERR_OK ? when_resolve(&reading, text, base, out, why) : err;
}
