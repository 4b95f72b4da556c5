/*
 * People's prose against the record: what it says of durations, times, days,
 * hosts, numbers of hosts and people, where the record says otherwise; and
 * times of the record that contradict each other. Pure: text in, findings out.
 * It is a list for a person to look at, never a refusal, so it stays silent
 * when it is not sure.
 */
#ifndef BOT_POSTMORTEM_CONSISTENCY_H
#define BOT_POSTMORTEM_CONSISTENCY_H

#include "bot/core/incident.h"

#define FINDINGS_MOST 20

/* Plain text, as typed: whoever prints it escapes it. */
struct finding {
    char where[48];   /* "what went well" */
    char said[120];   /* "7 minutes" */
    char record[240]; /* "13 minutes from first human report to impact end" */
};

struct findings {
    struct finding all[FINDINGS_MOST];
    int count;
    int left_out; /* there are more */
};

/* An entry as it stands; text is borrowed. */
struct told {
    struct when at;
    struct str text; /* its words, its change and what is attached as text */
};

/* What the record says. Lists of names end each with a newline. */
struct recorded {
    const struct told *entries; /* by time; no updates: those are prose */
    int entry_count;
    const struct when *milestones; /* MILESTONE_COUNT */
    struct str people;             /* without "@" */
    struct str places;             /* where changes were made; services */
};

struct prose {
    const char *where; /* "summary" */
    struct str text;
    /* Told while the incident ran: how long and when is about what was to come,
     * and is not looked at. */
    bool is_update;
};

/* Adds to `out`. */
void consistency_check(const struct recorded *record, const struct prose *prose,
                       int count, struct findings *out);

#endif
