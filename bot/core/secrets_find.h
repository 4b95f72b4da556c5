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

#include "bot/core/secrets.h"

enum char_class {
    CLASS_TOKEN, /* letters, digits, _ and - */
    CLASS_VALUE, /* what base64, hex and opaque values are made of */
    CLASS_SOLID, /* no blank, quote, angle bracket, & ; | */
    CLASS_SIX,   /* hex digits and colons */
};

/* A recogniser asks its own slots, with places that never go back. */
enum slot {
    SLOT_TOKEN,
    SLOT_TOKEN_SECOND,
    SLOT_TOKEN_THIRD,
    SLOT_NAME,
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
char char_at(const struct scan *scan, size_t i); /* NUL beyond the end */
/* n back from i. Where something was removed it is what the marker ends with:
 * a second scrubbing must see the same. */
char char_before(const struct scan *scan, size_t i, size_t n);
bool starts_at(const struct scan *scan, size_t i, const char *word);
bool is_word_char(char c); /* ASCII letter, digit or _ */
bool is_digit_char(char c);
char lower_char(char c);
/* No word goes on from before i; \n and %3D written out end a word, too. */
bool is_word_start(const struct scan *scan, size_t i);

/* Each is asked at the start of a word. */
bool find_token(struct scan *scan, size_t i, struct find *out);
bool find_named(struct scan *scan, size_t i, struct find *out);
bool find_address(struct scan *scan, size_t i, struct find *out);
/* At any place. */
bool find_in_url(struct scan *scan, size_t i, struct find *out);
bool find_pem(struct scan *scan, size_t i, struct find *out);

#endif
