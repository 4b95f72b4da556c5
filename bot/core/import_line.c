#include "bot/base/ascii.h"
#include "bot/core/import_parts.h"

#include "bot/base/utf8.h"

#include <stdio.h>
#include <string.h>

#define FIRST_DIGIT_MOST 24 /* "approximately 18:53" */
#define NAME_WORDS       20 /* of a heading, looked at for a date */

/* ---- characters ---- */

static size_t skip_blanks(struct str text, size_t i)
{
    while (str_at(text, i) == ' ' || str_at(text, i) == '\t')
        i++;
    return i;
}

/* ---- list marks ---- */

/* 1. 12) ### and dashes: how many bytes, whatever follows. */
static size_t number_or_hash(struct str text)
{
    size_t n = 0;
    while (n < 6 && str_at(text, n) == '#')
        n++;
    if (n > 0)
        return n;
    while (n < 3 && is_digit(str_at(text, n)))
        n++;
    return n > 0 && is_one_of(str_at(text, n), ".)") ? n + 1 : 0;
}

/* Bytes of a mark at the front, or 0. ASCII ones need a blank after them:
 * **18:53** is no list item. */
static size_t bullet(struct str text)
{
    static const char *const marks[] = {"\xE2\x80\xA2", "\xC2\xB7",
                                        "\xE2\x97\xA6", "\xE2\x96\xAA",
                                        "\xE2\x80\xA3", "\xE2\x97\x8F"};
    static const char *const boxes[] = {"[ ] ", "[x] ", "[X] "};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_starts(text, marks[i]))
            return strlen(marks[i]);
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
        if (str_starts(text, boxes[i]))
            return strlen(boxes[i]);
    if (str_at(text, 0) == '>')
        return 1;
    size_t n = is_one_of(str_at(text, 0), "-*+") ? 1 : number_or_hash(text);
    if (str_starts(text, "\xE2\x80\x93") || /* dashes */
        str_starts(text, "\xE2\x80\x94"))
        n = 3;
    return n > 0 && is_one_of(str_at(text, n), " \t") ? n : 0;
}

/* And without quote marks, and the # of a heading. */
static struct str strip_marks(struct str line)
{
    size_t n;
    line = str_trim(line);
    while ((n = bullet(line)) > 0)
        line = str_trim(str_from(line, n));
    return line;
}

struct str import_shorten(struct str why)
{
    const char *examples = str_find(why, STR(" Examples:"));
    if (examples != NULL)
        why.n = (size_t)(examples - why.s);
    return why;
}

/* ---- a time at the beginning ---- */

/* The beginning of a line without its markup, and where each byte stood. */
struct flat {
    char s[HEAD_BYTES];
    size_t at[HEAD_BYTES];
    size_t n;
    size_t about_at; /* of a ~ that stood behind a date; else SIZE_MAX */
};

static bool is_mark(char c)
{
    return is_one_of(c, "*_`[]()");
}

static void push(struct flat *flat, char c, size_t where)
{
    /* Dec 17 at 18:53 */
    struct str so_far = {flat->s, flat->n};
    if (is_digit(c) && flat->n > 4 && str_ends(so_far, " at "))
        flat->n -= 3;
    flat->at[flat->n] = where;
    flat->s[flat->n++] = c;
}

/* [22:17]dma: as Discord copies a chat. */
static bool is_glued(struct str line, size_t i)
{
    char next = str_at(line, i + 1);
    return line.s[i] == ']' && next != '\0' && !is_one_of(next, " \t") &&
           !is_mark(next);
}

static void flatten(struct str line, size_t from, struct flat *flat)
{
    flat->n = 0;
    flat->about_at = SIZE_MAX;
    for (size_t i = from; i < line.n && flat->n + 2 < HEAD_BYTES; i++) {
        char c = line.s[i];
        if (is_glued(line, i))
            push(flat, ' ', i);
        if (is_mark(c))
            continue;
        if (c == '\xC2' && str_at(line, i + 1) == '\xA0') {
            push(flat, ' ', ++i); /* no-break space */
        } else if (c == '~' && flat->n > 0 && flat->s[flat->n - 1] == ' ' &&
                   flat->about_at == SIZE_MAX) {
            flat->about_at = flat->n;
        } else {
            push(flat, (char)(c == '\t' ? ' ' : c), i);
        }
    }
}

