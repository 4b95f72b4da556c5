#include "bot/base/utf8.h"
#include "bot/discord/message.h"
#include "bot/room/entry_line.h"

#include <inttypes.h>
#include <string.h>

/* ---- what kind of thing it is ---- */

static void add_declared_label(struct line *line)
{
    const struct event *event = line->event;
    buf_add_text(line->out, word_of(&severity_words, (int)event->severity));
    if (event->type != TYPE_SERVICE)
        buf_addf(line->out, " %s", word_of(&type_words, (int)event->type));
    buf_add_text(line->out, event->is_drill ? " drill declared" : " declared");
}

static void add_state_label(struct line *line)
{
    const struct event *event = line->event;
    if (!event_moves(event)) {
        buf_add_text(line->out, "update");
        return;
    }
    if (state_is_live(event->state_to) && !state_is_live(event->state_from))
        buf_add_text(line->out, "reopened: ");
    buf_addf(line->out, "%s → %s",
             word_of(&state_words, (int)event->state_from),
             word_of(&state_words, (int)event->state_to));
}

static const char *task_label(const struct event *event)
{
    if (event->lost)
        return "made again";
    if (event->failed || event->effect == EFFECT_WAR_ROOM)
        return "not done";
    if (event->pull_state != PULL_NONE)
        return event->effect == EFFECT_PULL ? "pull request" : "issue";
    return event->effect == EFFECT_POSTMORTEM &&
                   (event->ref.n > 0 || event->origin.n > 0)
               ? "postmortem"
               : "done after all";
}

void line_add_label(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    switch ((int)event->kind) {
    case EVENT_FINDING:
        buf_add_text(out, finding_label(event->confidence));
        break;
    case EVENT_IDEA:
        buf_add_text(out, "parked idea");
        break;
    case EVENT_DECLARED:
        add_declared_label(line);
        break;
    case EVENT_STATE:
        add_state_label(line);
        break;
    case EVENT_ROLE:
        markdown_add_line(
            out, str_of(role_name(line->shown->role_names, event->role)));
        break;
    case EVENT_TASK:
        buf_add_text(out, task_label(event));
        break;
    case EVENT_SET:
        buf_add_text(out, "set");
        break;
    case EVENT_ITEM:
        buf_add_text(out, "action item");
        break;
    case EVENT_SNOOZE:
        buf_add_text(out, "snoozed");
        break;
    default:
        buf_add_text(out, word_of(&event_kind_words, (int)event->kind));
    }
}

/* ---- what happened ---- */

/* One line goes behind the name; more are quoted below it, so that no line of a
 * text can pass for an entry. */
static void add_text(struct line *line)
{
    struct str text = str_trim(line->event->text), piece;
    size_t shown = utf8_cut_units(text, line->style.text_units);
    bool has_lines = text.n > 0 && memchr(text.s, '\n', text.n) != NULL;
    /* What is struck through ends with its line. */
    bool is_one_line = !has_lines || line->shown->struck_ms != 0;
    bool is_cut = shown < text.n;

    line->is_cut |= is_cut;
    if (line->style.is_fenced && line->shown->struck_ms == 0) {
        buf_add_text(line->out, "\n");
        markdown_add_fence(line->out, text, line->style.text_units);
        return;
    }
    text.n = shown;
    if (is_one_line) {
        buf_add_text(line->out, " ");
        markdown_add_line(line->out, text);
    } else {
        while (str_cut(&text, '\n', &piece)) {
            if (markdown_is_fence(piece))
                continue;
            buf_add_text(line->out, "\n> ");
            markdown_add_line(line->out, piece);
        }
    }
    if (is_cut)
        buf_add_text(line->out, "…");
}

/* `proxy_read_timeout on web-03: 30s → 120s (temporary)` */
static void add_change(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    buf_add_text(out, " ");
    line_add_field(line, event->change_what);
    if (event->change_where.n > 0) {
        buf_add_text(out, " on ");
        line_add_field(line, event->change_where);
    }
    if (event->change_from.n > 0 || event->change_to.n > 0)
        buf_add_text(out, ": ");
    if (event->change_from.n > 0) {
        line_add_field(line, event->change_from);
        buf_add_text(out, event->change_to.n > 0 ? " → " : " → not said");
    } else if (event->change_to.n > 0) {
        buf_add_text(out, "now ");
    }
    if (event->change_to.n > 0)
        line_add_field(line, event->change_to);
    if (event->change_temporary)
        buf_add_text(out, " **(temporary)**");
}

