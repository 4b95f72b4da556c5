/*
 * Borrowed text: a pointer and a length in bytes, never owned, not
 * necessarily ended by a NUL. {NULL, 0} means "absent", {"", 0} "empty".
 */
#ifndef BOT_BASE_STR_H
#define BOT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *s;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE     ((struct str){NULL, 0})
/* For printf: "%.*s", STR_ARG(text) */
#define STR_ARG(text) (int)(text).n, (text).n == 0 ? "" : (text).s

struct str str_of(const char *text); /* NULL gives STR_NONE */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *b);
bool str_eq_nocase(struct str a, struct str b);
bool str_is_nocase(struct str a, const char *b); /* ASCII only */
bool str_starts(struct str text, const char *prefix);
bool str_ends(struct str text, const char *suffix);
struct str str_trim(struct str text);              /* ASCII blanks, both ends */
struct str str_from(struct str text, size_t skip); /* without the first bytes */
/* Takes the text up to `mark` (or all of it) off the front of *rest; false
 * when *rest is used up. */
bool str_cut(struct str *rest, char mark, struct str *piece);
/* Whole text is a decimal number that fits; leaves *out alone otherwise. */
bool str_to_u64(struct str text, uint64_t *out);
/* Copies into a fixed array, cut on a code point boundary; always ends it. */
void str_copy(char *to, size_t bytes, struct str text);
#define str_copy_to(array, text) str_copy((array), sizeof(array), (text))

#endif
