/*
 * Whole files, up to the limit of the buf, and whole folders. ERR_IO: errno
 * tells why; a longer file is ERR_TOO_LONG, however long it goes on.
 */
#ifndef BOT_BASE_FILE_H
#define BOT_BASE_FILE_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

MUST_CHECK enum err file_read(int fd, struct buf *out); /* what is left of it */
MUST_CHECK enum err file_load(const char *path, struct buf *out);
/* A file, or a folder with all that is in it; follows no links. What cannot be
 * removed stays. */
void file_remove_all(const char *path);

#endif
