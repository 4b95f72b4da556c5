/*
 * The sections of the postmortem that people write: which are empty yet.
 */
#ifndef COMMANDS_SECTIONS_H
#define COMMANDS_SECTIONS_H

#include "commands/command.h"

/* A bit for each section that has no text. False: the store failed. */
MUST_CHECK bool sections_empty(const struct call *call, int64_t incident_id,
                               unsigned *out);
/* "Sections not written in Discord yet: causes, what went well." or that none
 * is: the page may show what the record has instead. */
void say_empty(struct buf *words, unsigned empty);
/* To choose one to write, the empty ones first. */
void offer_sections(struct answer *answer, unsigned empty);

#endif
