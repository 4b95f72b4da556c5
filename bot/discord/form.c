/*
 * Forms (Discord's modals) and the answers to an interaction (Discord docs,
 * Interaction Response Object; Component Reference: Label, Text Input).
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
#define COMPONENT_TEXT   4
#define COMPONENT_LABEL  18
#define TEXT_ONE_LINE    1
#define TEXT_PARAGRAPH   2
#define ANSWER_MESSAGE   4
#define ANSWER_DEFERRED  5
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

void form_add_text(cJSON *form, const struct form_text *field)
{
    cJSON *fields = cJSON_GetObjectItemCaseSensitive(form, "components");
    size_t most = field->max_length > 0 && field->max_length < FIELD_UNITS
                      ? (size_t)field->max_length
                      : FIELD_UNITS;
    assert(cJSON_GetArraySize(fields) < FORM_FIELDS);
    cJSON *input = json_object();
    json_set_number(input, "type", COMPONENT_TEXT);
    json_set_text(input, "custom_id", str_of(field->field_id));
    json_set_number(input, "style",
                    field->paragraph ? TEXT_PARAGRAPH : TEXT_ONE_LINE);
    json_set_number(input, "max_length", (double)most);
    json_set(input, "required", cJSON_CreateBool(field->required));
    if (field->value.n > 0)
        text_set(input, "value", field->value, most);
    cJSON *label = json_object();
    json_set_number(label, "type", COMPONENT_LABEL);
    text_set(label, "label", str_of(field->label), LABEL_UNITS);
    if (field->hint != NULL && field->hint[0] != '\0')
        text_set(label, "description", str_of(field->hint), HINT_UNITS);
    json_set(label, "component", input);
    json_add(fields, label);
}

static cJSON *answer(int type, cJSON *data)
{
    cJSON *whole = json_object();
    json_set_number(whole, "type", type);
    if (data != NULL)
        json_set(whole, "data", data);
    return whole;
}

cJSON *answer_message(cJSON *data)
{
    return answer(ANSWER_MESSAGE, data);
}

cJSON *answer_deferred(bool only_me)
{
    cJSON *data = NULL;
    if (only_me) {
        data = json_object();
        message_set_flags(data, FLAG_EPHEMERAL);
    }
    return answer(ANSWER_DEFERRED, data);
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
