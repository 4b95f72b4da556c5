/*
 * Entries of the record as commands look them up and show them: in one line,
 * with what people need to recognise them and to name them by number.
 */
#ifndef COMMANDS_ENTRIES_H
#define COMMANDS_ENTRIES_H

#include "commands/command.h"

/* As it stands, of the call's incident; its text lives as long as the call.
 * False: *reply is the answer, in words that stand in `answer`. */
bool entry_find(const struct call *call, int64_t seq, struct entry *out,
                struct answer *answer, enum reply *reply);

/* A time as a form shows it: it can be read back, whenever that is. Empty when
 * it is not known; lives as long as the call. */
struct str shown_time(const struct call *call, const struct when *when);
/* A time that comes back from such a form unchanged says nothing of it. */
void entry_set_time(const struct call *call, const struct value *time,
                    const struct event *entry, struct event *draft);
/* The form that this came by still shows what has been corrected since it was
 * opened with answer->seen = entry->state.version: it would take that back.
 * True: refused, with a button that opens it anew by that option of the
 * command. */
bool entry_was_corrected(const struct call *call, const struct entry *entry,
                         const char *option, struct answer *answer);
/* What else a correction or strike moved, a line each: "With it the milestone
 * **first human report** is not recorded." */
void say_milestones(const struct call *call, const struct incident *after,
                    struct buf *words);
/* As `event`, with the number of its entry: what an EDIT holds. */
struct event entry_version(const struct event *event);

/* What the live room leaves out of that entry, as it stands, is in the war room
 * yet: the button and the words that help. */
void offer_removal(struct answer *answer, const struct event *entry);

/* "finding, ruled out", "parked idea", "update" */
const char *entry_label(const struct call *call, const struct event *event);
/* What it says, on one line, escaped: its text, its change, its file. Each part
 * is cut to that many UTF-16 units. */
void say_entry_text(struct buf *words, const struct event *event, size_t units);
/* "**#7** 18:53 · finding · nova: text"; struck through, and said, when it is
 * struck. Times are UTC, and without their day when that is the one that `ms`
 * is of. */
void say_entry(const struct call *call, struct buf *words,
               const struct entry *entry, size_t units, int64_t ms);
/* "proxy_read_timeout on web-03: 30s → 120s" */
void say_change(struct buf *words, const struct event *event, size_t units);

#endif
