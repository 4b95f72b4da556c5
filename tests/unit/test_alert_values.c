/*
 * Times and severities as monitors write them.
 */
#include "bot/alert/forms.h"

#include "bot/base/civil.h"
#include "bot/base/rfc3339.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* As JSON; "" is not told. */
static const struct {
    const char *text, *is;
} times[] = {
    {"\"2022-12-13T18:53:00Z\"", "2022-12-13T18:53:00.000Z"},
    {"\"2022-12-13t18:53:00.9999z\"", "2022-12-13T18:53:00.999Z"},
    {"\"2022-12-13 18:53:00.1+14:00\"", "2022-12-13T04:53:00.100Z"},
    {"\"2024-02-29T23:59:60-00:01\"", "2024-03-01T00:01:00.000Z"},
    {"\" 1670957580 \"", "2022-12-13T18:53:00.000Z"},
    {"\"1670957580123\"", "2022-12-13T18:53:00.123Z"},
    {"1670957580.5", "2022-12-13T18:53:00.500Z"},
    {"1670957580123", "2022-12-13T18:53:00.123Z"},
    /* not told */
    {"\"0001-01-01T00:00:00Z\"", ""},
    {"\"1970-01-01T00:00:00Z\"", ""},
    {"\"1969-12-31T23:59:59Z\"", ""},
    {"\"2022-12-13T18:53:00\"", ""},
    {"\"2022-12-13T18:53:00.Z\"", ""},
    {"\"2022-12-13T18:53Z\"", ""},
    {"\"2022-12-13T18:53:00Z \\u0001\"", ""},
    {"\"2022-12-13T24:00:00Z\"", ""},
    {"\"2022-12-13T18:60:00Z\"", ""},
    {"\"2022-12-13T18:53:00+24:00\"", ""},
    {"\"2022-12-13T18:53:00+0100\"", ""},
    {"\"2022-13-13T18:53:00Z\"", ""},
    {"\"2023-02-29T18:53:00Z\"", ""},
    {"\"22-12-13T18:53:00Z\"", ""},
    {"\"18446744073709551616\"", ""},
    {"\"999999999999999999\"", ""},
    {"0", ""},
    {"-1670957580", ""},
    {"1e300", ""},
    {"1e999", ""},
    {"true", ""},
};

static void times_are_read_as_they_are_or_not_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        cJSON *item = json_parse(str_of(times[i].text));
        char iso[CIVIL_ISO_BYTES] = "";
        assert_non_null(item);
        if (value_time(item) != 0)
            civil_iso(value_time(item), iso);
        if (!str_is(str_of(iso), times[i].is))
            fail_msg("%s is \"%s\"", times[i].text, iso);
        cJSON_Delete(item);
    }
    assert_true(value_time(NULL) == 0);
}

static void without_a_zone_it_is_utc_where_that_is_known(void **state)
{
    (void)state;
    int64_t ms = 7, same = 8;
    assert_true(rfc3339_read(STR("2022-12-13 18:53:00.25"), true, &ms));
    assert_true(rfc3339_read(STR("2022-12-13 19:53:00.25+01:00"), true, &same));
    assert_true(ms == same && ms == INT64_C(1670957580250));
    assert_false(rfc3339_read(STR("2022-12-13 18:53:00 x"), true, &ms));
    assert_false(rfc3339_read(STR_NONE, true, &ms));
    assert_true(ms == same);
}

static const struct {
    const char *word;
    enum severity is;
} severities[] = {
    {"SEV1", SEVERITY_1},     {"sev2", SEVERITY_2},    {"Sev3", SEVERITY_3},
    {"SEV4", SEVERITY_4},     {"P1", SEVERITY_1},      {"p2", SEVERITY_2},
    {"P3", SEVERITY_3},       {"p4", SEVERITY_4},      {"critical", SEVERITY_2},
    {"page", SEVERITY_2},     {"Warning", SEVERITY_3}, {" info ", SEVERITY_4},
    {"none", SEVERITY_NONE},  {"P5", SEVERITY_NONE},   {"1", SEVERITY_NONE},
    {"sev12", SEVERITY_NONE}, {"", SEVERITY_NONE},
};

static void severities_are_guessed_with_care(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
        enum severity is = value_severity(str_of(severities[i].word));
        if (is != severities[i].is)
            fail_msg("\"%s\" is %d", severities[i].word, (int)is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_as_they_are_or_not_at_all),
        cmocka_unit_test(without_a_zone_it_is_utc_where_that_is_known),
        cmocka_unit_test(severities_are_guessed_with_care),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
