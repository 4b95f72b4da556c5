#include "bot/core/rules.h"

#include <inttypes.h>

bool is_open_to_entries(struct step *step)
{
    const struct incident *in = step->in;
    if (!incident_is_final(in))
        return true;
    return refuse(step,
                  "INC-%" PRId64 " is %s and its record is final. To add to "
                  "it, reopen it first: `/incident reopen` with the reason.",
                  in->id, word_of(&state_words, (int)in->state));
}

static bool change_is_whole(struct step *step)
{
    const struct event *event = &step->event;
    const struct {
        const char *name;
        struct str text;
        bool required;
    } parts[] = {
        {"what", event->change_what, true},
        {"where", event->change_where, true},
        {"from", event->change_from, true},
        {"to", event->change_to, true},
        {"undo", event->change_undo, false},
        {"verified", event->change_verified, false},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].required && is_blank(parts[i].text))
            return refuse(step,
                          "A change needs its %s. Say what was changed, where, "
                          "from what, to what; \"unknown\" is a fine answer.",
                          parts[i].name);
        if (!fits(step, parts[i].name, parts[i].text, CHANGE_UNITS))
            return false;
    }
    return true;
}

static bool has_content(struct step *step)
{
    const struct event *event = &step->event;
    if (event->kind == EVENT_CHANGE)
        return change_is_whole(step);
    if (!is_blank(event->text) || !is_blank(event->link) ||
        event->file_sha256.n > 0 || step->request->fetch_count > 0)
        return true;
    return refuse(step, "The entry is empty. Say what happened: "
                        "`/timeline add text:Restarted the queue workers`");
}

static bool fields_suit_kind(struct step *step)
{
    const struct event *event = &step->event;
    if (event->kind >= EVENT_KIND_COUNT || !event_kind_by_person(event->kind))
        return refuse(step, "That is not a kind of entry. Leave kind out for a "
                            "note.");
    if (event->confidence != CONFIDENCE_NONE && event->kind != EVENT_FINDING)
        return refuse(step, "Only a finding has a confidence. Use "
                            "kind:finding, or leave confidence out.");
    if (event->target < 0 || event->target > step->in->last_seq)
        return refuse(step, "There is no entry #%" PRId64 ".", event->target);
    return true;
}

/* A correction of something else: the clock was put back since. */
bool entry_time_is_sound(struct step *step)
{
    const struct when *occurred = &step->event.occurred;
    bool keeps_its_time = step->request->kind == REQUEST_EDIT &&
                          occurred->from_ms == step->subject->entry.from_ms;
    return keeps_its_time || not_in_future(step, occurred);
}

bool entry_is_sound(struct step *step)
{
    const struct event *event = &step->event;
    return fields_suit_kind(step) && has_content(step) &&
           fits(step, "The text", event->text, TEXT_UNITS) &&
           fits(step, "The link", event->link, LINK_UNITS) &&
           fits(step, "The file's name", event->file_name, CHANGE_UNITS) &&
           fits(step, "The file's description", event->file_alt, TEXT_UNITS) &&
           fits(step, "The origin", event->origin, LINK_UNITS) &&
           names_fit(step) && entry_time_is_sound(step);
}

int64_t fetch_target(int64_t seq, int n)
{
    return seq | (int64_t)n << 32;
}

int64_t fetch_seq(int64_t target)
{
    return target & INT64_C(0xFFFFFFFF);
}

/* The same message or the same line of a pasted timeline is kept once. */
static bool is_new(struct step *step)
{
    if (step->subject->same_origin == 0)
        return true;
    return already(step,
                   "INC-%" PRId64 " has this already: it is entry #%" PRId64
                   ". To correct it, use `/timeline edit`.",
                   step->in->id, step->subject->same_origin);
}

/* A resolved incident, or one in review, still takes late entries. */
void decide_entry(struct step *step)
{
    const struct event *event = &step->event;
    if (!is_open_to_entries(step) || !entry_is_sound(step) || !is_new(step))
        return;
    int64_t seq = emit(step, event);
    want_shown(step, event->visibility);
    for (int i = 0; i < step->request->fetch_count; i++)
        want_of(step, &(struct effect){.kind = EFFECT_FETCH,
                                       .target = fetch_target(seq, i),
                                       .fetch = &step->request->fetches[i]});
}
