/*
 * config.example.toml, from the table. What the arrays of tables hold is
 * commented out with a # and no blank, so that the settings tell themselves
 * from the words about them.
 */
#include "bot/config/settings.h"

#include <inttypes.h>
#include <string.h>

static void print_allowed(struct buf *out, const struct setting *setting)
{
    switch (setting->kind) {
    case SETTING_TEXT:
    case SETTING_FILE:
    case SETTING_SECRET:
        break;
    case SETTING_FLAG:
        buf_add_text(out, "# true or false.\n");
        break;
    case SETTING_INTEGER:
        buf_addf(out, "# %" PRId64 " to %" PRId64 ".\n", setting->least,
                 setting->most);
        break;
    case SETTING_NUMBER:
        buf_add_text(out, "# A number.\n");
        break;
    case SETTING_ID:
        buf_add_text(out, "# A Discord id in quotes.\n");
        break;
    case SETTING_ID_LIST:
        buf_add_text(out, "# A list of Discord ids in quotes.\n");
        break;
    case SETTING_TEXT_LIST:
        buf_add_text(out, "# A list of texts in quotes.\n");
        break;
    case SETTING_CHOICE:
    case SETTING_WORD:
        buf_addf(out, "# One of %s.\n", setting->choices);
        break;
    }
}

static void print_help(struct buf *out, const struct setting *setting)
{
    struct str help = str_of(setting->help), line;
    buf_add_char(out, '\n');
    while (str_cut(&help, '\n', &line))
        buf_addf(out, "# %.*s\n", STR_ARG(line));
    print_allowed(out, setting);
    if (setting->is_required)
        buf_add_text(out, "# Required.\n");
}

/* The first kind that has the row; 0: all. */
static unsigned first_bit(unsigned kinds)
{
    return kinds & (~kinds + 1);
}

/* What one kind has and the kinds before it had not, below what it needs
 * again. `bit` 1 also shows what all have. */
static void print_kind(struct buf *out, const struct setting_list *list,
                       unsigned bit)
{
    unsigned place = 0;
    while (bit >> place > 1)
        place++;
    buf_addf(out, "\n#[[%s]]\n", list->section);
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *row = &settings[i];
        bool is_own = row->kinds == 0 || (row->kinds & bit) != 0;
        bool is_new = row->kinds == 0 ? bit == 1 : first_bit(row->kinds) == bit;
        if (strcmp(row->section, list->section) != 0 || !is_own ||
            (!is_new && !row->is_required))
            continue;
        if (is_new)
            print_help(out, row);
        if (row->kind == SETTING_WORD)
            buf_addf(out, "#%s = \"%.*s\"\n", row->key,
                     STR_ARG(setting_choice(row, place)));
        else
            buf_addf(out, "#%s = %s\n", row->key, row->standard);
    }
}

static void print_list(struct buf *out, const struct setting_list *list)
{
    unsigned having = 1; /* kinds that have something of their own */
    struct str help = str_of(list->help), line;
    buf_add_char(out, '\n');
    while (str_cut(&help, '\n', &line))
        buf_addf(out, "# %.*s\n", STR_ARG(line));
    buf_addf(out,
             "# At most %" PRId64
             ". To use a block, take the # from each line that is a setting.\n",
             list->most);
    for (size_t i = 0; i < setting_count; i++)
        if (strcmp(settings[i].section, list->section) == 0)
            having |= first_bit(settings[i].kinds);
    for (unsigned bit = 1; bit <= having; bit <<= 1)
        if ((having & bit) != 0)
            print_kind(out, list, bit);
}

void config_print_example(struct buf *out)
{
    const char *section = "";
    buf_add_text(
        out,
        "# Settings of opsroom. Each value below is the default: what you "
        "leave out stays so.\n"
        "# No secret belongs in this file: see token_file. A file or folder "
        "without / in\n# front is looked for where opsroom is "
        "started.\n");
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting *setting = &settings[i];
        if (setting_list_find(setting->section) != NULL)
            continue;
        if (strcmp(section, setting->section) != 0)
            buf_addf(out, "\n[%s]\n", setting->section);
        section = setting->section;
        print_help(out, setting);
        buf_addf(out, "%s = %s\n", setting->key, setting->standard);
    }
    for (size_t i = 0; i < setting_list_count; i++)
        print_list(out, &setting_lists[i]);
}
