#include "bot/alert/forms.h"

#include "bot/base/civil.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A number below is seconds since 1970 (until the year 5138), above it is
 * milliseconds. */
#define SECONDS_BELOW 1e11
#define MS_BELOW      1e14

void value_text(const cJSON *item, struct buf *out)
{
    int64_t whole;
    if (cJSON_IsString(item))
        buf_add(out, json_text_of(item));
    else if (json_whole(item, &whole))
        buf_addf(out, "%" PRId64, whole);
    else if (cJSON_IsNumber(item) && isfinite(item->valuedouble))
        buf_addf(out, "%.6g", item->valuedouble);
    else if (cJSON_IsBool(item))
        buf_add_text(out, cJSON_IsTrue(item) ? "true" : "false");
}

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

bool value_rfc3339(struct str text, bool utc_unless_told, int64_t *out_ms)
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

static int64_t since_1970(double number)
{
    if (number >= 1 && number < SECONDS_BELOW)
        return (int64_t)(number * 1000);
    return number >= SECONDS_BELOW && number < MS_BELOW ? (int64_t)number : 0;
}

int64_t value_time(const cJSON *item)
{
    int64_t ms = 0;
    uint64_t digits;
    if (cJSON_IsNumber(item))
        return since_1970(item->valuedouble);
    struct str text = str_trim(json_text_of(item));
    if (str_to_u64(text, &digits))
        return since_1970((double)digits);
    return value_rfc3339(text, false, &ms) ? ms : 0;
}

/* Whoever wakes somebody says so; SEV1 only where it is said in our words. */
enum severity value_severity(struct str word)
{
    static const struct {
        const char *word;
        enum severity severity;
    } words[] = {
        {"sev1", SEVERITY_1},     {"p1", SEVERITY_1},
        {"sev2", SEVERITY_2},     {"p2", SEVERITY_2},
        {"critical", SEVERITY_2}, {"page", SEVERITY_2},
        {"fatal", SEVERITY_2},    {"emergency", SEVERITY_2},
        {"sev3", SEVERITY_3},     {"p3", SEVERITY_3},
        {"warning", SEVERITY_3},  {"warn", SEVERITY_3},
        {"error", SEVERITY_3},    {"high", SEVERITY_3},
        {"major", SEVERITY_3},    {"medium", SEVERITY_3},
        {"sev4", SEVERITY_4},     {"p4", SEVERITY_4},
        {"info", SEVERITY_4},     {"informational", SEVERITY_4},
        {"notice", SEVERITY_4},   {"minor", SEVERITY_4},
        {"low", SEVERITY_4},
    };
    word = str_trim(word);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is_nocase(word, words[i].word))
            return words[i].severity;
    return SEVERITY_NONE;
}
