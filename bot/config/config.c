#include "bot/config/read.h"

#include "bot/base/closest.h"
#include "bot/base/file.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES    ((size_t)1 << 20)
#define PROBLEM_BYTES ((size_t)32 << 10)
#define NAMES_BYTES   512
#define KINDS_BYTES   200

static bool is_row_of(size_t i, const char *section)
{
    return strcmp(settings[i].section, section) == 0;
}

/* Does an element of this kind have the row? */
static bool is_of_kind(const struct reading *reading,
                       const struct setting *setting)
{
    return setting->kinds == 0 || (setting->kinds & reading->kind) != 0;
}

/* `section` NULL: names of sections, else of its keys. */
static void complain_unknown(struct reading *reading, const char *section,
                             const cJSON *item)
{
    struct buf names = BUF_INIT(NAMES_BYTES);
    struct closest closest = closest_to(item->string);
    const char *before = "";
    for (size_t i = 0; i < setting_count; i++) {
        const char *name =
            section == NULL ? settings[i].section : settings[i].key;
        if (section != NULL &&
            (!is_row_of(i, section) || !is_of_kind(reading, &settings[i])))
            continue;
        if (strcmp(name, before) == 0)
            continue; /* rows of one section stand together */
        before = name;
        buf_addf(&names, "%s%s", names.n == 0 ? "" : ", ", name);
        closest_show(&closest, name);
    }
    struct toml_place place = toml_mark_of(reading->doc, item)->key;
    const char *what = section == NULL ? "unknown table" : "unknown setting";
    const char *dot = section == NULL ? "" : ".";
    section = section == NULL ? "" : section;
    if (closest.name != NULL)
        reading_complain(reading, place, "%s%s%s: %s; did you mean %s?",
                         section, dot, item->string, what, closest.name);
    else
        reading_complain(reading, place, "%s%s%s: %s; allowed are %s", section,
                         dot, item->string, what, buf_text(&names));
    buf_release(&names);
}

/* The row of a key, rather one of the element's kind. `key` NULL: any. */
static const struct setting *find_setting(const struct reading *reading,
                                          const char *section, const char *key)
{
    const struct setting *other = NULL;
    for (size_t i = 0; i < setting_count; i++) {
        if (!is_row_of(i, section) ||
            (key != NULL && strcmp(settings[i].key, key) != 0))
            continue;
        if (is_of_kind(reading, &settings[i]))
            return &settings[i];
        other = &settings[i];
    }
    return other;
}

/* ---- arrays of tables ---- */

/* The word of the element's kind: "tls". */
static struct str kind_word(const struct reading *reading,
                            const struct setting_list *list)
{
    const struct setting *row =
        find_setting(reading, list->section, list->kind_key);
    unsigned place = 0;
    while (reading->kind >> place > 1)
        place++;
    return setting_choice(row, place);
}

static void complain_kind(struct reading *reading,
                          const struct setting_list *list, const cJSON *item)
{
    const struct setting *kinds =
        find_setting(reading, list->section, list->kind_key);
    struct buf words = BUF_INIT(KINDS_BYTES);
    struct str own = kind_word(reading, list);
    unsigned having = 0;
    for (size_t i = 0; i < setting_count; i++)
        if (is_row_of(i, list->section) &&
            strcmp(settings[i].key, item->string) == 0)
            having |= settings[i].kinds;
    for (unsigned place = 0; having >> place != 0; place++) {
        struct str word = setting_choice(kinds, place);
        if ((having >> place & 1) != 0)
            buf_addf(&words, "%s\"%.*s\"", words.n == 0 ? "" : " or ",
                     STR_ARG(word));
    }
    reading_complain(reading, toml_mark_of(reading->doc, item)->key,
                     "%s.%s: is for %s %s only; this one is \"%.*s\"",
                     list->section, item->string, list->kind_key,
                     buf_text(&words), STR_ARG(own));
    buf_release(&words);
}

static void complain_missing(struct reading *reading,
                             const struct setting_list *list,
                             const struct setting *setting, const cJSON *table)
{
    struct toml_place place = reading_place(reading, table);
    if (setting->kinds == 0)
        reading_complain(reading, place,
                         "%s.%s: is missing; every [[%s]] needs it%s%s",
                         list->section, setting->key, list->section,
                         setting->choices == NULL ? "" : ", one of ",
                         setting->choices == NULL ? "" : setting->choices);
    else
        reading_complain(reading, place,
                         "%s.%s: is missing; %s \"%.*s\" needs it",
                         list->section, setting->key, list->kind_key,
                         STR_ARG(kind_word(reading, list)));
}

