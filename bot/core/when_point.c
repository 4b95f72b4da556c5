#include "bot/core/when_point.h"

#include "bot/base/ascii.h"
#include "bot/core/when_read.h"

/* ---- dates ---- */

static void check_date(struct when_scan *scan, const struct when_parts *parts)
{
    /* Without a year, Feb 29 may be meant: 2000 had one. */
    int year = parts->has_year ? parts->year : 2000;
    if (!civil_date_valid(year, parts->month, parts->day))
        scan_complain(scan,
                      "There is no such date as day %d of month %d%s. "
                      "Write it as 2022-12-17 or Dec 17.",
                      parts->day, parts->month,
                      parts->has_year ? " that year" : "");
}

/* 2022-12-17, also followed by T and the clock. */
static bool read_iso_date(struct when_scan *scan, struct when_parts *parts)
{
    struct str rest = scan->rest;
    if (parts->has_date || scan_digits(rest, 0) != 4 ||
        str_at(rest, 4) != '-' || scan_digits(rest, 5) != 2 ||
        str_at(rest, 7) != '-' || scan_digits(rest, 8) != 2)
        return false;
    parts->has_date = parts->has_year = true;
    parts->year = scan_number(rest, 0, 4);
    parts->month = scan_number(rest, 5, 2);
    parts->day = scan_number(rest, 8, 2);
    scan_skip(scan, 10);
    if ((str_at(rest, 10) == 'T' || str_at(rest, 10) == 't') &&
        is_digit(str_at(rest, 11)))
        scan_skip(scan, 1);
    check_date(scan, parts);
    return true;
}

static bool read_month(struct when_scan *scan, struct when_parts *parts)
{
    struct str word = scan_letters(scan->rest);
    parts->month = civil_month_named(word);
    if (parts->month == 0)
        return false;
    scan_skip(scan, word.n);
    if (str_at(scan->rest, 0) == '.')
        scan_skip(scan, 1);
    return true;
}

/* 17, 1st, 28th; not the hour of a clock. */
static bool read_day(struct when_scan *scan, struct when_parts *parts)
{
    static const char *const endings[] = {"st", "nd", "rd", "th"};
    struct str rest = scan->rest;
    size_t n = scan_digits(rest, 0);
    if (n < 1 || n > 2 || str_at(rest, n) == ':')
        return false;
    parts->day = scan_number(rest, 0, n);
    scan_skip(scan, n);
    struct str ending = scan_letters(scan->rest);
    for (size_t i = 0; i < 4; i++)
        if (str_is_nocase(ending, endings[i]))
            scan_skip(scan, ending.n);
    return true;
}

/* Dec 17, 17 Dec, each also with the year. */
static bool read_named_date(struct when_scan *scan, struct when_parts *parts)
{
    struct when_scan ahead = *scan;
    if (parts->has_date)
        return false;
    if (read_month(&ahead, parts)) {
        scan_blanks(&ahead);
        if (!read_day(&ahead, parts))
            return false;
    } else {
        if (!read_day(&ahead, parts))
            return false;
        scan_blanks(&ahead);
        if (!read_month(&ahead, parts))
            return false;
    }
    parts->has_date = true;
    *scan = ahead;
    scan_blanks(&ahead);
    if (scan_digits(ahead.rest, 0) == 4 && str_at(ahead.rest, 4) != ':') {
        parts->has_year = true;
        parts->year = scan_number(ahead.rest, 0, 4);
        scan_skip(&ahead, 4);
        *scan = ahead;
    }
    check_date(scan, parts);
    return true;
}

/* ---- clocks ---- */

static void read_seconds(struct when_scan *scan, struct when_parts *parts)
{
    struct str rest = scan->rest;
    if (str_at(rest, 0) != ':' || scan_digits(rest, 1) != 2)
        return;
    parts->has_seconds = true;
    parts->second = scan_number(rest, 1, 2);
    scan_skip(scan, 3);
    size_t n = scan_digits(scan->rest, 1);
    if (str_at(scan->rest, 0) != '.' || n < 1 || n > 9)
        return;
    static const int scale[] = {0, 100, 10, 1};
    size_t used = n < 3 ? n : 3;
    parts->has_ms = true;
    parts->ms = scan_number(scan->rest, 1, used) * scale[used];
    scan_skip(scan, 1 + n);
}

