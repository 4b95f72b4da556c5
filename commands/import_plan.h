/*
 * A pasted or attached timeline on its way to be kept: read, shown, and then
 * taken down the road entry by entry. Between the preview and its buttons it
 * lies in a draft, with what its times are relative to, so that what was shown
 * is what is kept.
 */
#ifndef COMMANDS_IMPORT_PLAN_H
#define COMMANDS_IMPORT_PLAN_H

#include "bot/core/import.h"
#include "commands/command.h"

/* What times that say less are relative to, and who sees what is kept. */
struct import_basis {
    int64_t date_ms; /* of the first without a date; see import_source */
    bool has_date;   /* a person said so */
    int64_t now_ms;
    bool has_zone;
    int zone_min; /* east of UTC */
    enum visibility visibility;
};

#define PLAN_PROBLEMS 6 /* shown; the rest is counted */

struct import_step {
    int entry, block; /* block -1: the entry itself */
};

struct import_plan {
    struct import_basis basis;
    struct str text;
    struct import_entry *entries; /* as they were written */
    int count, headings;
    struct str problems[PLAN_PROBLEMS];
    struct import_result result;
    struct import_step *steps;
    int step_count;
    /* What came of the steps so far. */
    int seen, new_entries;
};

/* Lives as long as the call. */
struct import_plan *import_plan_read(const struct call *call, struct str text,
                                     const struct import_basis *basis);
/* How many entries are in the record already. False: the store failed. */
MUST_CHECK bool import_plan_known(const struct call *call,
                                  const struct import_plan *plan, int *out);
/* One step as a request. */
void import_plan_request(const struct call *call,
                         const struct import_plan *plan, int step,
                         struct request *request);
/* Told after each step: whether it was a new entry. */
void import_plan_count(const struct call *call, struct import_plan *plan,
                       int step);

/* The draft: what to give import_plan_read. False: it is none. */
void import_draft_write(const struct import_plan *plan, struct buf *out);
bool import_draft_read(struct str draft, struct import_basis *basis,
                       struct str *text);
#define IMPORT_BYTES (DRAFT_BYTES - 100) /* most of a text */

#endif
