#include "bot/core/entry.h"

#include <inttypes.h>
#include <string.h>

static bool is_about_item(const struct event *event)
{
    return event->reminder == REMINDER_ITEM_DUE ||
           event->reminder == REMINDER_ITEM_OWNER;
}

int64_t event_entry(const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_EDIT:
    case EVENT_STRIKE:
    case EVENT_SETTLED:
        return event->target;
    case EVENT_SNOOZE:
    case EVENT_REMINDED:
        return event->reminder == REMINDER_CHANGE ? event->target : 0;
    default:
        return event_is_entry(event) ? event->seq : 0;
    }
}

int64_t event_item(const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_ITEM:
        return event->target != 0 ? event->target : event->seq;
    case EVENT_SNOOZE:
    case EVENT_REMINDED:
        return is_about_item(event) ? event->target : 0;
    case EVENT_TASK:
        return event->effect == EFFECT_ISSUE && !event->failed ? event->target
                                                               : 0;
    default:
        return 0;
    }
}

/* The event holds the entry as it is from now on. */
static void renew(struct entry_state *entry, const struct event *event,
                  enum event_kind kind)
{
    struct event version = *event;
    version.kind = kind;
    entry->version = event->seq;
    entry->from_ms = event->occurred.from_ms;
    entry->kind = kind;
    entry->confidence = event->confidence;
    entry->needs_settling = event_needs_settling(&version);
}

void entry_apply(struct entry_state *entry, const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_EDIT:
        renew(entry, event, event->entry_kind);
        break;
    case EVENT_STRIKE:
        entry->struck = event->seq;
        break;
    case EVENT_SETTLED:
        entry->settlement = event->settlement;
        break;
    case EVENT_SNOOZE:
        entry->snoozed_ms = event->until_ms;
        break;
    case EVENT_REMINDED:
        entry->reminded_ms = event->recorded_at_ms;
        break;
    default:
        *entry = (struct entry_state){.seq = event->seq};
        entry->recorded_at_ms = event->recorded_at_ms;
        entry->target = event->target;
        renew(entry, event, event->kind);
        break;
    }
}

static void apply_issue(struct action_item *item, const struct event *event)
{
    uint64_t number;
    if (!str_to_u64(event->ref, &number))
        return;
    item->issue_number = (int64_t)number;
    memset(item->issue_url, 0, sizeof item->issue_url);
    str_copy_to(item->issue_url, event->link);
}

void item_apply(struct action_item *item, const struct event *event)
{
    if (event->kind == EVENT_TASK) {
        apply_issue(item, event);
        return;
    }
    item->latest = event->seq;
    if (event->kind == EVENT_SNOOZE) {
        item->snoozed_ms = event->until_ms;
        return;
    }
    if (event->kind == EVENT_REMINDED) {
        item->reminded_ms = event->recorded_at_ms;
        return;
    }
    if (event->target == 0)
        item->seq = event->seq;
    item->kind = event->item_kind;
    item->state = event->item_state;
    item->owner_type = event->holder.type;
    item->owner_id = event->holder.id;
    memset(item->owner_name, 0, sizeof item->owner_name);
    str_copy(item->owner_name, sizeof item->owner_name, event->holder.name);
    item->due_ms = event->due_ms;
}

void entry_print_missing(int64_t incident_id, int64_t seq, bool is_item,
                         struct buf *out)
{
    buf_addf(out,
             is_item ? "INC-%" PRId64 " #%" PRId64
                       " is an action item, not an entry of the timeline: for "
                       "it there are `/action done`, `/action drop` and "
                       "`/action assign`."
                     : "INC-%" PRId64 " has no entry #%" PRId64
                       ". `/timeline list` shows the numbers.",
             incident_id, seq);
}

const char *finding_label(enum confidence confidence)
{
    static const char *const labels[] = {
        [CONFIDENCE_NONE] = "finding",
        [CONFIDENCE_THEORY] = "finding, a theory",
        [CONFIDENCE_CONFIRMED] = "finding, confirmed",
        [CONFIDENCE_RULED_OUT] = "finding, ruled out",
    };
    return labels[confidence];
}

bool entry_is_open(const struct entry_state *entry)
{
    return entry->seq != 0 && entry->struck == 0 && entry->needs_settling &&
           entry->settlement == SETTLEMENT_NONE;
}

bool entry_is_over(const struct entry_state *entry)
{
    return entry->kind == EVENT_ALERT && entry->target != 0;
}

bool item_is_open(const struct action_item *item)
{
    return item->state == ITEM_OPEN || item->state == ITEM_DOING;
}
