/*
 * Message bodies (Discord docs, Message Resource: Create Message, Embed
 * Limits, Allowed Mentions Object; Component Reference).
 */
#include "bot/discord/message.h"

#include "bot/base/sha256.h"
#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/discord/text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define EMBEDS             10
#define EMBED_TOTAL_UNITS  6000
#define EMBED_FOOTER_UNITS 2048
#define MENTIONS           100
#define BUTTONS_IN_ROW     5
#define ROWS               5
#define BUTTON_LABEL_UNITS 80
#define LINK_UNITS_MOST    512
#define PLACEHOLDER_UNITS  150
#define ROW_UNITS          100
#define DESCRIPTION_UNITS  1024

#define COMPONENT_ROW    1
#define COMPONENT_BUTTON 2
#define COMPONENT_SELECT 3
#define STYLE_LINK       5

cJSON *message_new(struct str content)
{
    cJSON *message = json_object();
    cJSON *nobody = json_object();
    json_set(nobody, "parse", json_array());
    text_set(message, "content", content, MESSAGE_UNITS);
    json_set(message, "allowed_mentions", nobody);
    return message;
}

void message_set_content(cJSON *message, struct str content)
{
    text_set(message, "content", content, MESSAGE_UNITS);
}

void message_set_flags(cJSON *message, int flags)
{
    json_set_number(message, "flags", flags);
}

void message_set_nonce(cJSON *message, const char *nonce)
{
    assert(strlen(nonce) > 0 && strlen(nonce) < NONCE_BYTES);
    json_set_text(message, "nonce", str_of(nonce));
    json_set_true(message, "enforce_nonce");
}

/* 25 hex digits, 100 bits: two keys never meet. The line feed keeps ("a", "bc")
 * and ("ab", "c") apart. */
void nonce_make(char out[static NONCE_BYTES], const char *instance,
                const char *key)
{
    char hex[SHA256_HEX];
    struct buf text = BUF_INIT(strlen(instance) + 1 + strlen(key));
    buf_addf(&text, "%s\n%s", instance, key);
    struct sha256 hash = sha256_of(buf_str(&text));
    sha256_hex(&hash, hex);
    memcpy(out, hex, NONCE_BYTES - 1);
    out[NONCE_BYTES - 1] = '\0';
    buf_release(&text);
}

/* The list at `name`, made when it is not there; borrowed. */
static cJSON *list_in(cJSON *object, const char *name)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name);
    if (list == NULL) {
        list = json_array();
        json_set(object, name, list);
    }
    return list;
}

void message_allow_user(cJSON *message, uint64_t user_id)
{
    cJSON *mentions =
        cJSON_GetObjectItemCaseSensitive(message, "allowed_mentions");
    cJSON *list = list_in(mentions, "users");
    cJSON *digits = json_id(user_id);
    cJSON *there;
    bool is_new = cJSON_GetArraySize(list) < MENTIONS;
    cJSON_ArrayForEach(there, list)
    {
        is_new = is_new && !cJSON_Compare(there, digits, true);
    }
    if (is_new)
        json_add(list, digits);
    else
        cJSON_Delete(digits);
}

/* ---- embeds ---- */

cJSON *embed_new(struct str title, struct str description, int color)
{
    cJSON *embed = json_object();
    if (title.n > 0)
        text_set(embed, "title", title, EMBED_TITLE_UNITS);
    if (description.n > 0)
        text_set(embed, "description", description, EMBED_TEXT_UNITS);
    json_set_number(embed, "color", color & 0xFFFFFF);
    return embed;
}

void embed_set_footer(cJSON *embed, struct str text)
{
    cJSON *footer = json_object();
    text_set(footer, "text", text, EMBED_FOOTER_UNITS);
    json_set(embed, "footer", footer);
}

struct embed_texts {
    size_t units;   /* of all texts */
    cJSON *longest; /* a string item */
    size_t longest_units;
};

static void count_text(struct embed_texts *texts, cJSON *object,
                       const char *name)
{
    cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    size_t units = utf16_units(json_text_of(item));
    texts->units += units;
    if (units > texts->longest_units) {
        texts->longest = item;
        texts->longest_units = units;
    }
}

static struct embed_texts count_texts(const cJSON *embeds)
{
    struct embed_texts texts = {0};
    cJSON *embed;
    cJSON_ArrayForEach(embed, embeds)
    {
        count_text(&texts, embed, "title");
        count_text(&texts, embed, "description");
        count_text(&texts, cJSON_GetObjectItemCaseSensitive(embed, "footer"),
                   "text");
    }
    return texts;
}

