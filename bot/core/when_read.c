#include "bot/core/when_read.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"

#include <stdarg.h>
#include <string.h>

#define SHOWN_BYTES 48 /* of what was typed, in a complaint */

/* Reads from the front of `rest`. The first complaint stays. */
struct reader {
    struct str rest;
    struct buf *why;
    bool failed;
};

static void __attribute__((format(printf, 2, 3)))
complain(struct reader *reader, const char *format, ...)
{
    va_list args;
    if (!reader->failed && reader->why != NULL) {
        va_start(args, format);
        buf_addv(reader->why, format, args);
        va_end(args);
    }
    reader->failed = true;
}

static struct str shown(struct str text)
{
    text.n = utf8_cut_bytes(text, SHOWN_BYTES);
    return text;
}

/* ---- letters and digits ---- */

static size_t digits_at(struct str text, size_t i)
{
    size_t n = 0;
    while (is_digit(str_at(text, i + n)))
        n++;
    return n;
}

static struct str word_at(struct str text)
{
    size_t n = 0;
    while (is_letter(str_at(text, n)))
        n++;
    return (struct str){text.s, n};
}

/* Two to six digits: fits an int. */
static int number(struct str text, size_t i, size_t n)
{
    int value = 0;
    for (size_t k = 0; k < n; k++)
        value = value * 10 + (str_at(text, i + k) - '0');
    return value;
}

static void skip(struct reader *reader, size_t n)
{
    reader->rest = str_from(reader->rest, n);
}

static void skip_blanks(struct reader *reader)
{
    while (str_at(reader->rest, 0) == ' ' || str_at(reader->rest, 0) == ',')
        skip(reader, 1);
}

static bool skip_word(struct reader *reader, const char *word)
{
    if (!str_is_nocase(word_at(reader->rest), word))
        return false;
    skip(reader, strlen(word));
    skip_blanks(reader);
    return true;
}

/* Where `word` stands between blanks; text.n when nowhere. */
static size_t find_word(struct str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 1; i + n < text.n; i++)
        if (text.s[i - 1] == ' ' && text.s[i + n] == ' ' &&
            str_is_nocase((struct str){text.s + i, n}, word))
            return i;
    return text.n;
}

/* ---- dates ---- */

static void check_date(struct reader *reader, const struct when_parts *parts)
{
    /* Without a year, Feb 29 may be meant: 2000 had one. */
    int year = parts->has_year ? parts->year : 2000;
    if (!civil_date_valid(year, parts->month, parts->day))
        complain(reader,
                 "There is no such date as day %d of month %d%s. "
                 "Write it as 2022-12-17 or Dec 17.",
                 parts->day, parts->month, parts->has_year ? " that year" : "");
}

/* 2022-12-17, also followed by T and the clock. */
static bool read_iso_date(struct reader *reader, struct when_parts *parts)
{
    struct str rest = reader->rest;
    if (parts->has_date || digits_at(rest, 0) != 4 || str_at(rest, 4) != '-' ||
        digits_at(rest, 5) != 2 || str_at(rest, 7) != '-' ||
        digits_at(rest, 8) != 2)
        return false;
    parts->has_date = parts->has_year = true;
    parts->year = number(rest, 0, 4);
    parts->month = number(rest, 5, 2);
    parts->day = number(rest, 8, 2);
    skip(reader, 10);
    if ((str_at(rest, 10) == 'T' || str_at(rest, 10) == 't') &&
        is_digit(str_at(rest, 11)))
        skip(reader, 1);
    check_date(reader, parts);
    return true;
}

static bool read_month(struct reader *reader, struct when_parts *parts)
{
    struct str word = word_at(reader->rest);
    parts->month = civil_month_named(word);
    if (parts->month == 0)
        return false;
    skip(reader, word.n);
    if (str_at(reader->rest, 0) == '.')
        skip(reader, 1);
    return true;
}

