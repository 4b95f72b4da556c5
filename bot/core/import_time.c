#include "bot/core/import_parts.h"

#include <stdlib.h>

/* Further back than that, a time without a date is one of the next day; less,
 * and somebody did not write in order. The first time may be so much before the
 * incident. */
#define ROLL_MS (6 * MS_PER_HOUR)

static void print_zone(int minutes, struct buf *out)
{
    int n = abs(minutes);
    buf_addf(out, " %c%02d:%02d", minutes < 0 ? '-' : '+', n / 60, n % 60);
}

static void print_date(const struct when_parts *parts, const int64_t *day_ms,
                       struct buf *out)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                         "May", "Jun", "Jul", "Aug",
                                         "Sep", "Oct", "Nov", "Dec"};
    char date[CIVIL_ISO_BYTES];
    if (parts->has_year)
        buf_addf(out, "%04d-%02d-%02d ", parts->year, parts->month, parts->day);
    else if (parts->has_date)
        buf_addf(out, "%s %d ", months[parts->month - 1], parts->day);
    if (parts->has_date || day_ms == NULL)
        return;
    civil_date(*day_ms, date);
    buf_addf(out, "%s ", date);
}

/* As when_parse reads it, with the day and the zone that the paste tells. */
static void print_parts(const struct when_parts *parts, const int64_t *day_ms,
                        const struct import_clock *clock, struct buf *out)
{
    print_date(parts, day_ms, out);
    if (parts->has_clock && parts->hour_only)
        buf_addf(out, "%02d:XX", parts->hour);
    else if (parts->has_clock)
        buf_addf(out, "%02d:%02d", parts->hour, parts->minute);
    if (parts->has_seconds)
        buf_addf(out, ":%02d", parts->second);
    if (parts->has_ms)
        buf_addf(out, ".%03d", parts->ms);
    if (parts->has_zone)
        print_zone(parts->zone_min, out);
    else if (parts->has_clock && clock->has_zone)
        print_zone(clock->zone_min, out);
}

static bool parse_on(const struct import_clock *clock,
                     const struct import_head *head, const int64_t *day_ms,
                     struct when *out, struct buf *why)
{
    const struct when_reading *reading = &head->reading;
    bool is_range = reading->form == READING_RANGE;
    struct when_parts from = reading->from, to = reading->to;
    struct when_base base = clock->base;
    struct buf text = BUF_INIT(WHEN_TYPED_BYTES * 2);
    if (clock->has_day)
        base.base_day_ms = clock->day_ms;
    if (is_range && !from.has_zone && to.has_zone) {
        from.has_zone = true;
        from.zone_min = to.zone_min;
    } else if (is_range && from.has_zone && !to.has_zone) {
        to.has_zone = true;
        to.zone_min = from.zone_min;
    }
    buf_add_text(&text, is_range ? "between " : reading->about ? "~" : "");
    print_parts(&from, day_ms, clock, &text);
    if (is_range) {
        buf_add_text(&text, " and ");
        print_parts(&to, NULL, clock, &text);
    }
    enum err err = when_parse(buf_str(&text), &base, out, why);
    buf_release(&text);
    return err == ERR_OK;
}

static bool has_date(const struct import_head *head)
{
    return head->reading.from.has_date ||
           (head->reading.form == READING_RANGE && head->reading.to.has_date);
}

static int zone_of(const struct import_clock *clock,
                   const struct import_head *head)
{
    if (head->reading.from.has_zone)
        return head->reading.from.zone_min;
    if (head->reading.form == READING_RANGE && head->reading.to.has_zone)
        return head->reading.to.zone_min;
    return clock->has_zone ? clock->zone_min : 0;
}

/* What was typed; the zone of the paste behind it, so that it is complete. */
static void set_typed(const struct import_clock *clock,
                      const struct import_head *head, struct when *when)
{
    const struct when_reading *reading = &head->reading;
    struct buf typed = BUF_INIT(WHEN_TYPED_BYTES - 1);
    buf_add_text(&typed, head->typed);
    if (reading->from.has_clock && !reading->from.has_zone &&
        !reading->to.has_zone && clock->has_zone && clock->zone_min != 0)
        print_zone(clock->zone_min, &typed);
    str_copy_to(when->typed, buf_str(&typed));
    buf_release(&typed);
}

/* Midnight of the day it was told for, in its own zone. */
static int64_t day_of(const struct import_clock *clock,
                      const struct import_head *head, const struct when *when)
{
    bool has_clock = head->reading.from.has_clock;
    int64_t ms = when->from_ms;
    if (has_clock)
        ms += zone_of(clock, head) * MS_PER_MINUTE;
    if (has_clock && head->reading.from.hour == 24)
        ms -= MS_PER_DAY;
    return civil_day_start(ms);
}

/* In Tokyo it is tomorrow already; and what began after midnight may have been
 * talked of before, as what has not come yet today was. */
static void find_first_day(struct import_clock *clock,
                           const struct import_head *head)
{
    const struct when_parts *from = &head->reading.from;
    int64_t zone_ms = zone_of(clock, head) * MS_PER_MINUTE;
    int64_t began_ms = clock->day_ms + zone_ms;
    int64_t day_ms = civil_day_start(began_ms);
    int64_t first_ms =
        day_ms + from->hour * MS_PER_HOUR + from->minute * MS_PER_MINUTE;
    if (first_ms - began_ms > MS_PER_DAY - ROLL_MS ||
        !when_may_be(first_ms - zone_ms, &clock->base))
        day_ms -= MS_PER_DAY;
    clock->is_moment = false;
    clock->day_ms = clock->first_day_ms = day_ms;
}

bool import_place(struct import_clock *clock, const struct import_head *head,
                  struct when *out, struct buf *why)
{
    struct when when, next;
    bool is_told = has_date(head);
    if (clock->is_moment && !is_told)
        find_first_day(clock, head);
    const int64_t *day = is_told || !clock->has_day ? NULL : &clock->day_ms;
    if (!parse_on(clock, head, day, &when, why))
        return false;
    if (day != NULL && clock->has_last &&
        when.from_ms < clock->last_ms - ROLL_MS) {
        int64_t next_day = clock->day_ms + MS_PER_DAY;
        if (parse_on(clock, head, &next_day, &next, NULL))
            when = next;
    }
    set_typed(clock, head, &when);
    clock->day_ms = day_of(clock, head, &when);
    clock->has_day = clock->has_last = true;
    clock->is_moment = false;
    clock->last_ms = when.from_ms;
    *out = when;
    return true;
}

bool import_set_day(struct import_clock *clock, const struct import_head *head,
                    struct buf *why)
{
    struct when when;
    struct import_head date = *head;
    date.reading.from.has_clock = date.reading.from.hour_only = false;
    date.reading.from.has_seconds = date.reading.from.has_ms = false;
    date.reading.from.has_zone = false;
    date.reading.form = READING_POINT;
    date.reading.about = false;
    if (!parse_on(clock, &date, NULL, &when, why))
        return false;
    clock->has_day = true;
    clock->has_last = clock->is_moment = false;
    clock->day_ms = civil_day_start(when.from_ms);
    return true;
}
