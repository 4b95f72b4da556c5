/*
 * Between the files that decide only (rules.c, roles.c, entries.c,
 * corrections.c, items.c, steering.c, reminders.c, results.c): how a decision
 * is taken down.
 */
#ifndef BOT_CORE_RULES_H
#define BOT_CORE_RULES_H

#include "bot/core/incident.h"

/* One decision in progress. `event` starts as the draft, with the time of
 * recording, and with "now" when it has no time of its own. */
struct step {
    const struct incident *in;
    const struct request *request;
    const struct subject *subject;
    int64_t now_ms;
    struct event event;
    struct outcome *out;
};

/* These end the step with words. False, so that a check can return them. */
bool refuse(struct step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool already(struct step *step, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each is true, or has refused. Blanks alone are no text. */
bool fits(struct step *step, const char *what, struct str text, size_t units);
bool names_fit(struct step *step);
bool not_in_future(struct step *step, const struct when *when);
bool is_blank(struct str text);
/* Of the event: within its limit, and the incident has room for it. */
bool service_fits(struct step *step);
/* The request's card of alerts is there, and nobody has seen to it. */
bool card_is_open(struct step *step);
void want_alert_card(struct step *step);
/* Not closed or cancelled: its record is still written. */
bool is_open_to_entries(struct step *step);
/* What the draft says of an entry is whole, and within its limits. */
bool entry_is_sound(struct step *step);
bool entry_time_is_sound(struct step *step);
/* other_id names an incident that may be told of this one. It is told that this
 * one `words`: "is a duplicate of this one". */
bool point_back(struct step *step, const char *words);

/* With the date, and without the zone it was typed in: it says UTC. */
void print_utc(struct when when, struct buf *out);

/* Appends it with the next number, which is returned. */
int64_t emit(struct step *step, const struct event *event);
/* A card is wanted in both rooms. */
void want(struct step *step, enum effect_kind kind);
void want_of(struct step *step, const struct effect *effect);
/* What shows an event of this visibility: the rooms, the card, and, once the
 * incident is over, the postmortem. */
void want_shown(struct step *step, enum visibility visibility);
/* items.c: of a new action item. */
void want_issue(struct step *step, int64_t seq);

void decide_assign(struct step *step);
void decide_handoff(struct step *step);
void decide_entry(struct step *step);
void decide_edit(struct step *step);
void decide_strike(struct step *step);
void decide_settlement(struct step *step);
void decide_item(struct step *step);
void decide_link(struct step *step);
void decide_set(struct step *step);
void decide_snooze(struct step *step);
void decide_reminder(struct step *step);
void decide_result(struct step *step);
void decide_section(struct step *step);
void decide_loss(struct step *step);
void decide_chart(struct step *step);

#endif
