/*
 * The table in the two forms that others read: Discord's registration (facts:
 * Application Commands, "Application Command Object") and the README's table.
 * Equal tables give equal bytes: the bot compares a hash to skip the PUT.
 */
#include "bot/discord/json.h"
#include "commands/check.h"
#include "commands/menus.h"

#include <assert.h>
#include <stdlib.h>

#define TYPE_CHAT_INPUT  1
#define TYPE_SUB_COMMAND 1

static const struct {
    const char *name, *help;
} groups[] = {
#define GROUP_ROW(name, help) {name, help},
    COMMAND_GROUP_LIST(GROUP_ROW)
#undef GROUP_ROW
};
#define GROUP_COUNT (int)(sizeof groups / sizeof groups[0])

/* "timeline add" -> group "timeline", rest "add"; "resolve" -> no group. */
static struct str split_name(const struct command *command, struct str *group)
{
    struct str rest = str_of(command->name), first;
    bool any = str_cut(&rest, ' ', &first);
    assert(any);
    *group = rest.s == NULL ? STR_NONE : first;
    return rest.s == NULL ? first : rest;
}

static cJSON *registered_choices(const struct option *option)
{
    cJSON *choices = cJSON_CreateArray();
    for (int i = 0; i < option->choices->count; i++) {
        if (!option_offers(option, i))
            continue;
        cJSON *choice = cJSON_CreateObject();
        cJSON_AddStringToObject(choice, "name", word_of(option->choices, i));
        cJSON_AddStringToObject(choice, "value", word_of(option->choices, i));
        cJSON_AddItemToArray(choices, choice);
    }
    return choices;
}

static cJSON *registered_option(const struct option *option)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "type", option_discord_type(option));
    cJSON_AddStringToObject(json, "name", option->name);
    cJSON_AddStringToObject(json, "description", option->help);
    if (option->required)
        cJSON_AddTrueToObject(json, "required");
    if (option->type == VALUE_CHOICE) {
        cJSON_AddItemToObject(json, "choices", registered_choices(option));
    } else if (option->type == VALUE_MINUTES) {
        cJSON_AddNumberToObject(json, "min_value", 1);
        cJSON_AddNumberToObject(json, "max_value", MINUTES_MAX);
    } else if (option_max_units(option) > 0) {
        cJSON_AddNumberToObject(json, "max_length", option_max_units(option));
    }
    if (option->complete != NULL)
        cJSON_AddTrueToObject(json, "autocomplete");
    return json;
}

/* Discord wants the required ones first. */
static void add_options(cJSON *json, const struct command *command)
{
    int count = command_option_count(command);
    bool has_incident = command->scope == SCOPE_INCIDENT;
    if (count == 0 && !has_incident)
        return;
    cJSON *options = cJSON_AddArrayToObject(json, "options");
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < count; i++)
            if (command->options[i].required == (pass == 0))
                cJSON_AddItemToArray(options,
                                     registered_option(&command->options[i]));
    if (has_incident)
        cJSON_AddItemToArray(options, registered_option(&incident_option));
}

/* Only in servers, only as an app of the server. default_member_permissions is
 * the outer fence alone: "0" hides what only admins may do from all but the
 * server's administrators, until those open it to others in Discord's own
 * settings; null lets everybody see the rest. Who may use a command is decided
 * in our code, on every use. */
static cJSON *registered_top(int type, const char *name, bool for_admins)
{
    const int guild = 0;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "name", name);
    cJSON_AddNumberToObject(json, "type", type);
    if (for_admins)
        cJSON_AddStringToObject(json, "default_member_permissions", "0");
    else
        cJSON_AddNullToObject(json, "default_member_permissions");
    cJSON_AddItemToObject(json, "contexts", cJSON_CreateIntArray(&guild, 1));
    cJSON_AddItemToObject(json, "integration_types",
                          cJSON_CreateIntArray(&guild, 1));
    return json;
}

static bool is_of_group(const struct command *command, const char *name,
                        struct str *rest)
{
    struct str group;
    *rest = split_name(command, &group);
    return str_is(group, name);
}

/* Of a group: Discord has one fence for all of it. */
static bool only_for_admins(const char *group)
{
    bool only = true;
    struct str rest;
    for (int i = 0; i < command_count; i++)
        if (is_of_group(commands[i], group, &rest))
            only = only && commands[i]->right == RIGHT_ADMIN;
    return only;
}

static cJSON *registered_group(const char *name, const char *help)
{
    cJSON *json = registered_top(TYPE_CHAT_INPUT, name, only_for_admins(name));
    cJSON_AddStringToObject(json, "description", help);
    cJSON *members = cJSON_AddArrayToObject(json, "options");
    for (int i = 0; i < command_count; i++) {
        struct str rest;
        if (!is_of_group(commands[i], name, &rest))
            continue;
        cJSON *member = cJSON_CreateObject();
        cJSON_AddNumberToObject(member, "type", TYPE_SUB_COMMAND);
        cJSON_AddStringToObject(member, "name", rest.s);
        cJSON_AddStringToObject(member, "description", commands[i]->help);
        add_options(member, commands[i]);
        cJSON_AddItemToArray(members, member);
    }
    return json;
}

static cJSON *registered_single(const struct command *command)
{
    cJSON *json = registered_top(TYPE_CHAT_INPUT, command->name,
                                 command->right == RIGHT_ADMIN);
    cJSON_AddStringToObject(json, "description", command->help);
    add_options(json, command);
    return json;
}

char *commands_registration(void)
{
    cJSON *all = cJSON_CreateArray();
    for (int i = 0; i < GROUP_COUNT; i++) {
        cJSON_AddItemToArray(all,
                             registered_group(groups[i].name, groups[i].help));
    }
    for (int i = 0; i < command_count; i++) {
        struct str group;
        (void)split_name(commands[i], &group);
        if (group.s == NULL)
            cJSON_AddItemToArray(all, registered_single(commands[i]));
    }
    for (int i = 0; i < menu_count; i++)
        cJSON_AddItemToArray(
            all, registered_top((int)menus[i].type, menus[i].name, false));
    return json_printed(all);
}

void commands_print_table(struct buf *out)
{
    buf_add_text(out, "| command | options (**required**) | what it does |\n"
                      "|---|---|---|\n");
    for (int i = 0; i < command_count; i++) {
        const struct command *command = commands[i];
        buf_addf(out, "| `/%s` | ", command->name);
        for (int k = 0; k < command_option_count(command); k++) {
            const struct option *option = &command->options[k];
            const char *strong = option->required ? "**" : "";
            buf_addf(out, "%s%s%s%s", k == 0 ? "" : ", ", strong, option->name,
                     strong);
        }
        buf_addf(out, " | %s |\n", command->help);
    }
}