static void set_list_defaults(struct reading *reading,
                              const struct setting_list *list)
{
    const cJSON *defaults =
        cJSON_GetObjectItemCaseSensitive(reading->list_defaults, list->section);
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        if (!is_row_of(i, list->section))
            continue;
        if (!row->is_required)
            reading_value(reading, row,
                          cJSON_GetObjectItemCaseSensitive(defaults, row->key));
        else if (setting_is_text(row) || row->kind == SETTING_CHOICE)
            reading_clear_text(reading, row);
    }
}

static unsigned kind_bit(const struct reading *reading,
                         const struct setting_list *list, const cJSON *table)
{
    unsigned place;
    if (list->kind_key == NULL)
        return 0;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(table, list->kind_key);
    const struct setting *row =
        find_setting(reading, list->section, list->kind_key);
    return cJSON_IsString(item) &&
                   setting_place(row, str_of(item->valuestring), &place)
               ? 1u << place
               : 0;
}

static void read_element(struct reading *reading,
                         const struct setting_list *list, const cJSON *table)
{
    const cJSON *item;
    reading->kind = 0;
    reading->kind = kind_bit(reading, list, table);
    set_list_defaults(reading, list);
    cJSON_ArrayForEach(item, table)
    {
        const struct setting *row =
            find_setting(reading, list->section, item->string);
        if (row == NULL)
            complain_unknown(reading, list->section, item);
        else if (is_of_kind(reading, row))
            reading_value(reading, row, item);
        else if (reading->kind != 0) /* else the kind is what is wrong */
            complain_kind(reading, list, item);
    }
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        if (is_row_of(i, list->section) && row->is_required &&
            is_of_kind(reading, row) &&
            cJSON_GetObjectItemCaseSensitive(table, row->key) == NULL)
            complain_missing(reading, list, row, table);
    }
    reading->kind = 0;
}

static void read_list(struct reading *reading, const struct setting_list *list,
                      const cJSON *section)
{
    struct config *config = reading->config;
    int *count = (int *)((char *)config + list->count);
    int given = cJSON_GetArraySize(section);
    const cJSON *table;
    if (!cJSON_IsArray(section)) {
        reading_complain(reading, toml_mark_of(reading->doc, section)->key,
                         "%s: is %s; allowed is [[%s]], once for each",
                         list->section, reading_type(section), list->section);
        return;
    }
    if (given > list->most) {
        reading_complain(reading, reading_place(reading, section),
                         "%s: there are %d; at most %" PRId64 " are allowed",
                         list->section, given, list->most);
        return;
    }
    if (given == 0)
        return;
    char *all = mem_alloc((size_t)given * list->size);
    memcpy((char *)config + list->all, &all, sizeof all);
    cJSON_ArrayForEach(table, section)
    {
        if (!cJSON_IsObject(table)) {
            reading_complain(reading, reading_place(reading, table),
                             "%s: is %s; allowed is a table", list->section,
                             reading_type(table));
            continue;
        }
        reading->into = all + (size_t)*count * list->size;
        ++*count;
        read_element(reading, list, table);
    }
    reading->into = config;
}

static void release_list(struct config *config, const struct setting_list *list)
{
    int count = *(int *)((char *)config + list->count);
    char *all;
    memcpy(&all, (char *)config + list->all, sizeof all);
    for (int n = 0; n < count; n++)
        for (size_t i = 0; i < setting_count; i++)
            if (is_row_of(i, list->section))
                reading_release_field(&settings[i],
                                      all + (size_t)n * list->size);
    free(all);
}

/* ---- the document ---- */

static void complain_shape(struct reading *reading, const cJSON *section)
{
    struct toml_place place = toml_mark_of(reading->doc, section)->key;
    struct closest closest = closest_to(section->string);
    for (size_t i = 0; i < setting_list_count; i++)
        closest_show(&closest, setting_lists[i].section);
    if (cJSON_IsArray(section) && closest.name != NULL)
        reading_complain(reading, place, "%s: is a list; did you mean [[%s]]?",
                         section->string, closest.name);
    else
        reading_complain(reading, place, "%s: is %s; allowed is a table: [%s]",
                         section->string, reading_type(section),
                         section->string);
}

