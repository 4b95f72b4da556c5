#include "bot/discord/embedded.h"

#include "bot/discord/json.h"

#define COMPONENT_TEXT 10 /* Component Reference, Text Display */

/* U+200B stands where Discord wants a text and the author none. */
static struct str text_in(const cJSON *object, const char *name)
{
    struct str text = str_trim(json_text(object, name));
    return str_is(text, "\xE2\x80\x8B") ? STR_NONE : text;
}

/* On a line of its own. */
static void add_line(struct buf *out, struct str text)
{
    if (text.n == 0)
        return;
    if (out->n > 0)
        buf_add_char(out, '\n');
    buf_add(out, text);
}

/* "Error: HTTP 502" */
static void add_field(struct buf *out, const cJSON *field)
{
    struct str name = text_in(field, "name"), value = text_in(field, "value");
    if (name.n == 0 || value.n == 0) {
        add_line(out, name.n > 0 ? name : value);
        return;
    }
    add_line(out, name);
    buf_add_text(out, ": ");
    buf_add(out, value);
}

/* Discord makes those of other types out of the addresses in the content. */
static bool is_by_author(const cJSON *embed)
{
    struct str type = json_text(embed, "type");
    return type.n == 0 || str_is(type, "rich");
}

static void add_embeds(struct buf *out,
                       const struct interaction_message *message,
                       bool with_fields)
{
    bool may_be_preview = message->content.n > 0;
    bool is_persons = !message->author.is_bot && !message->is_forwarded;
    const cJSON *embed, *field, *fields;
    if (may_be_preview && is_persons)
        return;
    cJSON_ArrayForEach(embed, message->embeds)
    {
        if (may_be_preview && !is_by_author(embed))
            continue;
        add_line(out, text_in(embed, "title"));
        add_line(out, text_in(embed, "description"));
        fields = with_fields ? json_get(embed, "fields") : NULL;
        cJSON_ArrayForEach(field, fields)
        {
            add_field(out, field);
        }
    }
}

/* Components v2 have the words instead of the content, in boxes within boxes.
 */
static void add_components(struct buf *out, const cJSON *list)
{
    const cJSON *component;
    int64_t type;
    cJSON_ArrayForEach(component, list)
    {
        if (json_whole(json_get(component, "type"), &type) &&
            type == COMPONENT_TEXT)
            add_line(out, text_in(component, "content"));
        add_components(out, json_get(component, "components"));
    }
}

void embedded_add(struct buf *out, const struct interaction_message *message,
                  bool with_fields)
{
    add_embeds(out, message, with_fields);
    add_components(out, message->components);
    add_line(out, text_in(json_get(message->poll, "question"), "text"));
}
