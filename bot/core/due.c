#include "bot/core/due.h"

#include "bot/base/ascii.h"

#include <string.h>

#define WORDS     5
#define MOST_DAYS (5 * 366)

#define EXAMPLES "Examples: 2026-12-24, Dec 24, Friday, tomorrow, in 2 weeks."

/* What was typed, in words; and the day it is typed on. */
struct reader {
    struct str words[WORDS];
    int count;
    int64_t today_ms;
};

/* ---- words ---- */

static bool is_blank_char(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == ',';
}

static bool split(struct reader *reader, struct str text)
{
    for (size_t i = 0, from = 0; i <= text.n; i++) {
        if (i < text.n && !is_blank_char(text.s[i]))
            continue;
        if (i > from && reader->count == WORDS)
            return false;
        if (i > from)
            reader->words[reader->count++] =
                (struct str){text.s + from, i - from};
        from = i + 1;
    }
    return reader->count > 0;
}

static void skip_first(struct reader *reader)
{
    reader->count--;
    memmove(reader->words, reader->words + 1,
            (size_t)reader->count * sizeof reader->words[0]);
}

static bool skip_word(struct reader *reader, const char *word)
{
    if (reader->count < 2 || !str_is_nocase(reader->words[0], word))
        return false;
    skip_first(reader);
    return true;
}

static bool number_of(struct str word, int most, int *out)
{
    uint64_t number;
    if (!str_to_u64(word, &number) || number > (uint64_t)most)
        return false;
    *out = (int)number;
    return true;
}

/* "24", "24th", "24." */
static bool day_of_month(struct str word, int *out)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "."};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (str_ends(word, endings[i])) {
            word.n -= strlen(endings[i]);
            break;
        }
    return number_of(word, 31, out) && *out > 0;
}

/* ---- forms ---- */

static int64_t day_ms(int year, int month, int day)
{
    return civil_to_ms(
        (struct civil){.year = year, .month = month, .day = day});
}

static bool read_iso(const struct reader *reader, int64_t *out)
{
    struct str rest = reader->words[0], piece;
    int parts[3], count = 0;
    if (reader->count != 1)
        return false;
    while (count < 3 && str_cut(&rest, '-', &piece))
        if (!number_of(piece, 9999, &parts[count++]))
            return false;
    if (count < 3 || rest.n > 0 ||
        !civil_date_valid(parts[0], parts[1], parts[2]))
        return false;
    *out = day_ms(parts[0], parts[1], parts[2]);
    return true;
}

/* In a month that has it, the end of a shorter one otherwise. */
static int64_t add_months(int64_t from_ms, int count)
{
    struct civil c = civil_of(from_ms);
    int month = c.month - 1 + count;
    c.year += month / 12;
    c.month = month % 12 + 1;
    int last = civil_days_in_month(c.year, c.month);
    c.day = c.day < last ? c.day : last;
    return civil_to_ms(c);
}

