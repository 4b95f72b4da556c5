#include "commands/menus.h"

/* clang-format off */
const struct menu menus[] = {
    {.name = "Add to timeline", .type = MENU_MESSAGE,
     .command = "timeline add", .presets = "", .files = true,
     .content = "text", .author = "by", .time = "time", .link = "link"},
    {.name = "Attach as evidence", .type = MENU_MESSAGE,
     .command = "timeline add", .presets = "kind=evidence", .files = true,
     .content = "text", .author = "by", .time = "time", .link = "link"},
    {.name = "Park as idea", .type = MENU_MESSAGE,
     .command = "timeline add", .presets = "kind=idea", .files = true,
     .content = "text", .author = "by", .time = "time", .link = "link"},
    {.name = "Declare incident", .type = MENU_MESSAGE,
     .command = "incident declare", .presets = "", .form = true, .files = true,
     .content = "title", .time = "started"},
    {.name = "Make action item", .type = MENU_MESSAGE,
     .command = "action add", .presets = "",
     .content = "text", .link = "link"},
    {.name = "Assign as commander", .type = MENU_USER,
     .command = "ic assign", .presets = "role=commander", .user = "user"},
};
/* clang-format on */
const int menu_count = sizeof menus / sizeof menus[0];

const struct menu *menu_find(struct str name, int type)
{
    for (int i = 0; i < menu_count; i++)
        if (str_is(name, menus[i].name) && (int)menus[i].type == type)
            return &menus[i];
    return NULL;
}

const struct menu *menu_of_command(const struct command *command)
{
    for (int i = 0; i < menu_count; i++)
        if (menus[i].type == MENU_MESSAGE &&
            str_is(str_of(menus[i].command), command->name))
            return &menus[i];
    return NULL;
}
