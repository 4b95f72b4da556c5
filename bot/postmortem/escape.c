#include "bot/postmortem/escape.h"

#include "bot/base/ascii.h"
#include "bot/base/url.h"
#include "bot/base/utf8.h"

#include <string.h>

/* ---- links ---- */

static size_t scheme_length(struct str text)
{
    return str_starts(text, "https://")  ? strlen("https://")
           : str_starts(text, "http://") ? strlen("http://")
                                         : 0;
}

/* Bytes of what goes on with a URL; 0: it ends here. What secrets.h puts in
 * place of a secret is no part of an address. */
static size_t url_character(struct str text)
{
    char c = str_at(text, 0);
    if ((unsigned char)c >= 0x80)
        return url_letter(text);
    return c > ' ' && strchr("<>\"`{}|\\^\x7f", c) == NULL &&
           !str_starts(text, "[removed:");
}

/* Bytes of the URL at the front, without the punctuation of the sentence it
 * stands in; 0: there is none that <…> can hold. */
static size_t url_length(struct str text)
{
    size_t scheme = scheme_length(text), n = scheme, more;
    if (scheme == 0)
        return 0;
    while ((more = url_character(str_from(text, n))) > 0)
        n += more;
    struct str url = {text.s, n};
    bool opens = str_has(url, STR("(")) || str_has(url, STR("["));
    const char *loose = opens ? ".,;:!?'*_~" : ".,;:!?'*_~)]";
    while (url.n > scheme && strchr(loose, url.s[url.n - 1]) != NULL)
        url.n--;
    /* &amp; is a character even within <…>. */
    bool entity = str_has(url, STR("&")) && str_has(url, STR(";"));
    return url.n == scheme || entity ? 0 : url.n;
}

static void add_url(struct buf *out, struct str url)
{
    buf_add_char(out, '<');
    buf_add(out, url);
    buf_add_char(out, '>');
}

void markdown_link(struct buf *out, struct str link)
{
    if (link.n > 0 && url_length(link) == link.n)
        add_url(out, link);
    else
        markdown_escape(out, link);
}

/* ---- text ---- */

/* Characters that mean something at the beginning of a line only: headings,
 * lists, quotes, rules, underlines of headings, definitions, and blanks, which
 * would be code or nothing. Returns the bytes taken. */
static size_t escape_line_start(struct buf *out, struct str text)
{
    size_t digits = 0;
    if (text.n == 0)
        return 0;
    if (text.s[0] == ' ' || text.s[0] == '\t') {
        buf_addf(out, "&#%d;", text.s[0]);
        return 1;
    }
    if (strchr("#-+=>:", text.s[0]) != NULL) {
        buf_add_char(out, '\\');
        buf_add_char(out, text.s[0]);
        return 1;
    }
    while (is_digit(str_at(text, digits)))
        digits++;
    char mark = str_at(text, digits);
    if (digits == 0 || (mark != '.' && mark != ')'))
        return 0;
    buf_add_bytes(out, text.s, digits);
    buf_add_char(out, '\\');
    buf_add_char(out, mark);
    return digits + 1;
}

static bool needs_backslash(struct str text, size_t i)
{
    char c = text.s[i], next = str_at(text, i + 1);
    char before = i == 0 ? '\0' : text.s[i - 1];
    switch (c) {
    case '\\': /* the escape itself */
    case '`':
    case '*':
    case '~':
    case '<': /* HTML, links */
    case ']': /* no link or image without it */
    case '{': /* shortcodes, attributes */
    case '$': /* formulas */
    case '"': /* typographer */
        return true;
    case '#': /* the end of a heading */
        return i + 1 == text.n;
    case '_': /* inside of a word it is only itself */
        return !is_alnum(before) || !is_alnum(next);
    case '\'': /* in "don't" a curly one does no harm */
        return !is_letter(before) || !is_letter(next);
    case '&': /* an entity? */
        return next == '#' || is_letter(next);
    case '-':
    case '>':
        return before == c;
    case '.': /* an ellipsis, or the link finder's www. */
        return (before == '.' && i >= 2 && text.s[i - 2] == '.') ||
               (i >= 3 && memcmp(text.s + i - 3, "www", 3) == 0);
    case ':': /* a link, or an emoji's name */
        return next == '/' || (!is_alnum(before) &&
                               (is_alnum(next) || next == '+' || next == '-'));
    default:
        return false;
    }
}

