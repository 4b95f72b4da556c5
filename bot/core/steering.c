/*
 * What an incident is called, how bad it is, who may see it, what it belongs
 * to.
 */
#include "bot/core/rules.h"

#include <inttypes.h>

void incident_set_draft(const struct incident *in, struct event *draft)
{
    draft->severity = in->severity;
    draft->type = in->type;
    draft->is_private = in->is_private;
    draft->title = str_of(in->title);
    draft->impact = str_of(in->impact);
}

/* ---- set ---- */

static bool may_be_told(enum milestone milestone)
{
    switch (milestone) {
    case MILESTONE_IMPACT_START:
    case MILESTONE_FIRST_REPORT:
    case MILESTONE_FIRST_ALERT:
    case MILESTONE_COMMANDER:
    case MILESTONE_FIRST_NOTICE:
    case MILESTONE_IDENTIFIED:
    case MILESTONE_MITIGATED:
    case MILESTONE_IMPACT_END:
    case MILESTONE_RESOLVED:
        return true;
    case MILESTONE_NONE:
    case MILESTONE_DECLARED:
    case MILESTONE_PR_OPENED:
    case MILESTONE_PR_MERGED:
    case MILESTONE_COUNT:
        break;
    }
    return false;
}

static bool milestone_is_sound(struct step *step)
{
    const struct event *event = &step->event;
    if (event->milestone == MILESTONE_NONE)
        return true;
    const char *name = word_of(&milestone_words, (int)event->milestone);
    if (!may_be_told(event->milestone))
        return refuse(step,
                      "When it was %s follows from the record and cannot "
                      "be set.",
                      name);
    if (event->milestone == MILESTONE_RESOLVED && incident_is_live(step->in))
        return refuse(step,
                      "INC-%" PRId64 " is still %s. `/resolve` ends it, "
                      "with its time if you like.",
                      step->in->id, state_phrase(step->in->state));
    return not_in_future(step, &event->milestone_at);
}

static void add_comma(struct buf *text)
{
    if (text->n > 0)
        buf_add_text(text, "; ");
}

/* "impact start 2022-12-13 18:40 UTC" */
static void print_milestone(const struct event *event, struct buf *text)
{
    buf_addf(text, "%s ", word_of(&milestone_words, (int)event->milestone));
    if (when_is_set(&event->milestone_at))
        print_utc(event->milestone_at, text);
    else
        buf_add_text(text, "not recorded");
}

/* "severity SEV3 -> SEV1; impact start 2022-12-13 18:40 UTC" */
static void print_changes(struct step *step, struct buf *text)
{
    const struct incident *in = step->in;
    const struct event *event = &step->event;
    if (event->severity != in->severity)
        buf_addf(text, "severity %s \u2192 %s",
                 word_of(&severity_words, (int)in->severity),
                 word_of(&severity_words, (int)event->severity));
    if (event->type != in->type) {
        add_comma(text);
        buf_addf(text, "type %s \u2192 %s", word_of(&type_words, (int)in->type),
                 word_of(&type_words, (int)event->type));
    }
    if (event->is_private != in->is_private) {
        add_comma(text);
        buf_add_text(text, event->is_private ? "now private" : "now public");
    }
    if (!str_is(event->title, in->title)) {
        add_comma(text);
        buf_addf(text, "title: %.*s", STR_ARG(event->title));
    }
    if (!str_is(event->impact, in->impact)) {
        add_comma(text);
        buf_add_text(text,
                     event->impact.n > 0 ? "impact" : "impact not recorded");
    }
    if (event->milestone == MILESTONE_NONE ||
        when_equal(&event->milestone_at, &in->milestones[event->milestone]))
        return;
    add_comma(text);
    print_milestone(event, text);
}

/* Also what somebody gave that is so already: a time may be of another day than
 * they think. */
static void say_so_already(struct step *step)
{
    const struct event *event = &step->event;
    char given[200] = "";
    struct buf text = BUF_IN(given);
    if (event->milestone != MILESTONE_NONE) {
        buf_add_text(&text, ", ");
        print_milestone(event, &text);
    }
    already(step, "INC-%" PRId64 " is so already%s: nothing was changed.",
            step->in->id, given);
}

/* What was announced is a secret now: that message is taken away, and what
 * digests say of it. */
static void want_withdrawn(struct step *step)
{
    struct outcome *out = step->out;
    uint64_t message_id = step->in->announce_message_id;
    if (message_id != 0)
        out->effects[out->effect_count++] = (struct effect){
            .kind = EFFECT_ANNOUNCE, .target = (int64_t)message_id};
    out->effects[out->effect_count++] =
        (struct effect){.kind = EFFECT_ANNOUNCE, .target = ANNOUNCE_DIGESTS};
}

