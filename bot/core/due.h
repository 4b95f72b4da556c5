/*
 * Days to come, as people name them: `2026-12-24`, `Dec 24`, `24 December
 * 2026`, `Friday`, `tomorrow`, `in 2 weeks`, `next month`. In UTC, as all times
 * of the record.
 */
#ifndef BOT_CORE_DUE_H
#define BOT_CORE_DUE_H

#include "bot/base/buf.h"
#include "bot/base/civil.h"
#include "bot/base/err.h"

/* Midnight of that day. A weekday is the next one after today, a date without a
 * year the next to come, today included. ERR_INVALID when it cannot be read, is
 * past, or lies more than five years ahead: *out is untouched then, and `why`
 * (may be NULL) gets one sentence. */
MUST_CHECK enum err due_parse(struct str text, int64_t now_ms, int64_t *out,
                              struct buf *why);

/* "2026-12-24, a Thursday" */
void due_print(int64_t day_ms, struct buf *out);

#endif
