#include "bot/room/room.h"

#include "bot/base/utf8.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <string.h>

/* `**18:53 UTC** (<t:…:t>) · **report** · nova: text`, what belongs to it on
 * lines of its own, and a small line with its number. */

/* How much of what people typed is shown. The first that fits is used: whole
 * and escaped; the text in a fence, where nothing needs escaping; cut. */
struct style {
    size_t text_units, field_units;
    bool is_fenced;
};
static const struct style styles[] = {
    {SIZE_MAX, SIZE_MAX, false},
    {1600, 300, true},
    {900, 80, true},
};

struct line {
    struct buf *out;
    const struct event *event;
    struct style style;
    bool is_cut;
};

bool entry_belongs(const struct incident *in, const struct event *event,
                   enum room room)
{
    bool is_war = room == ROOM_WAR;
    if (!is_war && in->is_private)
        return false;
    /* What was done speaks for itself, but for the page that is now to read. */
    if (event->kind == EVENT_TASK)
        return event->failed ? is_war
                             : event->effect == EFFECT_POSTMORTEM &&
                                   event->state_to != STATE_NONE;
    if (event->visibility == VISIBILITY_PRIVATE)
        return false;
    if (event->kind == EVENT_IDEA)
        return is_war;
    return is_war || event->visibility == VISIBILITY_LIVE;
}

static void add_field(struct line *line, struct str text)
{
    size_t n = utf8_cut_units(text, line->style.field_units);
    markdown_add_line(line->out, (struct str){text.s, n});
    if (n < text.n) {
        buf_add_text(line->out, "…");
        line->is_cut = true;
    }
}

