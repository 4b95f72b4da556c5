#include "bot/core/import_parts.h"

#include "bot/base/utf8.h"

#include <stdio.h>
#include <string.h>

void import_told(struct import_reader *reader, enum import_line what)
{
    if (reader->sink->line != NULL)
        reader->sink->line(reader->sink->to, reader->line, what);
}

void import_problem(struct import_reader *reader, int line, const char *format,
                    ...)
{
    struct buf words = BUF_INIT(IMPORT_WHY_BYTES + 100);
    va_list args;
    buf_addf(&words, "Line %d: ", line);
    va_start(args, format);
    buf_addv(&words, format, args);
    va_end(args);
    reader->result.problems++;
    reader->sink->problem(reader->sink->to, line, buf_str(&words));
    buf_release(&words);
}

/* ---- a complete entry ---- */

static const char *what_is_wrong(const struct import_reader *reader,
                                 struct str text, char out[static 120])
{
    size_t units = utf16_units(text);
    if (reader->result.entries == IMPORT_ENTRIES) {
        (void)snprintf(out, 120,
                       "there are more than %d entries. Import this one and "
                       "the following on their own.",
                       IMPORT_ENTRIES);
        return out;
    }
    if (text.n == 0)
        return "nothing is said after the time.";
    if (!utf8_printable(text, NULL) ||
        !utf8_printable(reader->entry.actor, NULL))
        return "it has characters that cannot be kept.";
    if (units > TEXT_UNITS || reader->text.overflow) {
        (void)snprintf(out, 120,
                       "the entry has %zu characters, %d fit. Put the rest "
                       "into a code block below it.",
                       units, TEXT_UNITS);
        return out;
    }
    return NULL;
}

void import_finish_entry(struct import_reader *reader)
{
    struct import_entry *entry = &reader->entry;
    char words[120];
    size_t from = 0;
    if (!reader->is_open)
        return;
    reader->is_open = false;
    entry->text = str_trim(buf_str(&reader->text));
    if (entry->text.n == 0 && entry->block_count > 0)
        entry->text = STR("See the evidence.");
    for (int i = 0; i < entry->block_count; i++) {
        size_t end = reader->block_ends[i];
        entry->blocks[i] =
            (struct str){buf_text(&reader->blocks) + from, end - from};
        from = end;
    }
    const char *wrong = what_is_wrong(reader, entry->text, words);
    if (wrong != NULL) {
        import_problem(reader, entry->line, "%s", wrong);
        return;
    }
    reader->result.entries++;
    reader->sink->entry(reader->sink->to, entry);
}

void import_refuse_line(struct import_reader *reader, struct str why)
{
    struct str words = import_shorten(why);
    import_finish_entry(reader);
    import_problem(reader, reader->line, "%.*s", STR_ARG(words));
    import_told(reader, IMPORT_PROBLEM);
}

/* ---- fenced blocks ---- */

/* `after` stands behind the fence on its line: a language, or in chats already
 * the first line of the block. */
static void open_fence(struct import_reader *reader, struct import_fence fence,
                       struct str after)
{
    fence.is_open = fence.is_first = true;
    fence.line = reader->line;
    fence.is_kept =
        reader->is_open && reader->entry.block_count < IMPORT_BLOCKS;
    reader->fence = fence;
    if (!reader->is_open)
        import_problem(
            reader, reader->line,
            "a code block without an entry above it. Put a line with a "
            "time before it.");
    else if (!fence.is_kept)
        import_problem(reader, reader->line,
                       "more than %d code blocks for one entry.",
                       IMPORT_BLOCKS);
    after = str_trim(after);
    if (memchr(after.n == 0 ? "" : after.s, ' ', after.n) == NULL)
        return;
    reader->fence.is_first = false;
    if (fence.is_kept)
        buf_add(&reader->blocks, after);
}

void import_close_fence(struct import_reader *reader)
{
    struct import_entry *entry = &reader->entry;
    size_t from = entry->block_count == 0
                      ? 0
                      : reader->block_ends[entry->block_count - 1];
    reader->fence.is_open = false;
    if (!reader->fence.is_kept)
        return;
    if (str_ends(buf_str(&reader->blocks), "\r") && reader->blocks.n > from)
        buf_cut(&reader->blocks, reader->blocks.n - 1);
    if (reader->blocks.n > from)
        reader->block_ends[entry->block_count++] = reader->blocks.n;
}

