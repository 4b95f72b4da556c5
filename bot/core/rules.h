/*
 * Between the files that decide (rules.c, entries.c, results.c) only: how a
 * decision is taken down.
 */
#ifndef BOT_CORE_RULES_H
#define BOT_CORE_RULES_H

#include "bot/core/incident.h"

/* One decision in progress. `event` starts as the draft, with the time of
 * recording, and with "now" when it has no time of its own. */
struct step {
    const struct incident *in;
    const struct request *request;
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

/* Appends it with the next number, which is returned. */
int64_t emit(struct step *step, const struct event *event);
void want(struct step *step, enum effect_kind kind);
/* What shows an event of this visibility: the rooms, the card, and, once the
 * incident is over, the postmortem. */
void want_shown(struct step *step, enum visibility visibility);

void decide_entry(struct step *step);
void decide_result(struct step *step);

#endif
