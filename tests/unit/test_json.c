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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_whole_numbers),
        cmocka_unit_test(prints_the_rest_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
