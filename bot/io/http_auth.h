/*
 * What a request brings along to prove who sent it.
 */
#ifndef BOT_IO_HTTP_AUTH_H
#define BOT_IO_HTTP_AUTH_H

#include "bot/io/http_server.h"

/* As `Authorization: Bearer SECRET`, as the password of basic auth, or as
 * ?secret=SECRET, for monitors that can send no header. Takes the same time
 * whatever was sent. */
bool http_has_secret(const struct http_request *request, struct str secret);

/* The first value of that name, decoded; false when there is none, or it is
 * malformed. */
bool http_query_value(struct str query, const char *name, struct buf *out);

#endif
