/*
 * Forges read descriptions more closely than markdown does: "@name" calls
 * somebody, "#7" and "!7" link, "closes #7" closes, and a line "/close" is a
 * command to GitLab. A zero-width space after the sign undoes each of them and
 * shows nothing.
 */
#include "bot/forge/forge.h"

#include <string.h>

#define ZERO_WIDTH "\xE2\x80\x8B"

/* A backslash before any of these is plain markdown (CommonMark, 2.4). */
static bool is_markup(char c)
{
    return c > ' ' && strchr("\\`*_{}[]()<>#+-.!|~&@:$^\"'=/%", c) != NULL;
}

static bool is_reference(char c)
{
    return strchr("@#!~%$&^", c) != NULL;
}

static void add_address(struct buf *out, struct str word)
{
    buf_addf(out, "`%.*s`", STR_ARG(word));
}

/* An address would be a reference, too; as code it is only shown. */
static bool is_address(struct str word)
{
    return (str_starts(word, "https://") || str_starts(word, "http://")) &&
           memchr(word.s, '`', word.n) == NULL;
}

static void add_word(struct buf *out, struct str word)
{
    if (is_address(word)) {
        add_address(out, word);
        return;
    }
    for (size_t i = 0; i < word.n; i++) {
        char c = word.s[i];
        if (is_markup(c))
            buf_add_char(out, '\\');
        buf_add_char(out, c);
        /* "GH-7", "https:" within a word, too. */
        if (is_reference(c) || c == ':' || c == '-')
            buf_add_text(out, ZERO_WIDTH);
    }
}

static void add_line(struct buf *out, struct str line)
{
    struct str word;
    const char *blank = "";
    line = str_trim(line);
    if (str_starts(line, "/"))
        buf_add_text(out, ZERO_WIDTH);
    while (str_cut(&line, ' ', &word)) {
        buf_add_text(out, blank);
        add_word(out, word);
        blank = " ";
    }
}

void forge_literal(struct buf *out, struct str text)
{
    struct str line;
    bool is_first = true;
    text = str_trim(text);
    while (str_cut(&text, '\n', &line)) {
        /* A blank line ends a paragraph; two blanks end a line. */
        if (!is_first)
            buf_add_text(out, str_trim(line).n == 0 ? "\n" : "  \n");
        is_first = false;
        add_line(out, line);
    }
}
