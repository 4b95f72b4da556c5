#include "bot/base/utf8.h"

#include <string.h>

static unsigned char byte_at(struct str text, size_t i)
{
    return (unsigned char)text.s[i];
}

size_t utf8_next(struct str text, uint32_t *point)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    *point = 0xFFFD;
    if (text.n == 0)
        return 0;
    unsigned char first = byte_at(text, 0);
    size_t n;
    uint32_t value;
    if (first < 0x80) {
        *point = first;
        return 1;
    } else if (first >= 0xC2 && first <= 0xDF) {
        n = 2;
        value = first & 0x1Fu;
    } else if (first >= 0xE0 && first <= 0xEF) {
        n = 3;
        value = first & 0x0Fu;
    } else if (first >= 0xF0 && first <= 0xF4) {
        n = 4;
        value = first & 0x07u;
    } else {
        return 0;
    }
    if (text.n < n)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((byte_at(text, i) & 0xC0u) != 0x80)
            return 0;
        value = value << 6 | (byte_at(text, i) & 0x3Fu);
    }
    if (value < least[n] || value > 0x10FFFF ||
        (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return n;
}

/* Bytes of ASCII at the front. Most text is nothing else, and a body of 1 MB is
 * looked at in the turn that it arrives in. */
static size_t ascii_bytes(struct str text)
{
    size_t n = 0;
    uint64_t eight;
    for (; text.n - n >= sizeof eight; n += sizeof eight) {
        memcpy(&eight, text.s + n, sizeof eight);
        if ((eight & 0x8080808080808080u) != 0)
            break;
    }
    while (n < text.n && byte_at(text, n) < 0x80)
        n++;
    return n;
}

bool utf8_valid(struct str text)
{
    uint32_t point;
    while ((text = str_from(text, ascii_bytes(text))).n > 0) {
        size_t n = utf8_next(text, &point);
        if (n == 0)
            return false;
        text = str_from(text, n);
    }
    return true;
}

/* Embeddings, overrides and isolates: they turn all that follows them. The
 * marks U+200E, U+200F and U+061C act on what stands beside them, as a letter
 * does, and whoever writes Arabic or Hebrew needs them. */
static bool turns_direction(uint32_t point)
{
    return (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069);
}

static bool is_control(uint32_t point)
{
    return (point < 0x20 && point != '\n' && point != '\t') ||
           (point >= 0x7F && point < 0xA0);
}

/* Bytes of plain text at the front. */
static size_t plain_bytes(struct str text)
{
    size_t n = 0;
    while (n < text.n && byte_at(text, n) >= 0x20 && byte_at(text, n) < 0x7F)
        n++;
    return n;
}

bool utf8_printable(struct str text, size_t *at)
{
    struct str rest = text;
    while ((rest = str_from(rest, plain_bytes(rest))).n > 0) {
        uint32_t point;
        size_t n = utf8_next(rest, &point);
        if (n == 0 || is_control(point) || turns_direction(point)) {
            if (at != NULL)
                *at = text.n - rest.n;
            return false;
        }
        rest = str_from(rest, n);
    }
    return true;
}

struct str utf8_without_mark(struct str text)
{
    return str_starts(text, "\xEF\xBB\xBF") ? str_from(text, 3) : text;
}

bool utf8_parts_words(uint32_t point)
{
    static const struct {
        uint32_t from, to;
    } blocks[] = {
        {0x80, 0xA9},       {0xAB, 0xB4},       {0xB6, 0xB9},
        {0xBB, 0xBF},       {0xD7, 0xD7},       {0xF7, 0xF7},
        {0x37E, 0x37E},     {0x387, 0x387},     {0x55A, 0x55F},
        {0x589, 0x58A},     {0x5BE, 0x5BE},     {0x5F3, 0x5F4},
        {0x60C, 0x60D},     {0x61B, 0x61F},     {0x66A, 0x66D},
        {0x6D4, 0x6D4},     {0x964, 0x965},     {0xE00, 0xEFF},
        {0x1000, 0x109F},   {0x1361, 0x1368},   {0x1780, 0x17FF},
        {0x2000, 0x2BFF},   {0x2E00, 0x9FFF},   {0xAC00, 0xD7FF},
        {0xF900, 0xFAFF},   {0xFE00, 0xFE6F},   {0xFF00, 0xFFEF},
        {0x1F000, 0x3FFFF}, {0xE0000, 0xE0FFF},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (point >= blocks[i].from && point <= blocks[i].to)
            return true;
    return false;
}

size_t utf16_units(struct str text)
{
    size_t units = 0;
    while (text.n > 0) {
        uint32_t point;
        size_t plain = ascii_bytes(text);
        text = str_from(text, plain);
        units += plain;
        if (text.n == 0)
            break;
        size_t n = utf8_next(text, &point);
        units += point >= 0x10000 ? 2 : 1;
        text = str_from(text, n == 0 ? 1 : n);
    }
    return units;
}

size_t utf8_cut_bytes(struct str text, size_t bytes)
{
    if (text.n <= bytes)
        return text.n;
    while (bytes > 0 && (byte_at(text, bytes) & 0xC0u) == 0x80)
        bytes--;
    return bytes;
}

size_t utf8_cut_units(struct str text, size_t units)
{
    struct str rest = text;
    size_t used = 0;
    if (text.n <= units) /* each takes a byte at least */
        return text.n;
    while (rest.n > 0) {
        uint32_t point;
        size_t n = utf8_next(rest, &point);
        used += point >= 0x10000 ? 2 : 1;
        if (used > units)
            break;
        rest = str_from(rest, n == 0 ? 1 : n);
    }
    return text.n - rest.n;
}