/* 17, 1st, 28th; not the hour of a clock. */
static bool read_day(struct reader *reader, struct when_parts *parts)
{
    static const char *const endings[] = {"st", "nd", "rd", "th"};
    struct str rest = reader->rest;
    size_t n = digits_at(rest, 0);
    if (n < 1 || n > 2 || str_at(rest, n) == ':')
        return false;
    parts->day = number(rest, 0, n);
    skip(reader, n);
    struct str ending = word_at(reader->rest);
    for (size_t i = 0; i < 4; i++)
        if (str_is_nocase(ending, endings[i]))
            skip(reader, ending.n);
    return true;
}

/* Dec 17, 17 Dec, each also with the year. */
static bool read_named_date(struct reader *reader, struct when_parts *parts)
{
    struct reader ahead = *reader;
    if (parts->has_date)
        return false;
    if (read_month(&ahead, parts)) {
        skip_blanks(&ahead);
        if (!read_day(&ahead, parts))
            return false;
    } else {
        if (!read_day(&ahead, parts))
            return false;
        skip_blanks(&ahead);
        if (!read_month(&ahead, parts))
            return false;
    }
    parts->has_date = true;
    *reader = ahead;
    skip_blanks(&ahead);
    if (digits_at(ahead.rest, 0) == 4 && str_at(ahead.rest, 4) != ':') {
        parts->has_year = true;
        parts->year = number(ahead.rest, 0, 4);
        skip(&ahead, 4);
        *reader = ahead;
    }
    check_date(reader, parts);
    return true;
}

/* ---- clocks ---- */

static void read_seconds(struct reader *reader, struct when_parts *parts)
{
    struct str rest = reader->rest;
    if (str_at(rest, 0) != ':' || digits_at(rest, 1) != 2)
        return;
    parts->has_seconds = true;
    parts->second = number(rest, 1, 2);
    skip(reader, 3);
    size_t n = digits_at(reader->rest, 1);
    if (str_at(reader->rest, 0) != '.' || n < 1 || n > 9)
        return;
    static const int scale[] = {0, 100, 10, 1};
    size_t used = n < 3 ? n : 3;
    parts->has_ms = true;
    parts->ms = number(reader->rest, 1, used) * scale[used];
    skip(reader, 1 + n);
}

