#include "commands/words.h"

#include "commands/command.h"

#include "bot/base/utf8.h"
#include "bot/core/secrets.h"
#include "bot/discord/message.h"

#include <inttypes.h>

#define EXCERPT_UNITS 200

void say_incident(struct buf *words, const struct incident *in)
{
    buf_add_text(words, "**");
    incident_print_name(in, words);
    buf_add_text(words, "**");
}

void say_time(struct buf *words, const struct when *when, int64_t now_ms)
{
    bool today = civil_day_start(when->from_ms) == civil_day_start(now_ms);
    struct buf text = BUF_INIT(400);
    when_print_utc(when, !today, &text);
    markdown_add_line(words, buf_str(&text));
    buf_add_text(words, " UTC");
    buf_release(&text);
    if (when->from_ms == when->to_ms) {
        buf_add_text(words, " (");
        markdown_add_timestamp(words, when->from_ms, today ? 't' : 'f');
        buf_add_text(words, ")");
    }
}

void say_excerpt(struct buf *words, struct str text, size_t units)
{
    struct buf lines = BUF_INIT(text.n + 1);
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        if (markdown_is_fence(line))
            continue;
        if (lines.n > 0)
            buf_add_char(&lines, '\n');
        buf_add(&lines, line);
    }
    struct str shown = buf_str(&lines);
    shown.n = utf8_cut_units(shown, units);
    markdown_add_line(words, shown);
    if (shown.n < lines.n)
        buf_add_text(words, "…");
    buf_release(&lines);
}

void add_public(struct buf *out, struct str text)
{
    struct buf clean = BUF_INIT(text.n * 8 + 1);
    (void)secrets_scrub(text, &clean, NULL);
    buf_add(out, buf_str(&clean));
    buf_release(&clean);
}

void say_public(struct buf *words, struct str text, size_t units)
{
    struct buf clean = BUF_INIT(text.n * 8 + 1);
    add_public(&clean, text);
    say_excerpt(words, buf_str(&clean), units);
    buf_release(&clean);
}

void say_where(struct buf *words, const struct incident *in,
               enum visibility visibility)
{
    uint64_t live = in->is_private ? 0 : in->live_channel_id;
    if (visibility == VISIBILITY_PRIVATE)
        buf_add_text(words, "It is in the record only, in no room.");
    else if (visibility == VISIBILITY_LIVE && live != 0)
        buf_addf(words, "It stands in <#%" PRIu64 ">.", live);
    else if (incident_room(in) != 0)
        buf_addf(words, "It stands in <#%" PRIu64 ">.", incident_room(in));
    else if (in->war_channel_id != 0)
        buf_add_text(words, "It is in the record only: no private room could "
                            "be made.");
    else
        buf_add_text(words, "It will stand in the room once that is made.");
}

void say_unnamed(const struct call *call, int64_t other_id, struct buf *words)
{
    struct incident other;
    bool is_final = store_incident(call->store, other_id, &other) == ERR_OK &&
                    incident_is_final(&other);
    buf_add_text(words, is_final
                            ? ". Its record is final, so it does not name this "
                              "one"
                            : ". It does not name this one, which is private");
}

static struct str entry_text(const struct event *event)
{
    if (event->text.n > 0)
        return event->text;
    return event->link.n > 0 ? event->link : event->impact;
}

void say_kept(struct buf *words, const struct incident *after,
              const struct event *event, int64_t now_ms)
{
    buf_addf(words, "Kept as #%" PRId64 " of ", event->seq);
    say_incident(words, after);
    buf_add_text(words, " at ");
    say_time(words, &event->occurred, now_ms);
    if (entry_text(event).n > 0) {
        buf_add_text(words, ": ");
        say_excerpt(words, entry_text(event), EXCERPT_UNITS);
    }
    buf_add_text(words, "\n");
}

void say_marks(struct buf *words, const struct incident *in)
{
    buf_addf(words, "%s%s", in->is_private ? " · private" : "",
             in->is_drill ? " · drill" : "");
}

void say_disorder(struct buf *words, const struct incident *before,
                  const struct incident *after, int64_t now_ms)
{
    enum milestone first, then;
    for (int i = 0;
         milestones_next_disorder(after->milestones, &i, &first, &then);) {
        if (when_equal(&before->milestones[first], &after->milestones[first]) &&
            when_equal(&before->milestones[then], &after->milestones[then]))
            continue;
        buf_addf(words, "\n**That cannot be**: %s ",
                 word_of(&milestone_words, (int)then));
        say_time(words, &after->milestones[then], now_ms);
        buf_addf(words, ", but %s ", word_of(&milestone_words, (int)first));
        say_time(words, &after->milestones[first], now_ms);
        buf_add_text(words, ". One of them is wrong: `/incident set` or "
                            "`/timeline edit` corrects it.");
    }
}

void say_goes_on(struct buf *words, const struct incident *before,
                 const struct incident *after, int64_t now_ms)
{
    const struct when *ended = &before->milestones[MILESTONE_IMPACT_END];
    if (!when_is_set(ended) ||
        when_is_set(&after->milestones[MILESTONE_IMPACT_END]))
        return;
    buf_add_text(words, "\nThe impact end, ");
    say_time(words, ended, now_ms);
    buf_add_text(words, ", is taken back, as it goes on: `/incident set` tells "
                        "the next one.");
}

void say_count(struct buf *words, int64_t count, const char *word)
{
    buf_addf(words, "%" PRId64 " %s%s", count, word, count == 1 ? "" : "s");
}

/* Of a correction: its entry, as it stands from now on. */
static bool is_for_everybody(const struct event *event)
{
    struct event shown = *event;
    if (event->kind == EVENT_EDIT)
        shown.kind = event->entry_kind;
    return shown.visibility == VISIBILITY_LIVE && event_is_entry(&shown) &&
           shown.kind != EVENT_IDEA;
}

bool say_removed(struct buf *words, const struct incident *in,
                 const struct event *event)
{
    struct secrets_found all = {0};
    if (in->is_private || !is_for_everybody(event))
        return false;
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        struct secrets_found found;
        struct buf clean = BUF_INIT(8 * WORDS_BYTES);
        if (field->type == FIELD_TEXT &&
            secrets_scrub(event_get_text(event, field), &clean, &found))
            for (int kind = 0; kind < SECRET_COUNT; kind++)
                all.count[kind] += found.count[kind];
        buf_release(&clean);
    }
    struct buf what = BUF_INIT(400);
    secrets_found_words(&all, &what);
    if (what.n > 0)
        buf_addf(
            words,
            "The live room does not show all that you wrote: what looks like "
            "%s is left out. The record and the war room have it as you "
            "wrote it.",
            buf_text(&what));
    bool any = what.n > 0;
    all.count[SECRET_ADDRESS] = 0; /* nobody gets in with it */
    buf_clear(&what);
    secrets_found_words(&all, &what);
    if (what.n > 0)
        buf_add_text(words, " If it is real, replace it where it is used.");
    if (any)
        buf_add_char(words, '\n');
    buf_release(&what);
    return any;
}

void add_printable(struct buf *out, struct str text)
{
    size_t at;
    while (!utf8_printable(text, &at)) {
        buf_add(out, (struct str){text.s, at});
        /* The rest of a longer offender is not UTF-8: it goes next. */
        text = str_from(text, at + 1);
    }
    buf_add(out, text);
}
