#include "commands/entries.h"

#include "commands/words.h"

#include "bot/core/secrets.h"

#include <inttypes.h>

#define NAME_SHOWN_UNITS 40

/* ---- looking one up ---- */

struct search {
    const struct call *call;
    struct entry *out;
};

static bool copy_entry(const struct entry *entry, void *context)
{
    struct search *search = context;
    *search->out = *entry;
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        if (field->type == FIELD_TEXT)
            event_set_text(
                &search->out->event, field,
                call_copy(search->call, event_get_text(&entry->event, field)));
    }
    return false;
}

static bool note_item(const struct stored_item *item, void *context)
{
    (void)item;
    *(bool *)context = true;
    return false;
}

bool entry_find(const struct call *call, int64_t seq, struct entry *out,
                struct answer *answer, enum reply *reply)
{
    struct search search = {call, out};
    enum err err =
        store_entry(call->store, call->in->id, seq, copy_entry, &search);
    if (err == ERR_OK)
        return true;
    bool is_item = false;
    if (err == ERR_NOT_FOUND)
        err = store_item(call->store, call->in->id, seq, note_item, &is_item);
    *reply = is_item || err == ERR_NOT_FOUND ? REPLY_REFUSED : REPLY_FAILED;
    entry_print_missing(call->in->id, seq, is_item, &answer->words);
    buf_add_text(&answer->words, " Nothing was kept.");
    return false;
}

/* ---- correcting it ---- */

struct str shown_time(const struct call *call, const struct when *when)
{
    struct buf text = BUF_INIT(400);
    if (when_is_set(when))
        when_print_utc(when, true, &text);
    struct str shown = call_copy(call, buf_str(&text));
    buf_release(&text);
    return shown;
}

void entry_set_time(const struct call *call, const struct value *time,
                    const struct event *entry, struct event *draft)
{
    if (time->given && !str_eq(time->text, shown_time(call, &entry->occurred)))
        draft->occurred = time->when;
}

struct saying {
    const struct call *call;
    struct buf *words;
};

/* An entry keeps who wrote it first; of this version it is another. */
static bool say_corrector(const struct event *version, void *context)
{
    const struct saying *saying = context;
    struct when at = when_exact(version->recorded_at_ms);
    buf_add_text(saying->words, " by ");
    if (version->recorder.id == saying->call->caller.id)
        buf_add_text(saying->words, "you");
    else
        say_excerpt(saying->words, version->recorder.name, NAME_SHOWN_UNITS);
    buf_add_text(saying->words, " at ");
    say_time(saying->words, &at, saying->call->now_ms);
    return false;
}

bool entry_was_corrected(const struct call *call, const struct entry *entry,
                         const char *option, struct answer *answer)
{
    struct buf *words = &answer->words;
    struct saying saying = {call, words};
    if (call->seen < 0 || call->seen == entry->state.version)
        return false;
    buf_addf(words, "Entry #%" PRId64 " of ", entry->event.seq);
    say_incident(words, call->in);
    buf_add_text(words, " was corrected");
    /* That it was is more than by whom, should the store fail. */
    enum err err = store_event(call->store, call->in->id, entry->state.version,
                               say_corrector, &saying);
    (void)err;
    buf_add_text(words, ", after you opened the form. Yours would take that "
                        "back: nothing was kept. It reads now, in UTC:\n");
    say_entry(call, words, entry, 300, call->now_ms);
    answer_button(answer, BUTTON_PRIMARY, "Correct it", call->command->name,
                  "%s=%" PRId64, option, entry->event.seq);
    return true;
}

void say_milestones(const struct call *call, const struct incident *after,
                    struct buf *words)
{
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        const struct when *was = &call->in->milestones[i];
        const struct when *is = &after->milestones[i];
        if (when_equal(was, is))
            continue;
        buf_addf(words, "\nWith it the milestone **%s** is ",
                 word_of(&milestone_words, i));
        if (when_is_set(is))
            say_time(words, is, call->now_ms);
        else
            buf_add_text(words, "not recorded");
        buf_add_char(words, '.');
    }
}

struct event entry_version(const struct event *event)
{
    struct event version = *event;
    version.seq = event->target;
    version.kind = event->entry_kind;
    version.target = 0;
    return version;
}

/* ---- what should not be shown ---- */

static bool holds_secret(struct str text)
{
    struct buf clean = BUF_INIT(text.n * 8 + 1);
    bool any = secrets_scrub(text, &clean, NULL);
    buf_release(&clean);
    return any;
}