/* 18:53, 8:21, 22:17:30, 22:XX, 24:XX. */
static bool read_clock(struct reader *reader, struct when_parts *parts)
{
    struct str rest = reader->rest;
    size_t n = digits_at(rest, 0);
    struct str mark = word_at(str_from(rest, n + 1));
    bool minutes = digits_at(rest, n + 1) == 2;
    bool hour_only = str_is_nocase(mark, "XX");
    if (parts->has_clock || n < 1 || n > 2 || str_at(rest, n) != ':' ||
        !(minutes || hour_only))
        return false;
    parts->has_clock = true;
    parts->hour_only = hour_only;
    parts->hour = number(rest, 0, n);
    parts->minute = minutes ? number(rest, n + 1, 2) : 0;
    skip(reader, n + 3);
    if (minutes)
        read_seconds(reader, parts);
    if (parts->hour > 24 || parts->minute > 59 || parts->second > 59)
        complain(reader,
                 "%.*s is not a time of day: hours go from 00 to 24, minutes "
                 "and seconds to 59. " WHEN_EXAMPLES,
                 STR_ARG(shown(rest)));
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
static bool read_offset(struct reader *reader, struct when_parts *parts)
{
    struct str rest = reader->rest;
    char sign = str_at(rest, 0);
    size_t n = digits_at(rest, 1);
    int hours, minutes = 0;
    if ((sign != '+' && sign != '-') || n < 1 || n == 3 || n > 4)
        return false;
    hours = number(rest, 1, n == 4 ? 2 : n);
    if (n == 4)
        minutes = number(rest, 3, 2);
    skip(reader, 1 + n);
    if (n <= 2 && str_at(reader->rest, 0) == ':' &&
        digits_at(reader->rest, 1) == 2) {
        minutes = number(reader->rest, 1, 2);
        skip(reader, 3);
    }
    if (hours > 14 || minutes > 59)
        complain(reader,
                 "%.*s is not a zone: offsets go from -12:00 to +14:00.",
                 STR_ARG(shown(rest)));
    parts->has_zone = true;
    parts->zone_min = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return true;
}

/* Dec 10-12: no day has a zone of a number right behind it. */
static void complain_of_days(struct reader *reader,
                             const struct when_parts *parts)
{
    struct str rest = reader->rest;
    size_t n = digits_at(rest, 1);
    if (parts->has_date && !parts->has_clock && str_at(rest, 0) == '-' &&
        is_digit(rest.s[-1]) && (n == 1 || n == 2) &&
        str_at(rest, 1 + n) != ':')
        complain(reader, "Days from one to another are written as between Dec "
                         "10 and Dec 12.");
}

static void complain_of_word(struct reader *reader, struct str word)
{
    for (size_t i = 0; i < sizeof ambiguous_zones / sizeof *ambiguous_zones;
         i++)
        if (str_is_nocase(word, ambiguous_zones[i]))
            complain(reader,
                     "%s means different zones in different places. Give the "
                     "offset: 18:53 -06:00 or 18:53 +05:30.",
                     ambiguous_zones[i]);
    if (word.n >= 2 && word.n <= 5 && civil_month_named(word) == 0)
        complain(reader,
                 "The zone %.*s is not known here. Use UTC or an offset: "
                 "18:53 +01:00.",
                 STR_ARG(word));
}

static bool read_zone(struct reader *reader, struct when_parts *parts)
{
    struct str word = word_at(reader->rest);
    if (!parts->has_date && !parts->has_clock)
        return false;
    if (parts->has_zone)
        return parts->zone_min == 0 && read_offset(reader, parts); /* UTC+1 */
    complain_of_days(reader, parts);
    if (read_offset(reader, parts))
        return true;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (!str_is_nocase(word, zones[i].name))
            continue;
        parts->has_zone = true;
        parts->zone_min = zones[i].minutes;
        skip(reader, word.n);
        return true;
    }
    if (word.n > 0)
        complain_of_word(reader, word);
    return false;
}

/* ---- the forms ---- */

/* 3pm, 3:15 pm: on the clock that is read here it is another number. */
static void complain_of_half_day(struct reader *reader)
{
    struct str rest = reader->rest;
    size_t n = digits_at(rest, 0), end = n;
    bool minutes = str_at(rest, n) == ':' && digits_at(rest, n + 1) == 2;
    if (minutes)
        end += 3;
    struct str seconds = str_from(rest, end);
    bool has =
        minutes && str_at(rest, end) == ':' && digits_at(rest, end + 1) == 2;
    seconds.n = has ? 3 : 0;
    end += seconds.n;
    size_t blank = str_at(rest, end) == ' ';
    struct str word = word_at(str_from(rest, end + blank));
    bool is_pm = str_is_nocase(word, "pm");
    if (n < 1 || n > 2 || !(is_pm || str_is_nocase(word, "am")))
        return;
    int hour = number(rest, 0, n),
        minute = minutes ? number(rest, n + 1, 2) : 0;
    if (hour < 1 || hour > 12)
        complain(reader, "Times have 24 hours here: 6:53 pm is 18:53.");
    complain(reader, "Times have 24 hours here: %.*s is %02d:%02d%.*s.",
             (int)(end + blank + word.n), rest.s, hour % 12 + (is_pm ? 12 : 0),
             minute, STR_ARG(seconds));
}

/* 1530, 15.30: a year, a version, or a clock without its colon. */
static void complain_of_bare_digits(struct reader *reader)
{
    struct str rest = reader->rest;
    bool tight = digits_at(rest, 0) == 4;
    size_t second = tight ? 2 : 3;
    bool dotted = digits_at(rest, 0) == 2 && str_at(rest, 2) == '.' &&
                  digits_at(rest, 3) == 2;
    if ((!tight && !dotted) || rest.n != second + 2)
        return;
    int hour = number(rest, 0, 2), minute = number(rest, second, 2);
    if (hour <= 24 && minute <= 59)
        complain(reader, "If %.*s is a time of day, write it as %02d:%02d.",
                 STR_ARG(rest), hour, minute);
}

