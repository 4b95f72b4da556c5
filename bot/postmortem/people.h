/*
 * The people of a record, for a page that everybody may read: each is called by
 * the role they had. Names are replaced in prose too, wherever they stand as a
 * word; so are other handles, mail addresses, and what looks like a secret.
 * What says who somebody is without naming them cannot be seen here: somebody
 * reads the page before it is public.
 */
#ifndef BOT_POSTMORTEM_PEOPLE_H
#define BOT_POSTMORTEM_PEOPLE_H

#include "storage/store.h"

struct people;

/* NULL in `out` on failure. */
MUST_CHECK enum err people_of(struct store *store, const struct incident *in,
                              const char *const *role_names,
                              struct people **out);
void people_free(struct people *people);

/* "commander", "responder", or (for who only reported) "reporter"; robots and
 * teams keep their names. */
struct actor people_call(const struct people *people, const struct actor *actor,
                         bool reports);
/* "@nova" is "Nova". */
bool people_same(struct str name, struct str other);
/* Adds the text without names. */
void people_redact(const struct people *people, struct str text,
                   struct buf *out);

#endif
