/*
 * A command's form, filled in with what the call brought.
 */
#include "bot/base/ascii.h"
#include "commands/attempt.h"

#include "bot/discord/message.h"

#include <inttypes.h>

/* "next_in" -> "Next in" */
static void print_label(struct buf *out, const struct option *option)
{
    for (const char *c = option->name; *c != '\0'; c++) {
        char shown = c == option->name ? to_upper(*c) : *c;
        buf_add_char(out, shown == '_' ? ' ' : shown);
    }
}

static void add_choices(cJSON *form, const struct form_field *field,
                        const struct option *option, const struct value *value)
{
    cJSON *rows = form_add_select(form, field);
    for (int i = 0; i < option->choices->count; i++)
        if (option_offers(option, i))
            form_select_row(rows, word_of(option->choices, i),
                            value->given && value->choice == i);
}

static void add_yes_no(cJSON *form, const struct form_field *field,
                       const struct value *value)
{
    cJSON *rows = form_add_select(form, field);
    form_select_row(rows, "yes", value->given && value->flag);
    form_select_row(rows, "no", value->given && !value->flag);
}

/* What the call brought for it, or else what the command put in. */
static struct value value_for(const struct command_run *run,
                              const struct option *option)
{
    struct value value = *call_value(&run->call, option->name);
    struct str text = answer_filled(&run->answer, option->name);
    if (value.given || text.s == NULL)
        return value;
    value.text = text;
    if (option->type == VALUE_CHOICE)
        value.choice = word_find(option->choices, text);
    value.flag = str_is_nocase(text, "yes");
    value.given = value.choice >= 0;
    return value;
}

static const char *field_name(const struct command_run *run, int place)
{
    const char *const *fields = run->answer.fields != NULL
                                    ? run->answer.fields
                                    : run->call.command->form_fields;
    return place < COMMAND_FIELDS ? fields[place] : NULL;
}

static void add_field(cJSON *form, const struct command_run *run, int place)
{
    const struct call *call = &run->call;
    const char *name = field_name(run, place);
    const struct option *option = command_option(call->command, str_of(name));
    const struct value filled = value_for(run, option), *value = &filled;
    struct buf label = BUF_INIT(64);
    print_label(&label, option);
    const struct form_field field = {
        .field_id = name,
        .label = buf_text(&label),
        .hint = option->help,
        .required = place == 0 || option->required,
    };
    switch (option->type) {
    case VALUE_CHOICE:
        add_choices(form, &field, option, value);
        break;
    case VALUE_FLAG:
        add_yes_no(form, &field, value);
        break;
    case VALUE_USER:
        form_add_user(form, &field, value->user.id);
        break;
    case VALUE_FILE:
        form_add_upload(form, &field, CALL_FILES);
        break;
    case VALUE_TEXT:
    case VALUE_TIME:
    case VALUE_MINUTES:
    case VALUE_LINK:
    case VALUE_ENTRY:
    case VALUE_INCIDENT:
        form_add_text(form, &field,
                      &(struct form_text){
                          .paragraph = option->many_lines,
                          .max_length = option_max_units(option),
                          .value = value->text,
                      });
        break;
    }
    buf_release(&label);
}

static bool is_field(const struct command_run *run, const char *name)
{
    for (int i = 0; field_name(run, i) != NULL; i++)
        if (str_is(str_of(name), field_name(run, i)))
            return true;
    return false;
}

/* What the slash command named besides, as far as a preset may hold it. */
static void add_typed(const struct command_run *run, struct buf *presets)
{
    const struct call *call = &run->call;
    for (int i = 0; i < command_option_count(call->command); i++) {
        const struct option *option = &call->command->options[i];
        const struct value *value = &call->values[i];
        if (!value->given || is_field(run, option->name))
            continue;
        const char *bar = presets->n > 0 ? "|" : "";
        if (option->type == VALUE_ENTRY || option->type == VALUE_INCIDENT ||
            option->type == VALUE_MINUTES)
            buf_addf(presets, "%s%s=%" PRId64, bar, option->name,
                     value->number);
        else if (option->type == VALUE_CHOICE)
            buf_addf(presets, "%s%s=%s", bar, option->name,
                     word_of(option->choices, value->choice));
        else if (option->type == VALUE_FLAG)
            buf_addf(presets, "%s%s=%s", bar, option->name,
                     value->flag ? "yes" : "no");
    }
}

/* Options that no field asks for, and that the call brought, go on with the
 * form; so does a message that a menu was used on. */
static void make_id(struct attempt *attempt, char out[static CUSTOM_ID_BYTES])
{
    const struct call *call = &attempt->run->call;
    struct buf presets = BUF_INIT(4 * CUSTOM_ID_BYTES);
    buf_add(&presets, attempt->presets);
    /* A select's presets end in the name of what was chosen. */
    if (attempt->interaction->chosen.n > 0)
        buf_addf(&presets, "=%.*s", STR_ARG(attempt->interaction->chosen));
    if (call->source == SOURCE_SLASH)
        add_typed(attempt->run, &presets);
    if (comes_from_message(attempt))
        bring_message(attempt, &presets);
    if (attempt->run->answer.seen >= 0)
        buf_addf(&presets, "%s" PRESET_SEEN "=%" PRId64,
                 presets.n > 0 ? "|" : "", attempt->run->answer.seen);
    /* They came in one of ours, so they fit; forged ones are left out. */
    if (presets.overflow || !custom_id_make(out, attempt->command->name,
                                            call->in->id, buf_text(&presets)))
        (void)custom_id_make(out, attempt->command->name, call->in->id, "");
    buf_release(&presets);
}

cJSON *form_answer(struct attempt *attempt)
{
    const struct call *call = &attempt->run->call;
    const struct command *command = attempt->command;
    char custom_id[CUSTOM_ID_BYTES];
    make_id(attempt, custom_id);
    struct buf title = BUF_INIT(64);
    buf_add_text(&title, command->form_title);
    if (call->in->id != 0) {
        buf_add_char(&title, ' ');
        incident_print_name(call->in, &title);
    }
    if (attempt->run->answer.form_about != NULL)
        buf_addf(&title, ": %s", attempt->run->answer.form_about);
    cJSON *form = form_new(custom_id, buf_str(&title));
    buf_release(&title);
    for (int i = 0; field_name(attempt->run, i) != NULL; i++)
        add_field(form, attempt->run, i);
    return answer_form(form);
}
