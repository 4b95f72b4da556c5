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
    mustache_escape_fn *escape; /* NULL: raw */
    /* True: a name found nowhere is an error with its line; false: empty, as
     * the spec says. */
    bool strict;
};

/* ERR_INVALID with "line N: what" in `why`; ERR_TOO_LONG over out->limit. */
MUST_CHECK enum err mustache_render(const struct mustache *job, struct buf *out,
                                    struct buf *why);
/* HTML escaping as the spec's cases expect it. */
void mustache_escape_html(struct buf *out, struct str text);

#endif
