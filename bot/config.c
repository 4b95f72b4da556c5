#include "bot/settings.h"

#include "bot/base/file.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/toml.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES     ((size_t)256 << 10)
#define PROBLEM_BYTES  ((size_t)32 << 10)
#define NAMES_BYTES    512
#define KEY_BYTES      40 /* longest name worth comparing with ours */
#define SNOWFLAKE_HINT "a Discord id in quotes, such as \"1046523456789012345\""

struct reading {
    const char *file;
    const struct toml_doc *doc;
    struct config *config;
    struct buf *why;
    bool failed;
};

static void complain(struct reading *reading, struct toml_place place,
                     const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void complain(struct reading *reading, struct toml_place place,
                     const char *format, ...)
{
    struct buf *why = reading->why;
    va_list args;
    va_start(args, format);
    reading->failed = true;
    buf_addf(why, "%s:%d:%d: ", reading->file, place.line, place.column);
    size_t from = why->n; /* one line, whatever it cites */
    buf_addv(why, format, args);
    for (size_t i = from; i < why->n; i++)
        if ((unsigned char)why->s[i] < ' ')
            why->s[i] = '?';
    buf_add_char(why, '\n');
    va_end(args);
}

/* What a value is, for "… is what, … is allowed". */
static const char *type_phrase(const cJSON *item)
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
    size_t digits = strspn(item->valuestring, "-0123456789");
    return item->valuestring[digits] == '\0' ? "a number beyond 2^53"
                                             : "a decimal number or a date";
}

static void *field_of(struct config *config, const struct setting *setting)
{
    return (char *)config + setting->offset;
}

static void read_text(struct reading *reading, const struct setting *setting,
                      const cJSON *item, struct toml_place place)
{
    char **field = field_of(reading->config, setting);
    struct str text = str_of(cJSON_GetStringValue(item));
    const char *allowed =
        setting->check == NULL ? NULL : setting->check(text.s);
    if ((int64_t)text.n < setting->least || (int64_t)text.n > setting->most)
        complain(reading, place,
                 "%s.%s: is %zu bytes long; %" PRId64 " to %" PRId64
                 " are allowed",
                 setting->section, setting->key, text.n, setting->least,
                 setting->most);
    else if (!utf8_printable(text, NULL) || memchr(text.s, '\n', text.n))
        complain(reading, place,
                 "%s.%s: holds a control character; one line of plain text "
                 "is allowed",
                 setting->section, setting->key);
    else if (allowed != NULL)
        complain(reading, place, "%s.%s: \"%s\" does not fit; allowed is %s",
                 setting->section, setting->key, text.s, allowed);
    else {
        free(*field);
        *field = mem_text(text.s);
    }
}

static void read_choice(struct reading *reading, const struct setting *setting,
                        const cJSON *item, struct toml_place place)
{
    char **field = field_of(reading->config, setting);
    struct str rest = str_of(setting->choices), choice;
    struct str text = str_of(cJSON_GetStringValue(item));
    while (str_cut(&rest, ' ', &choice))
        if (str_eq(choice, text)) {
            free(*field);
            *field = mem_text(text.s);
            return;
        }
    complain(reading, place, "%s.%s: \"%s\" is unknown; allowed is one of %s",
             setting->section, setting->key, text.s, setting->choices);
}

static void read_integer(struct reading *reading, const struct setting *setting,
                         const cJSON *item, struct toml_place place)
{
    /* toml.h: a number in the tree is whole and within 2^53. */
    int64_t value = (int64_t)cJSON_GetNumberValue(item);
    if (value < setting->least || value > setting->most)
        complain(reading, place,
                 "%s.%s: %" PRId64 " is out of range; %" PRId64 " to %" PRId64
                 " is allowed",
                 setting->section, setting->key, value, setting->least,
                 setting->most);
    else
        *(int64_t *)field_of(reading->config, setting) = value;
}

/* Complains and returns false when `item` is no id. */
static bool read_id(struct reading *reading, const struct setting *setting,
                    const cJSON *item, uint64_t *out)
{
    struct toml_place place = toml_mark_of(reading->doc, item)->value;
    if (!cJSON_IsString(item))
        complain(reading, place, "%s.%s: is %s; allowed is " SNOWFLAKE_HINT,
                 setting->section, setting->key, type_phrase(item));
    else if (!str_to_u64(str_of(item->valuestring), out) || *out == 0)
        complain(reading, place,
                 "%s.%s: \"%s\" is no id; allowed is " SNOWFLAKE_HINT,
                 setting->section, setting->key, item->valuestring);
    else
        return true;
    return false;
}