static void add_holder(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    if (event->holder.type == ACTOR_NOBODY) {
        buf_add_text(out, event->kind == EVENT_ROLE ? " nobody now" : "");
        return;
    }
    buf_add_text(out, event->kind == EVENT_HANDOFF ? " to " : " ");
    markdown_add_line(out, event->holder.name);
    if (same_actor(&event->holder, &event->actor))
        return;
    /* Who is called for gets a ping, where the message allows one. */
    if (event->holder.type == ACTOR_MEMBER)
        buf_addf(out, " <@%" PRIu64 ">", event->holder.id);
    if (event->kind == EVENT_ROLE && event->actor.type != ACTOR_NOBODY) {
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
    line_add_field(line, event->file_name);
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

/* Its page follows. */
static void add_pull(struct line *line)
{
    const struct event *event = line->event;
    struct str commit = event->ref;
    if (event->effect == EFFECT_ISSUE) {
        buf_addf(line->out, " action item #%" PRId64 " is an issue now",
                 event->target);
    } else if (event->pull_state == PULL_OPEN) {
        buf_add_text(line->out, " the postmortem is open for review");
    } else if (event->pull_state == PULL_MERGED) {
        commit.n = commit.n < 10 ? commit.n : 10;
        buf_addf(line->out, " the postmortem is merged as `%.*s`",
                 STR_ARG(commit));
    } else {
        buf_add_text(line->out,
                     " the postmortem was closed without being merged. Reopen "
                     "it there, or say here why none is needed: "
                     "`/incident update` with the state closed.");
    }
}

static void add_lost(struct line *line)
{
    const char *what = "the card";
    if (line->event->effect == EFFECT_WAR_ROOM)
        what = "the war room";
    else if (line->event->effect == EFFECT_LIVE_ROOM)
        what = "the live room";
    else if (line->event->effect == EFFECT_ANNOUNCE)
        what = "the announcement";
    buf_addf(line->out, " somebody deleted %s in Discord", what);
}

/* `#9 repair · done · nova · due 2026-12-01` */
static void add_item(struct line *line)
{
    const struct event *event = line->event;
    struct buf *out = line->out;
    if (event->target != 0)
        buf_addf(out, " #%" PRId64 " is %s", event->target,
                 word_of(&item_state_words, (int)event->item_state));
    if (event->item_kind != ITEM_KIND_NONE)
        buf_addf(out, "%s%s", event->target != 0 ? ", " : " ",
                 word_of(&item_kind_words, (int)event->item_kind));
    buf_add_text(out, event->target != 0 || event->item_kind != ITEM_KIND_NONE
                          ? ", "
                          : " ");
    if (event->holder.type == ACTOR_NOBODY)
        buf_add_text(out, "volunteer wanted");
    else
        markdown_add_line(out, event->holder.name);
    if (event->due_ms != 0) {
        char date[CIVIL_ISO_BYTES];
        civil_date(event->due_ms, date);
        buf_addf(out, ", due %s", date);
    }
}

static void add_settled(struct line *line)
{
    const struct event *event = line->event;
    buf_addf(line->out, " #%" PRId64 " is %s", event->target,
             word_of(&settlement_words, (int)event->settlement));
}

static void add_snooze(struct line *line)
{
    const struct event *event = line->event;
    buf_addf(line->out, " \"%s\"",
             word_of(&reminder_words, (int)event->reminder));
    if (event->target != 0)
        buf_addf(line->out, " #%" PRId64, event->target);
    buf_add_text(line->out, " until ");
    markdown_add_timestamp(line->out, event->until_ms, 'f');
}

static void add_other(struct line *line)
{
    const struct event *event = line->event;
    if (event->kind == EVENT_LINK && event->service.n > 0) {
        buf_add_text(line->out, " the service ");
        markdown_add_line(line->out, event->service);
    }
    if (event->other_id == 0 || event->source == SOURCE_SYSTEM)
        return;
    buf_addf(line->out,
             event->kind == EVENT_STATE ? " duplicate of INC-%" PRId64
                                        : " INC-%" PRId64,
             event->other_id);
}

/* What the kind says without words of a person. */
static void add_facts(struct line *line)
{
    const struct event *event = line->event;
    switch ((int)event->kind) {
    case EVENT_ROLE:
    case EVENT_HANDOFF:
        add_holder(line);
        break;
    case EVENT_ITEM:
        add_item(line);
        break;
    case EVENT_SETTLED:
        add_settled(line);
        break;
    case EVENT_SNOOZE:
        add_snooze(line);
        break;
    case EVENT_LINK:
    case EVENT_STATE:
        add_other(line);
        break;
    default:
        break;
    }
    if (event->change_what.n > 0)
        add_change(line);
    if (has_file(event))
        add_file(line);
}

/* ---- lines below ---- */

static void add_part(struct line *line, const char *name, struct str text)
{
    struct str piece;
    text = str_trim(text);
    if (text.n == 0)
        return;
    size_t shown = utf8_cut_units(text, line->style.text_units);
    if (shown < text.n) {
        text.n = shown;
        line->is_cut = true;
    }
    buf_addf(line->out, "\n> **%s**", name);
    bool has_lines = memchr(text.s, '\n', text.n) != NULL;
    while (str_cut(&text, '\n', &piece)) {
        buf_add_text(line->out, has_lines ? "\n> " : " ");
        markdown_add_line(line->out, piece);
    }
}

/* The brief is for those who work on it. */
static void add_brief(struct line *line)
{
    const struct event *event = line->event;
    if (line->shown->room == ROOM_LIVE)
        return;
    add_part(line, "Conditions", event->text);
    add_part(line, "Actions", event->brief_actions);
    add_part(line, "Needs", event->brief_needs);
    add_part(line, "How it stood", event->snapshot);
}

/* A SET says the impact anew, also when it changed something else. */
static bool tells_impact(const struct event *event)
{
    struct str rest = event->text, piece;
    if (event->kind != EVENT_SET)
        return event->impact.n > 0;
    while (str_cut(&rest, ';', &piece))
        if (str_is(str_trim(piece), "impact"))
            return event->impact.n > 0;
    return false;
}

static void add_below(struct line *line)
{
    const struct event *event = line->event;
    if (event->kind == EVENT_HANDOFF)
        add_brief(line);
    if (tells_impact(event)) {
        buf_add_text(line->out, "\nImpact: ");
        line_add_field(line, event->impact);
    }
    if (event->next_in_min > 0) {
        buf_add_text(line->out, "\nNext update due ");
        markdown_add_timestamp(
            line->out,
            event->recorded_at_ms + event->next_in_min * MS_PER_MINUTE, 'R');
    }
}

bool line_has_content(const struct line *line)
{
    const struct event *event = line->event;
    switch ((int)event->kind) {
    case EVENT_HANDOFF:
    case EVENT_ITEM:
    case EVENT_SETTLED:
    case EVENT_SNOOZE:
        return true;
    default:
        return event->text.n > 0 || event->change_what.n > 0 ||
               has_file(event) || event->link.n > 0 || event->other_id != 0 ||
               (event->kind == EVENT_LINK && event->service.n > 0);
    }
}

void line_add_content(struct line *line)
{
    const struct event *event = line->event;
    size_t before = line->out->n;
    if (event->kind == EVENT_TASK && event->lost) {
        add_lost(line);
        return;
    }
    if (event->kind == EVENT_TASK && !event->failed &&
        event->effect == EFFECT_POSTMORTEM && event->ref.n > 0) {
        add_page(line);
        return;
    }
    if (event->pull_state != PULL_NONE)
        add_pull(line);
    add_facts(line);
    if (event->text.n > 0 && event->kind != EVENT_HANDOFF) {
        if (line->out->n > before)
            buf_add_text(line->out, " ·");
        add_text(line);
    }
    if (event->link.n > 0) {
        buf_add_text(line->out, " ");
        markdown_add_line(line->out, event->link);
    }
    if (line->shown->struck_ms == 0)
        add_below(line);
}
