/*
 * That somebody was reminded, or does not want to be, is on the record: so a
 * restart reminds nobody twice.
 */
#include "bot/core/rules.h"

#include <assert.h>
#include <inttypes.h>

#define SNOOZE_MOST_MS (30 * MS_PER_DAY)

/* What the reminder is about is still so. */
static bool is_called_for(struct step *step)
{
    const struct subject *subject = step->subject;
    const struct incident *in = step->in;
    bool called_for = true;
    switch (step->event.reminder) {
    case REMINDER_COMMANDER:
        called_for = incident_is_live(in) && incident_commander(in) == NULL;
        break;
    case REMINDER_UPDATE:
        called_for = incident_is_live(in);
        break;
    case REMINDER_CHANGE:
        called_for = entry_is_open(&subject->entry);
        break;
    case REMINDER_ITEM_DUE:
        called_for = item_is_open(&subject->item);
        break;
    case REMINDER_ITEM_OWNER:
        called_for = item_is_open(&subject->item) &&
                     subject->item.owner_type == ACTOR_NOBODY;
        break;
    case REMINDER_DIGEST:
        break;
    case REMINDER_ARCHIVE:
        called_for = !incident_is_live(in);
        break;
    case REMINDER_NONE:
    case REMINDER_COUNT:
        called_for = false;
        break;
    }
    return called_for ||
           already(step, "INC-%" PRId64 " needs no such reminder any more.",
                   in->id);
}

void decide_reminder(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_REMINDED;
    event->source = SOURCE_SYSTEM;
    if (!is_called_for(step))
        return;
    int64_t seq = emit(step, event);
    if (event->reminder == REMINDER_ARCHIVE)
        want(step, EFFECT_ARCHIVE);
    else
        want_of(step, &(struct effect){.kind = EFFECT_REMIND, .target = seq});
}

void decide_snooze(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_SNOOZE;
    if (event->until_ms <= step->now_ms ||
        event->until_ms > step->now_ms + SNOOZE_MOST_MS) {
        refuse(step, "A reminder can be snoozed for a minute to 30 days.");
        return;
    }
    if (!names_fit(step) || !is_called_for(step))
        return;
    emit(step, event);
    want(step, EFFECT_CARD); /* tells of the last entry */
    want(step, EFFECT_ROOM);
}
