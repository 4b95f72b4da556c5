#include "bot/core/similar.h"

#include "bot/base/ascii.h"

#include <string.h>

#define WORDS      32 /* the rest of a longer title is left out */
#define WORD_BYTES 48

/* Of a match: out of 100. */
#define SAME 100
#define TYPO 80

enum weight { WEIGHT_EVERYDAY = 1, WEIGHT_WORD = 2, WEIGHT_NAME = 4 };

struct word {
    char s[WORD_BYTES]; /* lower case, stemmed */
    size_t n;
    enum weight weight;
    bool used;
};

struct words_of {
    struct word all[WORDS];
    int count;
    int weight;
};

/* ---- words ---- */

/* Dots and dashes within: media.example.org, cdn-frankfurt-1. */
static bool joins(struct str text, size_t i)
{
    char c = text.s[i];
    return (c == '.' || c == '-' || c == '_') && i > 0 && i + 1 < text.n &&
           (is_any_letter(text.s[i - 1]) || is_digit(text.s[i - 1])) &&
           (is_any_letter(text.s[i + 1]) || is_digit(text.s[i + 1]));
}

static bool is_listed(struct str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(word, list[i]))
            return true;
    return false;
}

static bool says_nothing(struct str word)
{
    static const char *const list[] = {
        "a",    "an",   "the",  "of",    "is",    "are",     "was",
        "were", "be",   "been", "on",    "in",    "at",      "for",
        "to",   "and",  "or",   "with",  "from",  "by",      "our",
        "my",   "it",   "its",  "again", "since", "current", "currently",
        "we",   "have", "has",  "some",  "very",  "there",   "please"};
    return is_listed(word, list, sizeof list / sizeof *list);
}

/* What incidents are called whatever has happened. */
static bool is_everyday(struct str word)
{
    static const char *const list[] = {
        "down",   "fail",     "error", "slow",    "degrad", "issue", "problem",
        "broken", "incident", "not",   "no",      "work",   "load",  "high",
        "user",   "service",  "site",  "respons", "report", "server"};
    return is_listed(word, list, sizeof list / sizeof *list);
}

/* Different words for the same trouble, all as stems. */
static const char *const same[][2] = {
    {"outag", "down"},      {"offlin", "down"},      {"unavailabl", "down"},
    {"unreachabl", "down"}, {"dead", "down"},        {"failur", "fail"},
    {"broke", "broken"},    {"latenc", "slow"},      {"slown", "slow"},
    {"sluggish", "slow"},   {"lag", "slow"},         {"delay", "slow"},
    {"certificat", "tls"},  {"cert", "tls"},         {"ssl", "tls"},
    {"db", "database"},     {"databas", "database"}, {"pictur", "imag"},
    {"photo", "imag"},
};

static void cut_ending(struct word *word, const char *ending, size_t keep)
{
    struct str text = {word->s, word->n};
    if (word->n >= keep + strlen(ending) && str_ends(text, ending)) {
        word->n -= strlen(ending);
        word->s[word->n] = '\0';
    }
}

/* Light: it must only do the same to all forms of a word. */
static void stem(struct word *word)
{
    size_t n = word->n;
    cut_ending(word, "ies", 3);
    if (word->n == n && !str_ends((struct str){word->s, n}, "ss"))
        cut_ending(word, "s", 3);
    n = word->n;
    cut_ending(word, "ing", 3);
    if (word->n == n)
        cut_ending(word, "ed", 3);
    cut_ending(word, "y", 3);
    cut_ending(word, "e", 3);
    /* stopped, running */
    n = word->n;
    if (n > 3 && word->s[n - 1] == word->s[n - 2] && word->s[n - 1] != 'l' &&
        word->s[n - 1] != 's')
        word->s[--word->n] = '\0';
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(word->s, same[i][0]) == 0) {
            str_copy_to(word->s, str_of(same[i][1]));
            word->n = strlen(word->s);
            break;
        }
}

