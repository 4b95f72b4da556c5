#include "bot/probe/target.h"

#include <string.h>

bool target_parse(struct str text, struct str *host, int *port)
{
    struct str name = text, digits;
    uint64_t number;
    const char *colon = text.n == 0 ? NULL : memrchr(text.s, ':', text.n);
    if (colon == NULL)
        return false;
    name.n = (size_t)(colon - text.s);
    digits = str_from(text, name.n + 1);
    if (str_starts(name, "[") && str_ends(name, "]")) {
        name = (struct str){name.s + 1, name.n - 2};
    } else if (name.n > 0 && memchr(name.s, ':', name.n) != NULL) {
        return false;
    }
    if (name.n == 0 || !str_to_u64(digits, &number) || number < 1 ||
        number > 65535)
        return false;
    *host = name;
    *port = (int)number;
    return true;
}

static size_t length_until(struct str text, const char *marks)
{
    size_t n = 0;
    while (n < text.n && strchr(marks, text.s[n]) == NULL)
        n++;
    return n;
}

void target_print(struct str target, struct buf *out)
{
    const char *slashes = str_find(target, STR("://"));
    struct str rest = target;
    if (slashes != NULL) {
        size_t scheme = (size_t)(slashes - target.s) + 3;
        buf_add(out, (struct str){target.s, scheme});
        rest = str_from(target, scheme);
    }
    /* What stands before an @ of the host's part is a secret, however odd: some
     * readers let a backslash end that part, others do not. */
    struct str host = {rest.s, length_until(rest, "/?#")};
    const char *at = host.n == 0 ? NULL : memrchr(host.s, '@', host.n);
    if (at != NULL)
        rest = str_from(rest, (size_t)(at - rest.s) + 1);
    buf_add(out, (struct str){rest.s, length_until(rest, "?#")});
}