/* ~, about, ca.: false when none stands there. */
static bool skip_about(struct reader *reader)
{
    static const char *const words[] = {"about",         "around", "approx",
                                        "approximately", "circa",  "ca"};
    bool found = str_at(reader->rest, 0) == '~';
    if (found)
        skip(reader, 1);
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++) {
        found = skip_word(reader, words[i]);
        if (found && str_at(reader->rest, 0) == '.')
            skip(reader, 1);
    }
    skip_blanks(reader);
    return found;
}

static void read_point(struct reader *reader, struct when_parts *parts)
{
    struct str whole = reader->rest;
    *parts = (struct when_parts){0};
    skip_blanks(reader);
    (void)skip_word(reader, "at");
    complain_of_bare_digits(reader);
    while (!reader->failed && reader->rest.n > 0) {
        /* As we print it: 2022-12-13 ~18:52. */
        if (parts->has_date && !parts->has_clock && skip_about(reader))
            parts->about = true;
        complain_of_half_day(reader);
        if (!read_iso_date(reader, parts) && !read_clock(reader, parts) &&
            !read_named_date(reader, parts) && !read_zone(reader, parts))
            complain(reader, "\"%.*s\" cannot be read as a time. %s",
                     STR_ARG(shown(whole)), WHEN_EXAMPLES);
        skip_blanks(reader);
    }
    if (!parts->has_date && !parts->has_clock)
        complain(reader, "A time is missing. %s", WHEN_EXAMPLES);
}

static int64_t unit_of(struct str word)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"s", MS_PER_SECOND},       {"sec", MS_PER_SECOND},
        {"secs", MS_PER_SECOND},    {"second", MS_PER_SECOND},
        {"seconds", MS_PER_SECOND}, {"m", MS_PER_MINUTE},
        {"min", MS_PER_MINUTE},     {"mins", MS_PER_MINUTE},
        {"minute", MS_PER_MINUTE},  {"minutes", MS_PER_MINUTE},
        {"h", MS_PER_HOUR},         {"hr", MS_PER_HOUR},
        {"hrs", MS_PER_HOUR},       {"hour", MS_PER_HOUR},
        {"hours", MS_PER_HOUR},     {"d", MS_PER_DAY},
        {"day", MS_PER_DAY},        {"days", MS_PER_DAY},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is_nocase(word, units[i].name))
            return units[i].ms;
    return 0;
}

/* 5m ago, 1h 30m ago, 90 min ago, an hour ago. */
static bool read_ago(struct reader *reader, struct when_reading *out)
{
    struct reader ahead = *reader;
    out->ago_ms = 0;
    while (!skip_word(&ahead, "ago")) {
        size_t n = digits_at(ahead.rest, 0);
        int count = 1;
        if (n >= 1 && n <= 5)
            count = number(ahead.rest, 0, n);
        else if (n > 0 || !(skip_word(&ahead, "an") || skip_word(&ahead, "a")))
            return false;
        skip(&ahead, n);
        skip_blanks(&ahead);
        struct str word = word_at(ahead.rest);
        int64_t unit = unit_of(word);
        if (unit == 0)
            return false;
        skip(&ahead, word.n);
        skip_blanks(&ahead);
        out->ago_ms += count * unit;
        out->ago_unit_ms = unit;
    }
    if (ahead.rest.n > 0 || out->ago_unit_ms == 0)
        return false;
    out->form = READING_AGO;
    return true;
}

static bool is_iso(struct str text)
{
    for (size_t i = 1; i < text.n; i++)
        if (text.s[i] == 'T' && is_digit(text.s[i - 1]))
            return true;
    return false;
}

/* The dash of `18:53-19:10`, which could also be a zone as in `18:53-05:00`;
 * text.n when there is none. */
