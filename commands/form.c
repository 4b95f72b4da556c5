/*
 * A command's form, filled in with what the call brought.
 */
#include "commands/attempt.h"

#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>

/* "next_in" -> "Next in" */
static void print_label(struct buf *out, const struct option *option)
{
    for (const char *c = option->name; *c != '\0'; c++) {
        bool first = c == option->name && *c >= 'a' && *c <= 'z';
        char shown = first ? (char)(*c - 'a' + 'A') : *c;
        buf_add_char(out, shown == '_' ? ' ' : shown);
    }
}

static void add_choices(cJSON *form, const struct form_field *field,
                        const struct option *option, const struct value *value)
{
    cJSON *rows = form_add_select(form, field);
    for (int i = 0; i < option->choices->count; i++)
        if (option->offers == NULL || option->offers(i))
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

static void add_field(cJSON *form, const struct call *call, int place)
{
    const char *name = call->command->form_fields[place];
    const struct option *option = command_option(call->command, str_of(name));
    const struct value *value = call_value(call, name);
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

/* Options that no field asks for, and that the call brought as presets, go on
 * with the form; so does a message that a menu was used on. */
static void make_id(struct attempt *attempt, char out[static CUSTOM_ID_BYTES])
{
    const struct call *call = &attempt->run->call;
    struct buf presets = BUF_INIT(4 * CUSTOM_ID_BYTES);
    buf_add(&presets, attempt->presets);
    /* Kept for the form alone; its files' signed addresses go with it. */
    if (attempt->interaction->target_json != NULL) {
        char *json = json_print(attempt->interaction->target_json);
        buf_add_text(&attempt->run->answer.draft, json);
        cJSON_free(json);
        buf_addf(&presets, "%s" PRESET_MESSAGE "=%" PRIu64,
                 presets.n > 0 ? "|" : "", call->id);
    }
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
    cJSON *form = form_new(custom_id, buf_str(&title));
    buf_release(&title);
    for (int i = 0; i < COMMAND_FIELDS && command->form_fields[i] != NULL; i++)
        add_field(form, call, i);
    return answer_form(form);
}
