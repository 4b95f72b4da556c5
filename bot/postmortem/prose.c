#include "bot/postmortem/prose.h"

#include "bot/base/ascii.h"

#include <string.h>

/* A full stop that a blank or the end follows. */
static size_t sentence_length(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        bool ends = i + 1 == text.n || is_space(text.s[i + 1]);
        bool is_break = c == '\n' && i + 1 < text.n && text.s[i + 1] == '\n';
        if (is_break || ((c == '.' || c == '!' || c == '?') && ends))
            return i + 1;
    }
    return text.n;
}

/* Of ASCII, and the quotation marks that keyboards make. */
static size_t mark_at_front(struct str word)
{
    static const char *const wide[] = {"\xE2\x80\x9C", "\xE2\x80\x9D",
                                       "\xE2\x80\x9E", "\xE2\x80\x98",
                                       "\xE2\x80\x99"};
    if (word.n > 0 && strchr("([{\"'*<`,;:", word.s[0]) != NULL)
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (str_starts(word, wide[i]))
            return strlen(wide[i]);
    return 0;
}

static size_t mark_at_end(struct str word)
{
    static const char *const wide[] = {"\xE2\x80\x9C", "\xE2\x80\x9D",
                                       "\xE2\x80\x98", "\xE2\x80\x99"};
    if (word.n > 0 && strchr(".,;:!?)]}\"'*>`", word.s[word.n - 1]) != NULL)
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (str_ends(word, wide[i]))
            return strlen(wide[i]);
    return 0;
}

static struct word word_of_text(struct str raw, bool is_coded)
{
    struct word word = {.is_coded = is_coded};
    size_t n;
    word.is_last = raw.n > 0 && strchr(".,;:!?)", raw.s[raw.n - 1]) != NULL;
    while ((n = mark_at_front(raw)) > 0)
        raw = str_from(raw, n);
    while ((n = mark_at_end(raw)) > 0)
        raw.n -= n;
    if (str_ends(raw, "'s"))
        raw.n -= 2;
    word.text = raw;
    return word;
}

bool sentence_next(struct str *rest, struct sentence *out)
{
    struct str text = *rest;
    size_t n = sentence_length(text);
    bool is_coded = false;
    if (n == 0)
        return false;
    *rest = str_from(text, n);
    text.n = n;
    out->count = 0;
    for (size_t i = 0; i < text.n && out->count < WORDS_MOST;) {
        size_t from = i;
        int ticks = 0;
        while (i < text.n && !is_space(text.s[i]))
            ticks += text.s[i++] == '`';
        if (i > from) {
            struct str raw = {text.s + from, i - from};
            struct word word = word_of_text(raw, is_coded || ticks > 0);
            if (word.text.n > 0)
                out->words[out->count++] = word;
        }
        is_coded = is_coded != (ticks % 2 == 1);
        while (i < text.n && is_space(text.s[i]))
            i++;
    }
    return true;
}

bool word_in(const char *list, struct str word)
{
    char framed[40];
    if (word.n == 0 || word.n > sizeof framed - 3)
        return false;
    (void)snprintf(framed, sizeof framed, " %.*s ", STR_ARG(word));
    return strcasestr(list, framed) != NULL;
}

struct str word_at(const struct sentence *sentence, int i)
{
    return i < 0 || i >= sentence->count ? STR_NONE : sentence->words[i].text;
}

int word_number(struct str word)
{
    static const char *const words[] = {"one",  "two", "three",  "four",
                                        "five", "six", "seven",  "eight",
                                        "nine", "ten", "eleven", "twelve"};
    uint64_t number;
    if (str_to_u64(word, &number))
        return number < 1000 ? (int)number : 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is_nocase(word, words[i]))
            return (int)i + 1;
    return 0;
}
