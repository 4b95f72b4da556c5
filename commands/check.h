/*
 * Options from outside -> checked values. What is wrong is said to the person
 * in one or two sentences; a value that fails leaves nothing behind.
 */
#ifndef COMMANDS_CHECK_H
#define COMMANDS_CHECK_H

#include "commands/command.h"

struct check {
    const struct interaction_user *caller; /* who `me` is */
    struct when_base times;
    int64_t file_bytes; /* most of an attached file */
    struct buf *words;  /* gets the refusal, ready to be sent */
};

/* `raw` is a slash option, or has type OPTION_TYPE_STRING when it is a form's
 * field or a button's preset. Blank text counts as not given. False: refused.
 */
bool check_option(const struct check *check, const struct option *option,
                  const struct interaction_option *raw, struct value *out);
/* The time in `text`, typed for that option; false: refused. */
bool check_when(struct buf *words, const char *option, struct str text,
                const struct when_base *base, struct when *out);
/* Most UTF-16 units that are typed for it; 0: it is not typed. */
int option_max_units(const struct option *option);
enum option_type option_discord_type(const struct option *option);

#endif
