/*
 * What Discord is told of the commands, against
 * tests/commands/registration.json (UPDATE_GOLDEN=1 writes that file anew: read
 * the difference before keeping it), and the limits that Discord sets.
 */
#include "bot/base/utf8.h"
#include "bot/discord/custom_id.h"
#include "commands/menus.h"
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

static int type_of(const cJSON *command)
{
    return cJSON_GetObjectItem(command, "type")->valueint;
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
    assert_false(cJSON_HasObjectItem(node, "choices") &&
                 cJSON_HasObjectItem(node, "autocomplete"));
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
    int counts[4] = {0};
    cJSON_ArrayForEach(command, json)
    {
        int type = type_of(command);
        assert_in_range(type, 1, 3);
        counts[type]++;
        if (type == 1)
            assert_true(measure(command) <= 8000);
        else
            assert_in_range(text_of(command, "name").n, 1, 32);
        assert_int_equal(type == 1,
                         cJSON_HasObjectItem(command, "description"));
    }
    assert_in_range(counts[1], 5, 100);
    assert_in_range(counts[2], 1, 15);
    assert_in_range(counts[3], 1, 15);
    cJSON_Delete(json);
    free(text);
}

/* Only what nobody but admins may use is hidden from the others. */
static void outer_fence(void **state)
{
    (void)state;
    char *text = commands_registration();
    cJSON *json = cJSON_Parse(text);
    const cJSON *top;
    cJSON_ArrayForEach(top, json)
    {
        struct str name = text_of(top, "name");
        const cJSON *fence =
            cJSON_GetObjectItem(top, "default_member_permissions");
        bool for_admins = type_of(top) == 1;
        for (int i = 0; i < command_count; i++) {
            struct str rest = str_of(commands[i]->name), first;
            if (str_cut(&rest, ' ', &first) && str_eq(first, name))
                for_admins = for_admins && commands[i]->right == RIGHT_ADMIN &&
                             !commands[i]->anybody;
        }
        assert_int_equal(cJSON_IsNull(fence), !for_admins);
        if (for_admins)
            assert_string_equal(cJSON_GetStringValue(fence), "0");
    }
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
        int files = 0;
        for (int k = 0; k < command_option_count(command); k++) {
            const struct option *option = &command->options[k];
            files += option->type == VALUE_FILE;
            assert_false(option->type == VALUE_CHOICE &&
                         option->complete != NULL);
            /* What presets and every incident command already mean. */
            if (command->scope == SCOPE_INCIDENT)
                assert_string_not_equal(option->name, "incident");
            assert_string_not_equal(option->name, "draft");
            assert_string_not_equal(option->name, "msg");
            assert_int_equal(option->type == VALUE_CHOICE,
                             option->choices != NULL);
            assert_int_equal(option->type == VALUE_TEXT, option->max_units > 0);
            /* A day is not offered as a time. */
            bool is_named = option->type == VALUE_INCIDENT ||
                            option->type == VALUE_ENTRY ||
                            (option->type == VALUE_TIME &&
                             strcmp(option->name, "base_date") != 0);
            if (is_named && option->complete == NULL)
                fail_msg("/%s offers no %s", command->name, option->name);
        }
        assert_true(files <= 1);
    }
    assert_null(command_find(STR("incident")));
    assert_null(command_find(STR("")));
    assert_null(command_find(STR_NONE));
}

static const struct option *option_of(const struct menu *menu, const char *name)
{
    return name == NULL ? NULL
                        : command_option(command_find(str_of(menu->command)),
                                         str_of(name));
}

/* Names as in Discord's menu, once each, and options that there are. */
static void every_menu_fits_its_command(void **state)
{
    (void)state;
    for (int i = 0; i < menu_count; i++) {
        const struct menu *menu = &menus[i];
        assert_non_null(command_find(str_of(menu->command)));
        assert_ptr_equal(menu_find(str_of(menu->name), (int)menu->type), menu);
        assert_null(menu_find(str_of(menu->name), 1));
        const struct option *content = option_of(menu, menu->content);
        const struct option *user = option_of(menu, menu->user);
        const struct option *time = option_of(menu, menu->time);
        if (menu->type == MENU_MESSAGE)
            assert_true(content != NULL && content->type == VALUE_TEXT);
        else
            assert_true(user != NULL && user->type == VALUE_USER);
        assert_true(time == NULL || time->type == VALUE_TIME);
        struct str presets = str_of(menu->presets), name, value;
        while (custom_id_preset(&presets, &name, &value))
            assert_non_null(
                command_option(command_find(str_of(menu->command)), name));
    }
    assert_null(menu_find(STR("Explode"), MENU_MESSAGE));
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
        cmocka_unit_test(outer_fence),
        cmocka_unit_test(every_command_is_whole),
        cmocka_unit_test(every_menu_fits_its_command),
        cmocka_unit_test(readme_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
