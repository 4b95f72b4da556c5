#include "commands/mention.h"

#include "bot/base/civil.h"

#include <string.h>

#define MOMENT_MOST_S UINT64_C(253402300799) /* the year 9999 ends */

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

/* "<t:1670957580>", or with the letter of a style, ":R"; 0: something else. */
static size_t add_moment(struct buf *out, struct str text)
{
    struct str rest = str_from(text, strlen("<t:")), style, digits;
    uint64_t seconds;
    if (!str_starts(text, "<t:") || !str_cut(&rest, '>', &style) ||
        rest.s == NULL)
        return 0;
    size_t n = strlen("<t:") + style.n + 1;
    if (!str_cut(&style, ':', &digits) || (style.s != NULL && style.n != 1) ||
        !str_to_u64(digits, &seconds) || seconds > MOMENT_MOST_S)
        return 0;
    struct civil c = civil_of((int64_t)seconds * MS_PER_SECOND);
    buf_addf(out, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
             c.minute);
    if (c.second != 0)
        buf_addf(out, ":%02d", c.second);
    buf_add_text(out, " UTC");
    return n;
}

static size_t add_mention(struct buf *out, struct str text,
                          handle_fn *handle_of, const void *context)
{
    size_t n;
    uint64_t id = mention_at(text, &n);
    struct str handle = id == 0 ? STR_NONE : handle_of(context, id);
    if (handle.n == 0)
        return 0;
    buf_add_char(out, '@');
    buf_add(out, handle);
    return n;
}

void mentions_add(struct buf *out, struct str text, handle_fn *handle_of,
                  const void *context)
{
    while (text.n > 0) {
        size_t n = add_mention(out, text, handle_of, context);
        if (n == 0)
            n = add_moment(out, text);
        if (n == 0) {
            const char *next = memchr(text.s + 1, '<', text.n - 1);
            n = next == NULL ? text.n : (size_t)(next - text.s);
            buf_add(out, (struct str){text.s, n});
        }
        text = str_from(text, n);
    }
}