/* The form that has the field: Discord's have five. */
static void add_correction(struct answer *answer, const struct event *entry)
{
    bool is_change = entry->kind == EVENT_CHANGE && !holds_secret(entry->text);
    bool is_rest = is_change && (holds_secret(entry->change_undo) ||
                                 holds_secret(entry->change_verified));
    answer_button(answer, BUTTON_PRIMARY, "Correct it",
                  is_change ? "timeline change" : "timeline edit",
                  "%s=%" PRId64 "%s", is_change ? "entry" : "id", entry->seq,
                  !is_rest                  ? ""
                  : entry->change_temporary ? "|temporary=yes"
                                            : "|temporary=no");
}

void offer_removal(struct answer *answer, const struct event *entry)
{
    struct buf *words = &answer->words;
    if (holds_secret(entry->impact)) /* the incident's: the card has it, too */
        return;
    if (holds_secret(entry->link) || holds_secret(entry->file_name)) {
        buf_addf(words,
                 "\n`/timeline edit id:#%" PRId64 " visibility:private` takes "
                 "the entry out of the rooms.",
                 entry->seq);
    } else {
        buf_add_text(words, "\nPress **Correct it** and leave it out: then the "
                            "war room shows it no more.");
        add_correction(answer, entry);
    }
    buf_add_text(words, " The record keeps it.");
    if (event_kind_by_person(entry->kind))
        buf_add_text(words, " Striking would only cross it out.");
}

/* ---- showing it ---- */

const char *entry_label(const struct call *call, const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_FINDING:
        return finding_label(event->confidence);
    case EVENT_IDEA:
        return "parked idea";
    case EVENT_STATE:
        return event_moves(event) ? word_of(&state_words, (int)event->state_to)
                                  : "update";
    case EVENT_ROLE:
        return config_role_name(call->config, event->role);
    default:
        return word_of(&event_kind_words, (int)event->kind);
    }
}

void say_change(struct buf *words, const struct event *event, size_t units)
{
    say_excerpt(words, event->change_what, units);
    buf_add_text(words, " on ");
    say_excerpt(words, event->change_where, units);
    buf_add_text(words, ": ");
    say_excerpt(words, event->change_from, units);
    buf_add_text(words, " → ");
    say_excerpt(words, event->change_to, units);
}

static void say_holder(struct buf *words, const struct event *event,
                       size_t units)
{
    if (event->holder.type == ACTOR_NOBODY)
        buf_add_text(words, "nobody now");
    else
        say_excerpt(words, event->holder.name, units);
}

static void say_linked(struct buf *words, const struct event *event,
                       size_t units)
{
    if (event->other_id != 0)
        buf_addf(words, "INC-%" PRId64, event->other_id);
    else
        say_excerpt(words, event->service, units);
}

void say_entry_text(struct buf *words, const struct event *event, size_t units)
{
    size_t before = words->n;
    if (event->kind == EVENT_CHANGE)
        say_change(words, event, units / 4);
    else if (event->kind == EVENT_ROLE || event->kind == EVENT_HANDOFF)
        say_holder(words, event, units);
    if (event->text.n > 0) {
        if (words->n > before)
            buf_add_text(words, " · ");
        say_excerpt(words, str_trim(event->text), units);
    }
    if (words->n == before && event->link.n > 0)
        say_excerpt(words, event->link, units);
    if (words->n == before && event->kind == EVENT_LINK)
        say_linked(words, event, units);
    if (event->file_name.n > 0) {
        if (words->n > before)
            buf_add_text(words, " · ");
        say_excerpt(words, event->file_name, units);
    }
    if (event->kind == EVENT_EVIDENCE && event->target != 0)
        buf_addf(words, " (of #%" PRId64 ")", event->target);
}

static void say_clock(struct buf *words, const struct when *when, int64_t ms)
{
    struct buf text = BUF_INIT(400);
    when_print_utc(when, civil_day_start(when->from_ms) != civil_day_start(ms),
                   &text);
    markdown_add_line(words, buf_str(&text));
    buf_release(&text);
}

void say_entry(const struct call *call, struct buf *words,
               const struct entry *entry, size_t units, int64_t ms)
{
    const struct event *event = &entry->event;
    bool is_struck = entry->state.struck != 0;
    buf_addf(words, "**#%" PRId64 "** %s", event->seq, is_struck ? "~~" : "");
    say_clock(words, &event->occurred, ms);
    buf_add_text(words, " · ");
    markdown_add_line(words, str_of(entry_label(call, event)));
    buf_add_text(words, " · ");
    if (event->actor.type != ACTOR_NOBODY && event->kind != EVENT_ROLE) {
        say_excerpt(words, event->actor.name, NAME_SHOWN_UNITS);
        buf_add_text(words, ": ");
    }
    say_entry_text(words, event, units);
    if (is_struck)
        buf_add_text(words, "~~ (struck)");
    else if (entry->state.version != entry->state.seq)
        buf_add_text(words, " (corrected)");
}
