/*
 * Forms (Discord's modals) and the answers to an interaction (Discord docs,
 * Interaction Response Object; Component Reference: Label, Text Input,
 * String Select, User Select, File Upload).
 */
#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "bot/discord/text.h"

#include <assert.h>

#define FORM_FIELDS      5
#define FORM_TITLE_UNITS 45
#define LABEL_UNITS      45
#define HINT_UNITS       100
#define FIELD_UNITS      4000
#define COMPONENT_SELECT 3
#define COMPONENT_TEXT   4
#define COMPONENT_USERS  5
#define COMPONENT_LABEL  18
#define COMPONENT_UPLOAD 19
#define TEXT_ONE_LINE    1
#define TEXT_PARAGRAPH   2
#define ANSWER_MESSAGE   4
#define ANSWER_LATER     5
#define ANSWER_UPDATE    7
#define ANSWER_CHOICES   8
#define ANSWER_FORM      9

cJSON *form_new(const char *custom_id, struct str title)
{
    struct str id = str_of(custom_id);
    assert(id.n > 0 && utf16_units(id) <= CUSTOM_ID_UNITS);
    cJSON *form = json_object();
    json_set_text(form, "custom_id", id);
    text_set(form, "title", title, FORM_TITLE_UNITS);
    json_set(form, "components", json_array());
    return form;
}

/* A Label with a component of that type in it, which is given back. */
static cJSON *add_field(cJSON *form, const struct form_field *field, int type)
{
    cJSON *fields = cJSON_GetObjectItemCaseSensitive(form, "components");
    assert(cJSON_GetArraySize(fields) < FORM_FIELDS);
    cJSON *component = json_object();
    json_set_number(component, "type", type);
    json_set_text(component, "custom_id", str_of(field->field_id));
    json_set(component, "required", cJSON_CreateBool(field->required));
    cJSON *label = json_object();
    json_set_number(label, "type", COMPONENT_LABEL);
    text_set(label, "label", str_of(field->label), LABEL_UNITS);
    if (field->hint != NULL && field->hint[0] != '\0')
        text_set(label, "description", str_of(field->hint), HINT_UNITS);
    json_set(label, "component", component);
    json_add(fields, label);
    return component;
}

void form_add_text(cJSON *form, const struct form_field *field,
                   const struct form_text *text)
{
    cJSON *input = add_field(form, field, COMPONENT_TEXT);
    size_t most = text->max_length > 0 && text->max_length < FIELD_UNITS
                      ? (size_t)text->max_length
                      : FIELD_UNITS;
    json_set_number(input, "style",
                    text->paragraph ? TEXT_PARAGRAPH : TEXT_ONE_LINE);
    json_set_number(input, "max_length", (double)most);
    if (text->value.n > 0)
        text_set(input, "value", text->value, most);
}

/* Discord wants at least one value of a field unless told otherwise. */
static void allow_none(cJSON *component, const struct form_field *field)
{
    if (!field->required)
        json_set_number(component, "min_values", 0);
}

cJSON *form_add_select(cJSON *form, const struct form_field *field)
{
    cJSON *select = add_field(form, field, COMPONENT_SELECT);
    cJSON *rows = json_array();
    allow_none(select, field);
    json_set(select, "options", rows);
    return rows;
}

void form_select_row(cJSON *rows, const char *word, bool chosen)
{
    assert(cJSON_GetArraySize(rows) < SELECT_ROWS);
    cJSON *row = json_object();
    json_set_text(row, "label", str_of(word));
    json_set_text(row, "value", str_of(word));
    if (chosen)
        json_set_true(row, "default");
    json_add(rows, row);
}

void form_add_user(cJSON *form, const struct form_field *field,
                   uint64_t user_id)
{
    cJSON *select = add_field(form, field, COMPONENT_USERS);
    allow_none(select, field);
    if (user_id == 0)
        return;
    cJSON *chosen = json_object(), *all = json_array();
    json_set_id(chosen, "id", user_id);
    json_set_text(chosen, "type", STR("user"));
    json_add(all, chosen);
    json_set(select, "default_values", all);
}

void form_add_upload(cJSON *form, const struct form_field *field, int max_files)
{
    cJSON *upload = add_field(form, field, COMPONENT_UPLOAD);
    allow_none(upload, field);
    json_set_number(upload, "max_values", max_files);
}

static cJSON *answer(int type, cJSON *data)
{
    cJSON *whole = json_object();
    json_set_number(whole, "type", type);
    json_set(whole, "data", data);
    return whole;
}

cJSON *answer_message(cJSON *data)
{
    return answer(ANSWER_MESSAGE, data);
}

cJSON *answer_later(void)
{
    cJSON *data = json_object();
    message_set_flags(data, FLAG_EPHEMERAL);
    return answer(ANSWER_LATER, data);
}

cJSON *answer_update(cJSON *data)
{
    return answer(ANSWER_UPDATE, data);
}

cJSON *answer_form(cJSON *form)
{
    return answer(ANSWER_FORM, form);
}

cJSON *answer_choices(cJSON *choices)
{
    cJSON *data = json_object();
    json_set(data, "choices", choices);
    return answer(ANSWER_CHOICES, data);
}
