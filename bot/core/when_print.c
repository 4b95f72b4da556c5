#include "bot/core/when_read.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- a time ---- */

static void print_date(int64_t ms, struct buf *out)
{
    char date[CIVIL_ISO_BYTES];
    civil_date(ms, date);
    buf_add_text(out, date);
}

/* Seconds only when they say something: not at the end of a minute or hour. */
static void print_clock(int64_t ms, bool seconds, struct buf *out)
{
    struct civil c = civil_of(ms);
    buf_addf(out, "%02d:%02d", c.hour, c.minute);
    if (seconds && c.ms != 999)
        buf_addf(out, ":%02d", c.second);
}

static bool is_day_wide(const struct when *when)
{
    return when->from_ms % MS_PER_DAY == 0 &&
           when->to_ms % MS_PER_DAY == MS_PER_DAY - 1;
}

static void print_range(const struct when *when, struct buf *out)
{
    bool same_day =
        civil_day_start(when->from_ms) == civil_day_start(when->to_ms);
    bool seconds = when->from_ms % MS_PER_MINUTE != 0 ||
                   (when->to_ms % MS_PER_MINUTE != 0 &&
                    when->to_ms % MS_PER_MINUTE != MS_PER_MINUTE - 1);
    bool days = is_day_wide(when);
    print_date(when->from_ms, out);
    if (!days) {
        buf_add_char(out, ' ');
        print_clock(when->from_ms, seconds, out);
    }
    if (days && same_day)
        return;
    buf_add_text(out, " to ");
    if (!same_day)
        print_date(when->to_ms, out);
    if (!days && !same_day)
        buf_add_char(out, ' ');
    if (!days)
        print_clock(when->to_ms, seconds, out);
}

/* What was typed decides two things: 24:XX stays, and a zone is shown. */
static void print_hour(const struct when *when, bool with_date, bool is_24,
                       struct buf *out)
{
    int64_t under = is_24 ? when->from_ms - MS_PER_DAY : when->from_ms;
    if (with_date) {
        print_date(under, out);
        buf_add_char(out, ' ');
    }
    buf_addf(out, "%02d:XX", is_24 ? 24 : civil_of(when->from_ms).hour);
}

static void print_point(const struct when *when, bool with_date,
                        struct buf *out)
{
    bool about = when->precision == WHEN_ABOUT;
    bool seconds = when->precision == WHEN_SECOND ||
                   (about && when->from_ms % MS_PER_MINUTE != 0);
    if (with_date) {
        print_date(when->from_ms, out);
        buf_add_char(out, ' ');
    }
    if (about)
        buf_add_char(out, '~');
    print_clock(when->from_ms, seconds, out);
}

/* False: nothing that can be read was typed. */
static bool read_typed(const struct when *when, struct when_reading *out)
{
    char text[WHEN_TYPED_BYTES] = "";
    struct buf rest = BUF_IN(text);
    struct str typed = str_of(when->typed);
    struct str clock = when_take_day(typed, &rest) < 0 ? typed : buf_str(&rest);
    return clock.n > 0 && when_read(clock, out, NULL) == ERR_OK;
}

/* True: it was typed in another zone. */
static bool print_in_utc(const struct when *when, bool with_date,
                         struct buf *out)
{
    struct when_reading typed = {0};
    bool is_read = read_typed(when, &typed);
    bool zoned =
        is_read && (typed.from.zone_min != 0 || typed.to.zone_min != 0);
    bool is_24 = is_read && typed.from.hour == 24 && !zoned;
    switch (when->precision) {
    case WHEN_NEVER:
        buf_add_text(out, "not recorded");
        break;
    case WHEN_EXACT:
    case WHEN_SECOND:
    case WHEN_MINUTE:
    case WHEN_ABOUT:
        print_point(when, with_date, out);
        break;
    case WHEN_HOUR:
        print_hour(when, with_date, is_24, out);
        break;
    case WHEN_DAY:
    case WHEN_RANGE:
        print_range(when, out);
        break;
    case PRECISION_COUNT:
        break;
    }
    return zoned;
}

void when_print(const struct when *when, bool with_date, struct buf *out)
{
    if (print_in_utc(when, with_date, out))
        buf_addf(out, " (typed %s)", when->typed);
}

void when_print_utc(const struct when *when, bool with_date, struct buf *out)
{
    (void)print_in_utc(when, with_date, out);
}

/* ---- from one time to another ---- */

static int64_t minute_of(int64_t ms)
{
    int64_t minute = ms / MS_PER_MINUTE;
    return ms % MS_PER_MINUTE < 0 ? minute - 1 : minute;
}

static bool to_the_second(const struct when *when)
{
    return when->precision == WHEN_EXACT || when->precision == WHEN_SECOND;
}

static void print_minutes(int64_t minutes, struct buf *out)
{
    int64_t n = llabs(minutes);
    int64_t parts[] = {n / 1440, n / 60 % 24, n % 60};
    static const char *const units[] = {"d", "h", "min"};
    const char *gap = "";
    if (minutes < 0)
        buf_add_char(out, '-');
    if (n < 60) {
        buf_addf(out, "%" PRId64 " minute%s", n, n == 1 ? "" : "s");
        return;
    }
    for (int i = 0; i < 3; i++) {
        if (parts[i] == 0)
            continue;
        buf_addf(out, "%s%" PRId64 " %s", gap, parts[i], units[i]);
        gap = " ";
    }
}

static int64_t floor_days(int64_t minutes)
{
    int64_t days = minutes / 1440;
    return minutes % 1440 < 0 ? days - 1 : days;
}

/* Rounded outwards: it is never said better than it is known. */
static void print_minute_range(int64_t least, int64_t most, struct buf *out)
{
    if (most - least >= 1440) {
        buf_addf(out, "%" PRId64 " to %" PRId64 " days", floor_days(least),
                 -floor_days(-most));
    } else if (llabs(least) < 120 && llabs(most) < 120) {
        buf_addf(out, "%" PRId64 " to %" PRId64 " minutes", least, most);
    } else {
        print_minutes(least, out);
        buf_add_text(out, " to ");
        print_minutes(most, out);
    }
}

void when_print_span(const struct when *start, const struct when *end,
                     struct buf *out)
{
    if (!when_is_set(start) || !when_is_set(end)) {
        buf_add_text(out, "not recorded");
        return;
    }
    int64_t ms = end->from_ms - start->from_ms;
    if (to_the_second(start) && to_the_second(end) &&
        llabs(ms) < MS_PER_MINUTE) {
        int64_t n = ms / MS_PER_SECOND;
        buf_addf(out, "%" PRId64 " second%s", n, llabs(n) == 1 ? "" : "s");
        return;
    }
    int64_t least = minute_of(end->from_ms) - minute_of(start->to_ms);
    int64_t most = minute_of(end->to_ms) - minute_of(start->from_ms);
    if (start->precision == WHEN_ABOUT || end->precision == WHEN_ABOUT)
        buf_add_text(out, "about ");
    if (least != most)
        print_minute_range(least, most, out);
    else if (least == 0)
        buf_add_text(out, "less than a minute");
    else
        print_minutes(least, out);
}
