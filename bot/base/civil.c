#include "bot/base/civil.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

struct civil civil_of(int64_t ms)
{
    int64_t days = floor_div(ms, MS_PER_DAY);
    int64_t rest = ms - days * MS_PER_DAY;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / MS_PER_HOUR),
        .minute = (int)(rest / MS_PER_MINUTE % 60),
        .second = (int)(rest / MS_PER_SECOND % 60),
        .ms = (int)(rest % MS_PER_SECOND),
    };
}

int64_t civil_to_ms(struct civil c)
{
    return days_from_civil(c.year, c.month, c.day) * MS_PER_DAY +
           c.hour * MS_PER_HOUR + c.minute * MS_PER_MINUTE +
           c.second * MS_PER_SECOND + c.ms;
}

int64_t civil_day_start(int64_t ms)
{
    return floor_div(ms, MS_PER_DAY) * MS_PER_DAY;
}

int civil_days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool civil_date_valid(int year, int month, int day)
{
    return year >= 1970 && year <= 9999 && month >= 1 && month <= 12 &&
           day >= 1 && day <= civil_days_in_month(year, month);
}

static const char *const weekdays[] = {"Sunday",    "Monday",   "Tuesday",
                                       "Wednesday", "Thursday", "Friday",
                                       "Saturday"};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

/* 1970-01-01 was a Thursday. */
int civil_weekday(int64_t ms)
{
    int64_t days = floor_div(ms, MS_PER_DAY) + 4;
    return (int)(days - floor_div(days, 7) * 7);
}

const char *civil_weekday_word(int weekday)
{
    assert(weekday >= 0 && weekday < 7);
    return weekdays[weekday];
}

static int name_of(const char *const *names, int count, struct str word)
{
    for (int i = 0; i < count; i++) {
        char start[16];
        if (word.n < 3 || word.n > strlen(names[i]))
            continue;
        str_copy_to(start, ((struct str){names[i], word.n}));
        if (str_is_nocase(word, start))
            return i;
    }
    return -1;
}

int civil_month_named(struct str word)
{
    return name_of(months, 12, word) + 1;
}

int civil_weekday_named(struct str word)
{
    return name_of(weekdays, 7, word);
}

void civil_iso(int64_t ms, char out[static CIVIL_ISO_BYTES])
{
    struct civil c = civil_of(ms);
    (void)snprintf(out, CIVIL_ISO_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                   c.year % 10000, c.month, c.day, c.hour, c.minute, c.second,
                   c.ms);
}

void civil_date(int64_t ms, char out[static CIVIL_ISO_BYTES])
{
    struct civil c = civil_of(ms);
    (void)snprintf(out, CIVIL_ISO_BYTES, "%04d-%02d-%02d", c.year % 10000,
                   c.month, c.day);
}