static bool add_unit(const struct reader *reader, int count, struct str unit,
                     int64_t *out)
{
    static const struct {
        const char *one, *many, *letter;
        int days;
    } units[] = {{"day", "days", "d", 1}, {"week", "weeks", "w", 7}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (str_is_nocase(unit, units[i].one) ||
            str_is_nocase(unit, units[i].many) ||
            str_is_nocase(unit, units[i].letter)) {
            *out = reader->today_ms + count * units[i].days * MS_PER_DAY;
            return true;
        }
    if (!str_is_nocase(unit, "month") && !str_is_nocase(unit, "months"))
        return false;
    *out = add_months(reader->today_ms, count);
    return true;
}

/* "in 2 weeks", "2w", "a month", "next week" */
static bool read_distance(const struct reader *reader, int64_t *out)
{
    struct str first = reader->words[0];
    int count;
    size_t digits = 0;
    while (digits < first.n && is_digit(first.s[digits]))
        digits++;
    if (reader->count == 1 && digits > 0)
        return number_of((struct str){first.s, digits}, MOST_DAYS, &count) &&
               add_unit(reader, count, str_from(first, digits), out);
    if (reader->count != 2)
        return false;
    if (str_is_nocase(first, "a") || str_is_nocase(first, "one") ||
        str_is_nocase(first, "next"))
        count = 1;
    else if (!number_of(first, MOST_DAYS, &count))
        return false;
    return add_unit(reader, count, reader->words[1], out);
}

static bool read_word(const struct reader *reader, int64_t *out)
{
    struct str word = reader->words[0];
    if (reader->count != 1)
        return false;
    int weekday = civil_weekday_named(word);
    if (str_is_nocase(word, "today")) {
        *out = reader->today_ms;
    } else if (str_is_nocase(word, "tomorrow")) {
        *out = reader->today_ms + MS_PER_DAY;
    } else if (weekday >= 0) {
        int ahead = (weekday - civil_weekday(reader->today_ms) + 7) % 7;
        *out = reader->today_ms + (ahead == 0 ? 7 : ahead) * MS_PER_DAY;
    } else {
        return false;
    }
    return true;
}

/* Each of these once, in any order; 0: not said yet. */
struct date {
    int year, month, day;
};

static bool read_part(struct date *date, struct str word)
{
    int month = civil_month_named(word);
    if (month > 0 && date->month == 0) {
        date->month = month;
        return true;
    }
    return (date->day == 0 && day_of_month(word, &date->day)) ||
           (date->year == 0 && word.n == 4 &&
            number_of(word, 9999, &date->year)) ||
           str_is_nocase(word, "of");
}

/* "Dec 24", "24 Dec", "24th of December 2026" */
static bool read_date(const struct reader *reader, int64_t *out)
{
    struct date date = {0};
    for (int i = 0; i < reader->count; i++)
        if (!read_part(&date, reader->words[i]))
            return false;
    if (date.day == 0 || date.month == 0)
        return false;
    bool has_year = date.year != 0;
    if (!has_year)
        date.year = civil_of(reader->today_ms).year;
    if (!has_year && day_ms(date.year, date.month, date.day) < reader->today_ms)
        date.year++;
    if (!civil_date_valid(date.year, date.month, date.day))
        return false;
    *out = day_ms(date.year, date.month, date.day);
    return true;
}

static bool read_day(struct reader *reader, int64_t *out)
{
    if (read_iso(reader, out))
        return true;
    if (!skip_word(reader, "in") && !skip_word(reader, "on"))
        (void)skip_word(reader, "by");
    if (read_distance(reader, out))
        return true;
    if (!skip_word(reader, "next"))
        (void)skip_word(reader, "this");
    return read_word(reader, out) || read_date(reader, out);
}

enum err due_parse(struct str text, int64_t now_ms, int64_t *out,
                   struct buf *why)
{
    struct reader reader = {.today_ms = civil_day_start(now_ms)};
    struct buf unheard = BUF_INIT(1);
    int64_t day = 0;
    if (why == NULL)
        why = &unheard;
    enum err err = ERR_INVALID;
    if (!split(&reader, str_trim(text)) || !read_day(&reader, &day))
        buf_add_text(why, "This day cannot be read. " EXAMPLES);
    else if (day < reader.today_ms)
        buf_add_text(why, "This day is past. " EXAMPLES);
    else if (day > reader.today_ms + MOST_DAYS * MS_PER_DAY)
        buf_add_text(why, "This day is more than five years ahead. " EXAMPLES);
    else
        err = ERR_OK;
    if (err == ERR_OK)
        *out = day;
    buf_release(&unheard);
    return err;
}

void due_print(int64_t ms, struct buf *out)
{
    char date[CIVIL_ISO_BYTES];
    civil_date(ms, date);
    buf_addf(out, "%s, a %s", date, civil_weekday_word(civil_weekday(ms)));
}
