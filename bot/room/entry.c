#include "bot/base/utf8.h"
#include "bot/discord/message.h"
#include "bot/room/entry_line.h"

#include <inttypes.h>

/* `**18:53 UTC** (<t:…:t>) · **report** · nova: text`, what belongs to it on
 * lines of its own, and a small line with its number. */

/* The first that fits is used. */
static const struct style styles[] = {
    {SIZE_MAX, SIZE_MAX, false, false},
    {1600, 300, true, false},
    {900, 80, true, false},
    {400, 60, false, false},
    {120, 40, false, false},
    {60, 20, false, true},
    {20, 12, false, true},
};

void line_add_field(struct line *line, struct str text)
{
    size_t n = utf8_cut_units(text, line->style.field_units);
    markdown_add_line(line->out, (struct str){text.s, n});
    if (n < text.n) {
        buf_add_text(line->out, "…");
        line->is_cut = true;
    }
}

bool same_actor(const struct actor *a, const struct actor *b)
{
    return a->type == b->type && a->id == b->id && str_eq(a->name, b->name);
}

bool has_file(const struct event *event)
{
    return event->file_sha256.n > 0;
}

/* The date is told when the entry was not written down on its day. */
static void add_time(struct line *line)
{
    const struct when when = line->event->occurred;
    bool with_date = civil_day_start(when.from_ms) !=
                     civil_day_start(line->event->recorded_at_ms);
    bool is_about = when.precision == WHEN_ABOUT;
    bool is_clock = when_is_point(&when) || is_about;
    struct buf text = BUF_INIT(400);

    /* Whose zone was typed matters less here than the reader's own. */
    when_print_utc(&when, with_date, &text);
    buf_add_text(line->out, "**");
    markdown_add_line(line->out, buf_str(&text));
    buf_add_text(line->out, " UTC**");
    buf_release(&text);
    if (is_clock) {
        buf_add_text(line->out, is_about ? " (about " : " (");
        markdown_add_timestamp(line->out, when.from_ms, with_date ? 'f' : 't');
        buf_add_text(line->out, ")");
    }
}

static void add_who(struct line *line)
{
    const struct event *event = line->event;
    if (event->kind == EVENT_ROLE || event->actor.type == ACTOR_NOBODY) {
        buf_add_text(line->out, " ·");
        return;
    }
    buf_add_text(line->out, " · ");
    markdown_add_line(line->out, event->actor.name);
    if (line_has_content(line))
        buf_add_text(line->out, ":");
}

/* ---- the small line ---- */

static void add_clock(struct buf *out, int64_t ms)
{
    struct civil c = civil_of(ms);
    buf_addf(out, "%02d:%02d UTC", c.hour, c.minute);
}

static void add_fate(struct line *line)
{
    const struct shown *shown = line->shown;
    struct buf *out = line->out;
    if (shown->corrected_ms != 0) {
        buf_add_text(out, " · corrected ");
        add_clock(out, shown->corrected_ms);
    }
    if (shown->struck_ms == 0)
        return;
    buf_add_text(out, " · struck ");
    add_clock(out, shown->struck_ms);
    if (shown->struck_by.n > 0) {
        buf_add_text(out, " by ");
        markdown_add_line(out, shown->struck_by);
    }
    buf_add_text(out, ": ");
    line_add_field(line, shown->struck_why);
}

static void add_surroundings(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    if (event->kind == EVENT_EVIDENCE && event->target != 0)
        buf_addf(out, " · belongs to #%" PRId64, event->target);
    if (event->change_undo.n > 0) {
        buf_add_text(out, " · undo: ");
        line_add_field(line, event->change_undo);
    }
    if (event->change_verified.n > 0) {
        buf_add_text(out, " · verified: ");
        line_add_field(line, event->change_verified);
    }
    if (event->file_name.n > 0 && !has_file(event)) {
        buf_add_text(out, " · with the file ");
        line_add_field(line, event->file_name);
    }
    if (event->recorder.type != ACTOR_NOBODY &&
        !same_actor(&event->recorder, &event->actor)) {
        buf_add_text(out, " · written down by ");
        markdown_add_line(out, event->recorder.name);
    }
    if (event->kind != EVENT_TASK && event->visibility == VISIBILITY_ROOM &&
        event_is_entry(event))
        buf_add_text(out, " · stays in this room");
}

static void add_small(struct line *line)
{
    buf_addf(line->out, "\n-# #%" PRId64, line->event->seq);
    if (!line->style.is_bare)
        add_surroundings(line);
    add_fate(line);
    if (line->is_cut)
        buf_add_text(line->out, line->style.is_bare
                                    ? " · shortened"
                                    : " · shortened here, whole in the record");
}

static void add_withheld(struct line *line)
{
    add_time(line);
    buf_add_text(line->out, " · **");
    line_add_label(line);
    buf_addf(line->out,
             "** · Discord, or this server's AutoMod, does not let its words "
             "be shown; the record has them\n-# #%" PRId64 "%s",
             line->event->seq, line->shown->struck_ms != 0 ? " · struck" : "");
}

static void add_lines(struct line *line)
{
    if (line->shown->is_withheld) {
        add_withheld(line);
        return;
    }
    bool is_struck = line->shown->struck_ms != 0;
    if (is_struck)
        buf_add_text(line->out, "~~");
    add_time(line);
    buf_add_text(line->out, " · **");
    line_add_label(line);
    buf_add_text(line->out, "**");
    add_who(line);
    line_add_content(line);
    if (is_struck)
        buf_add_text(line->out, "~~");
    add_small(line);
}

void entry_add(struct buf *out, const struct shown *shown, size_t units)
{
    struct buf text = BUF_INIT(64000);
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        struct line line = {.out = &text,
                            .shown = shown,
                            .event = &shown->event,
                            .style = styles[i]};
        buf_clear(&text);
        add_lines(&line);
        if (utf16_units(buf_str(&text)) <= units)
            break;
    }
    /* Names and links at their limits, all of them, and all to be escaped. */
    buf_cut(&text, utf8_cut_units(buf_str(&text), units));
    buf_add(out, buf_str(&text));
    buf_release(&text);
}