static void want_set(struct step *step)
{
    const struct incident *in = step->in;
    const struct event *event = &step->event;
    bool is_called_otherwise =
        !str_is(event->title, in->title) || event->severity != in->severity;
    bool changes_hands = event->is_private != in->is_private;
    if (changes_hands && event->is_private)
        want_withdrawn(step);
    if (changes_hands) {
        if (in->war_is_borrowed)
            want(step, EFFECT_WAR_ROOM);
        want(step, EFFECT_ACCESS);
        want(step, EFFECT_LIVE_ROOM);
    }
    want_shown(step, event->visibility);
    if (is_called_otherwise || changes_hands) {
        want(step, EFFECT_RENAME);
        want(step, EFFECT_ANNOUNCE);
    }
}

/* Whoever asks for it would hear that nothing changed, and believe it. */
static bool may_be_public(struct step *step)
{
    const struct event *event = &step->event;
    if (step->in->type != TYPE_SECURITY || event->type != TYPE_SECURITY ||
        event->is_private)
        return true;
    return refuse(step,
                  "INC-%" PRId64 " is of the type security, and those are "
                  "private. To make it public, give it another type at the "
                  "same time: `/incident set type:service private:false`.",
                  step->in->id);
}

void decide_set(struct step *step)
{
    struct event *event = &step->event;
    struct buf text = BUF_IN(step->out->text);
    event->kind = EVENT_SET;
    if (event->severity == SEVERITY_NONE)
        event->severity = step->in->severity;
    if (is_blank(event->title))
        event->title = str_of(step->in->title);
    bool may = may_be_public(step);
    if (event->type == TYPE_SECURITY)
        event->is_private = true;
    if (!may || !is_open_to_entries(step) || !milestone_is_sound(step) ||
        !names_fit(step) ||
        !fits(step, "The title", event->title, TITLE_UNITS) ||
        !fits(step, "The impact", event->impact, IMPACT_UNITS))
        return;
    print_changes(step, &text);
    if (text.n == 0) {
        say_so_already(step);
        return;
    }
    event->text = buf_str(&text);
    event->rest_first_ms = step->subject->rest_first_ms;
    event->rest_typed_ms = step->subject->rest_typed_ms;
    emit(step, event);
    want_set(step);
}

/* ---- link ---- */

bool point_back(struct step *step, const char *words)
{
    const struct subject *subject = step->subject;
    const struct incident *in = step->in;
    struct outcome *out = step->out;
    int64_t other = step->event.other_id;
    if (other == in->id)
        return refuse(step, "INC-%" PRId64 " cannot be linked with itself.",
                      other);
    if (!subject->other_exists ||
        (subject->other_is_private && !in->is_private))
        return refuse(step, "There is no INC-%" PRId64 " here.", other);
    /* What is public tells nothing of what is private; and nothing is entered
     * into what is final. */
    if ((in->is_private && !subject->other_is_private) ||
        subject->other_is_final)
        return true;
    (void)snprintf(out->text, sizeof out->text, "INC-%" PRId64 " %s", in->id,
                   words);
    out->other_id = other;
    out->other_draft = (struct event){
        .kind = EVENT_LINK,
        .source = SOURCE_SYSTEM,
        .actor = step->event.actor,
        .recorder = step->event.recorder,
        .other_id = in->id,
        .text = str_of(out->text),
    };
    return true;
}

/* Their entries follow by themselves: nothing else is recorded. */
static void link_alerts(struct step *step)
{
    if (is_open_to_entries(step) && card_is_open(step))
        want_alert_card(step);
}

void decide_link(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_LINK;
    if (step->request->alert_card != 0) {
        link_alerts(step);
        return;
    }
    if (event->other_id == 0 && is_blank(event->link) &&
        is_blank(event->service)) {
        refuse(step, "Say what to link: an address, an issue, a service, or "
                     "another incident.");
        return;
    }
    if (!service_fits(step))
        return;
    if (!is_open_to_entries(step) || !names_fit(step) ||
        !fits(step, "The text", event->text, TEXT_UNITS) ||
        !fits(step, "The link", event->link, LINK_UNITS))
        return;
    if (step->subject->same_origin != 0) {
        already(step,
                "INC-%" PRId64 " has this link already: it is entry #%" PRId64
                ".",
                step->in->id, step->subject->same_origin);
        return;
    }
    bool is_answer = event->source == SOURCE_SYSTEM;
    if (event->other_id != 0 && !is_answer &&
        !point_back(step, "is linked with this one"))
        return;
    emit(step, event);
    want_shown(step, event->visibility);
}
