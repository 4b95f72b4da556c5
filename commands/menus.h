/*
 * The entries of a message's or a member's context menu: one more way to fill
 * the options of a slash command. To add one, add a row in menus.c.
 */
#ifndef COMMANDS_MENUS_H
#define COMMANDS_MENUS_H

#include "commands/command.h"

struct menu {
    const char *name;                              /* as people see it */
    enum { MENU_USER = 2, MENU_MESSAGE = 3 } type; /* Discord's numbers */
    const char *command;
    const char *presets; /* as of a button */
    bool form;  /* to be completed first: opens the command's form, filled in */
    bool files; /* the message's are kept with it: call->files */
    /* Options of the command that get a part of the message; NULL: left
     * alone. */
    const char *content, *author, *time, *link;
    const char *user; /* gets the member */
};

extern const struct menu menus[];
extern const int menu_count;
/* `type` is Discord's command type. */
const struct menu *menu_find(struct str name, int type); /* or NULL */
/* How a message fills that command's options, or NULL. */
const struct menu *menu_of_command(const struct command *command);

#endif
