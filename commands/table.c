#include "commands/check.h"
#include "commands/complete.h"

#define COMMAND_POINTER(word) &command_##word,
const struct command *const commands[] = {COMMAND_LIST(COMMAND_POINTER)};
#undef COMMAND_POINTER
const int command_count = sizeof commands / sizeof commands[0];

const struct option incident_option = {
    .name = "incident",
    .help = "Which, if not the one of this room: INC-12 or 12",
    .type = VALUE_INCIDENT,
    .complete = complete_incidents,
};

const struct command *command_find(struct str name)
{
    for (int i = 0; i < command_count; i++)
        if (str_is(name, commands[i]->name))
            return commands[i];
    return NULL;
}

int command_option_count(const struct command *command)
{
    int n = 0;
    while (n < COMMAND_OPTIONS && command->options[n].name != NULL)
        n++;
    return n;
}

const struct option *command_option(const struct command *command,
                                    struct str name)
{
    for (int i = 0; i < command_option_count(command); i++)
        if (str_is(name, command->options[i].name))
            return &command->options[i];
    return NULL;
}

bool offers_named(int choice)
{
    return choice != 0;
}

bool option_offers(const struct option *option, int choice)
{
    return option->offers == NULL || option->offers(choice);
}
