/*
 * Phrases that several private answers share. Text from people is escaped here
 * and nowhere else in the commands.
 */
#ifndef COMMANDS_WORDS_H
#define COMMANDS_WORDS_H

#include "bot/core/incident.h"

#define WORDS_BYTES 16000

struct call;

/* **INC-12** */
void say_incident(struct buf *words, const struct incident *in);
/* "18:53 UTC (<t:…:t>)": with the date when that is not today. */
void say_time(struct buf *words, const struct when *when, int64_t now_ms);
/* On one line, escaped, cut to that many UTF-16 units. */
void say_excerpt(struct buf *words, struct str text, size_t units);
/* The same without what looks like a secret: for what everybody may ask. */
void say_public(struct buf *words, struct str text, size_t units);
/* "It stands in <#…>." or why it stands in no room. */
void say_where(struct buf *words, const struct incident *in,
               enum visibility visibility);
/* Why the other incident that was named does not name this one. */
void say_unnamed(const struct call *call, int64_t other_id, struct buf *words);
/* "Kept as #7 of **INC-12** at 18:53 UTC: …", and where it stands. */
void say_kept(struct buf *words, const struct incident *after,
              const struct event *event, int64_t now_ms);
/* "private · drill", each with " · " before it. */
void say_marks(struct buf *words, const struct incident *in);
/* "**That cannot be**: resolved 23:40 UTC, but impact start 23:50 UTC. One of
 * them is wrong", a line each, of what changed since `before`. */
void say_disorder(struct buf *words, const struct incident *before,
                  const struct incident *after, int64_t now_ms);
/* "The impact end, 19:25 UTC, is taken back", on a line, if a move did that. */
void say_goes_on(struct buf *words, const struct incident *before,
                 const struct incident *after, int64_t now_ms);
/* "4 changes": the word gets its s. */
void say_count(struct buf *words, int64_t count, const char *word);
/* What the live room leaves out of an event that it shows, because it looks
 * like a token, a key, a password or a private address; a line of its own.
 * False: nothing. run.c says it for every command. */
bool say_removed(struct buf *words, const struct incident *in,
                 const struct event *event);
/* Without what looks like a secret; not escaped: for a choice or a form. */
void add_public(struct buf *out, struct str text);
/* Without control characters, those that turn the direction and bytes that are
 * not UTF-8. What is left is as it was: not escaped. */
void add_printable(struct buf *out, struct str text);

#endif
