/*
 * Growable bytes with a limit given at birth: nothing that comes from outside
 * can grow without bound. Always ended by a NUL that is not counted. Going over
 * the limit drops the addition whole and sets `overflow`; callers may add many
 * times and ask once.
 */
#ifndef BOT_BASE_BUF_H
#define BOT_BASE_BUF_H

#include "bot/base/str.h"

#include <stdarg.h>

struct buf {
    char *s; /* owned; NULL until the first byte */
    size_t n;
    size_t room;  /* allocated bytes */
    size_t limit; /* most bytes of content */
    bool overflow;
};

#define BUF_INIT(limit_bytes) ((struct buf){.limit = (limit_bytes)})

/* In a char array that holds "" and lives as long: never allocates, never
 * released. */
#define BUF_IN(array)                                                          \
    ((struct buf){                                                             \
        .s = (array), .room = sizeof(array), .limit = sizeof(array) - 1})

void buf_release(struct buf *buf); /* frees; the limit stays; may be repeated */
void buf_clear(struct buf *buf);   /* empties, keeps the memory */
void buf_cut(struct buf *buf, size_t n); /* shortens to n bytes */
void buf_add(struct buf *buf, struct str text);
void buf_add_bytes(struct buf *buf, const void *bytes, size_t n);
void buf_add_char(struct buf *buf, char c);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_capital(struct buf *buf, const char *word); /* "Commander" */
void buf_addf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void buf_add_i64(struct buf *buf, int64_t number);
void buf_add_u64(struct buf *buf, uint64_t number);
void buf_add_hex(struct buf *buf, const void *bytes, size_t n);
/* Room for n more bytes at buf->s + buf->n; the caller then adds to buf->n.
 * False (and overflow) over the limit. */
bool buf_reserve(struct buf *buf, size_t n);
struct str buf_str(const struct buf *buf); /* borrowed until the next change */
const char *buf_text(const struct buf *buf); /* "" when empty */
/* Hands the memory over to the caller (free()); the buf is empty afterwards. */
char *buf_detach(struct buf *buf);

#endif