static void add_block_line(struct import_reader *reader, struct str line)
{
    struct import_fence *fence = &reader->fence;
    for (size_t i = 0; i < fence->indent && line.n > 0; i++)
        if (line.s[0] == ' ' || line.s[0] == '\t')
            line = str_from(line, 1);
    if (!fence->is_kept)
        return;
    if (!fence->is_first)
        buf_add_char(&reader->blocks, '\n');
    fence->is_first = false;
    buf_add(&reader->blocks, line);
}

static size_t run_at_end(struct str text, char mark)
{
    size_t n = 0;
    while (n < text.n && text.s[text.n - 1 - n] == mark)
        n++;
    return n;
}

void import_read_in_fence(struct import_reader *reader, struct str line)
{
    const struct import_fence *fence = &reader->fence;
    struct str text = str_trim(line);
    size_t run = run_at_end(text, fence->mark);
    if (text.n > 0)
        import_told(reader, IMPORT_FENCE);
    if (run < fence->length || (run < text.n && fence->mark == '~')) {
        add_block_line(reader, line);
        return;
    }
    /* Chats end a block at the end of its last line, too. */
    if (run < text.n) {
        line.n = (size_t)(text.s + text.n - run - line.s);
        add_block_line(reader, line);
    }
    import_close_fence(reader);
}

/* True when the line opens a block, or is one of its own. */
bool import_read_fence(struct import_reader *reader, struct str line)
{
    struct str text = str_trim(line);
    struct import_fence fence = {.mark = text.s[0]};
    if (fence.mark != '`' && fence.mark != '~')
        return false;
    fence.indent = (size_t)(text.s - line.s);
    while (fence.length < text.n && text.s[fence.length] == fence.mark)
        fence.length++;
    struct str after = str_from(text, fence.length);
    if (fence.length < 3)
        return false;
    if (fence.mark == '`' && memchr(after.s, '`', after.n) != NULL) {
        size_t run = run_at_end(after, '`');
        struct str inside = {after.s, after.n - run};
        if (run < fence.length || memchr(inside.s, '`', inside.n) != NULL)
            return false;
        fence.indent = 0;
        open_fence(reader, fence, STR_NONE);
        add_block_line(reader, inside);
        import_close_fence(reader);
    } else {
        open_fence(reader, fence, after);
    }
    import_told(reader, IMPORT_FENCE);
    return true;
}

/* Where a block begins that a line of text opens and leaves open, or text.n:
 * chats allow it. */
static size_t find_open_fence(struct str text)
{
    size_t last = text.n;
    bool is_open = false;
    for (size_t i = 0; i + 3 <= text.n; i++)
        if (memcmp(text.s + i, "```", 3) == 0) {
            is_open = !is_open;
            last = i;
            i += 2;
        }
    return is_open ? last : text.n;
}

void import_look_for_fence(struct import_reader *reader, struct str text)
{
    size_t end = find_open_fence(text);
    if (end < text.n)
        open_fence(reader, (struct import_fence){.mark = '`', .length = 3},
                   str_from(text, end + 3));
}

void import_add_text(struct import_reader *reader, struct str text)
{
    size_t end = find_open_fence(text);
    struct str said = str_trim((struct str){text.s, end});
    if (said.n > 0 && reader->text.n > 0)
        buf_add_char(&reader->text, '\n');
    buf_add(&reader->text, said);
    import_look_for_fence(reader, text);
}

static void count_zone(struct import_reader *reader,
                       const struct import_head *head)
{
    const struct when_reading *reading = &head->reading;
    if (reading->from.has_zone || reading->to.has_zone)
        reader->result.has_zone = true;
    else if (reading->from.has_clock && !reader->clock.has_zone)
        reader->result.unzoned++;
}

/* False, with a problem, when its time cannot be. */
bool import_begin_entry(struct import_reader *reader,
                        const struct import_head *head)
{
    struct buf why = BUF_INIT(IMPORT_WHY_BYTES);
    struct when when;
    import_finish_entry(reader);
    bool placed = import_place(&reader->clock, head, &when, &why);
    if (placed) {
        reader->is_open = true;
        reader->entry =
            (struct import_entry){.line = reader->line, .when = when};
        buf_clear(&reader->text);
        buf_clear(&reader->blocks);
        count_zone(reader, head);
        import_told(reader, IMPORT_ENTRY);
    } else {
        import_refuse_line(reader, buf_str(&why));
    }
    buf_release(&why);
    return placed;
}

/* "(CET)" in a heading, "all times in UTC". */
bool import_set_zone(struct import_reader *reader, struct str text)
{
    if (!import_find_zone(text, &reader->clock.zone_min))
        return false;
    reader->clock.has_zone = reader->result.has_zone = true;
    return true;
}
