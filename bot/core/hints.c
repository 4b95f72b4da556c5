#include "bot/core/hints.h"

#include "bot/base/ascii.h"

#include <string.h>

/* Whole words; a `*` stands for the endings of a verb. */
static const char *const vague[] = {
    "tweak*",
    "tune*",
    "tuning",
    "retune*",
    "fiddl*",
    "tinker*",
    "play* with",
    "play* around",
    "mess* with",
    "mess* around",
    "pok* at",
    "fix* it",
    "fix* that",
    "fix* this",
    "fix* things",
    "fix* stuff",
    "fix* everything",
    "fix* the problem",
    "fix* the issue",
    "some",
    "something",
    "somehow",
    "various",
    "several",
    "stuff",
    "thing",
    "things",
    "a bit",
    "a few",
    "a couple",
    "a little",
    "etc",
    "chang* settings",
    "chang* the settings",
    "chang* config",
    "chang* the config",
    "chang* configs",
    "chang* configuration",
    "chang* the configuration",
    "adjust* settings",
    "adjust* the settings",
    "updat* settings",
    "updat* the settings",
    "restart* everything",
    "restart* all",
    "reload* everything",
    "reboot* everything",
    "chang* everything",
};

/* After "on" they name no host. */
static const char *const no_host[] = {
    "the",   "a",    "all",     "it",   "its",   "our",   "my",     "their",
    "this",  "that", "these",   "both", "each",  "every", "some",   "several",
    "top",   "prod", "staging", "hold", "hosts", "nodes", "demand", "purpose",
    "there", "them", "various", "many", "most",  "more",  "servers"};

/* Takes the letters at the front off *rest. */
static bool take_word(struct str *rest, struct str *word)
{
    *word = (struct str){rest->s, 0};
    while (word->n < rest->n && is_any_letter(rest->s[word->n]))
        word->n++;
    *rest = str_from(*rest, word->n);
    return word->n > 0;
}

/* Also what stands before them. */
static bool next_word(struct str *rest, struct str *word)
{
    while (rest->n > 0 && !is_any_letter(rest->s[0]))
        *rest = str_from(*rest, 1);
    return take_word(rest, word);
}

static bool is_ending(struct str text)
{
    static const char *const endings[] = {"", "e", "s", "es", "d", "ed", "ing"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_is_nocase(text, endings[i]))
            return true;
    return false;
}

static bool word_is(struct str word, struct str pattern)
{
    if (pattern.s[pattern.n - 1] != '*')
        return word.n == pattern.n &&
               strncasecmp(word.s, pattern.s, pattern.n) == 0;
    size_t stem = pattern.n - 1;
    return word.n >= stem && strncasecmp(word.s, pattern.s, stem) == 0 &&
           is_ending(str_from(word, stem));
}

/* `text` begins with a word; how many bytes of it the phrase takes, or 0. */
static size_t phrase_at(struct str text, struct str phrase)
{
    struct str rest = text, pattern, word;
    while (str_cut(&phrase, ' ', &pattern)) {
        while (rest.n < text.n && rest.n > 0 && rest.s[0] == ' ')
            rest = str_from(rest, 1);
        if (!take_word(&rest, &word) || !word_is(word, pattern))
            return 0;
    }
    return text.n - rest.n;
}

static bool names_host(struct str word)
{
    for (size_t i = 0; i < sizeof no_host / sizeof *no_host; i++)
        if (str_is_nocase(word, no_host[i]))
            return false;
    return true;
}

/* "on fritz", "at nietzsche". */
static bool has_place(struct str text)
{
    struct str word;
    bool follows = false;
    while (next_word(&text, &word)) {
        if (follows && names_host(word))
            return true;
        follows = str_is_nocase(word, "on");
    }
    return false;
}

/* A number, a quoted value, a path, a dotted host name, key=value. */
static bool has_value(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        char next = i + 1 < text.n ? text.s[i + 1] : ' ';
        if (is_digit(c) || c == '`' || c == '"' || c == '=')
            return true;
        if (i > 0 && c == '.' && is_any_letter(text.s[i - 1]) &&
            is_any_letter(next))
            return true;
        if (c == '/' && is_any_letter(next) && (i == 0 || text.s[i - 1] == ' '))
            return true;
    }
    return str_has(text, STR("\xE2\x80\x9C")); /* “ */
}

struct str hint_vague(enum event_kind kind, struct str text)
{
    struct str word, rest = text;
    if ((kind != EVENT_ACTION && kind != EVENT_CHANGE) || text.n == 0 ||
        has_value(text) || has_place(text))
        return STR_NONE;
    while (next_word(&rest, &word)) {
        struct str from = {word.s, word.n + rest.n};
        for (size_t i = 0; i < sizeof vague / sizeof *vague; i++) {
            size_t n = phrase_at(from, str_of(vague[i]));
            if (n > 0)
                return (struct str){from.s, n};
        }
    }
    return STR_NONE;
}
