#include "bot/discord/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *read, *printed;
} wholes[] = {
    {"0", "0"},
    {"-0", "0"},
    {"64", "64"},
    {"-7", "-7"},
    {"2147483648", "2147483648"},
    {"9007199254740991", "9007199254740991"},
    {"-9007199254740991", "-9007199254740991"},
    {"12e3", "12000"},
    {"[1,{\"a\":[2,-3],\"b\":4}]", "[1,{\"a\":[2,-3],\"b\":4}]"},
};

static void prints_whole_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wholes / sizeof wholes[0]; i++) {
        char *text = json_printed(json_parse(str_of(wholes[i].read)));
        assert_string_equal(text, wholes[i].printed);
        free(text);
    }
}

/* What is not whole, and everything else, is cJSON's to print. */
static void prints_the_rest_as_it_was(void **state)
{
    static const char *const texts[] = {
        "0.5",
        "-1.25e+30",
        "1e+300",
        "\"7\"",
        "true",
        "null",
        "[]",
        "{}",
        "[\"1\",1.5,false]",
        "{\"1\":\"a\\nb\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cJSON *tree = json_parse(str_of(texts[i]));
        char *text = json_print(tree), *again = json_printed(tree);
        assert_string_equal(text, texts[i]);
        assert_string_equal(again, texts[i]);
        free(text);
        free(again);
    }
}

/* What cJSON would take for good. */
static void reads_nothing_else(void **state)
{
    static const char *const texts[] = {"{} x", "{}{}", "{\"a\":1}]",
                                        "",     " ",    "{\"a\":"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_null(json_parse(str_of(texts[i])));
    cJSON *tree = json_parse(STR(" {\"Id\":\"1\",\"ID\":\"2\"}\n"));
    assert_null(json_get(tree, "id"));
    assert_true(str_is(json_text(tree, "Id"), "1"));
    assert_true(str_is(json_text(tree, "ID"), "2"));
    cJSON_Delete(tree);
}

/* What JavaScript sends that cut a text within an emoji. */
static void half_a_character_is_shown_as_one(void **state)
{
    static const struct {
        const char *read, *is;
    } texts[] = {
        {"\"[Blog \\ud83d...]\"", "[Blog \xEF\xBF\xBD...]"},
        {"\"\\uDE00 \\uD83D\"", "\xEF\xBF\xBD \xEF\xBF\xBD"},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
        {"\"\\ud83d\\\\ude00\"", "\xEF\xBF\xBD\\ude00"},
        {"\"\\\\ud83d \\udC00\"", "\\ud83d \xEF\xBF\xBD"},
        {"\"\\u0000\\ud83d\"", "\x01\xEF\xBF\xBD"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cJSON *tree = json_parse(str_of(texts[i].read));
        assert_non_null(tree);
        assert_string_equal(cJSON_GetStringValue(tree), texts[i].is);
        cJSON_Delete(tree);
    }
    assert_null(json_parse(STR("\"\\ud83d")));
    assert_null(json_parse(STR("\"\\ud8")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_whole_numbers),
        cmocka_unit_test(prints_the_rest_as_it_was),
        cmocka_unit_test(reads_nothing_else),
        cmocka_unit_test(half_a_character_is_shown_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
