/*
 * What it takes to get into the postmortem's repository: the token, and the
 * files that opsroom-git reads.
 */
#ifndef BOT_GIT_PARTS_H
#define BOT_GIT_PARTS_H

#include "bot/config/config.h"
#include "bot/postmortem/postmortem.h"

struct git_parts;

/* NULL, with `why`, when a secret or a file cannot be read. The settings are
 * borrowed. */
struct git_parts *git_parts_new(const struct config *config, struct buf *why);
void git_parts_free(struct git_parts *parts); /* NULL is fine */
/* Borrowed from the parts. */
struct postmortem_access git_parts_access(const struct git_parts *parts);

#endif
