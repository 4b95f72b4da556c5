#include "bot/io/http_auth.h"

#include "bot/base/secret.h"
#include "bot/base/url.h"

#include <openssl/evp.h>

#define CREDENTIALS_BYTES 1024

bool http_query_value(struct str query, const char *name, struct buf *out)
{
    struct str pair, key;
    while (str_cut(&query, '&', &pair)) {
        if (str_cut(&pair, '=', &key) && str_is(key, name))
            return url_add_decoded(out, pair) && !out->overflow;
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

/* A form writes a blank as '+'. A secret of the settings holds no blank, but
 * may hold a '+', which people copy into the address as it is. */
static bool is_in_query(struct buf *value, struct str secret)
{
    if (secret_is(buf_str(value), secret))
        return true;
    for (size_t i = 0; i < value->n; i++)
        if (value->s[i] == ' ')
            value->s[i] = '+';
    return secret_is(buf_str(value), secret);
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
    bool by_query = is_in_query(&value, secret);
    buf_release(&decoded);
    buf_release(&value);
    return by_header || by_query;
}
