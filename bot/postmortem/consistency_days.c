/*
 * When something was, by the prose: a time of the clock that no entry has, a
 * day or a weekday that the record does not reach.
 */
#include "bot/postmortem/prose.h"

#include "bot/base/ascii.h"

#include <string.h>

/* A clock time counts when it lies that near to the record: else it is about
 * something else. */
#define NEAR_MS (MS_PER_HOUR)
/* And a date. */
#define NEAR_DAYS  45
#define ABOUT_MS   (10 * MS_PER_MINUTE)
#define TEXT_SHOWN 60

/* ---- what the record reaches ---- */

static void reach_to(struct reach *reach, const struct when *when)
{
    if (!when_is_set(when))
        return;
    if (reach->from_ms == 0 || when->from_ms < reach->from_ms)
        reach->from_ms = when->from_ms;
    if (when->to_ms > reach->to_ms)
        reach->to_ms = when->to_ms;
}

struct reach reach_of(const struct recorded *record)
{
    struct reach reach = {0};
    for (int i = 0; i < record->entry_count; i++) {
        reach_to(&reach, &record->entries[i].at);
        reach.points += when_is_point(&record->entries[i].at);
    }
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++)
        if (i != MILESTONE_DECLARED)
            reach_to(&reach, &record->milestones[i]);
    /* One that is written up was declared later than it was. */
    if (reach.from_ms == 0)
        reach_to(&reach, &record->milestones[MILESTONE_DECLARED]);
    return reach;
}

static bool has_moment(const struct when *when, int64_t ms)
{
    int64_t slack = when->precision == WHEN_ABOUT ? ABOUT_MS : 0;
    return when_is_set(when) && ms + MS_PER_MINUTE > when->from_ms - slack &&
           ms <= when->to_ms + slack;
}

/* The entry nearest to it, or -1 when one has just that minute. */
static int nearest_entry(const struct recorded *record, int64_t ms)
{
    int nearest = 0;
    int64_t least = INT64_MAX;
    for (int i = 0; i < record->entry_count; i++) {
        const struct when *at = &record->entries[i].at;
        int64_t away = at->from_ms > ms ? at->from_ms - ms : ms - at->to_ms;
        if (has_moment(at, ms))
            return -1;
        if (when_is_set(at) && away < least) {
            least = away;
            nearest = i;
        }
    }
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++)
        if (has_moment(&record->milestones[i], ms))
            return -1;
    return nearest;
}

/* ---- times of the clock ---- */

static bool is_clock(struct str word)
{
    size_t digits = 0;
    while (digits < word.n && is_digit(word.s[digits]))
        digits++;
    if (digits < 1 || digits > 2 || word.n != digits + 3 ||
        word.s[digits] != ':')
        return false;
    for (size_t i = digits + 1; i < word.n; i++)
        if (!is_digit(word.s[i]))
            return false;
    return true;
}

/* The moment on the first day of the record; the zone may follow it. */
static bool read_clock(const struct sentence *sentence, int i,
                       const struct reach *reach, int64_t *ms)
{
    struct str word = word_at(sentence, i), zone = word_at(sentence, i + 1);
    int64_t day = civil_day_start(reach->from_ms);
    const struct when_base base = {.now_ms = reach->to_ms + 400 * MS_PER_DAY,
                                   .base_day_ms = day,
                                   .anchor_ms = day};
    struct when when;
    struct buf text = BUF_INIT(60);
    buf_addf(&text, "%.*s", STR_ARG(word));
    enum err err = ERR_INVALID;
    if (zone.n > 0 && zone.n <= 6 && !sentence->words[i].is_last) {
        buf_addf(&text, " %.*s", STR_ARG(zone));
        err = when_parse(buf_str(&text), &base, &when, NULL);
    }
    if (err != ERR_OK)
        err = when_parse(word, &base, &when, NULL);
    buf_release(&text);
    if (err == ERR_OK)
        *ms = when.from_ms;
    return err == ERR_OK;
}

static void say_nearest(const struct recorded *record, int nearest,
                        struct finding *finding)
{
    const struct told *entry = &record->entries[nearest];
    struct buf words = BUF_IN(finding->record);
    struct str text = entry->text;
    const char *end = text.n == 0 ? NULL : memchr(text.s, '\n', text.n);
    if (end != NULL)
        text.n = (size_t)(end - text.s);
    char shown[TEXT_SHOWN];
    str_copy_to(shown, text);
    buf_add_text(&words, "no entry at that time; the nearest is ");
    when_print(&entry->at, false, &words);
    buf_addf(&words, ": %s", shown);
}

/* "every day at 03:00", "the nightly job at 03:00" */
static bool is_repeated(const struct sentence *sentence, int i)
{
    for (int j = 1; j <= 3; j++)
        if (word_in(" every each daily nightly hourly weekly ",
                    word_at(sentence, i - j)))
            return true;
    return false;
}

static void check_clock(const struct check *check,
                        const struct sentence *sentence, int i)
{
    const struct recorded *record = check->record;
    const struct reach reach = check->reach;
    struct str word = word_at(sentence, i);
    int64_t ms, best = INT64_MAX;
    int nearest = -1;
    if (!is_clock(word) || reach.points < 3 || is_repeated(sentence, i) ||
        word_in(" am pm a.m p.m ", word_at(sentence, i + 1)) ||
        !read_clock(sentence, i, &reach, &ms))
        return;
    /* On each day that it could mean. */
    int64_t first = civil_day_start(reach.from_ms) - MS_PER_DAY;
    ms = first + (ms - civil_day_start(ms));
    for (; ms <= reach.to_ms + NEAR_MS; ms += MS_PER_DAY) {
        if (ms < reach.from_ms - NEAR_MS)
            continue;
        int entry = nearest_entry(record, ms);
        if (entry < 0)
            return;
        int64_t away = record->entries[entry].at.from_ms - ms;
        away = away < 0 ? -away : away;
        if (away < best) {
            best = away;
            nearest = entry;
        }
    }
    struct finding *finding = nearest < 0 ? NULL : finding_new(check, word);
    if (finding != NULL)
        say_nearest(record, nearest, finding);
}

