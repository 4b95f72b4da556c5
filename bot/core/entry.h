/*
 * What became of an entry, and of an action item, since it was recorded: the
 * fold of the events that name it as their target. Pure, as incident_apply is
 * for the incident; storage keeps these as projections.
 */
#ifndef BOT_CORE_ENTRY_H
#define BOT_CORE_ENTRY_H

#include "bot/core/event.h"

/* All zero: no such entry. */
struct entry_state {
    int64_t seq;            /* the entry's number, for ever */
    int64_t version;        /* seq of the event that holds it as it stands */
    int64_t recorded_at_ms; /* first */
    int64_t from_ms; /* occurred.from_ms as it stands: the order of lists */
    enum event_kind kind;
    enum confidence confidence;
    int64_t target; /* evidence of that entry, or 0 */
    int64_t struck; /* seq of the event that says why; 0: it counts */
    bool needs_settling;
    enum settlement settlement;
    int64_t reminded_ms, snoozed_ms; /* of an open change; 0: never */
};

struct action_item {
    int64_t seq; /* of the event that made it, and that has its text */
    enum item_kind kind;
    enum item_state state;
    enum actor_type owner_type; /* ACTOR_NOBODY: volunteer wanted */
    uint64_t owner_id;
    char owner_name[241]; /* as NAME_BYTES of incident.h */
    int64_t due_ms;       /* midnight UTC of the day; 0: none */
    int64_t latest;       /* seq of the latest event about it */
    int64_t reminded_ms, snoozed_ms;
    int64_t issue_number; /* on the forge; 0: none was opened */
    char issue_url[FORGE_URL_BYTES];
};

/* The entry, or action item, that an event makes or changes; 0: none. */
int64_t event_entry(const struct event *event);
int64_t event_item(const struct event *event);
void entry_apply(struct entry_state *entry, const struct event *event);
void item_apply(struct action_item *item, const struct event *event);

/* Why it is none: there is nothing of that number, or it is an action item. */
void entry_print_missing(int64_t incident_id, int64_t seq, bool is_item,
                         struct buf *out);
/* "finding, a theory" */
const char *finding_label(enum confidence confidence);
/* It counts, and somebody has to say what becomes of it. */
bool entry_is_open(const struct entry_state *entry);
/* An alert that tells that the one before is over. */
bool entry_is_over(const struct entry_state *entry);
bool item_is_open(const struct action_item *item);

#endif
