#include "bot/discord/custom_id.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void makes_what_it_reads(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        int64_t incident;
        const char *preset, *text;
    } cases[] = {
        {"ic assign", 12, "user=me", "1|ic assign|12|user=me"},
        {"resolve", 12, "", "1|resolve|12|"},
        {"incident declare", 0, "severity=SEV1|drill=true",
         "1|incident declare|0|severity=SEV1|drill=true"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[CUSTOM_ID_BYTES];
        assert_true(custom_id_make(text, cases[i].command, cases[i].incident,
                                   cases[i].preset));
        assert_string_equal(text, cases[i].text);
        struct custom_id id;
        assert_true(custom_id_parse(str_of(text), &id));
        assert_true(str_is(id.command, cases[i].command));
        assert_int_equal(id.incident_id, cases[i].incident);
        assert_true(str_is(id.presets, cases[i].preset));
    }
}

static void leaves_out_a_preset_that_does_not_fit(void **state)
{
    (void)state;
    char preset[201] = "text=";
    memset(preset + 5, 'x', 195);
    preset[200] = '\0';
    char text[CUSTOM_ID_BYTES];
    assert_false(custom_id_make(text, "resolve", 12, preset));
    assert_string_equal(text, "1|resolve|12|");
    /* "1|resolve|12|" is 13 long, 87 are left. */
    preset[88] = '\0';
    assert_false(custom_id_make(text, "resolve", 12, preset));
    preset[87] = '\0';
    assert_true(custom_id_make(text, "resolve", 12, preset));
    assert_int_equal(strlen(text), 100);
}

static void refuses_what_is_not_ours(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "1",
        "1|",
        "1|resolve",
        "2|resolve|1",
        "1||1|",
        "1|resolve|",
        "1|resolve|x",
        "1|resolve|-1|",
        "vote:yes:3",
        "1|resolve|18446744073709551615|",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct custom_id id;
        assert_false(custom_id_parse(str_of(cases[i]), &id));
    }
    struct custom_id id;
    assert_true(custom_id_parse(STR("1|resolve|7"), &id));
    struct str name, value;
    assert_false(custom_id_preset(&id.presets, &name, &value));
}

static void reads_presets_one_by_one(void **state)
{
    (void)state;
    struct str presets = STR("user=me||odd|=x|role=a=b|note=");
    struct str name, value;
    assert_true(custom_id_preset(&presets, &name, &value));
    assert_true(str_is(name, "user") && str_is(value, "me"));
    assert_true(custom_id_preset(&presets, &name, &value));
    assert_true(str_is(name, "role") && str_is(value, "a=b"));
    assert_true(custom_id_preset(&presets, &name, &value));
    assert_true(str_is(name, "note") && value.n == 0 && value.s != NULL);
    assert_false(custom_id_preset(&presets, &name, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_what_it_reads),
        cmocka_unit_test(leaves_out_a_preset_that_does_not_fit),
        cmocka_unit_test(refuses_what_is_not_ours),
        cmocka_unit_test(reads_presets_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
