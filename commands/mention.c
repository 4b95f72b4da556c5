#include "commands/mention.h"

#include <string.h>

uint64_t mention_at(struct str text, size_t *n)
{
    uint64_t id;
    struct str rest = str_from(text, strlen("<@")), digits;
    if (!str_starts(text, "<@") || !str_cut(&rest, '>', &digits) ||
        rest.s == NULL)
        return 0;
    *n = strlen("<@") + digits.n + 1;
    if (str_starts(digits, "!"))
        digits = str_from(digits, 1);
    return str_to_u64(digits, &id) ? id : 0;
}

void mentions_add(struct buf *out, struct str text, handle_fn *handle_of,
                  const void *context)
{
    size_t n;
    while (text.n > 0) {
        uint64_t id = mention_at(text, &n);
        struct str handle = id == 0 ? STR_NONE : handle_of(context, id);
        if (handle.n > 0) {
            buf_add_char(out, '@');
            buf_add(out, handle);
            text = str_from(text, n);
            continue;
        }
        const char *next = memchr(text.s + 1, '<', text.n - 1);
        n = next == NULL ? text.n : (size_t)(next - text.s);
        buf_add(out, (struct str){text.s, n});
        text = str_from(text, n);
    }
}
