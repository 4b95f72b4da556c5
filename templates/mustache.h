/*
 * Mustache (the spec of mustache/spec: interpolation, sections, inverted,
 * comments, partials, delimiters; no lambdas), over a cJSON tree. Our own
 * because the packaged renderer fails 20 of the spec's cases, which shows as
 * stray blank lines in a markdown file.
 */
#ifndef TEMPLATES_MUSTACHE_H
#define TEMPLATES_MUSTACHE_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

#include <cjson/cJSON.h>

/* Writes `text` so that it stays data in the target format. `{{x}}` uses it,
 * `{{{x}}}` and `{{&x}}` do not. */
typedef void mustache_escape_fn(struct buf *out, struct str text);

struct mustache {
    struct str template;
    const cJSON *data;
    /* Object of name -> template text; NULL: none. */
    const cJSON *partials;
    /* What errors call the template, and each partial (object of name -> text):
     * files, if they are such. NULL: "line N" and "partial NAME, line N". */
    const char *file;
    const cJSON *files;
    mustache_escape_fn *escape; /* NULL: raw */
    /* True: a name found nowhere is an error with its line; false: empty, as
     * the spec says. What is within something that is false is empty. */
    bool strict;
    /* Every section is entered once, whatever its value: so that all of it is
     * seen to be sound. Each list in `data` has an element then. */
    bool check;
};

/* ERR_INVALID with "FILE, line N: what, and what is allowed" in `why`;
 * ERR_TOO_LONG over out->limit. */
MUST_CHECK enum err mustache_render(const struct mustache *job, struct buf *out,
                                    struct buf *why);
/* HTML escaping as the spec's cases expect it. */
void mustache_escape_html(struct buf *out, struct str text);

#endif
