/*
 * Entries are never changed: a correction is an event that holds the whole of
 * the entry as it stands from then on, a strike one that takes it away.
 */
#include "bot/core/rules.h"

#include <inttypes.h>

void incident_edit_draft(const struct event *entry, struct event *draft)
{
    struct actor recorder = draft->recorder;
    enum source source = draft->source;
    *draft = *entry;
    draft->target = entry->seq;
    draft->entry_kind = entry->kind;
    draft->kind = EVENT_EDIT;
    draft->recorder = recorder;
    draft->source = source;
}

/* The entry is there, and counts. */
static bool entry_stands(struct step *step, const char *verb)
{
    const struct entry_state *entry = &step->subject->entry;
    if (entry->seq == 0) {
        char text[300] = "";
        struct buf words = BUF_IN(text);
        entry_print_missing(step->in->id, step->event.target,
                            step->subject->item.seq != 0, &words);
        return refuse(step, "%s", text);
    }
    if (entry->struck != 0)
        return already(step,
                       "Entry #%" PRId64 " of INC-%" PRId64
                       " is struck already, so there is nothing to %s.",
                       entry->seq, step->in->id, verb);
    return true;
}

/* What else the record says when this entry says it no more. */
static void say_rest(struct step *step)
{
    const struct subject *subject = step->subject;
    const struct incident *in = step->in;
    struct event *event = &step->event;
    enum milestone milestone =
        milestone_of_entry(subject->entry.kind, subject->entry.confidence,
                           entry_is_over(&subject->entry));
    bool by_others =
        milestone_is_told(in, milestone) ||
        (milestone == MILESTONE_IDENTIFIED && in->identified_by_move);
    event->milestone = by_others ? MILESTONE_NONE : milestone;
    event->milestone_at = (struct when){.from_ms = 0};
    if (event->milestone != MILESTONE_NONE)
        event->milestone_at = subject->rest_milestone;
    event->rest_first_ms = subject->rest_first_ms;
    event->rest_typed_ms = subject->rest_typed_ms;
}

/* The milestone that a move told goes along with it. A time that nobody told
 * says nothing, and a correction of the words alone moves nothing. */
static void say_moved(struct step *step)
{
    struct event *event = &step->event;
    enum milestone milestone = milestone_of_move(event->entry_kind, event);
    if (milestone == MILESTONE_NONE || event->untold ||
        step->subject->is_outdone || milestone_is_told(step->in, milestone))
        return;
    event->milestone = milestone;
    event->milestone_at = step->subject->rest_milestone;
}

/* What is shown of it may have changed everywhere. */
static void want_all_shown(struct step *step)
{
    want_shown(step, VISIBILITY_LIVE);
}

/* The checks are those of a new entry of that kind. An update's words may be
 * corrected, not what it did. */
static bool edit_is_sound(struct step *step)
{
    const struct entry_state *entry = &step->subject->entry;
    struct event *event = &step->event;
    bool is_persons = event_kind_by_person(entry->kind);
    if (event->entry_kind != entry->kind &&
        (!is_persons || !event_kind_by_person(event->entry_kind)))
        return refuse(step,
                      "What entry #%" PRId64
                      " is cannot be changed: it is no entry that "
                      "somebody wrote. Its text can.",
                      entry->seq);
    if (!is_persons)
        return fits(step, "The text", event->text, SUMMARY_UNITS) &&
               names_fit(step) && entry_time_is_sound(step);
    int64_t target = event->target;
    event->kind = event->entry_kind;
    event->target = entry->target;
    bool sound = entry_is_sound(step);
    event->kind = EVENT_EDIT;
    event->target = target;
    return sound;
}

/* The fold takes no time from a correction of evidence, as most of it belongs
 * to an entry and has that one's. */
static void say_time_of_evidence(struct step *step)
{
    struct event *event = &step->event;
    const struct when *when = &event->occurred;
    if (event->entry_kind != EVENT_EVIDENCE || step->subject->entry.target != 0)
        return;
    if (event->rest_first_ms == 0 || when->from_ms < event->rest_first_ms)
        event->rest_first_ms = when->from_ms;
    if (when->typed[0] != '\0' && when->from_ms > event->rest_typed_ms)
        event->rest_typed_ms = when->from_ms;
}

