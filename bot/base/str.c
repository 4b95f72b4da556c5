#include "bot/base/str.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"

#include <string.h>

struct str str_of(const char *text)
{
    return text == NULL ? STR_NONE : (struct str){text, strlen(text)};
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (to_lower(a.s[i]) != to_lower(b.s[i]))
            return false;
    return true;
}

bool str_is_nocase(struct str a, const char *b)
{
    return str_eq_nocase(a, str_of(b));
}

bool str_starts(struct str text, const char *prefix)
{
    size_t n = strlen(prefix);
    return n == 0 || (text.n >= n && memcmp(text.s, prefix, n) == 0);
}

bool str_ends(struct str text, const char *suffix)
{
    size_t n = strlen(suffix);
    return n == 0 ||
           (text.n >= n && memcmp(text.s + text.n - n, suffix, n) == 0);
}

const char *str_find(struct str text, struct str piece)
{
    return text.n == 0 ? NULL : memmem(text.s, text.n, piece.s, piece.n);
}

bool str_has(struct str text, struct str piece)
{
    return str_find(text, piece) != NULL;
}

struct str str_trim(struct str text)
{
    while (text.n > 0 && is_space(text.s[0]))
        text = str_from(text, 1);
    while (text.n > 0 && is_space(text.s[text.n - 1]))
        text.n--;
    return text;
}

bool str_cut(struct str *rest, char mark, struct str *piece)
{
    if (rest->s == NULL)
        return false;
    const char *at = rest->n == 0 ? NULL : memchr(rest->s, mark, rest->n);
    if (at == NULL) {
        *piece = *rest;
        *rest = STR_NONE;
    } else {
        *piece = (struct str){rest->s, (size_t)(at - rest->s)};
        *rest = str_from(*rest, piece->n + 1);
    }
    return true;
}

bool str_to_u64(struct str text, uint64_t *out)
{
    uint64_t value = 0;
    if (text.n == 0)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.s[i] < '0' || text.s[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text.s[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

struct str str_of_u64(uint64_t number, char digits[static NUMBER_BYTES])
{
    size_t at = NUMBER_BYTES;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct str){digits + at, NUMBER_BYTES - at};
}

struct str str_of_i64(int64_t number, char digits[static NUMBER_BYTES])
{
    if (number >= 0)
        return str_of_u64((uint64_t)number, digits);
    struct str text = str_of_u64(0 - (uint64_t)number, digits);
    size_t at = NUMBER_BYTES - text.n - 1;
    digits[at] = '-';
    return (struct str){digits + at, text.n + 1};
}

void str_copy(char *to, size_t bytes, struct str text)
{
    size_t n = text.n < bytes ? text.n : utf8_cut_bytes(text, bytes - 1);
    if (n > 0)
        memcpy(to, text.s, n);
    to[n] = '\0';
}
