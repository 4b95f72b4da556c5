/*
 * zlib-stream transport compression: one inflate context per connection, a
 * message is whole when the bytes end in 00 00 FF FF (Discord docs, Gateway,
 * Transport Compression).
 */
#ifndef BOT_DISCORD_INFLATE_H
#define BOT_DISCORD_INFLATE_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

struct inflate;

struct inflate *inflate_new(void); /* a new one per connection */
void inflate_free(struct inflate *inflate);
/* Bytes of one websocket message, split anywhere. ERR_OK: `out` was cleared and
 * holds one whole payload. ERR_NOT_FOUND: more bytes are needed. ERR_TOO_LONG:
 * larger than out->limit (zip bomb). ERR_INVALID: not zlib. After these two
 * the connection is of no use: close it. `out` may give its memory away. */
MUST_CHECK enum err inflate_feed(struct inflate *inflate, struct str bytes,
                                 struct buf *out);

#endif