static void add_word(struct words_of *words, struct str text)
{
    struct word word = {.n = 0};
    bool is_name = false;
    if (words->count == WORDS)
        return;
    for (size_t i = 0; i < text.n && word.n + 1 < WORD_BYTES; i++) {
        is_name = is_name || is_digit(text.s[i]) || joins(text, i);
        word.s[word.n++] = to_lower(text.s[i]);
    }
    struct str whole = {word.s, word.n};
    if (says_nothing(whole))
        return;
    if (!is_name)
        stem(&word);
    whole.n = word.n;
    word.weight = is_name              ? WEIGHT_NAME
                  : is_everyday(whole) ? WEIGHT_EVERYDAY
                                       : WEIGHT_WORD;
    /* "Media, media, media" says it once. */
    for (int i = 0; i < words->count; i++)
        if (strcmp(words->all[i].s, word.s) == 0)
            return;
    words->weight += (int)word.weight;
    words->all[words->count++] = word;
}

static void read_words(struct str text, struct words_of *words)
{
    size_t from = 0;
    words->count = words->weight = 0;
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n &&
            (is_any_letter(text.s[i]) || is_digit(text.s[i]) || joins(text, i)))
            continue;
        if (i > from)
            add_word(words, (struct str){text.s + from, i - from});
        from = i + 1;
    }
}

/* ---- how alike ---- */

/* Three bytes from `at` of the word with a blank before and after it. */
static bool same_trigram(const struct word *a, size_t i, const struct word *b,
                         size_t k)
{
    for (size_t d = 0; d < 3; d++) {
        char x = i + d == 0 || i + d > a->n ? ' ' : a->s[i + d - 1];
        char y = k + d == 0 || k + d > b->n ? ' ' : b->s[k + d - 1];
        if (x != y)
            return false;
    }
    return true;
}

/* Dice's measure over trigrams, 0 to 100: a word of n bytes has n of them. */
static int trigrams(const struct word *a, const struct word *b)
{
    bool used[WORD_BYTES] = {false};
    int shared = 0;
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = 0; k < b->n; k++)
            if (!used[k] && same_trigram(a, i, b, k)) {
                used[k] = true;
                shared++;
                break;
            }
    return 200 * shared / (int)(a->n + b->n);
}

/* The same letters in another order, as fingers do it: "meida". */
static bool is_swapped(const struct word *a, const struct word *b)
{
    if (a->n != b->n)
        return false;
    size_t i = 0;
    while (i < a->n && a->s[i] == b->s[i])
        i++;
    return i + 1 < a->n && a->s[i] == b->s[i + 1] && a->s[i + 1] == b->s[i] &&
           strcmp(a->s + i + 2, b->s + i + 2) == 0;
}

static bool is_typo(const struct word *a, const struct word *b)
{
    if (a->weight == WEIGHT_NAME || b->weight == WEIGHT_NAME || a->n < 4 ||
        b->n < 4)
        return false;
    return is_swapped(a, b) || trigrams(a, b) >= 55;
}

static int take_match(struct word *word, struct words_of *others, int quality)
{
    for (int i = 0; i < others->count; i++) {
        struct word *other = &others->all[i];
        if (word->used || other->used)
            continue;
        if (quality == SAME ? strcmp(word->s, other->s) != 0
                            : !is_typo(word, other))
            continue;
        word->used = other->used = true;
        return ((int)word->weight + (int)other->weight) * quality;
    }
    return 0;
}

int similar_titles(struct str a, struct str b)
{
    struct words_of of_a, of_b;
    int shared = 0;
    read_words(a, &of_a);
    read_words(b, &of_b);
    if (of_a.weight + of_b.weight == 0)
        return str_eq(str_trim(a), str_trim(b)) ? 100 : 0;
    for (int i = 0; i < of_a.count; i++)
        shared += take_match(&of_a.all[i], &of_b, SAME);
    for (int i = 0; i < of_a.count; i++)
        shared += take_match(&of_a.all[i], &of_b, TYPO);
    return shared / (of_a.weight + of_b.weight);
}

bool similar_is_duplicate(struct str a, struct str b, int64_t minutes_between)
{
    static const struct {
        int64_t minutes;
        int alike;
    } least[] = {{30, 50}, {180, 60}, {1440, 75}, {10080, 90}};
    if (minutes_between == INT64_MIN)
        return false;
    int64_t apart = minutes_between < 0 ? -minutes_between : minutes_between;
    for (size_t i = 0; i < sizeof least / sizeof *least; i++)
        if (apart <= least[i].minutes)
            return similar_titles(a, b) >= least[i].alike;
    return false;
}
