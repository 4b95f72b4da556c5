#include "bot/base/ascii.h"
#include "bot/core/import_parts.h"

#include "bot/base/utf8.h"
#include "bot/core/phase.h"

#include <string.h>

/* ---- rows ---- */

static bool is_empty(struct str cell)
{
    return cell.n == 0 || str_is(cell, "-") || str_is(cell, "\xE2\x80\x93") ||
           str_is(cell, "\xE2\x80\x94");
}

static struct str cell_of(const struct import_columns *columns,
                          const struct import_row *row, enum import_column kind)
{
    for (int i = 0; i < row->count && i < columns->count; i++)
        if (columns->kinds[i] == kind)
            return row->cells[i];
    return STR_NONE;
}

static struct str actor_in(struct str cell)
{
    while (cell.n > 0 && is_one_of(cell.s[0], "*_`@"))
        cell = str_from(cell, 1);
    while (cell.n > 0 && is_one_of(cell.s[cell.n - 1], "*_`"))
        cell.n--;
    return is_empty(cell) ? STR_NONE : cell;
}

/* The text first, then what has no place of its own, under its name. */
static void add_cells(struct import_reader *reader,
                      const struct import_columns *columns,
                      const struct import_row *row)
{
    struct buf *text = &reader->text;
    struct str said = cell_of(columns, row, COLUMN_TEXT);
    if (!is_empty(said)) {
        if (text->n > 0)
            buf_add_char(text, '\n');
        import_add_cell(said, text);
    }
    for (int i = 0; i < row->count; i++) {
        bool is_extra = i >= columns->count;
        bool is_phase = !is_extra && columns->kinds[i] == COLUMN_PHASE &&
                        phase_find(row->cells[i]) == PHASE_NONE;
        if (is_empty(row->cells[i]) ||
            (!is_extra && !is_phase && columns->kinds[i] != COLUMN_OTHER))
            continue;
        if (text->n > 0)
            buf_add_char(text, '\n');
        if (!is_extra && columns->names[i][0] != '\0')
            buf_addf(text, "%s: ", columns->names[i]);
        import_add_cell(row->cells[i], text);
    }
}

static void begin_row(struct import_reader *reader,
                      const struct import_columns *columns,
                      const struct import_row *row)
{
    struct import_head head, day;
    struct buf why = BUF_INIT(IMPORT_WHY_BYTES);
    struct str date = cell_of(columns, row, COLUMN_DATE);
    struct str who = cell_of(columns, row, COLUMN_ACTOR);
    struct str actor = actor_in(who);
    import_read_head(cell_of(columns, row, COLUMN_TIME), &head, &why);
    if (why.n == 0 && (!head.has_time || head.rest.n > 0))
        buf_add_text(&why, "no time found in this row.");
    else if (!is_empty(date) && !import_find_date(date, &day))
        buf_add_text(&why, "no date found in this row.");
    else if (!is_empty(date))
        (void)import_set_day(&reader->clock, &day, &why);
    if (why.n > 0) {
        import_refuse_line(reader, buf_str(&why));
    } else if (import_begin_entry(reader, &head)) {
        bool is_name = utf16_units(actor) <= NAME_UNITS;
        reader->entry.phase = phase_find(cell_of(columns, row, COLUMN_PHASE));
        reader->entry.actor = is_name ? actor : STR_NONE;
        reader->entry.has_at =
            actor.s != who.s && actor.n > 0 && actor.s[-1] == '@';
        add_cells(reader, columns, row);
        if (!is_name)
            buf_addf(&reader->text, "\n%.*s", STR_ARG(actor));
    }
    buf_release(&why);
}

static void read_row(struct import_reader *reader, const struct import_row *row)
{
    struct import_columns guess, *columns = &reader->columns;
    bool is_blank = true;
    for (int i = 0; i < row->count; i++)
        is_blank = is_blank && row->cells[i].n == 0;
    if (columns->count == 0) {
        import_guess_columns(row, &guess);
        columns = &guess;
    }
    bool goes_on = is_empty(cell_of(columns, row, COLUMN_TIME)) &&
                   is_empty(cell_of(columns, row, COLUMN_DATE)) &&
                   is_empty(cell_of(columns, row, COLUMN_ACTOR));
    if (is_blank) {
        import_told(reader, IMPORT_TABLE);
    } else if (goes_on && reader->is_open) {
        import_told(reader, IMPORT_CONTINUED);
        add_cells(reader, columns, row);
    } else {
        begin_row(reader, columns, row);
    }
}

/* True when the line is part of a table; `next` tells whether it heads one. */
bool import_read_table(struct import_reader *reader, struct str line,
                       struct str next)
{
    struct str text = str_trim(line);
    struct import_row row;
    bool has_bar = memchr(text.s, '|', text.n) != NULL;
    bool heads = has_bar && import_is_table_rule(next);
    if (!heads && text.s[0] != '|' && !(reader->in_table && has_bar))
        return false;
    if (import_is_table_rule(text)) {
        import_told(reader, IMPORT_TABLE);
        return true;
    }
    import_split_row(text, &row);
    if (!reader->in_table)
        reader->columns.count = 0;
    /* Further down such words are somebody's: "user report", "timeouts". */
    bool is_header = import_is_header(&row);
    if (reader->in_table ? heads && is_header : heads || is_header) {
        import_finish_entry(reader);
        import_set_columns(&row, &reader->columns);
        (void)import_set_zone(reader, text);
        import_told(reader, IMPORT_TABLE);
    } else {
        read_row(reader, &row);
    }
    reader->in_table = true;
    return true;
}
