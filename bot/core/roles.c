#include "bot/core/rules.h"

#include <inttypes.h>

#define PHRASE_BYTES 160

/* ---- assign ---- */

static bool has_free_place(const struct incident *in)
{
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role == ROLE_NONE)
            return true;
    return false;
}

static bool role_may_be_left(struct step *step)
{
    const struct event *event = &step->event;
    if (event->role == ROLE_COMMANDER
            ? incident_commander(step->in) != NULL
            : incident_holder(step->in, event->role, &event->actor) != NULL)
        return true;
    return already(step, "Nobody is %s of INC-%" PRId64 ".",
                   word_of(&role_words, (int)event->role), step->in->id);
}

static bool role_may_be_taken(struct step *step)
{
    const struct event *event = &step->event;
    const struct incident *in = step->in;
    const char *role = word_of(&role_words, (int)event->role);
    char text[PHRASE_BYTES] = "";
    struct buf since = BUF_IN(text);
    const struct role_holder *same =
        incident_holder(in, event->role, &event->holder);
    if (is_blank(event->holder.name))
        return refuse(step, "Say who takes the role: `/ic assign user:@name`");
    if (same != NULL) {
        print_utc(same->since, &since);
        return already(step, "%s is already %s of INC-%" PRId64 ", since %s.",
                       same->name, role, in->id, text);
    }
    bool replaces =
        event->role == ROLE_COMMANDER && incident_commander(in) != NULL;
    if (!replaces && !has_free_place(in))
        return refuse(step,
                      "INC-%" PRId64 " already has %d people in roles, the "
                      "most it can hold. Record the help as an entry instead: "
                      "`/timeline add`",
                      in->id, ROLE_HOLDERS);
    return true;
}

void decide_assign(struct step *step)
{
    struct event *event = &step->event;
    const struct role_holder *former = incident_commander(step->in);
    event->kind = EVENT_ROLE;
    if (event->role == ROLE_NONE)
        event->role = ROLE_COMMANDER;
    if (incident_is_final(step->in)) {
        refuse(step, "INC-%" PRId64 " is %s: there are no roles to take.",
               step->in->id, state_phrase(step->in->state));
        return;
    }
    bool leaves = event->holder.type == ACTOR_NOBODY;
    if (!names_fit(step) || !fits(step, "The text", event->text, TEXT_UNITS) ||
        !not_in_future(step, &event->occurred) ||
        !(leaves ? role_may_be_left(step) : role_may_be_taken(step)))
        return;
    if (!leaves && event->role == ROLE_COMMANDER && former != NULL &&
        is_blank(event->text)) {
        (void)snprintf(step->out->text, sizeof step->out->text,
                       "takes over from %s", former->name);
        event->text = str_of(step->out->text);
    }
    emit(step, event);
    if (!leaves && step->in->is_private)
        want(step, EFFECT_ACCESS);
    want_shown(step, event->visibility);
}

/* ---- handoff: command, with what the next one needs to know ---- */

void decide_handoff(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_HANDOFF;
    event->role = ROLE_COMMANDER;
    if (!incident_is_live(step->in)) {
        refuse(step, "INC-%" PRId64 " is %s: there is no command to hand over.",
               step->in->id, state_phrase(step->in->state));
        return;
    }
    if (!names_fit(step) ||
        !fits(step, "The text on conditions", event->text, BRIEF_UNITS) ||
        !fits(step, "The text on actions", event->brief_actions, BRIEF_UNITS) ||
        !fits(step, "The text on needs", event->brief_needs, BRIEF_UNITS) ||
        !fits(step, "The snapshot", event->snapshot, TEXT_UNITS) ||
        !not_in_future(step, &event->occurred) || !role_may_be_taken(step))
        return;
    emit(step, event);
    if (step->in->is_private)
        want(step, EFFECT_ACCESS);
    want_shown(step, event->visibility);
}
