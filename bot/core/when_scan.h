/*
 * Between when_read.c and when_point.c only: the text of a typed time, read
 * from its front, and the first complaint about it.
 */
#ifndef BOT_CORE_WHEN_SCAN_H
#define BOT_CORE_WHEN_SCAN_H

#include "bot/base/buf.h"

struct when_scan {
    struct str rest;
    struct buf *why; /* may be NULL */
    bool failed;
};

/* One sentence for the person. The first one stays. */
void scan_complain(struct when_scan *scan, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* As much of what was typed as a complaint quotes. */
struct str scan_shown(struct str text);

void scan_skip(struct when_scan *scan, size_t n);
void scan_blanks(struct when_scan *scan);
/* Takes that word, and the blanks behind it; false when another stands there.
 */
bool scan_word(struct when_scan *scan, const char *word);
/* ~, about, ca.: false when none stands there. */
bool scan_about(struct when_scan *scan);

/* How many stand there. */
size_t scan_digits(struct str text, size_t i);
/* The letters at the front. */
struct str scan_letters(struct str text);
/* Of up to six digits: fits an int. */
int scan_number(struct str text, size_t i, size_t n);

#endif
