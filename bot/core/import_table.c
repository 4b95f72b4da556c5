#include "bot/base/ascii.h"
#include "bot/core/import_parts.h"

#include "bot/core/phase.h"

#include <string.h>

bool import_is_table_rule(struct str line)
{
    int dashes = 0, bars = 0;
    line = str_trim(line);
    for (size_t i = 0; i < line.n; i++) {
        if (!is_one_of(line.s[i], "|-: \t"))
            return false;
        dashes += line.s[i] == '-';
        bars += line.s[i] == '|';
    }
    return dashes > 0 && bars > 0;
}

/* GitHub's tables: \| is a bar of the text, in code as well. */
void import_split_row(struct str line, struct import_row *out)
{
    line = str_trim(line);
    if (str_starts(line, "|"))
        line = str_from(line, 1);
    if (str_ends(line, "|") && !str_ends(line, "\\|"))
        line.n--;
    size_t from = 0;
    out->count = 0;
    for (size_t i = 0; i <= line.n; i++) {
        bool is_end = i == line.n;
        if (!is_end && (line.s[i] != '|' || (i > 0 && line.s[i - 1] == '\\') ||
                        out->count == IMPORT_CELLS - 1))
            continue;
        struct str cell = {line.s + from, i - from};
        out->cells[out->count++] = str_trim(cell);
        from = i + 1;
    }
}

/* ---- columns ---- */

static bool has_word(struct str cell, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= cell.n; i++)
        if (str_is_nocase((struct str){cell.s + i, n}, word))
            return true;
    return false;
}

/* In this order: "Date and time" is a time, "What happened by whom" a text. */
static enum import_column column_of(struct str cell)
{
    static const struct {
        enum import_column kind;
        const char *word;
    } words[] = {
        {COLUMN_TIME, "time"},     {COLUMN_TIME, "when"},
        {COLUMN_TIME, "utc"},      {COLUMN_DATE, "date"},
        {COLUMN_PHASE, "phase"},   {COLUMN_PHASE, "stage"},
        {COLUMN_TEXT, "what"},     {COLUMN_TEXT, "event"},
        {COLUMN_TEXT, "text"},     {COLUMN_TEXT, "descri"},
        {COLUMN_TEXT, "happen"},   {COLUMN_TEXT, "detail"},
        {COLUMN_TEXT, "message"},  {COLUMN_TEXT, "note"},
        {COLUMN_TEXT, "entry"},    {COLUMN_TEXT, "action"},
        {COLUMN_TEXT, "comment"},  {COLUMN_TEXT, "summary"},
        {COLUMN_ACTOR, "who"},     {COLUMN_ACTOR, "actor"},
        {COLUMN_ACTOR, "person"},  {COLUMN_ACTOR, "author"},
        {COLUMN_ACTOR, "respond"}, {COLUMN_ACTOR, "reporter"},
        {COLUMN_ACTOR, "name"},    {COLUMN_ACTOR, "user"},
    };
    if (cell.n > 30)
        return COLUMN_OTHER;
    if (str_is_nocase(cell, "by"))
        return COLUMN_ACTOR;
    if (str_is_nocase(cell, "day"))
        return COLUMN_DATE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(cell, words[i].word))
            return words[i].kind;
    return COLUMN_OTHER;
}

bool import_is_header(const struct import_row *row)
{
    bool has[COLUMN_COUNT] = {false};
    for (int i = 0; i < row->count; i++) {
        struct import_head head;
        struct buf why = BUF_INIT(0);
        import_read_head(row->cells[i], &head, &why);
        if (head.has_time)
            return false;
        has[column_of(row->cells[i])] = true;
    }
    return has[COLUMN_TIME] && (has[COLUMN_TEXT] || has[COLUMN_ACTOR]);
}

static int find_column(const struct import_columns *columns,
                       enum import_column kind)
{
    for (int i = 0; i < columns->count; i++)
        if (columns->kinds[i] == kind)
            return i;
    return -1;
}

/* Each kind once, and always a time and a text. */
static void complete(struct import_columns *out)
{
    if (find_column(out, COLUMN_TIME) < 0) {
        int date = find_column(out, COLUMN_DATE);
        out->kinds[date < 0 ? 0 : date] = COLUMN_TIME;
    }
    for (int i = out->count - 1; i > 0 && find_column(out, COLUMN_TEXT) < 0;
         i--)
        if (out->kinds[i] == COLUMN_OTHER)
            out->kinds[i] = COLUMN_TEXT;
    if (find_column(out, COLUMN_TEXT) < 0 && out->count > 1 &&
        out->kinds[out->count - 1] != COLUMN_TIME)
        out->kinds[out->count - 1] = COLUMN_TEXT;
}

void import_set_columns(const struct import_row *row,
                        struct import_columns *out)
{
    out->count = 0;
    for (int i = 0; i < row->count; i++) {
        enum import_column kind = column_of(row->cells[i]);
        if (kind != COLUMN_OTHER && find_column(out, kind) >= 0)
            kind = COLUMN_OTHER;
        out->kinds[i] = kind;
        str_copy_to(out->names[i], row->cells[i]);
        out->count++;
    }
    complete(out);
}

void import_guess_columns(const struct import_row *row,
                          struct import_columns *out)
{
    *out = (struct import_columns){.count = row->count};
    out->kinds[0] = COLUMN_TIME;
    for (int i = 1; i < row->count; i++) {
        enum import_column kind = COLUMN_OTHER;
        if (i == row->count - 1)
            kind = COLUMN_TEXT;
        else if (phase_find(row->cells[i]) != PHASE_NONE)
            kind = COLUMN_PHASE;
        else if (find_column(out, COLUMN_ACTOR) < 0)
            kind = COLUMN_ACTOR;
        if (kind == COLUMN_PHASE && find_column(out, kind) >= 0)
            kind = COLUMN_OTHER;
        out->kinds[i] = kind;
    }
}

void import_add_cell(struct str cell, struct buf *out)
{
    static const char *const breaks[] = {"<br>", "<br/>", "<br />"};
    for (size_t i = 0; i < cell.n;) {
        struct str rest = str_from(cell, i);
        size_t taken = 0;
        for (size_t k = 0; k < 3; k++)
            if (str_starts(rest, breaks[k]))
                taken = strlen(breaks[k]);
        if (taken > 0) {
            buf_add_char(out, '\n');
        } else if (str_starts(rest, "\\|")) {
            buf_add_char(out, '|');
            taken = 2;
        } else {
            buf_add_char(out, cell.s[i]);
            taken = 1;
        }
        i += taken;
    }
}
