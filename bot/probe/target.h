/*
 * A probe's target: taken apart for those who connect, and put into words for
 * people.
 */
#ifndef BOT_PROBE_TARGET_H
#define BOT_PROBE_TARGET_H

#include "bot/base/buf.h"

/* "host:port" or "[2001:db8::1]:port"; `host` borrows, without brackets. */
bool target_parse(struct str text, struct str *host, int *port);
/* A URL without user name, password, query and fragment; any other target as it
 * is. */
void target_print(struct str target, struct buf *out);

#endif
