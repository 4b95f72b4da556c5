/*
 * Borrowed text: a pointer and a length in bytes, never owned, not
 * necessarily ended by a NUL. {NULL, 0} means "absent", {"", 0} "empty".
 */
#ifndef BOT_BASE_STR_H
#define BOT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *s;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE     ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(text) */
#define STR_ARG(text) (int)(text).n, (text).n == 0 ? "" : (text).s

struct str str_of(const char *text); /* NULL gives STR_NONE */

/* Here, because they are asked at every byte of a text. */

/* Without the first bytes. */
static inline struct str str_from(struct str text, size_t skip)
{
    if (skip > text.n)
        skip = text.n;
    if (text.s != NULL)
        text.s += skip;
    text.n -= skip;
    return text;
}

/* NUL beyond the end. */
static inline char str_at(struct str text, size_t i)
{
    return i < text.n ? text.s[i] : '\0';
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
    return str_eq(a, str_of(b));
}

bool str_eq_nocase(struct str a, struct str b);
bool str_is_nocase(struct str a, const char *b); /* ASCII only */
bool str_starts(struct str text, const char *prefix);
bool str_ends(struct str text, const char *suffix);
/* Where the piece begins first, or NULL. */
const char *str_find(struct str text, struct str piece);
bool str_has(struct str text, struct str piece);
struct str str_trim(struct str text); /* ASCII blanks, both ends */
/* Takes the text up to `mark` (or all of it) off the front of *rest; false
 * when *rest is used up. */
bool str_cut(struct str *rest, char mark, struct str *piece);
/* Whole text is a decimal number that fits; leaves *out alone otherwise. */
bool str_to_u64(struct str text, uint64_t *out);
/* In decimal, within `digits`, not ended by a NUL. */
#define NUMBER_BYTES 20 /* of 2^64 - 1, and of -2^63 */
struct str str_of_u64(uint64_t number, char digits[static NUMBER_BYTES]);
struct str str_of_i64(int64_t number, char digits[static NUMBER_BYTES]);
/* Copies into a fixed array, cut on a code point boundary; always ends it. */
void str_copy(char *to, size_t bytes, struct str text);
#define str_copy_to(array, text) str_copy((array), sizeof(array), (text))

#endif
