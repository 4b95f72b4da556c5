/*
 * Any bytes as a pasted timeline: each line that is not blank is told once and
 * in order, what is called an entry may be kept, and its text is the paste's.
 */
#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/core/import.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

struct heard {
    struct str *lines; /* trimmed */
    enum import_line *told;
    bool *is_problem, *is_entry;
    int count, last;
};

static void hear_line(void *to, int line, enum import_line what)
{
    struct heard *heard = to;
    assert(line > heard->last && line <= heard->count);
    heard->last = line;
    heard->told[line - 1] = what;
}

static void hear_problem(void *to, int line, struct str words)
{
    struct heard *heard = to;
    assert(line >= 1 && line <= heard->count);
    assert(words.n > 0 && str_starts(words, "Line "));
    assert(utf8_valid(words) || !utf8_valid(heard->lines[line - 1]));
    heard->is_problem[line - 1] = true;
}

static bool holds(struct str text, struct str part)
{
    return part.n == 0 ||
           (text.n >= part.n && memmem(text.s, text.n, part.s, part.n) != NULL);
}

/* The lines below it that were read as more of it. */
static void check_parts(const struct heard *heard,
                        const struct import_entry *entry)
{
    bool in_table = false;
    for (int i = entry->line; i < heard->count; i++) {
        struct str line = heard->lines[i];
        if (line.n == 0)
            continue;
        if (heard->told[i] != IMPORT_CONTINUED &&
            heard->told[i] != IMPORT_FENCE)
            break;
        in_table = in_table || memchr(line.s, '|', line.n) != NULL;
        if (heard->told[i] == IMPORT_CONTINUED && !in_table &&
            !holds(line, STR("```")))
            assert(holds(entry->text, line));
    }
}

static void hear_entry(void *to, const struct import_entry *entry)
{
    struct heard *heard = to;
    struct buf out = BUF_INIT(1000);
    assert(heard->told[entry->line - 1] == IMPORT_ENTRY);
    assert(!heard->is_entry[entry->line - 1]);
    heard->is_entry[entry->line - 1] = true;
    assert(entry->text.n > 0 && utf8_printable(entry->text, NULL));
    assert(utf16_units(entry->text) <= TEXT_UNITS);
    assert(utf8_printable(entry->actor, NULL));
    assert(utf16_units(entry->actor) <= NAME_UNITS);
    assert(when_is_set(&entry->when) && entry->when.typed[0] != '\0');
    assert(entry->when.from_ms <= entry->when.to_ms);
    when_print(&entry->when, true, &out);
    assert(out.n > 0);
    for (int i = 0; i < entry->block_count; i++)
        assert(entry->blocks[i].n > 0);
    struct sha256 key = import_entry_key(entry);
    (void)key;
    check_parts(heard, entry);
    buf_release(&out);
}

static void check_all_told(const struct heard *heard)
{
    for (int i = 0; i < heard->count; i++) {
        bool is_blank = heard->lines[i].n == 0;
        assert(is_blank == ((int)heard->told[i] < 0));
        if (heard->told[i] == IMPORT_ENTRY)
            assert(heard->is_entry[i] || heard->is_problem[i]);
        if (heard->told[i] == IMPORT_PROBLEM)
            assert(heard->is_problem[i]);
    }
}

static void read_with(struct import_source *source, struct heard *heard)
{
    struct import_sink sink = {heard, hear_entry, hear_problem, hear_line};
    struct str rest = source->text, line;
    heard->count = heard->last = 0;
    if (str_starts(rest, "\xEF\xBB\xBF"))
        rest = str_from(rest, 3);
    while (str_cut(&rest, '\n', &line)) {
        int i = heard->count++;
        heard->lines[i] = str_trim(line);
        heard->told[i] = (enum import_line)(-1);
        heard->is_problem[i] = heard->is_entry[i] = false;
    }
    struct import_result result = import_read(source, &sink);
    assert(result.entries <= IMPORT_ENTRIES);
    check_all_told(heard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct when_base base = {
        .now_ms = INT64_C(1671580800000), /* 2022-12-21 */
        .base_day_ms = INT64_C(1671235200000),
        .anchor_ms = INT64_C(1671235200000),
    };
    struct import_source source = {.text = {(const char *)data, size},
                                   .base = &base};
    struct heard heard = {
        .lines = mem_alloc((size + 2) * sizeof *heard.lines),
        .told = mem_alloc((size + 2) * sizeof *heard.told),
        .is_problem = mem_alloc(size + 2),
        .is_entry = mem_alloc(size + 2),
    };
    read_with(&source, &heard);
    source.has_date = source.has_zone = true;
    source.date_ms = base.base_day_ms;
    source.zone_min = -330;
    read_with(&source, &heard);
    free(heard.lines);
    free(heard.told);
    free(heard.is_problem);
    free(heard.is_entry);
    return 0;
}
