/*
 * What a byte is, in ASCII alone: the locale has no say, and a byte above
 * ASCII is none of these, unless a function says so. Here, because they are
 * asked at every byte of a text.
 */
#ifndef BOT_BASE_ASCII_H
#define BOT_BASE_ASCII_H

#include <stdbool.h>
#include <string.h>

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_letter(char c)
{
    return is_lower(c) || is_upper(c);
}

static inline bool is_alnum(char c)
{
    return is_letter(c) || is_digit(c);
}

static inline bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of any script: what is not ASCII is taken for letters. */
static inline bool is_any_letter(char c)
{
    return is_letter(c) || (unsigned char)c >= 0x80;
}

/* Blanks within a line, and between lines. */
static inline bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline bool is_one_of(char c, const char *list)
{
    return c != '\0' && strchr(list, c) != NULL;
}

static inline char to_lower(char c)
{
    return (char)(is_upper(c) ? c - 'A' + 'a' : c);
}

static inline char to_upper(char c)
{
    return (char)(is_lower(c) ? c - 'a' + 'A' : c);
}

#endif