static size_t find_tight_dash(struct reader *reader, struct str text)
{
    bool after_clock = false;
    for (size_t i = 1; i < text.n; i++) {
        after_clock = after_clock || text.s[i] == ':';
        bool tight = is_digit(text.s[i - 1]) || text.s[i - 1] == 'X';
        if (text.s[i] != '-' || !after_clock || !tight)
            continue;
        struct when_parts clock = {0};
        struct reader ahead = {.rest = str_from(text, i + 1)};
        if (!read_clock(&ahead, &clock))
            return text.n;
        bool may_be_zone = clock.hour <= 12 && clock.minute % 15 == 0 &&
                           !clock.hour_only && !clock.has_seconds;
        if (may_be_zone && !is_iso(text))
            complain(reader,
                     "\"%.*s\" may be a zone or a span of time. Write 18:53 "
                     "-05:00 for the zone, or between 18:53 and 19:10.",
                     STR_ARG(shown(text)));
        return may_be_zone ? text.n : i;
    }
    return text.n;
}

/* Splits `A - B`, `A – B`, `A to B`, `between A and B`, `from A to B`. */
static bool split_range(struct reader *reader, struct str *a, struct str *b)
{
    static const char en_dash[] = "\xE2\x80\x93";
    const char *const between[] = {"and", "to", "-"};
    const char *const plain[] = {"to", "until", "-"};
    bool is_between = skip_word(reader, "between");
    bool is_from = !is_between && skip_word(reader, "from");
    struct str text = reader->rest;
    for (int i = 0; i < 3; i++) {
        const char *word = is_between ? between[i] : plain[i];
        size_t where = find_word(text, word);
        if (where == text.n)
            continue;
        *a = str_trim((struct str){text.s, where});
        *b = str_trim(str_from(text, where + strlen(word)));
        return true;
    }
    const char *dash = memmem(text.s, text.n, en_dash, 3);
    size_t tight = text.n;
    if (dash == NULL)
        tight = find_tight_dash(reader, text);
    if (dash != NULL || tight != text.n) {
        size_t where = dash == NULL ? tight : (size_t)(dash - text.s);
        *a = str_trim((struct str){text.s, where});
        *b = str_trim(str_from(text, where + (dash == NULL ? 1 : 3)));
        return true;
    }
    if (is_between || is_from)
        complain(reader, "A span needs both ends: between 18:00 and 18:30.");
    return false;
}

static bool has_control(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.s[i] < ' ')
            return true;
    return false;
}

static void read_any(struct reader *reader, struct when_reading *out)
{
    struct str a, b;
    out->about = skip_about(reader);
    if (str_is_nocase(reader->rest, "now")) {
        out->form = READING_NOW;
        return;
    }
    if (read_ago(reader, out))
        return;
    if (!split_range(reader, &a, &b)) {
        out->form = READING_POINT;
        read_point(reader, &out->from);
        out->about = out->about || out->from.about;
        return;
    }
    out->form = READING_RANGE;
    struct reader first = {.rest = a, .why = reader->why};
    struct reader second = {.rest = b, .why = reader->why};
    (void)skip_about(&first);
    (void)skip_about(&second);
    read_point(&first, &out->from);
    second.failed = first.failed;
    read_point(&second, &out->to);
    reader->failed = second.failed;
}

enum err when_read(struct str text, struct when_reading *out, struct buf *why)
{
    struct reader reader = {.rest = str_trim(text), .why = why};
    struct when_reading reading = {0};
    if (reader.rest.n >= WHEN_TYPED_BYTES) {
        complain(&reader, "This time is too long to read. %s", WHEN_EXAMPLES);
        return ERR_TOO_LONG;
    }
    if (has_control(reader.rest) || !utf8_printable(reader.rest, NULL))
        complain(&reader, "The time has characters that cannot be read. %s",
                 WHEN_EXAMPLES);
    else
        read_any(&reader, &reading);
    if (reader.failed)
        return ERR_INVALID;
    *out = reading;
    return ERR_OK;
}
