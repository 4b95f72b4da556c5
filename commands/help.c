#include "bot/base/ascii.h"
#include "commands/complete.h"
#include "commands/menus.h"
#include "commands/words.h"

#include "bot/base/closest.h"

#include <string.h>

static bool may_use(const struct call *call, const struct command *command)
{
    return command->anybody || call_has(call, command->right);
}

/* These four do for a first incident. */
static bool is_main(const struct command *command)
{
    static const char *const names[] = {"incident declare", "ic assign",
                                        "timeline add", "resolve"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_is(str_of(names[i]), command->name))
            return true;
    return false;
}

static void add_main(const struct call *call, struct buf *words)
{
    for (int i = 0; i < command_count; i++)
        if (is_main(commands[i]) && may_use(call, commands[i]))
            buf_addf(words, "- `/%s`: %s\n", commands[i]->name,
                     commands[i]->help);
}

/* A line for each group: a phone shows a row of thirty names as a wall. */
static void add_others(const struct call *call, struct buf *words)
{
    struct str group = STR_NONE;
    for (int i = 0; i < command_count; i++) {
        if (is_main(commands[i]) || !may_use(call, commands[i]) ||
            commands[i] == call->command)
            continue;
        struct str first, rest = str_of(commands[i]->name);
        (void)str_cut(&rest, ' ', &first);
        if (group.s == NULL)
            buf_add_text(words, "Also:");
        if (group.s != NULL && str_eq(group, first))
            buf_add_text(words, ", ");
        else
            buf_addf(words, "\n- `/%.*s` ", STR_ARG(first));
        buf_add(words, rest);
        group = first;
    }
    if (group.s != NULL)
        buf_add_char(words, '\n');
}

static void add_menus(const struct call *call, struct buf *words)
{
    const char *comma = "On a message or member, under Apps: ";
    for (int i = 0; i < menu_count; i++) {
        if (!may_use(call, command_find(str_of(menus[i].command))))
            continue;
        buf_addf(words, "%s*%s*", comma, menus[i].name);
        comma = ", ";
    }
    if (comma[0] == ',')
        buf_add_char(words, '\n');
}

static void add_choices(const struct option *option, struct buf *words)
{
    const char *comma = " (";
    for (int i = 0; i < option->choices->count; i++) {
        if (!option_offers(option, i))
            continue;
        buf_addf(words, "%s%s", comma, word_of(option->choices, i));
        comma = ", ";
    }
    buf_add_char(words, ')');
}

static void add_option(const struct option *option, struct buf *words)
{
    buf_addf(words, "- %s`%s`%s: ", option->required ? "**" : "", option->name,
             option->required ? "**" : "");
    markdown_add_line(words, str_of(option->help));
    if (option->type == VALUE_CHOICE)
        add_choices(option, words);
    buf_add_char(words, '\n');
}

static void explain(const struct command *command, struct buf *words)
{
    int count = command_option_count(command);
    buf_addf(words, "`/%s`: ", command->name);
    markdown_add_line(words, str_of(command->help));
    buf_add_text(words, "\n");
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < count; i++)
            if (command->options[i].required == (pass == 0))
                add_option(&command->options[i], words);
    if (command->scope == SCOPE_INCIDENT)
        add_option(&incident_option, words);
    if (command->slash_asks)
        buf_add_text(words,
                     "Leave out what is to be written, and a form asks for "
                     "it.\n");
}

static bool fits(const struct call *call, const struct command *command,
                 struct str text)
{
    return may_use(call, command) && text_holds(str_of(command->name), text);
}

/* Whose names have that part; *found is one of them. */
static int count_fitting(const struct call *call, struct str text,
                         const struct command **found)
{
    int count = 0;
    for (int i = 0; i < command_count; i++) {
        if (!fits(call, commands[i], text))
            continue;
        *found = commands[i];
        count++;
    }
    return count;
}

static void add_fitting(const struct call *call, struct str text,
                        struct buf *words)
{
    buf_add_text(words, "These have that in their name:\n");
    for (int i = 0; i < command_count; i++)
        if (fits(call, commands[i], text))
            buf_addf(words, "- `/%s`: %s\n", commands[i]->name,
                     commands[i]->help);
}

/* False: there is none. */
static bool say_named(const struct call *call, struct str text,
                      struct buf *words)
{
    text = str_trim(str_from(text, str_starts(text, "/")));
    const struct command *command = command_find(text);
    int count = command != NULL ? 1 : count_fitting(call, text, &command);
    if (count == 1)
        explain(command, words);
    else if (count > 1)
        add_fitting(call, text, words);
    return count > 0;
}

/* The whole name, or its last word. */
static const struct command *nearest(const struct call *call, const char *typed)
{
    const struct command *found = NULL;
    struct closest closest = closest_to(typed);
    for (int i = 0; i < command_count; i++) {
        const char *name = commands[i]->name, *space = strrchr(name, ' ');
        size_t least = closest.least;
        if (!may_use(call, commands[i]))
            continue;
        closest_show(&closest, name);
        if (space != NULL)
            closest_show(&closest, space + 1);
        if (closest.least < least)
            found = commands[i];
    }
    return found;
}

static void say_unknown(const struct call *call, struct str text,
                        struct buf *words)
{
    text = str_trim(str_from(text, str_starts(text, "/")));
    char *typed = call_alloc(call, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        typed[i] = to_lower(text.s[i]);
    const struct command *command = nearest(call, typed);
    buf_add_text(words, "There is no /");
    say_excerpt(words, text, 40);
    if (command != NULL)
        buf_addf(words, ". The nearest: `/%s`.", command->name);
    else
        buf_add_text(words, ". `/help` shows what there is.");
}

static void complete_command(const struct call *call, struct str typed,
                             struct choices *out)
{
    for (int i = 0; i < command_count; i++)
        if (fits(call, commands[i], typed))
            choices_add(out, str_of(commands[i]->name),
                        str_of(commands[i]->name));
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct value *which = call_value(call, "command");
    (void)request;
    if (which->given && say_named(call, which->text, words))
        return REPLY_TEXT;
    if (which->given) {
        say_unknown(call, which->text, words);
        return REPLY_TEXT;
    }
    add_main(call, words);
    add_others(call, words);
    add_menus(call, words);
    buf_add_text(words, "More of one, such as `/help command:resolve`. The "
                        "incident is the one of the room you are in, or the "
                        "only open one.");
    return REPLY_TEXT;
}

const struct command command_help = {
    .name = "help",
    .help = "What opsroom can do for you, or the options of one command",
    .anybody = true,
    .scope = SCOPE_NONE,
    .options =
        {
            {.name = "command",
             .help = "Of which to show the options: timeline add",
             .type = VALUE_TEXT,
             .max_units = 40,
             .complete = complete_command},
        },
    .run = run,
};