/* "Saturday, " and "Sat. " say nothing that the date does not. */
static size_t skip_weekday(struct str line)
{
    size_t from = 0, n = 0;
    while (is_mark(str_at(line, from)))
        from++;
    while (is_letter(str_at(line, from + n)))
        n++;
    struct str word = str_from(line, from);
    word.n = n;
    if (civil_weekday_named(word) < 0)
        return 0;
    n += from;
    while (is_one_of(str_at(line, n), "., "))
        n++;
    return n;
}

/* "18:53 West coast users" and "18:53 -5 hosts" name no zone. */
static bool zone_is_meant(struct str typed)
{
    size_t from = typed.n, sign = 0;
    while (from > 0 && typed.s[from - 1] != ' ')
        from--;
    struct str word = str_from(typed, from);
    for (size_t i = 0; i < word.n; i++)
        if (word.s[i] == '+' || word.s[i] == '-')
            sign = i + 1;
    if (sign == 1)
        return word.n >= 5;
    if (sign > 0)
        return word.n - sign >= 2 || is_upper(word.s[0]);
    if (str_is_nocase(word, "utc") || str_is_nocase(word, "gmt"))
        return true;
    for (size_t i = 0; i < word.n; i++)
        if (is_letter(word.s[i]) && !is_upper(word.s[i]) && i < 2)
            return false;
    return true;
}

static bool is_time(struct str typed, struct when_reading *out)
{
    if (when_read(typed, out, NULL) != ERR_OK)
        return false;
    const struct when_parts *from = &out->from, *to = &out->to;
    bool is_range = out->form == READING_RANGE;
    if (!is_range && out->form != READING_POINT)
        return false;
    if (is_range && from->has_clock != to->has_clock)
        return false;
    if ((from->has_year && from->year < 1970) ||
        (to->has_year && to->year < 1970))
        return false;
    return (!from->has_zone && !to->has_zone) || zone_is_meant(typed);
}

static bool may_end(const struct flat *flat, size_t n)
{
    if (is_one_of(flat->s[n - 1], " ,.-:"))
        return false;
    return n == flat->n || is_one_of(flat->s[n], " ,;:.-|/=>") ||
           (unsigned char)flat->s[n] >= 0x80;
}

static struct str typed_of(const struct flat *flat, size_t n,
                           char out[static HEAD_BYTES])
{
    size_t about = flat->about_at < n ? 1 : 0;
    out[0] = '~';
    memcpy(out + about, flat->s, n);
    out[about + n] = '\0';
    return (struct str){out, about + n};
}

/* The longest beginning from `from` on that is a time; where it ends in the
 * line, or 0. */
static size_t read_longest(struct str line, size_t from,
                           struct import_head *out)
{
    struct flat flat;
    size_t best = 0, n = 1;
    flatten(line, from, &flat);
    while (n <= flat.n && !is_digit(flat.s[n - 1]))
        n++;
    if (n > FIRST_DIGIT_MOST)
        return 0;
    for (; n <= flat.n; n++) {
        struct when_reading reading;
        char typed[HEAD_BYTES];
        if (!may_end(&flat, n) || !is_time(typed_of(&flat, n, typed), &reading))
            continue;
        best = n;
        out->reading = reading;
        str_copy_to(out->typed, str_of(typed));
    }
    return best == 0 ? 0 : flat.at[best - 1] + 1;
}

/* ---- and what follows it ---- */

static int count(struct str line, size_t from, size_t to, char c)
{
    int n = 0;
    for (size_t i = from; i < to; i++)
        n += line.s[i] == c;
    return n;
}

/* Marks at i that were opened in [from, end), behind which nothing else
 * stands. */
static size_t skip_closers(struct str line, size_t from, size_t end, size_t i)
{
    static const char closers[] = "*_`])", openers[] = "*_`[(";
    for (; is_one_of(str_at(line, i), closers); i++) {
        char closer = line.s[i];
        char opener = openers[strchr(closers, closer) - closers];
        int open = count(line, from, end, opener);
        if (opener != closer)
            open -= count(line, from, end, closer);
        if (count(line, end, i, closer) >= open)
            break;
    }
    return i;
}

/* A colon, a dash and the like between a time and its text; 0 without one. */
static size_t separator(struct str line, size_t i)
{
    struct str rest = str_from(line, i);
    char after = str_at(line, i + 1);
    if (str_starts(rest, "\xE2\x80\x93") || str_starts(rest, "\xE2\x80\x94"))
        return 3;
    if (is_one_of(str_at(line, i), ":,;|") || str_starts(rest, "->"))
        return str_at(line, i) == '-' ? 2 : 1;
    return is_one_of(str_at(line, i), "-.") && (after == '\0' || after == ' ')
               ? 1
               : 0;
}