/* 18:53, 8:21, 22:17:30, 22:XX, 24:XX. */
bool when_read_clock(struct when_scan *scan, struct when_parts *parts)
{
    struct str rest = scan->rest;
    size_t n = scan_digits(rest, 0);
    struct str mark = scan_letters(str_from(rest, n + 1));
    bool minutes = scan_digits(rest, n + 1) == 2;
    bool hour_only = str_is_nocase(mark, "XX");
    if (parts->has_clock || n < 1 || n > 2 || str_at(rest, n) != ':' ||
        !(minutes || hour_only))
        return false;
    parts->has_clock = true;
    parts->hour_only = hour_only;
    parts->hour = scan_number(rest, 0, n);
    parts->minute = minutes ? scan_number(rest, n + 1, 2) : 0;
    scan_skip(scan, n + 3);
    if (minutes)
        read_seconds(scan, parts);
    if (parts->hour > 24 || parts->minute > 59 || parts->second > 59)
        scan_complain(
            scan,
            "%.*s is not a time of day: hours go from 00 to 24, minutes "
            "and seconds to 59. " WHEN_EXAMPLES,
            STR_ARG(scan_shown(rest)));
    return true;
}

/* ---- zones ---- */

struct zone {
    const char *name;
    int minutes;
};

/* Only names that mean one offset. */
static const struct zone zones[] = {
    {"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"WET", 0},     {"WEST", 60},
    {"BST", 60},   {"CET", 60},   {"MEZ", 60},   {"CEST", 120},  {"MESZ", 120},
    {"EET", 120},  {"EEST", 180}, {"MSK", 180},  {"JST", 540},   {"KST", 540},
    {"AWST", 480}, {"ACST", 570}, {"AEST", 600}, {"AEDT", 660},  {"NZST", 720},
    {"NZDT", 780}, {"EST", -300}, {"EDT", -240}, {"CDT", -300},  {"MST", -420},
    {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"AKST", -540}, {"AKDT", -480},
    {"HST", -600}, {"BRT", -180},
};
static const char *const ambiguous_zones[] = {"CST", "IST", "AST", "SST"};

/* +1, +01, +0100, +01:00. */
static bool read_offset(struct when_scan *scan, struct when_parts *parts)
{
    struct str rest = scan->rest;
    char sign = str_at(rest, 0);
    size_t n = scan_digits(rest, 1);
    int hours, minutes = 0;
    if ((sign != '+' && sign != '-') || n < 1 || n == 3 || n > 4)
        return false;
    hours = scan_number(rest, 1, n == 4 ? 2 : n);
    if (n == 4)
        minutes = scan_number(rest, 3, 2);
    scan_skip(scan, 1 + n);
    if (n <= 2 && str_at(scan->rest, 0) == ':' &&
        scan_digits(scan->rest, 1) == 2) {
        minutes = scan_number(scan->rest, 1, 2);
        scan_skip(scan, 3);
    }
    if (hours > 14 || minutes > 59)
        scan_complain(scan,
                      "%.*s is not a zone: offsets go from -12:00 to +14:00.",
                      STR_ARG(scan_shown(rest)));
    parts->has_zone = true;
    parts->zone_min = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return true;
}

/* Dec 10-12: no day has a zone of a number right behind it. */
static void complain_of_days(struct when_scan *scan,
                             const struct when_parts *parts)
{
    struct str rest = scan->rest;
    size_t n = scan_digits(rest, 1);
    if (parts->has_date && !parts->has_clock && str_at(rest, 0) == '-' &&
        is_digit(rest.s[-1]) && (n == 1 || n == 2) &&
        str_at(rest, 1 + n) != ':')
        scan_complain(scan,
                      "Days from one to another are written as between Dec "
                      "10 and Dec 12.");
}

static void complain_of_word(struct when_scan *scan, struct str word)
{
    for (size_t i = 0; i < sizeof ambiguous_zones / sizeof *ambiguous_zones;
         i++)
        if (str_is_nocase(word, ambiguous_zones[i]))
            scan_complain(
                scan,
                "%s means different zones in different places. Give the "
                "offset: 18:53 -06:00 or 18:53 +05:30.",
                ambiguous_zones[i]);
    if (word.n >= 2 && word.n <= 5 && civil_month_named(word) == 0)
        scan_complain(scan,
                      "The zone %.*s is not known here. Use UTC or an offset: "
                      "18:53 +01:00.",
                      STR_ARG(word));
}

static bool read_zone(struct when_scan *scan, struct when_parts *parts)
{
    struct str word = scan_letters(scan->rest);
    if (!parts->has_date && !parts->has_clock)
        return false;
    if (parts->has_zone)
        return parts->zone_min == 0 && read_offset(scan, parts); /* UTC+1 */
    complain_of_days(scan, parts);
    if (read_offset(scan, parts))
        return true;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (!str_is_nocase(word, zones[i].name))
            continue;
        parts->has_zone = true;
        parts->zone_min = zones[i].minutes;
        scan_skip(scan, word.n);
        return true;
    }
    if (word.n > 0)
        complain_of_word(scan, word);
    return false;
}

