#include "bot/core/secrets_find.h"

/* A number from 0 to 255 at *i, which moves on; -1 when there is none. */
static int octet(const struct scan *scan, size_t *i)
{
    int value = 0;
    size_t n = 0;
    while (n < 4 && is_digit(char_at(scan, *i + n))) {
        value = value * 10 + (char_at(scan, *i + n) - '0');
        n++;
    }
    *i += n;
    return n == 0 || n > 3 || value > 255 ? -1 : value;
}

static bool is_private_four(const int part[4])
{
    return part[0] == 10 ||
           (part[0] == 172 && part[1] >= 16 && part[1] <= 31) ||
           (part[0] == 192 && part[1] == 168) ||
           (part[0] == 169 && part[1] == 254) ||
           (part[0] == 100 && part[1] >= 64 && part[1] <= 127);
}

/* Four parts, no more: 10.2.1 is a version, 1.10.0.0.1 is nothing of ours. */
static bool find_four(const struct scan *scan, size_t i, struct find *out)
{
    int part[4];
    size_t end = i;
    bool goes_on =
        char_before(scan, i, 1) == '.' && is_digit(char_before(scan, i, 2));
    if (goes_on)
        return false;
    for (int k = 0; k < 4; k++) {
        if (k > 0 && char_at(scan, end++) != '.')
            return false;
        part[k] = octet(scan, &end);
        if (part[k] < 0)
            return false;
    }
    if (is_word_char(char_at(scan, end)) ||
        (char_at(scan, end) == '.' && is_digit(char_at(scan, end + 1))))
        return false;
    *out = (struct find){i, end, SECRET_ADDRESS};
    return is_private_four(part);
}

/* fc00::/7 and fe80::/10: their first group always has four digits. */
static bool starts_private_six(const struct scan *scan, size_t i)
{
    char first = to_lower(char_at(scan, i));
    char second = to_lower(char_at(scan, i + 1));
    char third = to_lower(char_at(scan, i + 2));
    if (first != 'f' || char_at(scan, i + 4) != ':')
        return false;
    return second == 'c' || second == 'd' ||
           (second == 'e' &&
            (third == '8' || third == '9' || third == 'a' || third == 'b'));
}

static bool find_six(struct scan *scan, size_t i, struct find *out)
{
    if (!starts_private_six(scan, i) || char_before(scan, i, 1) == ':')
        return false;
    size_t end = run_end(scan, SLOT_SIX, i), colons = 0;
    bool gap = false;
    if (end <= i + 4) /* fe8p: */
        return false;
    /* Another word goes on there: fe80::king. */
    while (is_word_char(char_at(scan, end)) && char_at(scan, end - 1) != ':')
        end--;
    for (size_t k = i; k < end; k++) {
        colons += char_at(scan, k) == ':';
        gap = gap || (char_at(scan, k) == ':' && char_at(scan, k + 1) == ':');
    }
    /* "fe80::1: no route" */
    if (char_at(scan, end - 1) == ':' && char_at(scan, end - 2) != ':')
        end--;
    *out = (struct find){i, end, SECRET_ADDRESS};
    return gap || colons >= 7;
}

bool find_address(struct scan *scan, size_t i, struct find *out)
{
    return is_digit(char_at(scan, i)) ? find_four(scan, i, out)
                                      : find_six(scan, i, out);
}
