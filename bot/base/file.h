/*
 * Whole files, up to the limit of the buf. ERR_IO: errno tells why; a longer
 * one is ERR_TOO_LONG, however long it goes on.
 */
#ifndef BOT_BASE_FILE_H
#define BOT_BASE_FILE_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

MUST_CHECK enum err file_read(int fd, struct buf *out); /* what is left of it */
MUST_CHECK enum err file_load(const char *path, struct buf *out);

#endif