static void read_id_list(struct reading *reading, const struct setting *setting,
                         const cJSON *item, struct toml_place place)
{
    struct id_list *list = field_of(reading->config, setting);
    int count = cJSON_GetArraySize(item);
    const cJSON *element;
    if (count > setting->most) {
        complain(reading, place,
                 "%s.%s: has %d entries; at most %" PRId64 " are allowed",
                 setting->section, setting->key, count, setting->most);
        return;
    }
    free(list->ids);
    *list =
        (struct id_list){.ids = mem_alloc((size_t)count * sizeof *list->ids)};
    cJSON_ArrayForEach(element, item)
    {
        uint64_t id;
        if (read_id(reading, setting, element, &id))
            list->ids[list->count++] = id;
    }
}

static void read_setting(struct reading *reading, const struct setting *setting,
                         const cJSON *item)
{
    struct toml_place place = toml_mark_of(reading->doc, item)->value;
    const char *allowed = NULL;
    switch (setting->kind) {
    case SETTING_TEXT:
        if (!cJSON_IsString(item))
            allowed = "text in quotes";
        else
            read_text(reading, setting, item, place);
        break;
    case SETTING_CHOICE:
        if (!cJSON_IsString(item))
            allowed = setting->choices;
        else
            read_choice(reading, setting, item, place);
        break;
    case SETTING_FLAG:
        if (!cJSON_IsBool(item))
            allowed = "true or false";
        else
            *(bool *)field_of(reading->config, setting) = cJSON_IsTrue(item);
        break;
    case SETTING_INTEGER:
        if (!cJSON_IsNumber(item))
            allowed = "a whole number";
        else
            read_integer(reading, setting, item, place);
        break;
    case SETTING_ID: {
        uint64_t *field = field_of(reading->config, setting);
        if (cJSON_IsString(item) && item->valuestring[0] == '\0')
            *field = 0;
        else
            (void)read_id(reading, setting, item, field);
        break;
    }
    case SETTING_ID_LIST:
        if (!cJSON_IsArray(item))
            allowed = "a list of ids in quotes, such as "
                      "[\"1046523456789012345\"]";
        else
            read_id_list(reading, setting, item, place);
        break;
    }
    if (allowed != NULL)
        complain(reading, place, "%s.%s: is %s; allowed is %s",
                 setting->section, setting->key, type_phrase(item), allowed);
}

/* Letters to insert, delete or change to make one name of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t row[KEY_BYTES + 1], n = strlen(b);
    if (strlen(a) > KEY_BYTES || n > KEY_BYTES)
        return KEY_BYTES;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t other = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            row[j] = change < other ? change : other;
        }
    }
    return row[n];
}

/* `section` NULL: names of sections, else of its keys. */
static void complain_unknown(struct reading *reading, const char *section,
                             const cJSON *item)
{
    struct buf names = BUF_INIT(NAMES_BYTES);
    const char *closest = NULL, *before = "";
    size_t least = strlen(item->string) / 3 + 2;
    for (size_t i = 0; i < setting_count; i++) {
        const char *name =
            section == NULL ? settings[i].section : settings[i].key;
        if (section != NULL && strcmp(settings[i].section, section) != 0)
            continue;
        if (strcmp(name, before) == 0)
            continue; /* rows of one section stand together */
        before = name;
        buf_addf(&names, "%s%s", names.n == 0 ? "" : ", ", name);
        size_t far = distance(item->string, name);
        if (far < least) {
            least = far;
            closest = name;
        }
    }
    struct toml_place place = toml_mark_of(reading->doc, item)->key;
    const char *what = section == NULL ? "unknown table" : "unknown setting";
    const char *dot = section == NULL ? "" : ".";
    section = section == NULL ? "" : section;
    if (closest != NULL)
        complain(reading, place, "%s%s%s: %s; did you mean %s?", section, dot,
                 item->string, what, closest);
    else
        complain(reading, place, "%s%s%s: %s; allowed are %s", section, dot,
                 item->string, what, buf_text(&names));
    buf_release(&names);
}

static const struct setting *find_setting(const char *section, const char *key)
{
    for (size_t i = 0; i < setting_count; i++)
        if (strcmp(settings[i].section, section) == 0 &&
            (key == NULL || strcmp(settings[i].key, key) == 0))
            return &settings[i];
    return NULL;
}

