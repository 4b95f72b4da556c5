#include "bot/base/url.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"

#include <arpa/inet.h>
#include <string.h>

#define HOST_BYTES 254 /* longest DNS name, and its NUL */

static bool is_scheme(struct str text)
{
    return str_is(text, "https") || str_is(text, "http") ||
           str_is(text, "wss") || str_is(text, "ws");
}

static bool is_name_char(char c)
{
    return is_alnum(c) || c == '.' || c == '-' || c == '_';
}

/* A dotted quad, or a name whose last label begins with a letter: there are
 * readers, curl among them, that take "127.1" or "0x7f000001" for 127.0.0.1. */
static bool is_name_or_quad(struct str host)
{
    char text[HOST_BYTES];
    struct in_addr ignored;
    struct str rest = host, label = STR_NONE;
    for (size_t i = 0; i < host.n; i++)
        if (!is_name_char(host.s[i]))
            return false;
    while (str_cut(&rest, '.', &label))
        continue;
    str_copy_to(text, host);
    return (label.n > 0 && is_letter(label.s[0])) ||
           inet_pton(AF_INET, text, &ignored) == 1;
}

/* "host", "host:port" or "[address]:port" */
static bool parse_authority(struct str text, struct url *out)
{
    struct str port;
    if (str_starts(text, "[")) {
        char address[INET6_ADDRSTRLEN];
        struct in6_addr ignored;
        struct str rest = str_from(text, 1);
        const char *end = rest.n == 0 ? NULL : memchr(rest.s, ']', rest.n);
        if (end == NULL)
            return false;
        out->host = (struct str){rest.s, (size_t)(end - rest.s)};
        rest = str_from(rest, out->host.n + 1);
        if (out->host.n >= sizeof address)
            return false;
        str_copy_to(address, out->host);
        if (inet_pton(AF_INET6, address, &ignored) != 1)
            return false;
        if (rest.n > 0 && rest.s[0] != ':')
            return false;
        port = rest.n > 0 ? str_from(rest, 1) : STR_NONE;
    } else {
        struct str rest = text;
        if (!str_cut(&rest, ':', &out->host))
            return false;
        port = rest;
        if (!is_name_or_quad(out->host))
            return false;
    }
    if (out->host.n == 0 || out->host.n >= HOST_BYTES)
        return false;
    if (port.s != NULL) {
        uint64_t number;
        if (!str_to_u64(port, &number) || number < 1 || number > 65535)
            return false;
        out->port = (int)number;
    }
    return true;
}

bool url_parse(struct str text, struct url *out)
{
    struct url url = {.port = 0};
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];
        if (c <= ' ' || c >= 0x7F || c == '\\' || c == '#')
            return false;
    }
    struct str rest = text;
    if (!str_cut(&rest, ':', &url.scheme) || !is_scheme(url.scheme) ||
        rest.s == NULL || !str_starts(rest, "//"))
        return false;
    rest = str_from(rest, 2);
    size_t n = 0;
    while (n < rest.n && rest.s[n] != '/' && rest.s[n] != '?')
        n++;
    url.target = str_from(rest, n);
    bool is_secure = str_ends(url.scheme, "s") && !str_is(url.scheme, "ws");
    url.port = is_secure ? 443 : 80;
    if (!parse_authority((struct str){rest.s, n}, &url))
        return false;
    *out = url;
    return true;
}

static bool is_loopback(const struct url *url)
{
    char host[HOST_BYTES];
    struct in_addr four;
    struct in6_addr six;
    str_copy_to(host, url->host);
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    return str_is_nocase(url->host, "localhost");
}

bool url_is_allowed(const char *text, const char *secure, const char *plain)
{
    struct url url;
    if (!url_parse(str_of(text), &url))
        return false;
    return str_is(url.scheme, secure) ||
           (str_is(url.scheme, plain) && is_loopback(&url));
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool url_add_decoded(struct buf *out, struct str text)
{
    bool is_clean = true;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.s[i];
        int high = -1, low = -1;
        if (c == '%' && text.n - i > 2) {
            high = hex_digit(text.s[i + 1]);
            low = hex_digit(text.s[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            buf_add_char(out, (char)(high * 16 + low));
            i += 2;
        } else {
            is_clean = is_clean && c != '%';
            buf_add_char(out, c == '+' ? ' ' : c);
        }
    }
    return is_clean;
}

size_t url_letter(struct str text)
{
    uint32_t point;
    size_t n = utf8_next(text, &point);
    bool is_dash = point >= 0x2010 && point <= 0x2015 && text.n > n &&
                   (unsigned char)text.s[n] > ' ';
    return point >= 0x80 && (is_dash || !utf8_parts_words(point)) ? n : 0;
}
