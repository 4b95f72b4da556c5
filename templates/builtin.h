/*
 * The templates that come with opsroom, in the program itself: it does not need
 * its source tree to run.
 */
#ifndef TEMPLATES_BUILTIN_H
#define TEMPLATES_BUILTIN_H

#include "bot/base/str.h"

/* templates/postmortem.hugo.md */
struct str template_postmortem_hugo(void);

#endif
