#include "bot/core/secrets_find.h"

#include <string.h>

/* What issuers put before their tokens so that they can be found, and how many
 * characters follow at least. Told by their documentations on secret
 * scanning. */
static const struct {
    const char *prefix;
    size_t least;
    enum secret kind;
} prefixes[] = {
    {"ghp_", 20, SECRET_TOKEN},
    {"gho_", 20, SECRET_TOKEN},
    {"ghu_", 20, SECRET_TOKEN},
    {"ghs_", 20, SECRET_TOKEN},
    {"ghr_", 20, SECRET_TOKEN},
    {"github_pat_", 20, SECRET_TOKEN},
    {"glpat-", 16, SECRET_TOKEN},
    {"gldt-", 16, SECRET_TOKEN},
    {"glrt-", 16, SECRET_TOKEN},
    {"glptt-", 16, SECRET_TOKEN},
    {"xoxb-", 10, SECRET_TOKEN},
    {"xoxp-", 10, SECRET_TOKEN},
    {"xoxa-", 10, SECRET_TOKEN},
    {"xoxr-", 10, SECRET_TOKEN},
    {"xoxs-", 10, SECRET_TOKEN},
    {"xoxe-", 10, SECRET_TOKEN},
    {"xapp-", 10, SECRET_TOKEN},
    {"sk_live_", 16, SECRET_TOKEN},
    {"rk_live_", 16, SECRET_TOKEN},
    {"sk-", 32, SECRET_TOKEN},
    {"npm_", 36, SECRET_TOKEN},
    {"pypi-", 50, SECRET_TOKEN},
    {"dop_v1_", 40, SECRET_TOKEN},
    {"dckr_pat_", 20, SECRET_TOKEN},
    {"hf_", 30, SECRET_TOKEN},
    {"hvs", 24, SECRET_TOKEN}, /* hvs.CAES… */
    {"tskey-", 16, SECRET_TOKEN},
    {"AIza", 35, SECRET_TOKEN},
    {"AGE-SECRET-KEY-1", 40, SECRET_KEY},
};

/* The shortest of them: hardly any word is that long. */
#define PREFIXED_LEAST 15

static bool find_prefixed(struct scan *scan, size_t i, struct find *out)
{
    char first = char_at(scan, i);
    size_t word = run_end(scan, SLOT_WORD, i);
    if (word - i < PREFIXED_LEAST && char_at(scan, word) != '.')
        return false;
    for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++) {
        if (first != prefixes[k].prefix[0] ||
            !starts_at(scan, i, prefixes[k].prefix))
            continue;
        size_t n = strlen(prefixes[k].prefix), end = word;
        if (end == i + n && char_at(scan, end) == '.')
            end = run_end(scan, SLOT_TOKEN_SECOND, end + 1);
        *out = (struct find){i, end, prefixes[k].kind};
        if (end - i >= n + prefixes[k].least)
            return true;
    }
    return false;
}

/* AKIA and sixteen more; the secret that goes with it has a name before it. */
static bool find_aws(struct scan *scan, size_t i, struct find *out)
{
    if (!starts_at(scan, i, "AKIA") && !starts_at(scan, i, "ASIA"))
        return false;
    for (size_t k = 4; k < 20; k++) {
        char c = char_at(scan, i + k);
        if (!is_digit(c) && (c < 'A' || c > 'Z'))
            return false;
    }
    *out = (struct find){i, i + 20, SECRET_TOKEN};
    return !is_word_char(char_at(scan, i + 20));
}

/* Three parts between dots: a JSON web token (RFC 7519) begins with what "{"
 * becomes in base64; a bot token of Discord is its id, a time and a digest. */
static bool find_dotted(struct scan *scan, size_t i, struct find *out)
{
    char c = char_at(scan, i);
    bool is_json = starts_at(scan, i, "eyJ");
    if (!is_json && (c < 'M' || c > 'O'))
        return false;
    size_t first = run_end(scan, SLOT_WORD, i);
    if (char_at(scan, first) != '.')
        return false;
    size_t second = run_end(scan, SLOT_TOKEN_SECOND, first + 1);
    if (char_at(scan, second) != '.')
        return false;
    size_t third = run_end(scan, SLOT_TOKEN_THIRD, second + 1);
    *out = (struct find){i, third, SECRET_TOKEN};
    if (is_json)
        return first - i >= 10 && second - first >= 10;
    return first - i >= 23 && first - i <= 30 && second - first - 1 >= 6 &&
           second - first - 1 <= 7 && third - second - 1 >= 27;
}

/* Whoever knows the address of a webhook may post to it. */
static bool find_webhook(struct scan *scan, size_t i, struct find *out)
{
    size_t k;
    if (starts_at(scan, i, "webhooks/")) {
        size_t digits = k = i + 9;
        while (k < digits + 20 && is_digit(char_at(scan, k)))
            k++;
        if (k - digits < 15 || char_at(scan, k) != '/')
            return false;
        k++;
    } else if (starts_at(scan, i, "hooks.slack.com/services/")) {
        k = i + 25;
    } else {
        return false;
    }
    size_t end = run_end(scan, SLOT_VALUE, k);
    *out = (struct find){k, end, SECRET_TOKEN};
    return end - k >= 20;
}

bool find_token(struct scan *scan, size_t i, struct find *out)
{
    return find_prefixed(scan, i, out) || find_aws(scan, i, out) ||
           find_dotted(scan, i, out) || find_webhook(scan, i, out);
}