/* Cutting to half at most each time spreads the loss over all long texts. */
static void keep_total(const cJSON *embeds)
{
    struct embed_texts texts;
    while ((texts = count_texts(embeds)).units > EMBED_TOTAL_UNITS) {
        size_t over = texts.units - EMBED_TOTAL_UNITS;
        size_t half = texts.longest_units / 2;
        text_cut_item(texts.longest,
                      texts.longest_units - (over < half ? over : half));
    }
}

void message_add_embed(cJSON *message, cJSON *embed)
{
    cJSON *embeds = list_in(message, "embeds");
    if (cJSON_GetArraySize(embeds) >= EMBEDS) {
        cJSON_Delete(embed);
        return;
    }
    json_add(embeds, embed);
    keep_total(embeds);
}

void message_add_attachment(cJSON *message, int number, const char *file_name,
                            struct str description)
{
    cJSON *attachment = json_object();
    json_set_number(attachment, "id", number);
    json_set_text(attachment, "filename", str_of(file_name));
    description.n = utf8_cut_units(description, DESCRIPTION_UNITS);
    if (description.n > 0)
        json_set_text(attachment, "description", description);
    json_add(list_in(message, "attachments"), attachment);
}

/* ---- buttons and selects ---- */

/* The components of a new row. */
static cJSON *new_row(cJSON *message)
{
    cJSON *rows = list_in(message, "components");
    assert(cJSON_GetArraySize(rows) < ROWS);
    cJSON *row = json_object();
    json_set_number(row, "type", COMPONENT_ROW);
    cJSON *components = list_in(row, "components");
    json_add(rows, row);
    return components;
}

/* A select fills its row. */
static bool takes_buttons(const cJSON *components)
{
    int64_t type = 0;
    if (components == NULL || components->child == NULL)
        return components != NULL;
    (void)json_whole(json_get(components->child, "type"), &type);
    return type == COMPONENT_BUTTON &&
           cJSON_GetArraySize(components) < BUTTONS_IN_ROW;
}

static void add_button(cJSON *message, int style, const char *label,
                       const char *key, struct str value)
{
    cJSON *rows = list_in(message, "components");
    int count = cJSON_GetArraySize(rows);
    cJSON *last = count == 0 ? NULL : cJSON_GetArrayItem(rows, count - 1);
    cJSON *place = cJSON_GetObjectItemCaseSensitive(last, "components");
    cJSON *button = json_object();
    json_set_number(button, "type", COMPONENT_BUTTON);
    json_set_number(button, "style", style);
    text_set(button, "label", str_of(label), BUTTON_LABEL_UNITS);
    json_set_text(button, key, value);
    json_add(takes_buttons(place) ? place : new_row(message), button);
}

void message_begin_row(cJSON *message)
{
    (void)new_row(message);
}

void message_add_button(cJSON *message, enum button_style style,
                        const char *label, const char *custom_id)
{
    struct str id = str_of(custom_id);
    assert(id.n > 0 && utf16_units(id) <= CUSTOM_ID_UNITS);
    add_button(message, (int)style, label, "custom_id", id);
}

void message_add_link_button(cJSON *message, const char *label, const char *url)
{
    assert(utf16_units(str_of(url)) <= LINK_UNITS_MOST);
    add_button(message, STYLE_LINK, label, "url", str_of(url));
}

void message_clear_buttons(cJSON *message)
{
    json_set(message, "components", json_array());
}

cJSON *message_add_select(cJSON *message, const char *custom_id,
                          const char *placeholder)
{
    struct str id = str_of(custom_id);
    assert(id.n > 0 && utf16_units(id) <= CUSTOM_ID_UNITS);
    cJSON *select = json_object();
    json_set_number(select, "type", COMPONENT_SELECT);
    json_set_text(select, "custom_id", id);
    text_set(select, "placeholder", str_of(placeholder), PLACEHOLDER_UNITS);
    cJSON *options = list_in(select, "options");
    json_add(new_row(message), select);
    return options;
}

/* Discord trims texts and then refuses an empty one. */
static struct str or_blank(struct str text)
{
    return str_trim(text).n == 0 ? STR("\xE2\x80\x8B") : text;
}

void select_add_row(cJSON *rows, struct str value, struct str label,
                    struct str hint)
{
    assert(cJSON_GetArraySize(rows) < SELECT_ROWS);
    assert(value.n > 0 && utf16_units(value) <= ROW_UNITS);
    cJSON *row = json_object();
    text_set(row, "label", or_blank(label), ROW_UNITS);
    json_set_text(row, "value", value);
    if (str_trim(hint).n > 0)
        text_set(row, "description", hint, ROW_UNITS);
    json_add(rows, row);
}
