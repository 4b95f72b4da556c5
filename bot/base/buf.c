#include "bot/base/buf.h"

#include "bot/base/ascii.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_release(struct buf *buf)
{
    free(buf->s);
    *buf = BUF_INIT(buf->limit);
}

void buf_clear(struct buf *buf)
{
    buf->overflow = false;
    buf_cut(buf, 0);
}

void buf_cut(struct buf *buf, size_t n)
{
    assert(n <= buf->n);
    buf->n = n;
    if (buf->s != NULL)
        buf->s[n] = '\0';
}

bool buf_reserve(struct buf *buf, size_t n)
{
    if (n > buf->limit || buf->n > buf->limit - n) {
        buf->overflow = true;
        return false;
    }
    size_t need = buf->n + n + 1;
    if (need > buf->room) {
        size_t room = buf->room < 64 ? 64 : buf->room * 2;
        buf->room = room < need ? need : room;
        buf->s = mem_resize(buf->s, buf->room);
    }
    return true;
}

void buf_add_bytes(struct buf *buf, const void *bytes, size_t n)
{
    if (!buf_reserve(buf, n))
        return;
    if (n > 0)
        memcpy(buf->s + buf->n, bytes, n);
    buf->n += n;
    buf->s[buf->n] = '\0';
}

void buf_add(struct buf *buf, struct str text)
{
    buf_add_bytes(buf, text.s, text.n);
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add_bytes(buf, &c, 1);
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add_bytes(buf, text, strlen(text));
}

void buf_add_capital(struct buf *buf, const char *word)
{
    if (word[0] == '\0')
        return;
    buf_add_char(buf, to_upper(word[0]));
    buf_add_text(buf, word + 1);
}

void buf_addv(struct buf *buf, const char *format, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    assert(n >= 0);
    if ((size_t)n < sizeof small) {
        buf_add_bytes(buf, small, (size_t)n);
    } else if (buf_reserve(buf, (size_t)n)) {
        (void)vsnprintf(buf->s + buf->n, (size_t)n + 1, format, again);
        buf->n += (size_t)n;
    }
    va_end(again);
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_addv(buf, format, args);
    va_end(args);
}

void buf_add_i64(struct buf *buf, int64_t number)
{
    char digits[NUMBER_BYTES];
    buf_add(buf, str_of_i64(number, digits));
}

void buf_add_u64(struct buf *buf, uint64_t number)
{
    char digits[NUMBER_BYTES];
    buf_add(buf, str_of_u64(number, digits));
}

void buf_add_hex(struct buf *buf, const void *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *b = bytes;
    if (!buf_reserve(buf, n * 2))
        return;
    for (size_t i = 0; i < n; i++) {
        buf->s[buf->n++] = digits[b[i] >> 4];
        buf->s[buf->n++] = digits[b[i] & 15u];
    }
    buf->s[buf->n] = '\0';
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf_text(buf), buf->n};
}

const char *buf_text(const struct buf *buf)
{
    return buf->s == NULL ? "" : buf->s;
}

char *buf_detach(struct buf *buf)
{
    char *text = buf->s == NULL ? mem_text("") : buf->s;
    *buf = BUF_INIT(buf->limit);
    return text;
}
