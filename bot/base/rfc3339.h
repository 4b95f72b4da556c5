/*
 * Times as other programs tell them (RFC 3339): "2022-12-13T18:53:00Z",
 * "2022-12-13 19:53:00.25+01:00". What people type is read by bot/core/when.h.
 */
#ifndef BOT_BASE_RFC3339_H
#define BOT_BASE_RFC3339_H

#include "bot/base/str.h"

/* Without a zone only if `utc_unless_told`. False, and *out_ms untouched, for
 * what it cannot read and for what lies before 1970. */
bool rfc3339_read(struct str text, bool utc_unless_told, int64_t *out_ms);

#endif
