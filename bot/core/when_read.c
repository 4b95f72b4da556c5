#include "bot/core/when_read.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"
#include "bot/core/when_point.h"

#include <string.h>

/* ---- 5m ago ---- */

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
static bool read_ago(struct when_scan *scan, struct when_reading *out)
{
    struct when_scan ahead = *scan;
    out->ago_ms = 0;
    while (!scan_word(&ahead, "ago")) {
        size_t n = scan_digits(ahead.rest, 0);
        int count = 1;
        if (n >= 1 && n <= 5)
            count = scan_number(ahead.rest, 0, n);
        else if (n > 0 || !(scan_word(&ahead, "an") || scan_word(&ahead, "a")))
            return false;
        scan_skip(&ahead, n);
        scan_blanks(&ahead);
        struct str word = scan_letters(ahead.rest);
        int64_t unit = unit_of(word);
        if (unit == 0)
            return false;
        scan_skip(&ahead, word.n);
        scan_blanks(&ahead);
        out->ago_ms += count * unit;
        out->ago_unit_ms = unit;
    }
    if (ahead.rest.n > 0 || out->ago_unit_ms == 0)
        return false;
    out->form = READING_AGO;
    return true;
}

/* ---- between one and another ---- */

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

static bool is_iso(struct str text)
{
    for (size_t i = 1; i < text.n; i++)
        if (text.s[i] == 'T' && is_digit(text.s[i - 1]))
            return true;
    return false;
}

/* The dash of `18:53-19:10`, which could also be a zone as in `18:53-05:00`;
 * text.n when there is none. */
static size_t find_tight_dash(struct when_scan *scan, struct str text)
{
    bool after_clock = false;
    for (size_t i = 1; i < text.n; i++) {
        after_clock = after_clock || text.s[i] == ':';
        bool tight = is_digit(text.s[i - 1]) || text.s[i - 1] == 'X';
        if (text.s[i] != '-' || !after_clock || !tight)
            continue;
        struct when_parts clock = {0};
        struct when_scan ahead = {.rest = str_from(text, i + 1)};
        if (!when_read_clock(&ahead, &clock))
            return text.n;
        bool may_be_zone = clock.hour <= 12 && clock.minute % 15 == 0 &&
                           !clock.hour_only && !clock.has_seconds;
        if (may_be_zone && !is_iso(text))
            scan_complain(
                scan,
                "\"%.*s\" may be a zone or a span of time. Write 18:53 "
                "-05:00 for the zone, or between 18:53 and 19:10.",
                STR_ARG(scan_shown(text)));
        return may_be_zone ? text.n : i;
    }
    return text.n;
}

/* Splits `A - B`, `A – B`, `A to B`, `between A and B`, `from A to B`. */
static bool split_range(struct when_scan *scan, struct str *a, struct str *b)
{
    static const char en_dash[] = "\xE2\x80\x93";
    const char *const between[] = {"and", "to", "-"};
    const char *const plain[] = {"to", "until", "-"};
    bool is_between = scan_word(scan, "between");
    bool is_from = !is_between && scan_word(scan, "from");
    struct str text = scan->rest;
    for (int i = 0; i < 3; i++) {
        const char *word = is_between ? between[i] : plain[i];
        size_t where = find_word(text, word);
        if (where == text.n)
            continue;
        *a = str_trim((struct str){text.s, where});
        *b = str_trim(str_from(text, where + strlen(word)));
        return true;
    }
    const char *dash = str_find(text, STR(en_dash));
    size_t tight = text.n;
    if (dash == NULL)
        tight = find_tight_dash(scan, text);
    if (dash != NULL || tight != text.n) {
        size_t where = dash == NULL ? tight : (size_t)(dash - text.s);
        *a = str_trim((struct str){text.s, where});
        *b = str_trim(str_from(text, where + (dash == NULL ? 1 : 3)));
        return true;
    }
    if (is_between || is_from)
        scan_complain(scan, "A span needs both ends: between 18:00 and 18:30.");
    return false;
}

/* ---- any of them ---- */

static bool has_control(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.s[i] < ' ')
            return true;
    return false;
}

static void read_any(struct when_scan *scan, struct when_reading *out)
{
    struct str a, b;
    out->about = scan_about(scan);
    if (str_is_nocase(scan->rest, "now")) {
        out->form = READING_NOW;
        return;
    }
    if (read_ago(scan, out))
        return;
    if (!split_range(scan, &a, &b)) {
        out->form = READING_POINT;
        when_read_point(scan, &out->from);
        out->about = out->about || out->from.about;
        return;
    }
    out->form = READING_RANGE;
    struct when_scan first = {.rest = a, .why = scan->why};
    struct when_scan second = {.rest = b, .why = scan->why};
    (void)scan_about(&first);
    (void)scan_about(&second);
    when_read_point(&first, &out->from);
    second.failed = first.failed;
    when_read_point(&second, &out->to);
    scan->failed = second.failed;
}

enum err when_read(struct str text, struct when_reading *out, struct buf *why)
{
    struct when_scan scan = {.rest = str_trim(text), .why = why};
    struct when_reading reading = {0};
    if (scan.rest.n >= WHEN_TYPED_BYTES) {
        scan_complain(&scan, "This time is too long to read. %s",
                      WHEN_EXAMPLES);
        return ERR_TOO_LONG;
    }
    if (has_control(scan.rest) || !utf8_printable(scan.rest, NULL))
        scan_complain(&scan, "The time has characters that cannot be read. %s",
                      WHEN_EXAMPLES);
    else
        read_any(&scan, &reading);
    if (scan.failed)
        return ERR_INVALID;
    *out = reading;
    return ERR_OK;
}