void decide_edit(struct step *step)
{
    if (!is_open_to_entries(step) || !entry_stands(step, "correct") ||
        !edit_is_sound(step))
        return;
    step->event.untold = when_is_untyped(&step->event.occurred,
                                         step->subject->entry.recorded_at_ms);
    say_rest(step);
    say_time_of_evidence(step);
    say_moved(step);
    emit(step, &step->event);
    want_all_shown(step);
}

void decide_strike(struct step *step)
{
    const struct entry_state *entry = &step->subject->entry;
    struct event *event = &step->event;
    event->kind = EVENT_STRIKE;
    if (!is_open_to_entries(step) || !entry_stands(step, "strike") ||
        !fits(step, "The reason", event->text, TEXT_UNITS) || !names_fit(step))
        return;
    if (!event_kind_by_person(entry->kind)) {
        refuse(step,
               "Entry #%" PRId64 " is no entry that somebody wrote, so it "
               "cannot be struck. To change how the incident stands, use "
               "`/incident update` or `/incident set`.",
               entry->seq);
        return;
    }
    if (is_blank(event->text)) {
        refuse(step, "Say why entry #%" PRId64 " is struck: give a reason.",
               entry->seq);
        return;
    }
    say_rest(step);
    emit(step, event);
    want_all_shown(step);
}

/* ---- what becomes of a change, or of an idea ---- */

static bool suits(enum settlement settlement, enum event_kind kind)
{
    switch (settlement) {
    case SETTLEMENT_KEPT:
    case SETTLEMENT_REVERTED:
        return kind == EVENT_CHANGE;
    case SETTLEMENT_HANDED_OVER:
    case SETTLEMENT_MADE_ITEM:
        return kind == EVENT_CHANGE || kind == EVENT_IDEA;
    case SETTLEMENT_DROPPED:
        return kind == EVENT_IDEA;
    case SETTLEMENT_NONE:
    case SETTLEMENT_COUNT:
        break;
    }
    return false;
}

static bool may_be_settled(struct step *step)
{
    const struct entry_state *entry = &step->subject->entry;
    const struct event *event = &step->event;
    if (!entry_stands(step, "settle"))
        return false;
    if (!suits(event->settlement, entry->kind))
        return refuse(step,
                      "That does not fit entry #%" PRId64 " (%s): a change is "
                      "kept, reverted or handed over; an idea becomes an "
                      "action item or is dropped.",
                      entry->seq, word_of(&event_kind_words, (int)entry->kind));
    if (entry->settlement == SETTLEMENT_NONE)
        return true;
    return already(step,
                   "Entry #%" PRId64 " of INC-%" PRId64 " is settled "
                   "already: %s.",
                   entry->seq, step->in->id,
                   word_of(&settlement_words, (int)entry->settlement));
}

void decide_settlement(struct step *step)
{
    struct event *event = &step->event;
    struct event settled = *event;
    bool makes_item = event->settlement == SETTLEMENT_MADE_ITEM ||
                      event->settlement == SETTLEMENT_HANDED_OVER;
    if (!may_be_settled(step) || !names_fit(step) ||
        !fits(step, "The text", event->text, TEXT_UNITS))
        return;
    if (makes_item && is_blank(event->text)) {
        refuse(step, "Say what is to be done: give a text.");
        return;
    }
    settled.kind = EVENT_SETTLED;
    if (makes_item) { /* the item that follows says them */
        settled.text = STR_NONE;
        settled.holder = (struct actor){.type = ACTOR_NOBODY};
        settled.item_kind = ITEM_KIND_NONE;
        settled.due_ms = 0;
    }
    emit(step, &settled);
    if (makes_item) {
        event->kind = EVENT_ITEM;
        event->target = 0;
        event->settlement = SETTLEMENT_NONE;
        event->item_state = ITEM_OPEN;
        want_issue(step, emit(step, event));
    }
    want_shown(step, VISIBILITY_ROOM);
}

/* ---- a section of the postmortem ---- */

/* Blank text takes it back: it is to be written again. */
void decide_section(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_SECTION;
    if (event->section == SECTION_NONE) {
        refuse(step, "Say which section: impact, causes, what went well, what "
                     "went poorly, or where we were lucky.");
        return;
    }
    if (!is_open_to_entries(step) || !names_fit(step) ||
        !fits(step, "The section", event->text, SUMMARY_UNITS))
        return;
    emit(step, event);
    want(step, EFFECT_CARD); /* tells of the last entry */
    if (!incident_is_live(step->in))
        want(step, EFFECT_POSTMORTEM);
}
