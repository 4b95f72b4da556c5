#include "commands/typed.h"

#include "commands/words.h"

#include "bot/base/utf8.h"

/* Shorter text is typed again sooner than it is copied. */
#define WORTH_COPYING_UNITS (size_t)20
#define FENCE_UNITS         80 /* the fence, and the line before it */
#define BLOCKS_BYTES        (64u << 10)
#define FILE_NAME           "what-you-typed.txt"

struct typed {
    const struct interaction_option *rows[INTERACTION_OPTIONS];
    int count;
    size_t units;
    struct str longest;
};

static size_t units_of(const struct interaction_option *option)
{
    return option->type == OPTION_TYPE_STRING
               ? utf16_units(str_trim(option->text))
               : 0;
}

/* A form is gone, short fields too. A slash command can be called up again, on
 * some devices: its short fields come back when they are much in all. */
static size_t least_units(const struct interaction *it)
{
    size_t in_all = 0;
    for (int i = 0; i < it->option_count; i++) {
        size_t units = units_of(&it->options[i]);
        in_all += units < WORTH_COPYING_UNITS ? units : 0;
    }
    return it->type == INTERACTION_FORM || in_all >= WORTH_COPYING_UNITS
               ? 1
               : WORTH_COPYING_UNITS;
}

static struct typed typed_of(const struct interaction *it)
{
    struct typed typed = {.count = 0};
    size_t least = least_units(it);
    for (int i = 0; i < it->option_count; i++) {
        const struct interaction_option *option = &it->options[i];
        size_t units = units_of(option);
        if (units < least)
            continue;
        typed.rows[typed.count++] = option;
        typed.units += units;
        if (option->text.n > typed.longest.n)
            typed.longest = option->text;
    }
    return typed;
}

static void add_block(struct buf *out, struct str text, size_t units)
{
    struct buf clean = BUF_INIT(BLOCKS_BYTES);
    add_printable(&clean, text);
    markdown_add_fence(out, buf_str(&clean), units);
    buf_release(&clean);
}

static void add_blocks(struct buf *out, const struct typed *typed)
{
    for (int i = 0; i < typed->count; i++) {
        const struct interaction_option *option = typed->rows[i];
        buf_add_char(out, '\n');
        if (typed->count > 1)
            buf_addf(out, "`%.*s`\n", STR_ARG(option->name));
        add_block(out, option->text, BLOCKS_BYTES);
    }
}

static void add_file(struct answer *answer, const struct typed *typed)
{
    struct buf *file = &answer->file;
    buf_clear(file);
    for (int i = 0; i < typed->count; i++) {
        const struct interaction_option *option = typed->rows[i];
        if (typed->count > 1)
            buf_addf(file, "%s%.*s:\n", i == 0 ? "" : "\n",
                     STR_ARG(option->name));
        add_printable(file, option->text);
        buf_add_char(file, '\n');
    }
    str_copy_to(answer->file_name, STR(FILE_NAME));
    str_copy_to(answer->file_type, STR("text/plain"));
}

void answer_typed(struct answer *answer, const struct interaction *it)
{
    struct buf *words = &answer->words;
    struct typed typed = typed_of(it);
    if (typed.units < WORTH_COPYING_UNITS)
        return;
    struct buf blocks = BUF_INIT(BLOCKS_BYTES);
    add_blocks(&blocks, &typed);
    size_t used = utf16_units(buf_str(words)) + FENCE_UNITS;
    if (!blocks.overflow &&
        used + utf16_units(buf_str(&blocks)) <= MESSAGE_UNITS) {
        buf_add_text(words, "\nWhat you typed, to copy:");
        buf_add(words, buf_str(&blocks));
    } else {
        add_file(answer, &typed);
        buf_add_text(words, "\nWhat you typed, to copy; the whole of it is in "
                            "the file:\n");
        if (used < MESSAGE_UNITS)
            add_block(words, typed.longest, MESSAGE_UNITS - used);
    }
    buf_release(&blocks);
}
