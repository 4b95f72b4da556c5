#include "bot/alert/forms.h"

#include "bot/base/rfc3339.h"

#include <inttypes.h>
#include <math.h>

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
    return rfc3339_read(text, false, &ms) ? ms : 0;
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
