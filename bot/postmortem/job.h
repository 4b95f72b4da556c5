/*
 * Between postmortem.c and job.c only: what the page and its job share.
 */
#ifndef BOT_POSTMORTEM_JOB_H
#define BOT_POSTMORTEM_JOB_H

#include "bot/postmortem/postmortem.h"

#define POSTMORTEM_BRANCH "postmortem/"

/* Which incident the page belongs to, for opsroom-git: two incidents may have
 * the same name, and a template may forget to say it. */
void postmortem_print_mark(const struct incident *in, struct buf *out);

#endif
