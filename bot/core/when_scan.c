#include "bot/core/when_scan.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"

#include <stdarg.h>
#include <string.h>

#define SHOWN_BYTES 48 /* of what was typed, in a complaint */

void scan_complain(struct when_scan *scan, const char *format, ...)
{
    va_list args;
    if (!scan->failed && scan->why != NULL) {
        va_start(args, format);
        buf_addv(scan->why, format, args);
        va_end(args);
    }
    scan->failed = true;
}

struct str scan_shown(struct str text)
{
    text.n = utf8_cut_bytes(text, SHOWN_BYTES);
    return text;
}

size_t scan_digits(struct str text, size_t i)
{
    size_t n = 0;
    while (is_digit(str_at(text, i + n)))
        n++;
    return n;
}

struct str scan_letters(struct str text)
{
    size_t n = 0;
    while (is_letter(str_at(text, n)))
        n++;
    return (struct str){text.s, n};
}

int scan_number(struct str text, size_t i, size_t n)
{
    int value = 0;
    for (size_t k = 0; k < n; k++)
        value = value * 10 + (str_at(text, i + k) - '0');
    return value;
}

void scan_skip(struct when_scan *scan, size_t n)
{
    scan->rest = str_from(scan->rest, n);
}

void scan_blanks(struct when_scan *scan)
{
    while (str_at(scan->rest, 0) == ' ' || str_at(scan->rest, 0) == ',')
        scan_skip(scan, 1);
}

bool scan_word(struct when_scan *scan, const char *word)
{
    if (!str_is_nocase(scan_letters(scan->rest), word))
        return false;
    scan_skip(scan, strlen(word));
    scan_blanks(scan);
    return true;
}

bool scan_about(struct when_scan *scan)
{
    static const char *const words[] = {"about",         "around", "approx",
                                        "approximately", "circa",  "ca"};
    bool found = str_at(scan->rest, 0) == '~';
    if (found)
        scan_skip(scan, 1);
    for (size_t i = 0; i < sizeof words / sizeof *words && !found; i++) {
        found = scan_word(scan, words[i]);
        if (found && str_at(scan->rest, 0) == '.')
            scan_skip(scan, 1);
    }
    scan_blanks(scan);
    return found;
}
