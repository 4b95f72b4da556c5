#include "bot/base/rfc3339.h"

#include "bot/base/civil.h"

#include <string.h>

/* Exactly that many digits off the front. */
static bool take_digits(struct str *rest, int digits, int *out)
{
    int value = 0;
    if (rest->n < (size_t)digits)
        return false;
    for (int i = 0; i < digits; i++) {
        char c = rest->s[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *rest = str_from(*rest, (size_t)digits);
    *out = value;
    return true;
}

static bool take_one_of(struct str *rest, const char *marks)
{
    if (rest->n == 0 || rest->s[0] == '\0' || strchr(marks, rest->s[0]) == NULL)
        return false;
    *rest = str_from(*rest, 1);
    return true;
}

static bool take_date(struct str *rest, struct civil *out)
{
    return take_digits(rest, 4, &out->year) && take_one_of(rest, "-") &&
           take_digits(rest, 2, &out->month) && take_one_of(rest, "-") &&
           take_digits(rest, 2, &out->day) &&
           civil_date_valid(out->year, out->month, out->day);
}

/* Second 60 is a leap second, and the first of the next minute for us. */
static bool take_clock(struct str *rest, struct civil *out)
{
    if (!take_digits(rest, 2, &out->hour) || !take_one_of(rest, ":") ||
        !take_digits(rest, 2, &out->minute) || !take_one_of(rest, ":") ||
        !take_digits(rest, 2, &out->second) || out->hour > 23 ||
        out->minute > 59 || out->second > 60)
        return false;
    if (!take_one_of(rest, "."))
        return true;
    int digit, unit = 100;
    if (!take_digits(rest, 1, &digit))
        return false;
    do {
        out->ms += digit * unit;
        unit /= 10;
    } while (take_digits(rest, 1, &digit));
    return true;
}

static bool take_zone(struct str *rest, int *minutes)
{
    int hour, minute;
    if (take_one_of(rest, "Zz")) {
        *minutes = 0;
        return true;
    }
    bool is_west = rest->n > 0 && rest->s[0] == '-';
    if (!take_one_of(rest, "+-") || !take_digits(rest, 2, &hour) ||
        !take_one_of(rest, ":") || !take_digits(rest, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *minutes = (hour * 60 + minute) * (is_west ? -1 : 1);
    return true;
}

bool rfc3339_read(struct str text, bool utc_unless_told, int64_t *out_ms)
{
    struct civil civil = {.ms = 0};
    int zone_min = 0;
    struct str rest = text;
    if (!take_date(&rest, &civil) || !take_one_of(&rest, "Tt ") ||
        !take_clock(&rest, &civil))
        return false;
    bool is_told = rest.n > 0;
    if (is_told ? !take_zone(&rest, &zone_min) || rest.n > 0 : !utc_unless_told)
        return false;
    int64_t ms = civil_to_ms(civil) - zone_min * MS_PER_MINUTE;
    if (ms <= 0)
        return false;
    *out_ms = ms;
    return true;
}
