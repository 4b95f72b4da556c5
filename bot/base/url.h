/*
 * The few parts of a URL that decide where we connect, and whether we may.
 * Stricter than RFC 3986 on purpose: what this reader and the library that
 * connects could understand differently is refused.
 */
#ifndef BOT_BASE_URL_H
#define BOT_BASE_URL_H

#include "bot/base/buf.h"

struct url {
    struct str scheme; /* "https" */
    struct str host;   /* without the brackets of an IPv6 address */
    int port;          /* given, or the scheme's: 443 or 80 */
    struct str target; /* path and query; empty or begins with '/' or '?' */
};

/* http, https, ws or wss; no user name, no fragment, no blanks. The parts
 * borrow from `text`. */
bool url_parse(struct str text, struct url *out);
/* The scheme is `secure`, or it is `plain` and the host is a loopback one:
 * 127.0.0.0/8, ::1 or localhost. */
bool url_is_allowed(const char *url, const char *secure, const char *plain);

/* A name or a value of a query or of a form (WHATWG URL, urlencoded parsing):
 * %41, and + for a blank. A '%' that begins nothing stands for itself, as
 * browsers have it; false then. */
bool url_add_decoded(struct buf *out, struct str text);

/* Bytes of the character at the front, when it is above ASCII and goes on with
 * an address that somebody typed into a text: as browsers show them, with
 * letters of any alphabet (RFC 3987) and dashes. 0: it is ASCII, or ends it. */
size_t url_letter(struct str text);

#endif
