#include "bot/base/ascii.h"
#include "bot/core/import_parts.h"

#include "bot/base/utf8.h"
#include "bot/core/phase.h"

#include <inttypes.h>
#include <string.h>

#define SHOWN_UNITS 60

/* ---- lines ---- */

static void set_day(struct import_reader *reader,
                    const struct import_head *head)
{
    struct buf why = BUF_INIT(IMPORT_WHY_BYTES);
    import_finish_entry(reader);
    if (import_set_day(&reader->clock, head, &why))
        import_told(reader, IMPORT_HEADING);
    else
        import_refuse_line(reader, buf_str(&why));
    buf_release(&why);
}

static bool has_word(struct str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++)
        if (str_is_nocase((struct str){text.s + i, n}, word))
            return true;
    return false;
}

static bool is_rule(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.s[i] != text.s[0] && text.s[i] != ' ')
            return false;
    return text.n >= 3 && is_one_of(text.s[0], "-*_=");
}

/* <!-- for whoever edits the page --> */
static bool is_comment(struct str text)
{
    return str_starts(text, "<!--") && str_ends(text, "-->");
}

/* # Timeline, **Timeline** */
static bool is_heading(struct str text)
{
    size_t hashes = 0;
    while (hashes < text.n && text.s[hashes] == '#')
        hashes++;
    if (hashes > 0)
        return hashes <= 6 &&
               (hashes == text.n || is_one_of(text.s[hashes], " \t"));
    return text.n > 4 && ((str_starts(text, "**") && str_ends(text, "**")) ||
                          (str_starts(text, "__") && str_ends(text, "__")));
}

static void read_heading(struct import_reader *reader, struct str text)
{
    struct import_head head;
    import_finish_entry(reader);
    (void)import_set_zone(reader, text);
    if (import_find_date(text, &head))
        set_day(reader, &head);
    else
        import_told(reader, IMPORT_HEADING);
}

static void say_no_time(struct import_reader *reader, struct str text)
{
    struct buf words = BUF_INIT(IMPORT_WHY_BYTES);
    struct str shown = {text.s, utf8_cut_units(text, SHOWN_UNITS)};
    buf_add_text(&words, "no time found");
    if (utf8_printable(shown, NULL))
        buf_addf(&words, ": \"%.*s%s\"", STR_ARG(shown),
                 shown.n < text.n ? "\xE2\x80\xA6" : "");
    buf_add_char(&words, '.');
    import_refuse_line(reader, buf_str(&words));
    buf_release(&words);
}

/* Neither time nor date: more of the entry above, or nothing that is known. */
static void read_other(struct import_reader *reader, struct str line,
                       struct buf *why)
{
    struct str text = str_trim(line);
    bool is_indented =
        line.n > 1 && (str_starts(line, "  ") || str_starts(line, "\t"));
    if (why->n > 0) {
        import_refuse_line(reader, buf_str(why));
        import_look_for_fence(reader, text);
    } else if (reader->is_open && (!reader->after_blank || is_indented)) {
        import_told(reader, IMPORT_CONTINUED);
        import_add_text(reader, text);
    } else if (has_word(text, "time") && import_set_zone(reader, text)) {
        import_told(reader, IMPORT_HEADING);
    } else {
        say_no_time(reader, text);
        import_look_for_fence(reader, text);
    }
}

static void read_line(struct import_reader *reader, struct str line)
{
    struct import_head head;
    struct buf why = BUF_INIT(IMPORT_WHY_BYTES);
    struct str text = str_trim(line);
    import_read_head(text, &head, &why);
    bool is_day = head.has_time && !head.reading.from.has_clock &&
                  head.rest.n == 0 && head.reading.form == READING_POINT;
    if (is_day) {
        (void)import_set_zone(reader, text);
        set_day(reader, &head);
    } else if (head.has_time &&
               (head.reading.from.has_clock || !is_heading(text))) {
        if (import_begin_entry(reader, &head)) {
            struct str actor = import_take_actor(&head);
            reader->entry.actor = actor;
            /* Its time stands before it. */
            reader->entry.has_at = actor.n > 0 && actor.s[-1] == '@';
            import_add_text(reader, head.rest);
        } else {
            import_look_for_fence(reader, head.rest);
        }
    } else if (is_rule(text) || is_comment(text)) {
        import_told(reader, IMPORT_HEADING);
    } else if (is_heading(text)) {
        read_heading(reader, text);
    } else {
        read_other(reader, line, &why);
    }
    buf_release(&why);
}

/* ---- the whole text ---- */

static void read_any(struct import_reader *reader, struct str line,
                     struct str next)
{
    if (reader->fence.is_open) {
        import_read_in_fence(reader, line);
        return;
    }
    if (str_trim(line).n == 0) {
        reader->after_blank = true;
        reader->in_table = false;
        return;
    }
    if (!import_read_fence(reader, line) &&
        !import_read_table(reader, line, next)) {
        reader->in_table = false;
        read_line(reader, line);
    }
    reader->after_blank = false;
}

struct import_result import_read(const struct import_source *source,
                                 const struct import_sink *sink)
{
    struct import_reader reader = {
        .sink = sink,
        .clock = {.base = *source->base,
                  .has_day = source->has_date,
                  .day_ms = source->date_ms,
                  .is_moment =
                      source->date_ms != civil_day_start(source->date_ms),
                  .first_day_ms = civil_day_start(source->date_ms),
                  .has_zone = source->has_zone,
                  .zone_min = source->zone_min},
        .text = BUF_INIT(source->text.n + 1000),
        .blocks = BUF_INIT(source->text.n + 1000),
    };
    struct str rest = utf8_without_mark(source->text), line, next;
    while (str_cut(&rest, '\n', &line)) {
        struct str ahead = rest;
        reader.line++;
        if (!str_cut(&ahead, '\n', &next))
            next = STR_NONE;
        read_any(&reader, line, next);
    }
    if (reader.fence.is_open) {
        import_problem(&reader, reader.fence.line,
                       "this code block is never closed.");
        import_close_fence(&reader);
    }
    import_finish_entry(&reader);
    buf_release(&reader.text);
    buf_release(&reader.blocks);
    reader.result.date_ms = reader.clock.first_day_ms;
    return reader.result;
}

struct sha256 import_entry_key(const struct import_entry *entry)
{
    struct buf key = BUF_INIT(entry->text.n + entry->actor.n + 200);
    struct str rest = entry->text;
    buf_addf(&key, "%" PRId64 " %" PRId64 " %d\n%.*s\n", entry->when.from_ms,
             entry->when.to_ms, (int)entry->when.precision,
             STR_ARG(entry->actor));
    bool gap = false;
    for (size_t i = 0; i < rest.n; i++) {
        bool is_blank = is_one_of(rest.s[i], " \t\r\n");
        if (!is_blank && gap)
            buf_add_char(&key, ' ');
        gap = is_blank;
        if (!is_blank)
            buf_add_char(&key, rest.s[i]);
    }
    struct sha256 hash = sha256_of(buf_str(&key));
    buf_release(&key);
    return hash;
}
