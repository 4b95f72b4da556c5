/*
 * What is offered while somebody types. A list is a wish of every keystroke, so
 * nothing is refused aloud: no right, or nothing found, is an empty list.
 */
#include "commands/attempt.h"

#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "bot/discord/text.h"
#include "commands/words.h"

#define CHOICES      25 /* Discord's limits */
#define CHOICE_UNITS 100

static bool holds(const struct choices *choices, struct str value)
{
    const cJSON *choice;
    cJSON_ArrayForEach(choice, choices->list)
    {
        if (str_eq(json_text(choice, "value"), value))
            return true;
    }
    return false;
}

void choices_add(struct choices *out, struct str value, struct str shown)
{
    struct buf clean = BUF_INIT(WORDS_BYTES);
    add_printable(&clean, str_trim(shown));
    for (size_t i = 0; i < clean.n; i++)
        if (clean.s[i] == '\n' || clean.s[i] == '\t')
            clean.s[i] = ' ';
    if (out->count < CHOICES && value.n > 0 && clean.n > 0 &&
        utf16_units(value) <= CHOICE_UNITS && !holds(out, value)) {
        cJSON *choice = json_object();
        text_set(choice, "name", buf_str(&clean), CHOICE_UNITS);
        json_set_text(choice, "value", value);
        json_add(out->list, choice);
        out->count++;
    }
    buf_release(&clean);
}

bool choices_full(const struct choices *out)
{
    return out->count == CHOICES;
}

static const struct interaction_option *focused(const struct interaction *it)
{
    for (int i = 0; i < it->option_count; i++)
        if (it->options[i].focused)
            return &it->options[i];
    return NULL;
}

static const struct option *option_of(const struct command *command,
                                      struct str name)
{
    const struct option *own = command_option(command, name);
    if (own == NULL && command->scope == SCOPE_INCIDENT &&
        str_is(name, incident_option.name))
        return &incident_option;
    return own;
}

cJSON *typing_answer(struct attempt *attempt)
{
    struct choices choices = {json_array(), 0};
    const struct interaction_option *typed = focused(attempt->interaction);
    if (typed != NULL && find_caller(attempt) && is_allowed(attempt)) {
        const struct option *option = option_of(attempt->command, typed->name);
        if (!find_incident(attempt))
            attempt->run->in = (struct incident){.id = 0};
        fill_times(attempt);
        if (option != NULL && option->complete != NULL)
            option->complete(&attempt->run->call, str_trim(typed->text),
                             &choices);
    }
    attempt->err = ERR_OK;
    return answer_choices(choices.list);
}
