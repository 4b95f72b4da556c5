/*
 * The templates that come with opsroom, in the program itself: it does not need
 * its source tree to run.
 */
#ifndef TEMPLATES_BUILTIN_H
#define TEMPLATES_BUILTIN_H

#include "bot/base/str.h"

struct builtin {
    const char *name; /* "hugo" is templates/hugo.md */
    bool is_page;     /* else a part of pages, for {{> name}} */
    struct str text;
};
#define BUILTINS 6
void template_builtins(struct builtin out[static BUILTINS]);

/* templates/names.json: every name there is, each list with one element. */
struct str template_names(void);

#endif
