/*
 * Action items. They outlive the incident: also a closed one takes them.
 */
#include "bot/core/rules.h"

#include <inttypes.h>

/* One that is there: nothing that was said of it gets lost by saying less. */
static bool change_is_sound(struct step *step)
{
    const struct action_item *item = &step->subject->item;
    struct event *event = &step->event;
    const char *state = word_of(&item_state_words, (int)event->item_state);
    if (item->seq == 0)
        return refuse(step,
                      "INC-%" PRId64 " has no action item #%" PRId64
                      ". `/action list` shows the numbers.",
                      step->in->id, event->target);
    bool same_owner = event->holder.type == item->owner_type &&
                      event->holder.id == item->owner_id &&
                      str_is(event->holder.name, item->owner_name);
    if (event->item_state == item->state && event->item_kind == item->kind &&
        event->due_ms == item->due_ms && same_owner)
        return already(step,
                       "Action item #%" PRId64 " of INC-%" PRId64
                       " is %s already, just so.",
                       item->seq, step->in->id, state);
    if (event->item_state == ITEM_DROPPED && is_blank(event->text))
        return refuse(
            step, "Say why action item #%" PRId64 " is dropped: give a reason.",
            item->seq);
    return true;
}

/* Those made before are opened along with the pull request. */
void want_issue(struct step *step, int64_t seq)
{
    if (step->in->pull_state != PULL_NONE)
        want_of(step, &(struct effect){.kind = EFFECT_ISSUE, .target = seq});
}

/* It is open again. Done before there was a pull request, it has no issue; and
 * one that is closed makes it done once more: people are told, and open it. */
static void want_issue_again(struct step *step)
{
    const struct action_item *item = &step->subject->item;
    if (item->issue_number != 0)
        want(step, EFFECT_POLL);
    else
        want_issue(step, item->seq);
}

void decide_item(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_ITEM;
    if (event->item_state == ITEM_NONE)
        event->item_state = ITEM_OPEN;
    if (step->in->state == STATE_CANCELLED && event->target == 0) {
        refuse(step, "INC-%" PRId64 " is cancelled and takes no action items.",
               step->in->id);
        return;
    }
    if (event->target == 0 && is_blank(event->text)) {
        refuse(step, "Say what is to be done: `/action add text:Alert on disk "
                     "space of the database servers`");
        return;
    }
    if (!names_fit(step) || !fits(step, "The text", event->text, TEXT_UNITS) ||
        !fits(step, "The link", event->link, LINK_UNITS) ||
        (event->target != 0 && !change_is_sound(step)))
        return;
    if (event->target == 0 && step->subject->same_origin != 0) {
        already(step,
                "INC-%" PRId64 " has this already: it is action item #%" PRId64
                ". `/action list` shows it.",
                step->in->id, step->subject->same_origin);
        return;
    }
    int64_t seq = emit(step, event);
    want_shown(step, VISIBILITY_ROOM);
    if (event->target != 0 && !item_is_open(&step->subject->item))
        want_issue_again(step);
    if (event->target == 0)
        want_issue(step, seq);
}