/* The date is told when the entry was not written down on its day. */
static void add_time(struct line *line)
{
    struct when when = line->event->occurred;
    bool with_date = civil_day_start(when.from_ms) !=
                     civil_day_start(line->event->recorded_at_ms);
    bool is_about = when.precision == WHEN_ABOUT;
    bool is_clock = when_is_point(&when) || is_about;
    struct buf text = BUF_INIT(400);

    /* Whose zone was typed matters less here than the reader's own. */
    if (is_clock)
        when.typed[0] = '\0';
    when_print(&when, with_date, &text);
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

static const char *confidence_label(enum confidence confidence)
{
    switch ((int)confidence) {
    case CONFIDENCE_THEORY:
        return "finding, a theory";
    case CONFIDENCE_CONFIRMED:
        return "finding, confirmed";
    case CONFIDENCE_RULED_OUT:
        return "finding, ruled out";
    default:
        return "finding";
    }
}

static void add_declared_label(struct line *line)
{
    const struct event *event = line->event;
    buf_add_text(line->out, word_of(&severity_words, (int)event->severity));
    if (event->type != TYPE_SERVICE)
        buf_addf(line->out, " %s", word_of(&type_words, (int)event->type));
    buf_add_text(line->out, event->is_drill ? " drill declared" : " declared");
}

static void add_label(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    buf_add_text(out, "**");
    switch ((int)event->kind) {
    case EVENT_FINDING:
        buf_add_text(out, confidence_label(event->confidence));
        break;
    case EVENT_IDEA:
        buf_add_text(out, "parked idea");
        break;
    case EVENT_DECLARED:
        add_declared_label(line);
        break;
    case EVENT_STATE:
        if (event->state_from == event->state_to)
            buf_add_text(out, "update");
        else
            buf_addf(out, "%s → %s",
                     word_of(&state_words, (int)event->state_from),
                     word_of(&state_words, (int)event->state_to));
        break;
    case EVENT_ROLE:
        buf_add_text(out, word_of(&role_words, (int)event->role));
        break;
    case EVENT_TASK:
        buf_add_text(out, event->failed ? "not done" : "postmortem");
        break;
    default:
        buf_add_text(out, word_of(&event_kind_words, (int)event->kind));
    }
    buf_add_text(out, "**");
}

static bool same_actor(const struct actor *a, const struct actor *b)
{
    return a->type == b->type && a->id == b->id && str_eq(a->name, b->name);
}

/* ---- what happened ---- */

/* One line goes behind the name; more are quoted below it, so that no line of a
 * text can pass for an entry. */
static void add_text(struct line *line)
{
    struct str text = str_trim(line->event->text), piece;
    size_t shown = utf8_cut_units(text, line->style.text_units);
    bool has_lines = text.n > 0 && memchr(text.s, '\n', text.n) != NULL;

    line->is_cut |= shown < text.n;
    if (line->style.is_fenced) {
        buf_add_text(line->out, "\n");
        markdown_add_fence(line->out, text, line->style.text_units);
    } else if (!has_lines) {
        buf_add_text(line->out, " ");
        markdown_add_line(line->out, text);
    } else {
        while (str_cut(&text, '\n', &piece)) {
            buf_add_text(line->out, "\n> ");
            markdown_add_line(line->out, piece);
        }
    }
}

/* `proxy_read_timeout on web-03: 30s → 120s (temporary)` */
static void add_change(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    buf_add_text(out, " ");
    add_field(line, event->change_what);
    if (event->change_where.n > 0) {
        buf_add_text(out, " on ");
        add_field(line, event->change_where);
    }
    if (event->change_from.n > 0 || event->change_to.n > 0)
        buf_add_text(out, ": ");
    if (event->change_from.n > 0) {
        add_field(line, event->change_from);
        buf_add_text(out, event->change_to.n > 0 ? " → " : " → not said");
    } else if (event->change_to.n > 0) {
        buf_add_text(out, "now ");
    }
    if (event->change_to.n > 0)
        add_field(line, event->change_to);
    if (event->change_temporary)
        buf_add_text(out, " **(temporary)**");
}

static void add_holder(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    if (event->holder.type == ACTOR_NOBODY) {
        buf_add_text(out, " nobody now");
        return;
    }
    buf_add_text(out, " ");
    markdown_add_line(out, event->holder.name);
    if (same_actor(&event->holder, &event->actor))
        return;
    /* Who is called for gets a ping, where the message allows one. */
    if (event->holder.type == ACTOR_MEMBER)
        buf_addf(out, " <@%" PRIu64 ">", event->holder.id);
    if (event->actor.type != ACTOR_NOBODY) {
        buf_add_text(out, ", asked by ");
        markdown_add_line(out, event->actor.name);
    }
}

static void add_size(struct buf *out, int64_t bytes)
{
    if (bytes < 1000)
        buf_addf(out, "%" PRId64 " bytes", bytes);
    else if (bytes < 1000000)
        buf_addf(out, "%.1f kB", (double)bytes / 1e3);
    else
        buf_addf(out, "%.1f MB", (double)bytes / 1e6);
}

static void add_file(struct line *line)
{
    const struct event *event = line->event;
    struct str sha = event->file_sha256;
    buf_add_text(line->out, " ");
    add_field(line, event->file_name);
    buf_add_text(line->out, ", ");
    add_size(line->out, event->file_bytes);
    buf_addf(line->out, ", sha256 `%.*s`", (int)(sha.n < 12 ? sha.n : 12),
             sha.s);
}

static void add_page(struct line *line)
{
    const struct event *event = line->event;
    struct str commit = event->ref;
    commit.n = commit.n < 10 ? commit.n : 10;
    buf_addf(line->out, " a draft is written: `%.*s` on branch ",
             STR_ARG(commit));
    markdown_add_line(line->out, event->text);
}

static void add_impact(struct line *line)
{
    const struct event *event = line->event;
    if (event->impact.n > 0) {
        buf_add_text(line->out, "\nImpact: ");
        add_field(line, event->impact);
    }
    if (event->next_in_min > 0) {
        buf_add_text(line->out, "\nNext update ");
        markdown_add_timestamp(
            line->out,
            event->recorded_at_ms + event->next_in_min * MS_PER_MINUTE, 'R');
    }
}

/* A file is shown once its bytes are kept. */
static bool has_file(const struct event *event)
{
    return event->file_sha256.n > 0;
}

static void add_who(struct line *line)
{
    const struct event *event = line->event;
    bool has_more = event->text.n > 0 || event->change_what.n > 0 ||
                    has_file(event) || event->link.n > 0;
    if (event->kind == EVENT_ROLE || event->actor.type == ACTOR_NOBODY) {
        buf_add_text(line->out, " ·");
        return;
    }
    buf_add_text(line->out, " · ");
    markdown_add_line(line->out, event->actor.name);
    if (has_more)
        buf_add_text(line->out, ":");
}

/* ---- the small line ---- */

static void add_small(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    buf_addf(out, "\n-# #%" PRId64, event->seq);
    if (event->target != 0 && event->kind != EVENT_TASK)
        buf_addf(out, " · belongs to #%" PRId64, event->target);
    if (event->change_undo.n > 0) {
        buf_add_text(out, " · undo: ");
        add_field(line, event->change_undo);
    }
    if (event->change_verified.n > 0) {
        buf_add_text(out, " · verified: ");
        add_field(line, event->change_verified);
    }
    if (event->file_name.n > 0 && !has_file(event)) {
        buf_add_text(out, " · with the file ");
        add_field(line, event->file_name);
    }
    if (event->recorder.type != ACTOR_NOBODY &&
        !same_actor(&event->recorder, &event->actor)) {
        buf_add_text(out, " · written down by ");
        markdown_add_line(out, event->recorder.name);
    }
    if (event->kind != EVENT_TASK && event->visibility == VISIBILITY_ROOM)
        buf_add_text(out, " · stays in this room");
    if (line->is_cut)
        buf_add_text(out, " · shortened here, whole in the record");
}

static void add_content(struct line *line)
{
    const struct event *event = line->event;
    size_t before = line->out->n;
    if (event->kind == EVENT_TASK && !event->failed) {
        add_page(line);
        return;
    }
    if (event->kind == EVENT_ROLE)
        add_holder(line);
    if (event->change_what.n > 0)
        add_change(line);
    if (has_file(event))
        add_file(line);
    if (event->text.n > 0) {
        if (line->out->n > before)
            buf_add_text(line->out, " ·");
        add_text(line);
    }
    if (event->link.n > 0) {
        buf_add_text(line->out, " ");
        markdown_add_line(line->out, event->link);
    }
}

static void add_lines(struct line *line)
{
    add_time(line);
    buf_add_text(line->out, " · ");
    add_label(line);
    add_who(line);
    add_content(line);
    add_impact(line);
    add_small(line);
}

void entry_add(struct buf *out, const struct event *event)
{
    const size_t style_count = sizeof styles / sizeof styles[0];
    struct buf text = BUF_INIT(64000);
    for (size_t i = 0; i < style_count; i++) {
        struct line line = {.out = &text, .event = event, .style = styles[i]};
        buf_clear(&text);
        add_lines(&line);
        if (utf16_units(buf_str(&text)) <= ENTRY_UNITS)
            break;
    }
    /* Names and links at their limits, all of them, and all to be escaped. */
    buf_cut(&text, utf8_cut_units(buf_str(&text), ENTRY_UNITS));
    buf_add(out, buf_str(&text));
    buf_release(&text);
}