static void read_document(struct reading *reading)
{
    const cJSON *section, *item;
    cJSON_ArrayForEach(section, reading->doc->root)
    {
        struct toml_place place = toml_mark_of(reading->doc, section)->key;
        if (find_setting(section->string, NULL) == NULL) {
            complain_unknown(reading, NULL, section);
            continue;
        }
        if (!cJSON_IsObject(section)) {
            complain(reading, place, "%s: is %s; allowed is a table: [%s]",
                     section->string, type_phrase(section), section->string);
            continue;
        }
        cJSON_ArrayForEach(item, section)
        {
            const struct setting *setting =
                find_setting(section->string, item->string);
            if (setting == NULL)
                complain_unknown(reading, section->string, item);
            else
                read_setting(reading, setting, item);
        }
    }
}

static enum err read_text_of(const char *file, struct str text,
                             struct config *config, struct buf *why)
{
    struct toml_doc doc;
    struct toml_error error;
    struct reading reading = {file, &doc, config, why, false};
    if (toml_parse(text.s, text.n, &doc, &error) != 0) {
        complain(&reading, error.place, "not TOML: %s", error.text);
        return ERR_INVALID;
    }
    read_document(&reading);
    toml_release(&doc);
    return reading.failed ? ERR_INVALID : ERR_OK;
}

static void set_defaults(struct config *config)
{
    struct buf text = BUF_INIT(FILE_BYTES), why = BUF_INIT(PROBLEM_BYTES);
    config_print_example(&text);
    enum err err = read_text_of("default", buf_str(&text), config, &why);
    assert(err == ERR_OK && config->repository != NULL);
    buf_release(&text);
    buf_release(&why);
}

enum err config_load(const char *file, struct config *out, struct buf *why)
{
    struct config config = {.compress = false};
    struct buf text = BUF_INIT(FILE_BYTES);
    enum err err = file_load(file, &text);
    if (err == ERR_IO) {
        buf_addf(why,
                 "%s: cannot be read: %s; write one after "
                 "config.example.toml and name it with --config FILE\n",
                 file, strerror(errno));
    } else if (err == ERR_TOO_LONG) {
        buf_addf(why, "%s: is larger than %zu kB; that is no settings file\n",
                 file, FILE_BYTES / 1024);
    } else {
        set_defaults(&config);
        err = read_text_of(file, buf_str(&text), &config, why);
        config.postmortem_enabled = str_of(config.repository).n > 0;
    }
    buf_release(&text);
    if (err == ERR_OK)
        *out = config;
    else
        config_release(&config);
    return err;
}

void config_release(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < setting_count; i++) {
        void *field = field_of(config, &settings[i]);
        if (settings[i].kind == SETTING_TEXT ||
            settings[i].kind == SETTING_CHOICE)
            free(*(char **)field);
        else if (settings[i].kind == SETTING_ID_LIST)
            free(((struct id_list *)field)->ids);
    }
    *config = (struct config){.compress = false};
}

const char *config_role_name(const struct config *config, enum role role)
{
    return role_name((const char *const *)config->role_names, role);
}

static void print_allowed(struct buf *out, const struct setting *setting)
{
    switch (setting->kind) {
    case SETTING_TEXT:
        break;
    case SETTING_FLAG:
        buf_add_text(out, "# true or false.\n");
        break;
    case SETTING_INTEGER:
        buf_addf(out, "# %" PRId64 " to %" PRId64 ".\n", setting->least,
                 setting->most);
        break;
    case SETTING_ID:
        buf_add_text(out, "# A Discord id in quotes.\n");
        break;
    case SETTING_ID_LIST:
        buf_add_text(out, "# A list of Discord ids in quotes.\n");
        break;
    case SETTING_CHOICE:
        buf_addf(out, "# One of %s.\n", setting->choices);
        break;
    }
}

void config_print_example(struct buf *out)
{
    const char *section = "";
    buf_add_text(
        out, "# Settings of opsroom. Each value below is the default: what you "
             "leave out stays so.\n"
             "# No secret belongs in this file: see token_file.\n");
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        struct str help = str_of(setting->help), line;
        if (strcmp(section, setting->section) != 0)
            buf_addf(out, "\n[%s]\n", setting->section);
        section = setting->section;
        buf_add_char(out, '\n');
        while (str_cut(&help, '\n', &line))
            buf_addf(out, "# %.*s\n", STR_ARG(line));
        print_allowed(out, setting);
        buf_addf(out, "%s = %s\n", setting->key, setting->standard);
    }
}
