/*
 * What people have still to do to a postmortem: sections that nobody wrote yet,
 * and prose that the record contradicts. For the preview and for the body of
 * the pull request.
 */
#ifndef BOT_POSTMORTEM_CHECKLIST_H
#define BOT_POSTMORTEM_CHECKLIST_H

#include "bot/postmortem/consistency.h"
#include "storage/store.h"

struct checklist {
    unsigned empty; /* a bit (1u << SECTION_…) for each that has no text */
    struct findings findings;
};

/* Checks the sections, the impact, the updates of the room, and `prose`: what
 * people wrote on the page themselves (STR_NONE: nothing). What only private
 * entries say is neither checked nor named. */
MUST_CHECK enum err postmortem_checklist(struct store *store,
                                         const struct incident *in,
                                         struct str prose,
                                         struct checklist *out);

/* Nothing is empty, nothing contradicts. */
bool checklist_is_done(const struct checklist *list);

/* "- [ ] Write: causes", "- [ ] summary: “7 minutes”; the record has 13 minutes
 * from …", one a line; nothing when all is done. What people typed goes through
 * `escape`: markdown_escape, or what the place of the text wants. */
typedef void checklist_escape_fn(struct buf *out, struct str text);
void checklist_print(const struct checklist *list, checklist_escape_fn *escape,
                     struct buf *out);

#endif
