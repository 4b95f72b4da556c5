/*
 * User text as Discord markdown that shows the text and nothing else. What
 * Discord reads as markup: docs, Reference, Message Formatting, and the help
 * page on markdown. Escaping is for the eye; who is pinged is decided by
 * allowed_mentions alone (message.c).
 */
#include "bot/base/ascii.h"
#include "bot/base/url.h"
#include "bot/base/utf8.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <string.h>

#define ZERO_WIDTH_SPACE "\xE2\x80\x8B" /* U+200B */
#define REPLACEMENT      "\xEF\xBF\xBD" /* U+FFFD */

/* Legal in a link and inert between < and >. Brackets, quotes, '|', '\\' and
 * '`' are not legal in a URL, so they end it. */
#define LINK_MARKS "-._~:/?#@!$&'()*+,;=%"

static bool starts_nocase(struct str text, const char *word)
{
    size_t n = strlen(word);
    return text.n >= n && str_is_nocase((struct str){text.s, n}, word);
}

static bool pings_all(struct str after_at)
{
    return starts_nocase(after_at, "everyone") ||
           starts_nocase(after_at, "here");
}

/* What may follow '<' in a mention, timestamp, emoji, command or guild link. */
static bool is_mention(struct str after_less)
{
    static const char *const heads[] = {"@", "#", "/", ":", "t:", "a:", "id:"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (starts_nocase(after_less, heads[i]))
            return true;
    return false;
}

/* The link at the front of `text`, without the punctuation that belongs to the
 * sentence around it; nothing when there is none. */
static struct str link_at(struct str text)
{
    size_t scheme = starts_nocase(text, "https://")  ? 8
                    : starts_nocase(text, "http://") ? 7
                                                     : 0;
    if (scheme == 0)
        return STR_NONE;
    struct str link = {text.s, scheme};
    int open = 0; /* parentheses */
    while (link.n < text.n) {
        char c = text.s[link.n];
        size_t n = is_alnum(c) || strchr(LINK_MARKS, c) != NULL
                       ? 1
                       : url_letter(str_from(text, link.n));
        open += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (n == 0 || open < 0)
            break;
        link.n += n;
    }
    while (link.n > scheme && strchr(".,:;!?'", link.s[link.n - 1]) != NULL)
        link.n--;
    return link.n > scheme ? link : STR_NONE;
}

/* In angle brackets: the link then ends where we say, whatever follows, and
 * shows no preview. */
static void add_link(struct buf *out, struct str link)
{
    buf_add_char(out, '<');
    for (size_t i = 0; i < link.n; i++) {
        if (link.s[i] == '@' && pings_all(str_from(link, i + 1)))
            buf_add_text(out, "%40"); /* the same address */
        else
            buf_add_char(out, link.s[i]);
    }
    buf_add_char(out, '>');
}

/* List marks (`- `, `+ `, `12. `) at the start of a line. Takes digits and mark
 * off the front of *text. */
static void add_line_start(struct buf *out, struct str *text)
{
    size_t blanks = 0, digits;
    for (; blanks < text->n &&
           (text->s[blanks] == ' ' || text->s[blanks] == '\t');
         blanks++)
        buf_add_char(out, ' ');
    *text = str_from(*text, blanks);
    for (digits = 0; digits < text->n && is_digit(text->s[digits]); digits++)
        ;
    struct str after = str_from(*text, digits);
    char mark = ' ', next = ' ';
    if (after.n > 0)
        mark = after.s[0];
    if (after.n > 1)
        next = after.s[1];
    bool is_number = digits > 0 && mark == '.' && (next == ' ' || next == '\n');
    if (!is_number && (digits > 0 || (mark != '-' && mark != '+')))
        return;
    buf_add_bytes(out, text->s, digits);
    buf_add_char(out, '\\');
    buf_add_char(out, mark);
    *text = str_from(after, 1);
}

/* The text without what cannot be shown. Before anything else, so that nothing
 * hides between two characters that mean something together. Owned by the
 * caller. */
static struct buf printable(struct str text)
{
    struct buf clean = BUF_INIT(text.n * (sizeof REPLACEMENT - 1));
    bool is_clean = utf8_printable(text, NULL);
    if (is_clean)
        buf_add(&clean, text);
    while (!is_clean && text.n > 0) {
        uint32_t point;
        struct str one = {text.s, utf8_next(text, &point)};
        if (one.n == 0)
            buf_add(&clean, STR(REPLACEMENT));
        else if (utf8_printable(one, NULL))
            buf_add(&clean, one);
        text = str_from(text, one.n == 0 ? 1 : one.n);
    }
    return clean;
}

/* Bytes at the front that mean nothing. */
static size_t inert_bytes(struct str text)
{
    static const bool has_meaning[256] = {
        ['\n'] = true, ['\t'] = true, ['@'] = true, ['<'] = true, ['h'] = true,
        ['H'] = true,  ['\\'] = true, ['*'] = true, ['_'] = true, ['~'] = true,
        ['`'] = true,  ['|'] = true,  ['>'] = true, ['#'] = true, ['['] = true,
        [']'] = true,  ['('] = true,  [')'] = true};
    size_t n = 0;
    while (n < text.n && !has_meaning[(unsigned char)text.s[n]])
        n++;
    return n;
}

static void add_character(struct buf *out, struct str text)
{
    char c = text.s[0];
    struct str after = str_from(text, 1);
    if (c == '@' && pings_all(after))
        buf_add(out, STR("@" ZERO_WIDTH_SPACE));
    else if (c == '<' && is_mention(after))
        buf_add(out, STR("\\<" ZERO_WIDTH_SPACE));
    else if (c == '\t')
        buf_add_char(out, ' ');
    else if (c == '@' || c == 'h' || c == 'H') /* of no ping, of no link */
        buf_add_char(out, c);
    else
        buf_add_bytes(out, (char[]){'\\', c}, 2);
}

static void add_literal(struct buf *out, struct str raw, const char *new_line)
{
    struct buf clean = printable(raw);
    struct str text = buf_str(&clean);
    bool at_line_start = true;
    /* "@" was added before, and now comes a name. */
    if (out->n > 0 && out->s[out->n - 1] == '@' && pings_all(text))
        buf_add(out, STR(ZERO_WIDTH_SPACE));
    while (text.n > 0) {
        if (at_line_start) {
            at_line_start = false;
            add_line_start(out, &text);
            continue;
        }
        size_t inert = inert_bytes(text);
        if (inert > 0) {
            buf_add_bytes(out, text.s, inert);
            text = str_from(text, inert);
            continue;
        }
        struct str link = link_at(text);
        if (link.n > 0) {
            add_link(out, link);
            text = str_from(text, link.n);
            continue;
        }
        at_line_start = text.s[0] == '\n';
        if (at_line_start)
            buf_add_text(out, new_line);
        else
            add_character(out, text);
        text = str_from(text, 1);
    }
    buf_release(&clean);
}

void markdown_add(struct buf *out, struct str text)
{
    add_literal(out, text, "\n");
}

void markdown_add_line(struct buf *out, struct str text)
{
    add_literal(out, text, " ");
}

void markdown_add_words(struct buf *out, struct str words)
{
    struct str rest = words, plain, code;
    while (str_cut(&rest, '`', &plain)) {
        markdown_add(out, plain);
        struct str after = rest;
        if (str_cut(&after, '`', &code) && after.s != NULL) {
            struct buf clean = printable(code);
            buf_addf(out, "`%s`", buf_text(&clean));
            buf_release(&clean);
            rest = after;
        } else if (rest.s != NULL) { /* it has no second */
            markdown_add(out, STR("`"));
        }
    }
}

bool markdown_is_fence(struct str line)
{
    line = str_trim(line);
    if (!str_starts(line, "```"))
        return false;
    for (size_t i = 3; i < line.n; i++) {
        char c = line.s[i];
        if (!is_alnum(c) && (c == '\0' || strchr("_+-.#", c) == NULL))
            return false;
    }
    return true;
}

void markdown_add_fence(struct buf *out, struct str text, size_t units)
{
    struct buf clean = printable(text);
    struct str rest = buf_str(&clean);
    size_t ticks = 0; /* in a row */
    size_t keep = utf8_cut_units(rest, units);
    bool is_cut = keep < rest.n;
    rest.n = keep;
    buf_add(out, STR("```\n"));
    for (; rest.n > 0; rest = str_from(rest, 1)) {
        if (ticks == 2) {
            buf_add(out, STR(ZERO_WIDTH_SPACE));
            ticks = 0;
        }
        ticks = rest.s[0] == '`' ? ticks + 1 : 0;
        buf_add_char(out, rest.s[0]);
    }
    buf_add_text(out, is_cut ? "…\n```" : "\n```");
    buf_release(&clean);
}

void markdown_add_timestamp(struct buf *out, int64_t ms, char style)
{
    int64_t seconds = ms / 1000 - (ms % 1000 < 0);
    buf_addf(out, "<t:%" PRId64 ":%c>", seconds, style);
}
