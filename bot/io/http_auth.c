#include "bot/io/http_auth.h"

#include "bot/base/secret.h"

#include <openssl/evp.h>

#define CREDENTIALS_BYTES 1024

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool add_decoded(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.s[i] != '%') {
            buf_add_char(out, (char)(text.s[i] == '+' ? ' ' : text.s[i]));
            continue;
        }
        int high = i + 2 < text.n ? hex_digit(text.s[i + 1]) : -1;
        int low = i + 2 < text.n ? hex_digit(text.s[i + 2]) : -1;
        if (high < 0 || low < 0)
            return false;
        buf_add_char(out, (char)(high * 16 + low));
        i += 2;
    }
    return !out->overflow;
}

bool http_query_value(struct str query, const char *name, struct buf *out)
{
    struct str pair, key;
    while (str_cut(&query, '&', &pair)) {
        if (str_cut(&pair, '=', &key) && str_is(key, name))
            return add_decoded(out, pair);
    }
    return false;
}

/* "Basic dXNlcjpwYXNz": what is behind the first colon. */
static struct str basic_password(struct str coded, struct buf *scratch)
{
    struct str user, text;
    int padding = str_ends(coded, "==") ? 2 : str_ends(coded, "=") ? 1 : 0;
    if (coded.n == 0 || coded.n % 4 != 0 || !buf_reserve(scratch, coded.n))
        return STR_NONE;
    int n = EVP_DecodeBlock((unsigned char *)scratch->s,
                            (const unsigned char *)coded.s, (int)coded.n);
    if (n < padding)
        return STR_NONE;
    text = (struct str){scratch->s, (size_t)(n - padding)};
    return str_cut(&text, ':', &user) ? text : STR_NONE;
}

bool http_has_secret(const struct http_request *request, struct str secret)
{
    struct buf decoded = BUF_INIT(CREDENTIALS_BYTES);
    struct buf value = BUF_INIT(CREDENTIALS_BYTES);
    struct str scheme, rest = request->authorization, given = STR_NONE;
    if (str_cut(&rest, ' ', &scheme)) {
        rest = str_trim(rest);
        if (str_is_nocase(scheme, "Bearer"))
            given = rest;
        else if (str_is_nocase(scheme, "Basic"))
            given = basic_password(rest, &decoded);
    }
    if (!http_query_value(request->query, "secret", &value))
        buf_clear(&value);
    bool by_header = secret_is(given, secret);
    bool by_query = secret_is(buf_str(&value), secret);
    buf_release(&decoded);
    buf_release(&value);
    return by_header || by_query;
}
