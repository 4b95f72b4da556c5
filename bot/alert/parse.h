/*
 * What a monitor posted -> alerts. Pure: no clock, no sockets, and nothing of
 * the body is trusted but that its sender knew the secret. A body is taken
 * whole or not at all; optional fields of a wrong type count as absent.
 *
 * Start in parse.c; one file a form, each begins with the fields it reads.
 */
#ifndef BOT_ALERT_PARSE_H
#define BOT_ALERT_PARSE_H

#include "bot/alert/source.h"
#include "bot/base/buf.h"
#include "bot/base/err.h"
#include "bot/core/alert.h"

/* Alertmanager sends a group whole unless max_alerts says otherwise. */
#define ALERTS_PER_BODY  2000
#define ALERTS_WHY_BYTES 300

struct alerts {
    struct alert *all; /* `source` is borrowed from the source's name */
    char **texts;      /* what the rest of each borrows */
    int count;
};

/* `content_type` as the header says it, may be STR_NONE. UptimeRobot may send
 * its fields in the address: then `body` is the query string, without '?'.
 *
 * ERR_OK with no alerts: understood, and it tells of none (a test of the
 * monitor, maintenance); `why` says so in a sentence. ERR_INVALID: `why` says
 * what is wrong and what was expected, and *out is untouched. `why` gets at
 * most ALERTS_WHY_BYTES, and nothing of the body but names of fields. */
MUST_CHECK enum err alerts_parse(const struct alert_source *source,
                                 struct str content_type, struct str body,
                                 struct alerts *out, struct buf *why);
void alerts_release(struct alerts *alerts);

#endif