/* ---- dates ---- */

static int day_number(struct str word)
{
    static const char *const ends[] = {"st", "nd", "rd", "th"};
    for (size_t i = 0; i < 4; i++)
        if (word.n > 2 && str_ends(word, ends[i]))
            word.n -= 2;
    int day = word_number(word);
    return day <= 31 && word.n > 0 && word.s[0] <= '9' ? day : 0;
}

/* "2022-12-13": the day; false: it is none. */
static bool read_iso(struct str word, struct civil *out)
{
    struct str year, month, day = word;
    uint64_t y, m, d;
    if (word.n != strlen("2022-12-13") || !str_cut(&day, '-', &year) ||
        !str_cut(&day, '-', &month) || !str_to_u64(year, &y) ||
        !str_to_u64(month, &m) || !str_to_u64(day, &d) || y > 9999)
        return false;
    *out = (struct civil){.year = (int)y, .month = (int)m, .day = (int)d};
    return m <= 12 && civil_date_valid(out->year, out->month, out->day);
}

/* "Dec 13", "13 December 2022", "December 13th": words taken; 0: no date. */
static int read_date(const struct sentence *sentence, int i, int64_t near_ms,
                     int64_t *ms)
{
    struct str first = word_at(sentence, i), second = word_at(sentence, i + 1);
    struct civil date = civil_of(near_ms);
    int taken = 2;
    uint64_t year;
    if (read_iso(first, &date)) {
        *ms = civil_to_ms(
            (struct civil){date.year, date.month, date.day, 0, 0, 0, 0});
        return 1;
    }
    int month = civil_month_named(first), day = day_number(second);
    if (month == 0 || first.s[0] > 'Z') {
        month =
            second.n > 0 && second.s[0] <= 'Z' ? civil_month_named(second) : 0;
        day = day_number(first);
    }
    if (month == 0 || day == 0)
        return 0;
    if (str_to_u64(word_at(sentence, i + 2), &year) && year > 1970 &&
        year < 10000) {
        date.year = (int)year;
        taken = 3;
    }
    if (!civil_date_valid(date.year, month, day))
        return 0;
    *ms = civil_to_ms((struct civil){date.year, month, day, 0, 0, 0, 0});
    return taken;
}

/* "until", "by": what is to come, or where something was before. */
static bool is_elsewhen(const struct sentence *sentence, int i)
{
    return word_in(" next last every until till by before since from after due "
                   "expires expire expired ",
                   word_at(sentence, i - 1)) ||
           word_in(" next last every until till by before since due expires "
                   "expire expired ",
                   word_at(sentence, i - 2));
}

static void say_days(const struct reach *reach, struct buf *words)
{
    char first[CIVIL_ISO_BYTES], last[CIVIL_ISO_BYTES];
    civil_date(reach->from_ms, first);
    civil_date(reach->to_ms, last);
    buf_addf(words, "the record is of %s %s",
             civil_weekday_word(civil_weekday(reach->from_ms)), first);
    if (strcmp(first, last) != 0)
        buf_addf(words, " to %s %s",
                 civil_weekday_word(civil_weekday(reach->to_ms)), last);
}

static void say_outside(const struct check *check, const struct reach *reach,
                        struct str said)
{
    struct finding *finding = finding_new(check, said);
    if (finding == NULL)
        return;
    struct buf words = BUF_IN(finding->record);
    say_days(reach, &words);
}

/* Returns the words taken. */
static int check_date(const struct check *check,
                      const struct sentence *sentence, int i)
{
    const struct reach reach = check->reach;
    int64_t ms, near = NEAR_DAYS * MS_PER_DAY;
    int taken = read_date(sentence, i, reach.from_ms, &ms);
    if (taken == 0 || is_elsewhen(sentence, i))
        return taken;
    bool is_inside = ms >= civil_day_start(reach.from_ms) && ms <= reach.to_ms;
    bool is_near = ms > reach.from_ms - near && ms < reach.to_ms + near;
    struct str first = word_at(sentence, i);
    struct str last = word_at(sentence, i + taken - 1);
    if (!is_inside && is_near)
        say_outside(check, &reach,
                    (struct str){first.s, (size_t)(last.s + last.n - first.s)});
    return taken;
}

/* ---- weekdays ---- */

static void check_weekday(const struct check *check,
                          const struct sentence *sentence, int i)
{
    const struct reach reach = check->reach;
    struct str word = word_at(sentence, i);
    int weekday = word.n >= strlen("Sunday") && word.s[0] <= 'Z'
                      ? civil_weekday_named(word)
                      : -1;
    if (weekday < 0 || is_elsewhen(sentence, i))
        return;
    int64_t day = civil_day_start(reach.from_ms);
    for (int i_day = 0; day <= reach.to_ms && i_day < 7; i_day++) {
        if (civil_weekday(day) == weekday)
            return;
        day += MS_PER_DAY;
    }
    if (day > reach.to_ms)
        say_outside(check, &reach, word);
}

void check_days(const struct check *check, const struct sentence *sentence)
{
    if (check->reach.from_ms == 0)
        return;
    for (int i = 0; i < sentence->count; i++) {
        int taken = check_date(check, sentence, i);
        if (taken > 0) {
            i += taken - 1;
            continue;
        }
        if (!check->prose->is_update)
            check_clock(check, sentence, i);
        check_weekday(check, sentence, i);
    }
}
