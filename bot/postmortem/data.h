/*
 * The record as the tree that templates read. What a template prints with
 * {{x}} is people's text, as typed; names that end in _md hold markdown made
 * here, for {{{x_md}}}. Every name is always there ("" or false when the record
 * does not say), because templates are rendered strictly. The comment at the
 * top of templates/postmortem.hugo.md lists them.
 */
#ifndef BOT_POSTMORTEM_DATA_H
#define BOT_POSTMORTEM_DATA_H

#include "storage/store.h"

#include <cjson/cJSON.h>

/* On success the caller owns *out. */
MUST_CHECK enum err postmortem_data(struct store *store,
                                    const struct incident *in, cJSON **out);

/* ---- of one entry (entry.c) ---- */

/* The entry as {number, time, when, actor, actor_md, text, line, mark, link_md,
 * change, evidence: []}; owned by the caller. */
cJSON *entry_new(const struct event *event);
/* Adds a file or the text of an evidence event to the evidence of `entry`, and
 * the file to the list of `files`. */
MUST_CHECK enum err entry_add_evidence(cJSON *entry, cJSON *files,
                                       const struct event *event,
                                       struct store *store);
/* What follows it in the list needs a blank line of its own. */
bool entry_ends_in_fence(const cJSON *entry);
/* "@nova", "UptimeRobot"; nothing when nobody is named. */
void actor_print(struct buf *out, enum actor_type type, struct str name);

/* Members of a cJSON object. They cannot fail: out of memory aborts. */
void put_text(cJSON *object, const char *name, struct str text);
void put_line(cJSON *object, const char *name, struct str text);
void put_when(cJSON *object, const char *name, const struct when *when,
              bool with_date);
void put_flag(cJSON *object, const char *name, bool value);
/* Returns the item, which the object owns from now on. */
cJSON *put(cJSON *object, const char *name, cJSON *item);

#endif
