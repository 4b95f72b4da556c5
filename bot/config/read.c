/*
 * Values of the settings file, one row at a time.
 */
#include "bot/config/read.h"

#include "bot/base/mem.h"
#include "bot/base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_BYTES    255 /* of a list of texts */
#define SNOWFLAKE_HINT "a Discord id in quotes, such as \"1046523456789012345\""

static void complain(struct reading *reading, struct toml_place place,
                     const struct setting *setting, const char *format,
                     va_list args) __attribute__((format(printf, 4, 0)));
static void reject(struct reading *reading, const struct setting *setting,
                   const cJSON *item, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void complain(struct reading *reading, struct toml_place place,
                     const struct setting *setting, const char *format,
                     va_list args)
{
    struct buf *why = reading->why;
    reading->failed = true;
    buf_addf(why, "%s:%d:%d: ", reading->file, place.line, place.column);
    size_t from = why->n; /* one line, whatever it cites */
    if (setting != NULL)
        buf_addf(why, "%s.%s: ", setting->section, setting->key);
    buf_addv(why, format, args);
    for (size_t i = from; i < why->n; i++)
        if ((unsigned char)why->s[i] < ' ')
            why->s[i] = '?';
    buf_add_char(why, '\n');
}

void reading_complain(struct reading *reading, struct toml_place place,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(reading, place, NULL, format, args);
    va_end(args);
}

static void reject(struct reading *reading, const struct setting *setting,
                   const cJSON *item, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(reading, reading_place(reading, item), setting, format, args);
    va_end(args);
}

struct toml_place reading_place(const struct reading *reading,
                                const cJSON *item)
{
    return toml_mark_of(reading->doc, item)->value;
}

const char *reading_type(const cJSON *item)
{
    if (cJSON_IsString(item))
        return "text";
    if (cJSON_IsBool(item))
        return "true or false";
    if (cJSON_IsNumber(item))
        return "a number";
    if (cJSON_IsArray(item))
        return "a list";
    if (cJSON_IsObject(item))
        return "a table";
    const char *text = item->valuestring;
    text += text[0] == '-' ? 1 : 0;
    return text[strspn(text, "0123456789")] == '\0'
               ? "a number beyond 2^53"
               : "a decimal number or a date";
}

static void *field_of(const struct reading *reading,
                      const struct setting *setting)
{
    return (char *)reading->into + setting->offset;
}

static void keep_text(char **field, const char *text)
{
    free(*field);
    *field = mem_text(text);
}

/* What is wrong goes to the log: not the password of an address. */
static bool may_be_cited(const char *text)
{
    return strpbrk(text, ":/") == NULL || strpbrk(text, "@?#") == NULL;
}

static bool text_is_good(struct reading *reading, const struct setting *setting,
                         const cJSON *item, int64_t least, int64_t most)
{
    struct str text = str_of(item->valuestring);
    const char *allowed =
        setting->check == NULL ? NULL : setting->check(text.s);
    if ((int64_t)text.n < least || (int64_t)text.n > most)
        reject(reading, setting, item,
               "is %zu bytes long; %" PRId64 " to %" PRId64 " are allowed",
               text.n, least, most);
    else if (!utf8_printable(text, NULL) || memchr(text.s, '\n', text.n))
        reject(reading, setting, item,
               "holds a control character; one line of plain text is allowed");
    else if (allowed != NULL && may_be_cited(text.s))
        reject(reading, setting, item, "\"%s\" does not fit; allowed is %s",
               text.s, allowed);
    else if (allowed != NULL)
        reject(reading, setting, item, "does not fit; allowed is %s", allowed);
    else
        return true;
    return false;
}

static void read_text(struct reading *reading, const struct setting *setting,
                      const cJSON *item)
{
    if (text_is_good(reading, setting, item, setting->least, setting->most))
        keep_text(field_of(reading, setting), item->valuestring);
}

static void read_word(struct reading *reading, const struct setting *setting,
                      const cJSON *item)
{
    unsigned place = 0;
    if (!setting_place(setting, str_of(item->valuestring), &place))
        reject(reading, setting, item,
               "\"%s\" is unknown; allowed is one of %s", item->valuestring,
               setting->choices);
    else if (setting->kind == SETTING_WORD)
        *(unsigned *)field_of(reading, setting) = place;
    else
        keep_text(field_of(reading, setting), item->valuestring);
}

static void read_integer(struct reading *reading, const struct setting *setting,
                         const cJSON *item)
{
    /* toml.h: a number in the tree is whole and within 2^53. */
    int64_t value = (int64_t)cJSON_GetNumberValue(item);
    if (value < setting->least || value > setting->most)
        reject(reading, setting, item,
               "%" PRId64 " is out of range; %" PRId64 " to %" PRId64
               " is allowed",
               value, setting->least, setting->most);
    else
        *(int64_t *)field_of(reading, setting) = value;
}

/* False: a date, infinity, or no number at all. */
static bool read_number(const cJSON *item, double *out)
{
    double value = cJSON_GetNumberValue(item);
    char *end;
    if (cJSON_IsRaw(item)) {
        value = strtod(item->valuestring, &end);
        if (*end != '\0')
            return false;
    }
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

/* Complains and returns false when `item` is no id. */
static bool read_id(struct reading *reading, const struct setting *setting,
                    const cJSON *item, uint64_t *out)
{
    if (!cJSON_IsString(item))
        reject(reading, setting, item, "is %s; allowed is " SNOWFLAKE_HINT,
               reading_type(item));
    else if (!str_to_u64(str_of(item->valuestring), out) || *out == 0)
        reject(reading, setting, item,
               "\"%s\" is no id; allowed is " SNOWFLAKE_HINT,
               item->valuestring);
    else
        return true;
    return false;
}

static bool list_is_short(struct reading *reading,
                          const struct setting *setting, const cJSON *item)
{
    int count = cJSON_GetArraySize(item);
    if (count > setting->most)
        reject(reading, setting, item,
               "has %d entries; at most %" PRId64 " are allowed", count,
               setting->most);
    return count <= setting->most;
}

static void read_id_list(struct reading *reading, const struct setting *setting,
                         const cJSON *item)
{
    struct id_list *list = field_of(reading, setting);
    size_t count = (size_t)cJSON_GetArraySize(item);
    const cJSON *element;
    if (!list_is_short(reading, setting, item))
        return;
    free(list->ids);
    *list = (struct id_list){.ids = mem_alloc(count * sizeof *list->ids)};
    cJSON_ArrayForEach(element, item)
    {
        uint64_t id;
        if (read_id(reading, setting, element, &id))
            list->ids[list->count++] = id;
    }
}

static void release_texts(struct text_list *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->texts[i]);
    free(list->texts);
    *list = (struct text_list){.count = 0};
}

static void read_text_list(struct reading *reading,
                           const struct setting *setting, const cJSON *item)
{
    struct text_list *list = field_of(reading, setting);
    size_t count = (size_t)cJSON_GetArraySize(item);
    const cJSON *element;
    if (!list_is_short(reading, setting, item))
        return;
    release_texts(list);
    if (count > 0)
        list->texts = mem_alloc(count * sizeof *list->texts);
    cJSON_ArrayForEach(element, item)
    {
        if (!cJSON_IsString(element))
            reject(reading, setting, element,
                   "is %s; allowed is text in quotes", reading_type(element));
        else if (text_is_good(reading, setting, element, 1, ENTRY_BYTES))
            list->texts[list->count++] = mem_text(element->valuestring);
    }
}

/* Reads all but texts; what it wants instead, or NULL. */
static const char *read_other(struct reading *reading,
                              const struct setting *setting, const cJSON *item)
{
    void *field = field_of(reading, setting);
    switch (setting->kind) {
    case SETTING_FLAG:
        if (!cJSON_IsBool(item))
            return "true or false";
        *(bool *)field = cJSON_IsTrue(item);
        break;
    case SETTING_INTEGER:
        if (!cJSON_IsNumber(item))
            return "a whole number";
        read_integer(reading, setting, item);
        break;
    case SETTING_NUMBER:
        if (!read_number(item, field))
            return "a number, such as 0.5";
        break;
    case SETTING_ID:
        if (cJSON_IsString(item) && item->valuestring[0] == '\0')
            *(uint64_t *)field = 0;
        else
            (void)read_id(reading, setting, item, field);
        break;
    case SETTING_ID_LIST:
        if (!cJSON_IsArray(item))
            return "a list of ids in quotes, such as "
                   "[\"1046523456789012345\"]";
        read_id_list(reading, setting, item);
        break;
    case SETTING_TEXT_LIST:
        if (!cJSON_IsArray(item))
            return "a list of texts in quotes, such as [\"one\", \"two\"]";
        read_text_list(reading, setting, item);
        break;
    case SETTING_TEXT:
    case SETTING_FILE:
    case SETTING_SECRET:
    case SETTING_CHOICE:
    case SETTING_WORD:
        break;
    }
    return NULL;
}

void reading_value(struct reading *reading, const struct setting *setting,
                   const cJSON *item)
{
    bool is_text = setting_is_text(setting);
    bool is_word =
        setting->kind == SETTING_CHOICE || setting->kind == SETTING_WORD;
    const char *allowed = NULL;
    if (!is_text && !is_word)
        allowed = read_other(reading, setting, item);
    else if (!cJSON_IsString(item))
        allowed = is_text ? "text in quotes" : setting->choices;
    else if (is_text)
        read_text(reading, setting, item);
    else
        read_word(reading, setting, item);
    if (allowed != NULL)
        reject(reading, setting, item, "is %s; allowed is %s",
               reading_type(item), allowed);
}

void reading_clear_text(struct reading *reading, const struct setting *setting)
{
    keep_text(field_of(reading, setting), "");
}

void reading_release_field(const struct setting *setting, void *base)
{
    void *field = (char *)base + setting->offset;
    if (setting_is_text(setting) || setting->kind == SETTING_CHOICE) {
        free(*(char **)field);
        *(char **)field = NULL; /* rows may share a field */
    } else if (setting->kind == SETTING_ID_LIST) {
        free(((struct id_list *)field)->ids);
    } else if (setting->kind == SETTING_TEXT_LIST) {
        release_texts(field);
    }
}