static void escape_char(struct buf *out, struct str text, size_t i)
{
    char c = text.s[i];
    if (c == '|') { /* tables are cut before backslashes are read */
        buf_add_text(out, "&#124;");
    } else if (c == '\r') {
        buf_add_text(out, "&#13;");
    } else if (c == ' ' && (i + 1 == text.n || text.s[i + 1] == '\n')) {
        buf_add_text(out, "&#32;"); /* two would break the line */
    } else {
        if (needs_backslash(text, i))
            buf_add_char(out, '\\');
        buf_add_char(out, c);
    }
}

void markdown_escape(struct buf *out, struct str text)
{
    while (text.n > 0 && text.s[text.n - 1] == '\n')
        text.n--;
    size_t i = escape_line_start(out, text);
    while (i < text.n) {
        struct str rest = str_from(text, i);
        bool begins_word = i == 0 || !is_alnum(text.s[i - 1]);
        size_t url = begins_word ? url_length(rest) : 0;
        if (url > 0) {
            add_url(out, (struct str){rest.s, url});
            i += url;
        } else if (rest.s[0] == '\n') {
            buf_add_text(out, "\\\n  ");
            i += 1 + escape_line_start(out, str_from(rest, 1));
        } else {
            escape_char(out, text, i);
            i++;
        }
    }
}

void markdown_code(struct buf *out, struct str text)
{
    bool fits = text.n > 0 && !str_has(text, STR("`")) &&
                !str_has(text, STR("|")) && !str_has(text, STR("{{")) &&
                !str_has(text, STR("<!--")) && !str_has(text, STR("\n")) &&
                !str_has(text, STR("\r")) && str_trim(text).n == text.n;
    if (!fits) {
        markdown_escape(out, text);
        return;
    }
    buf_add_char(out, '`');
    buf_add(out, text);
    buf_add_char(out, '`');
}

/* ---- bytes ---- */

bool markdown_may_fence(struct str bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        /* A lone CR ends a line in CommonMark and would leave the fence. */
        if (bytes.s[i] == '\0' ||
            (bytes.s[i] == '\r' && str_at(bytes, i + 1) != '\n'))
            return false;
    }
    return bytes.n > 0 && utf8_valid(bytes) && !str_has(bytes, STR("{{<")) &&
           !str_has(bytes, STR("{{%")) && !str_has(bytes, STR("<!--more-->")) &&
           !str_has(bytes, STR("opsroom:begin")) &&
           !str_has(bytes, STR("opsroom:end"));
}

static size_t longest_run(struct str text, char c)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < text.n; i++) {
        run = text.s[i] == c ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void add_fence_mark(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add_char(out, '`');
}

void markdown_fence(struct buf *out, struct str bytes)
{
    size_t run = longest_run(bytes, '`');
    size_t n = run < 3 ? 3 : run + 1;
    struct str line;
    add_fence_mark(out, n);
    buf_add_text(out, "text\n");
    while (bytes.n > 0 && str_cut(&bytes, '\n', &line)) {
        buf_add(out, line);
        buf_add_char(out, '\n');
    }
    add_fence_mark(out, n);
}

/* A second brace is escaped: nobody who looks for {{ in the whole file, front
 * matter and all, finds one that a person typed. */
void yaml_quote(struct buf *out, struct str text)
{
    uint32_t point = 0;
    buf_add_char(out, '"');
    while (text.n > 0) {
        uint32_t before = point;
        size_t n = utf8_next(text, &point);
        bool plain = n > 0 && point >= 0x20 && point != 0x7F &&
                     !(point >= 0x80 && point < 0xA0) && point != 0x2028 &&
                     point != 0x2029 && point != 0xFEFF &&
                     !(point == '{' && before == '{');
        if (point == '"' || point == '\\')
            buf_add_char(out, '\\');
        if (plain)
            buf_add_bytes(out, text.s, n);
        else
            buf_addf(out, "\\u%04x", (unsigned)point);
        text = str_from(text, n == 0 ? 1 : n);
    }
    buf_add_char(out, '"');
}

void text_on_one_line(struct buf *out, struct str text)
{
    text = str_trim(text);
    for (size_t i = 0; i < text.n; i++) {
        bool ends = text.s[i] == '\n' || text.s[i] == '\r';
        buf_add_char(out, ends ? ' ' : text.s[i]);
    }
}
