#include "bot/core/secrets_find.h"

#include <string.h>

#define WAITING_MOST 8
#define LABEL_MOST   80

static const char *const markers[SECRET_COUNT] = {
    [SECRET_TOKEN] = "[removed: a token]",
    [SECRET_KEY] = "[removed: a private key]",
    [SECRET_PASSWORD] = "[removed: a password]",
    [SECRET_ADDRESS] = "[removed: a private address]",
};

/* ---- reading ---- */

static bool is_in(enum char_class class, char c)
{
    switch (class) {
    case CLASS_TOKEN:
        return is_word_char(c) || c == '-';
    case CLASS_VALUE:
        return is_word_char(c) || (c != '\0' && strchr("-+/=.~", c) != NULL);
    case CLASS_SOLID:
        return (unsigned char)c > ' ' && strchr("\"'`<>&;|", c) == NULL;
    case CLASS_SIX:
        return is_hex(c) || c == ':';
    }
    return false;
}

size_t run_end(struct scan *scan, enum slot slot, size_t from)
{
    static const enum char_class classes[SLOT_COUNT] = {
        [SLOT_WORD] = CLASS_TOKEN,        [SLOT_TOKEN_SECOND] = CLASS_TOKEN,
        [SLOT_TOKEN_THIRD] = CLASS_TOKEN, [SLOT_VALUE] = CLASS_VALUE,
        [SLOT_SOLID] = CLASS_SOLID,       [SLOT_SIX] = CLASS_SIX,
    };
    struct run *run = &scan->runs[slot];
    if (from >= run->from && from < run->to)
        return run->to;
    enum char_class class = classes[slot];
    size_t to = from;
    while (to < scan->text.n && is_in(class, scan->text.s[to]))
        to++;
    *run = (struct run){from, to};
    return to;
}

/* ---- private keys as files have them ---- */

/* The end of lines of base64 from `i` on, when nothing tells where they end. */
static size_t base64_end(const struct scan *scan, size_t i)
{
    size_t end = i;
    while (i < scan->text.n) {
        while (i < scan->text.n && strchr(" \t\r\n>", scan->text.s[i]) != NULL)
            i++;
        size_t from = i;
        while (is_word_char(char_at(scan, i)) || char_at(scan, i) == '+' ||
               char_at(scan, i) == '/' || char_at(scan, i) == '=')
            i++;
        if (i - from < 16)
            break;
        end = i;
    }
    return end;
}

/* The first "-----END " from i on, or text.n. */
static size_t pem_end(struct scan *scan, size_t i)
{
    struct str rest = str_from(scan->text, i);
    if (scan->pem_end < i) {
        const char *end = str_find(rest, STR("-----END "));
        scan->pem_end =
            end == NULL ? scan->text.n : (size_t)(end - scan->text.s);
    }
    return scan->pem_end;
}

/* Where the line that ends a block is over. */
static size_t pem_close(const struct scan *scan, size_t i)
{
    size_t most = i + LABEL_MOST;
    for (i += 9; i < most && char_at(scan, i) != '-'; i++)
        if (i >= scan->text.n || char_at(scan, i) == '\n')
            return i;
    while (char_at(scan, i) == '-')
        i++;
    while (((unsigned char)char_at(scan, i) & 0xC0) == 0x80)
        i++; /* the rest of a character that the limit fell into */
    return i;
}

bool find_pem(struct scan *scan, size_t i, struct find *out)
{
    if (!starts_at(scan, i, "-----BEGIN "))
        return false;
    size_t close = i + 11;
    while (close < i + LABEL_MOST &&
           (is_digit(char_at(scan, close)) || char_at(scan, close) == ' ' ||
            is_upper(char_at(scan, close))))
        close++;
    struct str label = {scan->text.s + i, close - i};
    if (!str_has(label, STR("PRIVATE KEY")) || !starts_at(scan, close, "-----"))
        return false;
    size_t body = close + 5;
    size_t end = pem_end(scan, body);
    if (end < scan->text.n)
        end = pem_close(scan, end);
    else
        end = base64_end(scan, body);
    *out = (struct find){i, end, SECRET_KEY};
    return end > body; /* else somebody only speaks of such a line */
}

/* ---- all of it ---- */

/* Length of a marker that stands there already, or 0. */
static size_t marker_at(const struct scan *scan, size_t i)
{
    for (int kind = 0; kind < SECRET_COUNT; kind++)
        if (starts_at(scan, i, markers[kind]))
            return strlen(markers[kind]);
    return 0;
}