static void set_rest(struct str line, size_t from, size_t end,
                     struct import_head *out)
{
    size_t i = skip_closers(line, from, end, end);
    size_t after = skip_blanks(line, i), n = separator(line, after);
    if (n > 0)
        after = skip_blanks(line, skip_closers(line, from, end, after + n));
    out->rest = str_trim(str_from(line, after));
    out->bracketed = memchr(line.s + from, '[', end - from) != NULL;
    /* **18:53 text** */
    if (str_starts(str_from(line, from), "**") && i == end &&
        str_ends(out->rest, "**"))
        out->rest = str_trim((struct str){out->rest.s, out->rest.n - 2});
}

/* A date without a clock is also what prose begins with: "May 5 users". */
static bool is_firm(struct str line, size_t end, const struct import_head *head)
{
    const struct when_parts *parts = &head->reading.from;
    if (parts->has_clock || is_digit(str_at(str_of(head->typed), 3)) ||
        head->reading.form == READING_RANGE)
        return true;
    size_t i = end;
    while (is_mark(str_at(line, i)))
        i++;
    return i > end || i == line.n || separator(line, skip_blanks(line, i)) > 0;
}

/* am, pm and zones that mean several: what was read so far is not what was
 * meant. */
static bool goes_on_badly(struct str line, size_t end,
                          const struct import_head *head, struct buf *why)
{
    static const char *const bad[] = {"am",  "pm",  "a.m", "p.m",
                                      "CST", "IST", "AST", "SST"};
    size_t from = skip_blanks(line, end), n = 0;
    char typed[HEAD_BYTES + 8];
    while (is_letter(str_at(line, from + n)) ||
           (str_at(line, from + n) == '.' &&
            is_letter(str_at(line, from + n + 1))))
        n++;
    struct str word = str_from(line, from);
    word.n = n;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bool is_half = i < 4;
        if (is_half
                ? !str_is_nocase(word, bad[i]) || head->reading.from.hour > 12
                : !str_is(word, bad[i]))
            continue;
        (void)snprintf(typed, sizeof typed, "%s %s", head->typed,
                       !is_half           ? bad[i]
                       : bad[i][0] == 'a' ? "am"
                                          : "pm");
        struct when_reading reading;
        return when_read(str_of(typed), &reading, why) != ERR_OK;
    }
    return false;
}

/* 25:70, 2022-02-30: meant as a time. */
static void complain(struct str line, struct buf *why)
{
    struct flat flat;
    struct when_reading reading;
    flatten(line, 0, &flat);
    struct str head = {flat.s, 0};
    size_t from = flat.n > 0 && flat.s[0] == '~' ? 1 : 0, digits = 0;
    struct str all = {flat.s, flat.n};
    while (is_digit(str_at(all, from + digits)))
        digits++;
    char mark = str_at(all, from + digits),
         next = str_at(all, from + digits + 1);
    bool is_clock = (digits == 1 || digits == 2) && mark == ':' &&
                    (is_digit(next) || next == 'X' || next == 'x') &&
                    str_at(all, from + digits + 2) != '\0' &&
                    str_at(all, from + digits + 2) != ' ';
    bool is_date = digits == 4 && mark == '-' && is_digit(next) &&
                   is_digit(str_at(all, from + digits + 2)) &&
                   str_at(all, from + digits + 3) == '-';
    if (!is_clock && !is_date)
        return;
    while (head.n < flat.n && flat.s[head.n] != ' ')
        head.n++;
    if (when_read(head, &reading, why) == ERR_OK)
        buf_addf(why, "\"%.*s\" cannot be read as a time.", STR_ARG(head));
}

void import_read_head(struct str line, struct import_head *out, struct buf *why)
{
    line = strip_marks(line);
    *out = (struct import_head){.rest = line};
    size_t from = skip_weekday(line);
    size_t end = read_longest(line, from, out);
    if (from > 0 && (end == 0 || !out->reading.from.has_date)) {
        from = 0;
        end = read_longest(line, from, out);
    }
    if (end == 0) {
        complain(line, why);
        return;
    }
    if (!is_firm(line, end, out) || goes_on_badly(line, end, out, why))
        return;
    out->has_time = true;
    set_rest(line, from, end, out);
}