/* ---- all of it ---- */

/* 3pm, 3:15 pm: on the clock that is read here it is another number. */
static void complain_of_half_day(struct when_scan *scan)
{
    struct str rest = scan->rest;
    size_t n = scan_digits(rest, 0), end = n;
    bool minutes = str_at(rest, n) == ':' && scan_digits(rest, n + 1) == 2;
    if (minutes)
        end += 3;
    struct str seconds = str_from(rest, end);
    bool has =
        minutes && str_at(rest, end) == ':' && scan_digits(rest, end + 1) == 2;
    seconds.n = has ? 3 : 0;
    end += seconds.n;
    size_t blank = str_at(rest, end) == ' ';
    struct str word = scan_letters(str_from(rest, end + blank));
    bool is_pm = str_is_nocase(word, "pm");
    if (n < 1 || n > 2 || !(is_pm || str_is_nocase(word, "am")))
        return;
    int hour = scan_number(rest, 0, n),
        minute = minutes ? scan_number(rest, n + 1, 2) : 0;
    if (hour < 1 || hour > 12)
        scan_complain(scan, "Times have 24 hours here: 6:53 pm is 18:53.");
    scan_complain(scan, "Times have 24 hours here: %.*s is %02d:%02d%.*s.",
                  (int)(end + blank + word.n), rest.s,
                  hour % 12 + (is_pm ? 12 : 0), minute, STR_ARG(seconds));
}

/* 1530, 15.30: a year, a version, or a clock without its colon. */
static void complain_of_bare_digits(struct when_scan *scan)
{
    struct str rest = scan->rest;
    bool tight = scan_digits(rest, 0) == 4;
    size_t second = tight ? 2 : 3;
    bool dotted = scan_digits(rest, 0) == 2 && str_at(rest, 2) == '.' &&
                  scan_digits(rest, 3) == 2;
    if ((!tight && !dotted) || rest.n != second + 2)
        return;
    int hour = scan_number(rest, 0, 2), minute = scan_number(rest, second, 2);
    if (hour <= 24 && minute <= 59)
        scan_complain(scan, "If %.*s is a time of day, write it as %02d:%02d.",
                      STR_ARG(rest), hour, minute);
}

void when_read_point(struct when_scan *scan, struct when_parts *parts)
{
    struct str whole = scan->rest;
    *parts = (struct when_parts){0};
    scan_blanks(scan);
    (void)scan_word(scan, "at");
    complain_of_bare_digits(scan);
    while (!scan->failed && scan->rest.n > 0) {
        /* As we print it: 2022-12-13 ~18:52. */
        if (parts->has_date && !parts->has_clock && scan_about(scan))
            parts->about = true;
        complain_of_half_day(scan);
        if (!read_iso_date(scan, parts) && !when_read_clock(scan, parts) &&
            !read_named_date(scan, parts) && !read_zone(scan, parts))
            scan_complain(scan, "\"%.*s\" cannot be read as a time. %s",
                          STR_ARG(scan_shown(whole)), WHEN_EXAMPLES);
        scan_blanks(scan);
    }
    if (!parts->has_date && !parts->has_clock)
        scan_complain(scan, "A time is missing. %s", WHEN_EXAMPLES);
}