/* The next place from i on where there is anything to look for: mostly there is
 * none. */
static size_t next_place(const struct scan *scan, size_t i)
{
    for (; i < scan->text.n; i++) {
        char c = scan->text.s[i];
        if (is_word_char(c) ? is_word_start(scan, i)
                            : c == '-' || c == ':' || c == '[')
            break;
    }
    return i;
}

static bool secret_at(struct scan *scan, size_t i, struct find *out)
{
    char c = scan->text.s[i];
    if (c == '-')
        return find_pem(scan, i, out);
    if (c == ':')
        return find_in_url(scan, i, out);
    if (!is_word_char(c) || !is_word_start(scan, i))
        return false;
    return find_token(scan, i, out) || find_address(scan, i, out) ||
           find_named(scan, i, out);
}

/* What was found by a name before it waits until its place is reached: there
 * may be a secret in between. In order of `from`. */
struct waiting {
    struct find all[WAITING_MOST];
    int count;
};

static void wait_for(struct waiting *waiting, struct find find)
{
    int i = waiting->count;
    /* `my-api-key=` names it three times. */
    for (int k = 0; k < i; k++)
        if (waiting->all[k].from == find.from && waiting->all[k].to == find.to)
            return;
    if (i == WAITING_MOST) {
        struct find *last = &waiting->all[i - 1];
        last->to = find.to > last->to ? find.to : last->to;
        return;
    }
    for (; i > 0 && waiting->all[i - 1].from > find.from; i--)
        waiting->all[i] = waiting->all[i - 1];
    waiting->all[i] = find;
    waiting->count++;
}

static void drop_first(struct waiting *waiting)
{
    waiting->count--;
    memmove(waiting->all, waiting->all + 1,
            (size_t)waiting->count * sizeof waiting->all[0]);
}

/* True when something is to be removed from i on: *out, with what overlaps. */
static bool take_at(struct scan *scan, size_t i, struct waiting *waiting,
                    struct find *out)
{
    struct find find;
    if (secret_at(scan, i, &find))
        wait_for(waiting, find);
    while (waiting->count > 0 && waiting->all[0].from < i)
        drop_first(waiting); /* in a marker that stood there */
    if (waiting->count == 0 || waiting->all[0].from != i)
        return false;
    *out = waiting->all[0];
    while (waiting->count > 0 && waiting->all[0].from < out->to) {
        if (waiting->all[0].to > out->to)
            out->to = waiting->all[0].to;
        drop_first(waiting);
    }
    return true;
}

bool secrets_scrub(struct str text, struct buf *out,
                   struct secrets_found *found)
{
    struct scan scan = {.text = text};
    struct secrets_found count = {{0}};
    struct waiting waiting = {.count = 0};
    bool removed = false;
    for (size_t i = 0; i < text.n;) {
        struct find find;
        if (waiting.count == 0 && (i = next_place(&scan, i)) == text.n)
            break;
        size_t marker = text.s[i] == '[' ? marker_at(&scan, i) : 0;
        if (!take_at(&scan, i, &waiting, &find)) {
            i += marker > 0 ? marker : 1;
            continue;
        }
        buf_add_bytes(out, text.s + scan.floor, i - scan.floor);
        buf_add_text(out, markers[find.kind]);
        count.count[find.kind]++;
        removed = true;
        i = scan.floor = find.to;
    }
    if (text.n > 0)
        buf_add_bytes(out, text.s + scan.floor, text.n - scan.floor);
    if (found != NULL)
        *found = count;
    return removed;
}

void secrets_found_words(const struct secrets_found *found, struct buf *out)
{
    static const char *const words[SECRET_COUNT] = {
        "token", "private key", "password", "private address"};
    int kinds = 0, said = 0;
    for (int kind = 0; kind < SECRET_COUNT; kind++)
        kinds += found->count[kind] > 0;
    for (int kind = 0; kind < SECRET_COUNT; kind++) {
        int n = found->count[kind];
        if (n == 0)
            continue;
        said++;
        buf_add_text(out, said == 1 ? "" : said == kinds ? " and " : ", ");
        if (n == 1)
            buf_addf(out, "a %s", words[kind]);
        else
            buf_addf(out, "%d %s%s", n, words[kind],
                     kind == SECRET_ADDRESS ? "es" : "s");
    }
}