bool import_find_date(struct str line, struct import_head *out)
{
    line = strip_marks(line);
    *out = (struct import_head){.rest = line};
    for (size_t i = 0, words = 0; i < line.n && words < NAME_WORDS; i++) {
        if (i > 0 && !is_one_of(line.s[i - 1], " ([*_:,"))
            continue;
        words++;
        if (read_longest(line, i, out) > 0 && out->reading.from.has_date) {
            out->has_time = true;
            return true;
        }
    }
    return false;
}

bool import_find_zone(struct str text, int *zone_min)
{
    while (text.n > 0) {
        struct when_reading reading;
        char typed[40];
        size_t n = 0;
        while (n < text.n && !is_one_of(text.s[n], " \t()[],;.*_`|\"="))
            n++;
        struct str word = {text.s, n};
        bool is_name = is_upper(str_at(word, 0)) && is_upper(str_at(word, 1));
        if (n >= 3 && n < 16 && (is_name || str_is_nocase(word, "utc"))) {
            (void)snprintf(typed, sizeof typed, "00:00 %.*s", STR_ARG(word));
            if (when_read(str_of(typed), &reading, NULL) == ERR_OK &&
                reading.form == READING_POINT && reading.from.has_zone) {
                *zone_min = reading.from.zone_min;
                return true;
            }
        }
        text = str_from(text, n + 1);
    }
    return false;
}

/* ---- names ---- */

static bool is_name_end(char c)
{
    return c == '\0' || is_one_of(c, " \t`*,:;()[]<>|\"'");
}

/* Several did it: then nobody is singled out. */
static bool goes_on_with_name(struct str rest)
{
    static const char *const joins[] = {"and", "&", "+", "/", ","};
    rest = str_trim(rest);
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        if (!str_starts(rest, joins[i]))
            continue;
        struct str next = str_trim(str_from(rest, strlen(joins[i])));
        return str_at(next, 0) == '@' ||
               (str_at(next, 0) == '`' && str_at(next, 1) == '@');
    }
    return str_at(rest, 0) == '@';
}

#define APOSTROPHE "\xE2\x80\x99"

/* "@dma's server is down" was said of them, not by them. */
static bool owns_what_follows(struct str name, struct str rest)
{
    return str_at(rest, 0) == '\'' || str_starts(rest, APOSTROPHE) ||
           str_ends(name, APOSTROPHE) || str_ends(name, APOSTROPHE "s");
}

static bool is_nobody(struct str name)
{
    return name.n == 0 || str_is_nocase(name, "here") ||
           str_is_nocase(name, "everyone") || utf16_units(name) > NAME_UNITS;
}

/* `@dma`, **@dma**, @dma: */
static struct str take_handle(struct import_head *head)
{
    struct str rest = head->rest;
    size_t i = 0, n = 0;
    while (is_one_of(str_at(rest, i), "*_`(["))
        i++;
    if (str_at(rest, i) != '@')
        return STR_NONE;
    i++;
    while (!is_name_end(str_at(rest, i + n)))
        n++;
    while (n > 0 && is_one_of(str_at(rest, i + n - 1), ".-"))
        n--;
    struct str name = {rest.s + i, n};
    i += n;
    while (is_one_of(str_at(rest, i), "*`)]"))
        i++;
    if (is_nobody(name) || owns_what_follows(name, str_from(rest, i)) ||
        goes_on_with_name(str_from(rest, i)))
        return STR_NONE;
    size_t after = skip_blanks(rest, i), mark = separator(rest, after);
    head->rest = str_trim(str_from(rest, after + mark));
    return name;
}

/* dma: and <dma>, as chats write behind a time in brackets. */
static struct str take_bare_name(struct import_head *head)
{
    struct str rest = head->rest;
    bool angled = str_at(rest, 0) == '<';
    size_t n = angled ? 1 : 0, from = n;
    if (str_at(rest, from) == '@')
        return STR_NONE; /* <@123> */
    while (!is_name_end(str_at(rest, n)))
        n++;
    char after = str_at(rest, n + 1);
    struct str name = {rest.s + from, n - from};
    if (str_at(rest, n) != (angled ? '>' : ':') ||
        (after != ' ' && after != '\0') || is_nobody(name))
        return STR_NONE;
    head->rest = str_trim(str_from(rest, n + 1));
    return name;
}

struct str import_take_actor(struct import_head *head)
{
    struct str name = take_handle(head);
    if (name.n == 0 && head->bracketed)
        name = take_bare_name(head);
    return name;
}
