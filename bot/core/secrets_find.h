/*
 * Between the secrets_*.c files only: recognisers. Each looks at one place of
 * the text. Two things hold for all of them:
 *
 * Linear time: how far a run of like characters reaches is remembered per slot;
 * everything else looks at a bounded number of bytes, or at what is then
 * removed.
 *
 * Once is enough: what is removed further on must not turn a "no" into a "yes".
 * So a longer run may only be more of a secret than a shorter one.
 */
#ifndef BOT_CORE_SECRETS_FIND_H
#define BOT_CORE_SECRETS_FIND_H

#include "bot/base/ascii.h"
#include "bot/core/secrets.h"

enum char_class {
    CLASS_TOKEN, /* letters, digits, _ and - */
    CLASS_VALUE, /* what base64, hex and opaque values are made of */
    CLASS_SOLID, /* no blank, quote, angle bracket, & ; | */
    CLASS_SIX,   /* hex digits and colons */
};

/* Each is asked with places that never go back; that of the word, which every
 * recogniser may ask, only with the place that is looked at. */
enum slot {
    SLOT_WORD,
    SLOT_TOKEN_SECOND,
    SLOT_TOKEN_THIRD,
    SLOT_VALUE,
    SLOT_SOLID,
    SLOT_SIX,
    SLOT_COUNT
};

struct scan {
    struct str text;
    size_t floor;   /* end of what was removed last */
    size_t pem_end; /* the next "-----END " from here on; text.n: none */
    struct run {
        size_t from, to;
    } runs[SLOT_COUNT];
};

/* What is to be replaced; `from` may lie behind the place that was asked
 * for. */
struct find {
    size_t from, to;
    enum secret kind;
};

size_t run_end(struct scan *scan, enum slot slot, size_t from);

/* Every byte goes through these. */

/* NUL beyond the end. */
static inline char char_at(const struct scan *scan, size_t i)
{
    return i < scan->text.n ? scan->text.s[i] : '\0';
}

/* n back from i. Where something was removed it is what the marker ends with:
 * a second scrubbing must see the same. */
static inline char char_before(const struct scan *scan, size_t i, size_t n)
{
    if (i < n)
        return '\0';
    return i - n < scan->floor ? ']' : scan->text.s[i - n];
}

/* ASCII letter, digit or _ */
static inline bool is_word_char(char c)
{
#define EIGHT(first)                                                           \
    [(first)] = true, [(first) + 1] = true, [(first) + 2] = true,              \
    [(first) + 3] = true, [(first) + 4] = true, [(first) + 5] = true,          \
    [(first) + 6] = true, [(first) + 7] = true
    static const bool all[256] = {
        EIGHT('a'), EIGHT('i'),   EIGHT('q'),   ['y'] = true, ['z'] = true,
        EIGHT('A'), EIGHT('I'),   EIGHT('Q'),   ['Y'] = true, ['Z'] = true,
        EIGHT('0'), ['8'] = true, ['9'] = true, ['_'] = true,
    };
#undef EIGHT
    return all[(unsigned char)c];
}

static inline bool starts_at(const struct scan *scan, size_t i,
                             const char *word)
{
    return char_at(scan, i) == word[0] &&
           str_starts(str_from(scan->text, i), word);
}

/* No word goes on from before i; \n and %3D written out end a word, too. */
static inline bool is_word_start(const struct scan *scan, size_t i)
{
    return !is_word_char(char_before(scan, i, 1)) ||
           char_before(scan, i, 2) == '\\' || char_before(scan, i, 3) == '%';
}

/* Each is asked at the start of a word. */
bool find_token(struct scan *scan, size_t i, struct find *out);
bool find_named(struct scan *scan, size_t i, struct find *out);
bool find_address(struct scan *scan, size_t i, struct find *out);
/* At any place. */
bool find_in_url(struct scan *scan, size_t i, struct find *out);
bool find_pem(struct scan *scan, size_t i, struct find *out);

#endif
