#include "commands/answer.h"

#include "bot/base/utf8.h"
#include "bot/discord/custom_id.h"
#include "commands/words.h"

#include <assert.h>
#include <string.h>

#define VALUE_UNITS 100 /* Discord's limit of a select's value */

void answer_init(struct answer *answer, int64_t incident_id)
{
    *answer = (struct answer){
        .words = BUF_INIT(WORDS_BYTES),
        .draft = BUF_INIT(DRAFT_BYTES),
        .file = BUF_INIT(ANSWER_FILE_BYTES),
        .incident_id = incident_id,
        .seen = -1,
        .message = message_new(STR("")),
    };
}

void answer_release(struct answer *answer)
{
    buf_release(&answer->words);
    buf_release(&answer->draft);
    buf_release(&answer->file);
    cJSON_Delete(answer->message);
    for (int i = 0; i < ANSWER_FILLS; i++)
        buf_release(&answer->fills[i].text);
    *answer = (struct answer){.message = NULL};
}

void answer_fill(struct answer *answer, const char *option, struct str text)
{
    int i = 0;
    while (i < ANSWER_FILLS && answer->fills[i].option != NULL)
        i++;
    assert(i < ANSWER_FILLS);
    answer->fills[i].option = option;
    answer->fills[i].text = BUF_INIT(WORDS_BYTES);
    buf_add(&answer->fills[i].text, text);
}

struct str answer_filled(const struct answer *answer, const char *option)
{
    for (int i = 0; i < ANSWER_FILLS && answer->fills[i].option != NULL; i++)
        if (str_is(str_of(option), answer->fills[i].option))
            return buf_str(&answer->fills[i].text);
    return STR_NONE;
}

/* A preset that is cut could mean something else: all or none. */
__attribute__((format(printf, 4, 0))) static bool
make_id(const struct answer *answer, char out[static CUSTOM_ID_BYTES],
        const char *command, const char *presets, va_list args,
        const char *option)
{
    struct buf text = BUF_INIT(CUSTOM_ID_BYTES);
    buf_addv(&text, presets, args);
    if (option != NULL)
        buf_addf(&text, "%s%s", text.n > 0 ? "|" : "", option);
    bool fits =
        !text.overflow &&
        custom_id_make(out, command, answer->incident_id, buf_text(&text));
    if (!fits)
        (void)custom_id_make(out, command, answer->incident_id,
                             option == NULL ? "" : option);
    buf_release(&text);
    return fits;
}

bool answer_button(struct answer *answer, enum button_style style,
                   const char *label, const char *command, const char *presets,
                   ...)
{
    char id[CUSTOM_ID_BYTES];
    va_list args;
    va_start(args, presets);
    bool fits = make_id(answer, id, command, presets, args, NULL);
    va_end(args);
    message_add_button(answer->message, style, label, id);
    return fits;
}

void answer_row(struct answer *answer)
{
    message_begin_row(answer->message);
}

int answer_rows(const struct answer *answer)
{
    return cJSON_GetArraySize(
        cJSON_GetObjectItemCaseSensitive(answer->message, "components"));
}

void answer_link_button(struct answer *answer, const char *label,
                        const char *url)
{
    message_add_link_button(answer->message, label, url);
}

bool answer_select(struct answer *answer, const char *placeholder,
                   const char *command, const char *option, const char *presets,
                   ...)
{
    char id[CUSTOM_ID_BYTES];
    va_list args;
    assert(answer->options == NULL);
    va_start(args, presets);
    bool fits = make_id(answer, id, command, presets, args, option);
    va_end(args);
    answer->options = message_add_select(answer->message, id, placeholder);
    return fits;
}

void answer_select_row(struct answer *answer, struct str value,
                       struct str label, struct str hint)
{
    assert(answer->options != NULL && utf16_units(value) <= VALUE_UNITS);
    if (cJSON_GetArraySize(answer->options) < SELECT_ROWS)
        select_add_row(answer->options, value, label, hint);
}

/* Discord refuses a select without rows, and so the whole answer. */
static void drop_empty_select(struct answer *answer)
{
    cJSON *row,
        *rows = cJSON_GetObjectItemCaseSensitive(answer->message, "components");
    if (answer->options == NULL || answer->options->child != NULL ||
        rows == NULL)
        return;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON *components = cJSON_GetObjectItemCaseSensitive(row, "components");
        if (cJSON_GetObjectItemCaseSensitive(components->child, "options") !=
            answer->options)
            continue;
        cJSON_Delete(cJSON_DetachItemViaPointer(rows, row));
        break;
    }
    if (rows->child == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(answer->message, "components");
}

static void announce_file(struct answer *answer)
{
    if (answer->file.n == 0)
        return;
    assert(!answer->file.overflow && answer->file_name[0] != '\0');
    message_add_attachment(answer->message, 0, answer->file_name, STR_NONE);
}

cJSON *answer_finish(struct answer *answer, bool may_update)
{
    cJSON *message = answer->message;
    bool update = answer->update && may_update;
    assert(!answer->words.overflow && answer->words.n > 0);
    message_set_content(message, buf_str(&answer->words));
    drop_empty_select(answer);
    announce_file(answer);
    if (!update)
        message_set_flags(message, FLAG_EPHEMERAL);
    else if (cJSON_GetObjectItemCaseSensitive(message, "components") == NULL)
        message_clear_buttons(message); /* those that stood there */
    answer->message = NULL;
    answer->options = NULL;
    return update ? answer_update(message) : answer_message(message);
}