static void read_table(struct reading *reading, const cJSON *section)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, section)
    {
        const struct setting *setting =
            find_setting(reading, section->string, item->string);
        if (setting == NULL)
            complain_unknown(reading, section->string, item);
        else
            reading_value(reading, setting, item);
    }
}

static void read_document(struct reading *reading)
{
    const cJSON *section;
    cJSON_ArrayForEach(section, reading->doc->root)
    {
        const struct setting_list *list = setting_list_find(section->string);
        if (list != NULL)
            read_list(reading, list, section);
        else if (find_setting(reading, section->string, NULL) == NULL)
            complain_unknown(reading, NULL, section);
        else if (!cJSON_IsObject(section))
            complain_shape(reading, section);
        else
            read_table(reading, section);
    }
}

static enum err read_text_of(struct reading *reading, struct str text)
{
    struct toml_doc doc;
    struct toml_error error;
    if (toml_parse(text.s, text.n, &doc, &error) != 0) {
        reading_complain(reading, error.place, "not TOML: %s", error.text);
        return ERR_INVALID;
    }
    reading->doc = &doc;
    reading->into = reading->config;
    read_document(reading);
    if (!reading->failed)
        reading_check_whole(reading);
    toml_release(&doc);
    return reading->failed ? ERR_INVALID : ERR_OK;
}

/* One table for each list: what its elements have when they are told nothing.
 * Plain settings have theirs in the example file. */
static void parse_list_defaults(struct toml_doc *out)
{
    struct buf text = BUF_INIT(FILE_BYTES);
    struct toml_error error;
    const char *section = "";
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        if (setting_list_find(setting->section) == NULL || setting->is_required)
            continue;
        if (strcmp(section, setting->section) != 0)
            buf_addf(&text, "[%s]\n", setting->section);
        section = setting->section;
        buf_addf(&text, "%s = %s\n", setting->key, setting->standard);
    }
    int bad = toml_parse(buf_text(&text), text.n, out, &error);
    assert(bad == 0);
    buf_release(&text);
}

static void set_defaults(struct config *config)
{
    struct buf text = BUF_INIT(FILE_BYTES), why = BUF_INIT(PROBLEM_BYTES);
    struct reading reading = {.file = "default", .config = config, .why = &why};
    config_print_example(&text);
    enum err err = read_text_of(&reading, buf_str(&text));
    assert(err == ERR_OK && config->repository != NULL);
    buf_release(&text);
    buf_release(&why);
}

static enum err read_file(const char *file, struct str text,
                          struct config *config, struct buf *why)
{
    struct toml_doc defaults;
    parse_list_defaults(&defaults);
    struct reading reading = {.file = file,
                              .config = config,
                              .why = why,
                              .list_defaults = defaults.root};
    set_defaults(config);
    enum err err = read_text_of(&reading, text);
    toml_release(&defaults);
    return err;
}

enum err config_load(const char *file, struct config *out, struct buf *why)
{
    struct config config = {.compress = false};
    struct buf text = BUF_INIT(FILE_BYTES);
    enum err err = file_load(file, &text);
    if (err == ERR_IO) {
        buf_addf(why, "%s: cannot be read: %s%s\n", file, strerror(errno),
                 errno == ENOENT
                     ? "; write one after config.example.toml and name it "
                       "with --config FILE"
                     : "");
    } else if (err == ERR_TOO_LONG) {
        buf_addf(why, "%s: is larger than %zu kB; that is no settings file\n",
                 file, FILE_BYTES / 1024);
    } else {
        err = read_file(file, buf_str(&text), &config, why);
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
    for (size_t i = 0; i < setting_count; i++)
        if (setting_list_find(settings[i].section) == NULL)
            reading_release_field(&settings[i], config);
    for (size_t i = 0; i < setting_list_count; i++)
        release_list(config, &setting_lists[i]);
    *config = (struct config){.compress = false};
}

const char *config_role_name(const struct config *config, enum role role)
{
    return role_name((const char *const *)config->role_names, role);
}

const char *config_assignee(const struct config *config, uint64_t user_id)
{
    for (int i = 0; i < config->assignee_count; i++)
        if (config->assignees[i].user_id == user_id)
            return config->assignees[i].login;
    return "";
}

const char *forge_api_base(const struct forge_config *forge)
{
    if (forge->api_base[0] != '\0')
        return forge->api_base;
    return forge->kind == FORGE_GITHUB   ? "https://api.github.com"
           : forge->kind == FORGE_GITLAB ? "https://gitlab.com/api/v4"
                                         : "";
}
