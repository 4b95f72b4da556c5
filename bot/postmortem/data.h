/*
 * The record as the tree that templates read. What a template prints with
 * {{x}} is people's text, as typed; names that end in _md hold markdown made
 * here, for {{{x_md}}}. Every name is always there ("" or false when the record
 * does not say), because templates are rendered strictly. The comment at the
 * top of templates/hugo.md lists them, and
 * templates/names.json has one of each.
 */
#ifndef BOT_POSTMORTEM_DATA_H
#define BOT_POSTMORTEM_DATA_H

#include "bot/postmortem/people.h"
#include "storage/store.h"

#include <cjson/cJSON.h>

/* Which record, for whom, in which form. */
struct page_view {
    struct store *store;
    const struct incident *in;
    const char *const *role_names; /* as of role_name */
    /* For everybody: only what the live room showed, and these by their roles.
     * NULL: for the team. */
    const struct people *people;
    bool is_table; /* the timeline is a table */
};

/* On success the caller owns *out. */
MUST_CHECK enum err postmortem_data(const struct page_view *view, cJSON **out);

/* ---- of one entry (entry.c) ---- */

/* The entry as {number, time, when, phase, actor, actor_md, text, line, mark,
 * link_md, change, evidence: [], evidence_number}; owned by the caller. */
cJSON *entry_new(const struct page_view *view, const struct event *event);
/* Adds a file or the text of an evidence event to the evidence of `entry`, and
 * the file to the list of `files`. at_margin: it does not stand in a list. */
MUST_CHECK enum err entry_add_evidence(const struct page_view *view,
                                       const struct event *event,
                                       bool at_margin, cJSON *entry,
                                       cJSON *files);
/* What follows it in the list needs a blank line of its own. */
bool entry_ends_in_fence(const cJSON *entry);
/* "@nova", "UptimeRobot"; nothing when nobody is named. */
void actor_print(struct buf *out, enum actor_type type, struct str name);

/* ---- at a glance (glance.c) ---- */

/* What only the entries tell of it, in order of time. */
struct glance {
    struct buf roles[ROLE_COUNT]; /* who had it, from when until when */
    struct buf open;              /* when it was open, when it was reopened */
};
struct glance glance_new(void); /* to be released */
void glance_release(struct glance *glance);
void glance_note(struct glance *glance, const struct incident *in,
                 const struct event *event);
/* `glance`, `alarm_gap` and `state`. */
void put_glance(cJSON *root, const struct page_view *view,
                const struct glance *glance);

/* ---- what came of it (after.c) ---- */

/* `written` and `summary`: what people wrote; `resolution` are the words
 * when the incident was last resolved. */
MUST_CHECK enum err put_written(cJSON *root, const struct page_view *view,
                                struct str resolution);
/* `items` and `has_items`. */
MUST_CHECK enum err put_items(cJSON *root, const struct page_view *view);
/* What became of a change or an idea, as `settled` of its entry. */
void put_settled(cJSON *entry, const struct entry_state *state);

/* ---- who noticed it (detection.c) ---- */

struct postmortem_settings;
/* `charts`, `has_charts` and `proposal`. */
MUST_CHECK enum err put_detection(cJSON *root, struct store *store,
                                  const struct incident *in,
                                  const struct postmortem_settings *set);

/* Members of a cJSON object. They cannot fail: out of memory aborts. */
void put_text(cJSON *object, const char *name, struct str text);
/* The same of what people typed, for those who read the page. */
void put_said(cJSON *object, const char *name, const struct page_view *view,
              struct str text);
void put_said_line(cJSON *object, const char *name,
                   const struct page_view *view, struct str text);
void put_line(cJSON *object, const char *name, struct str text);
void put_when(cJSON *object, const char *name, const struct when *when,
              bool with_date);
void put_flag(cJSON *object, const char *name, bool value);
/* These two return the item, which the object, or the list, owns from now on.
 */
cJSON *put(cJSON *object, const char *name, cJSON *item);
cJSON *add_to(cJSON *list, cJSON *item);

#endif
