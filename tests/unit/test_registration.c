/*
 * What Discord is told of the commands, against
 * tests/commands/registration.json (UPDATE_GOLDEN=1 writes that file anew: read
 * the difference before keeping it), and the limits that Discord sets.
 */
#include "bot/base/utf8.h"
#include "commands/command.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GOLDEN "tests/commands/registration.json"

static struct str text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    assert_non_null(text);
    return str_of(text);
}

static void same_as_golden(void **state)
{
    (void)state;
    char *first = commands_registration(), *second = commands_registration();
    assert_string_equal(first, second);
    cJSON *json = cJSON_Parse(first);
    char *shown = cJSON_Print(json);
    struct buf text = BUF_INIT(100000), golden = BUF_INIT(100000);
    buf_addf(&text, "%s\n", shown);
    if (getenv("UPDATE_GOLDEN") != NULL)
        scratch_write(GOLDEN, text.s, text.n);
    scratch_read(GOLDEN, &golden);
    assert_string_equal(buf_text(&text), buf_text(&golden));
    buf_release(&text);
    buf_release(&golden);
    cJSON_Delete(json);
    free(shown);
    free(second);
    free(first);
}

static void assert_name(struct str name)
{
    assert_in_range(name.n, 1, 32);
    for (size_t i = 0; i < name.n; i++)
        assert_true((name.s[i] >= 'a' && name.s[i] <= 'z') || name.s[i] == '_');
}

/* Names, descriptions and choices, with all that is nested: Discord counts
 * them against 8000 a command. */
static size_t measure(const cJSON *node)
{
    const cJSON *item;
    bool optional = false;
    struct str help = text_of(node, "description");
    assert_name(text_of(node, "name"));
    assert_in_range(utf16_units(help), 1, 100);
    size_t sum = text_of(node, "name").n + utf16_units(help);
    assert_in_range(cJSON_GetArraySize(cJSON_GetObjectItem(node, "options")), 0,
                    25);
    assert_in_range(cJSON_GetArraySize(cJSON_GetObjectItem(node, "choices")), 0,
                    25);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(node, "choices"))
    {
        sum += text_of(item, "name").n + text_of(item, "value").n;
    }
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(node, "options"))
    {
        bool required = cJSON_GetObjectItem(item, "required") != NULL;
        assert_false(required && optional);
        optional = optional || !required;
        sum += measure(item);
    }
    return sum;
}

static void within_limits(void **state)
{
    (void)state;
    char *text = commands_registration();
    cJSON *json = cJSON_Parse(text);
    const cJSON *command;
    int count = 0;
    cJSON_ArrayForEach(command, json)
    {
        count++;
        assert_true(measure(command) <= 8000);
        assert_null(cJSON_GetObjectItem(command, "default_member_permissions"));
    }
    assert_int_equal(count, 4); /* incident, ic, timeline, resolve */
    cJSON_Delete(json);
    free(text);
}

/* What registration cannot show: forms, rights, and the words of each. */
static void every_command_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < command_count; i++) {
        const struct command *command = commands[i];
        assert_ptr_equal(command_find(str_of(command->name)), command);
        assert_non_null(command->run);
        bool has_form = command->form_fields[0] != NULL;
        assert_int_equal(has_form, command->form_title != NULL);
        for (int k = 0; k < COMMAND_FIELDS; k++) {
            const char *name = command->form_fields[k];
            if (name != NULL)
                assert_non_null(command_option(command, str_of(name)));
        }
        for (int k = 0; k < command_option_count(command); k++) {
            const struct option *option = &command->options[k];
            assert_int_equal(option->type == VALUE_CHOICE,
                             option->choices != NULL);
            assert_int_equal(option->type == VALUE_TEXT, option->max_units > 0);
        }
    }
    assert_null(command_find(STR("incident")));
    assert_null(command_find(STR("")));
    assert_null(command_find(STR_NONE));
}

static void readme_table(void **state)
{
    (void)state;
    struct buf table = BUF_INIT(20000);
    commands_print_table(&table);
    const char *row = strstr(buf_text(&table), "| `/timeline change` | ");
    assert_non_null(row);
    assert_non_null(strstr(row, "**what**, **where**, **from**, **to**, "
                                "temporary, undo, verified, time"));
    buf_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_golden),
        cmocka_unit_test(within_limits),
        cmocka_unit_test(every_command_is_whole),
        cmocka_unit_test(readme_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
