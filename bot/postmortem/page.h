/*
 * A page's template: one that comes with opsroom, or a team's own folder with
 * page.md and its parts.
 */
#ifndef BOT_POSTMORTEM_PAGE_H
#define BOT_POSTMORTEM_PAGE_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

#include <cjson/cJSON.h>

struct page_template {
    char *file; /* what errors call it */
    char *text;
    cJSON *partials, *files; /* see struct mustache */
};

/* `name`: "hugo", "markdown", a folder, or a file with its parts beside it.
 * ERR_IO, ERR_INVALID and ERR_TOO_LONG say in `why` what is wrong and what is
 * allowed. */
MUST_CHECK enum err page_template_load(const char *name,
                                       struct page_template *out,
                                       struct buf *why);
void page_template_release(struct page_template *template);
/* Whether all of it can be rendered, whatever the record holds. ERR_INVALID:
 * file, line and what is allowed in `why`. */
MUST_CHECK enum err page_template_check(const char *name, struct buf *why);

#endif
