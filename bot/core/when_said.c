#include "bot/core/when_read.h"

#include <string.h>

/* What somebody says now, and would mean otherwise in a paste or in prose. */

/* ---- yesterday, today ---- */

static int day_said(struct str word)
{
    if (word.n > 0 && word.s[word.n - 1] == ',')
        word.n--;
    if (str_is_nocase(word, "today"))
        return 0;
    return str_is_nocase(word, "yesterday") ? 1 : -1;
}

int when_take_day(struct str text, struct buf *rest)
{
    struct str word;
    int days = -1;
    while (str_cut(&text, ' ', &word)) {
        bool about = word.n > 0 && word.s[0] == '~';
        int said = day_said(about ? str_from(word, 1) : word);
        if (said >= 0 && days >= 0)
            return -1;
        if (said >= 0) {
            days = said;
            if (about) /* ~yesterday 23:50 */
                buf_add_char(rest, '~');
            continue;
        }
        if (rest->n > 0)
            buf_add_char(rest, ' ');
        buf_add(rest, word);
    }
    return rest->overflow ? -1 : days;
}

/* The day that was said, where whoever named a zone is. */
static void set_day(struct when_parts *parts, int days_ago, int64_t now_ms)
{
    struct civil day = civil_of(now_ms + parts->zone_min * MS_PER_MINUTE -
                                days_ago * MS_PER_DAY);
    parts->has_date = parts->has_year = true;
    parts->year = day.year;
    parts->month = day.month;
    parts->day = day.day;
}

static enum err parse_said(struct str text, const struct when_base *base,
                           struct when *out, struct buf *why)
{
    struct when_reading reading = {.form = READING_POINT};
    char kept[WHEN_TYPED_BYTES] = "";
    struct buf rest = BUF_IN(kept);
    int days_ago = when_take_day(str_trim(text), &rest);
    bool is_said =
        days_ago >= 0 && str_trim(text).n < WHEN_TYPED_BYTES &&
        (rest.n == 0 || when_read(buf_str(&rest), &reading, NULL) == ERR_OK);
    if (!is_said || reading.form != READING_POINT || reading.from.has_date)
        return when_parse(text, base, out, why);
    set_day(&reading.from, days_ago, base->now_ms);
    return when_resolve(&reading, text, base, out, why);
}

/* 5m and -5m: nothing that is to come is recorded, so they are ago. */
static enum err parse_ago(struct str text, const struct when_base *base,
                          struct when *out)
{
    char ago[WHEN_TYPED_BYTES] = "";
    struct buf with = BUF_IN(ago);
    struct when when;
    text = str_trim(text);
    buf_add(&with, str_starts(text, "-") ? str_from(text, 1) : text);
    buf_add_text(&with, " ago");
    if (with.overflow ||
        when_parse(buf_str(&with), base, &when, NULL) != ERR_OK)
        return ERR_INVALID;
    *out = when;
    str_copy_to(out->typed, text);
    return ERR_OK;
}

enum err when_parse_said(struct str text, const struct when_base *base,
                         struct when *out, struct buf *why)
{
    struct when_base lived = *base;
    struct when when;
    lived.anchor_ms = base->now_ms;
    if (base->lived_from_ms != 0 &&
        parse_said(text, &lived, &when, NULL) == ERR_OK &&
        when.from_ms >= base->lived_from_ms) {
        *out = when;
        return ERR_OK;
    }
    return parse_ago(text, base, out) == ERR_OK
               ? ERR_OK
               : parse_said(text, base, out, why);
}
