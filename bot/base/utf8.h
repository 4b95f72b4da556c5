/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF. Discord counts limits in "characters" without saying which; UTF-16
 * code units are never fewer than code points, so we count those.
 */
#ifndef BOT_BASE_UTF8_H
#define BOT_BASE_UTF8_H

#include "bot/base/str.h"

/* Reads the code point at the front; 0 bytes and *point = 0xFFFD when the
 * text is empty or not UTF-8 there. Returns the bytes it takes. */
size_t utf8_next(struct str text, uint32_t *point);
bool utf8_valid(struct str text);
/* Valid, and free of control characters (but \n and \t) and of those that turn
 * the reading direction of what follows (Trojan Source, CVE-2021-42574). On
 * failure *at (may be NULL) is the offset in bytes of the first offender. */
bool utf8_printable(struct str text, size_t *at);
/* Without the byte order mark that some editors put before a text. */
struct str utf8_without_mark(struct str text);
/* Signs and pictures above ASCII, with what makes a picture of the sign before
 * it (U+FE0F, the tags of flags), and the letters of scripts that put no blank
 * between words: a name may end, or begin, at them. By whole blocks of Unicode.
 */
bool utf8_parts_words(uint32_t point);
/* Length in UTF-16 code units; an invalid byte counts as one. */
size_t utf16_units(struct str text);
/* Bytes of the longest head that ends on a code point boundary and has at
 * most that many bytes, or UTF-16 units. */
size_t utf8_cut_bytes(struct str text, size_t bytes);
size_t utf8_cut_units(struct str text, size_t units);

#endif
