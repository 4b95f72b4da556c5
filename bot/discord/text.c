#include "bot/discord/text.h"

#include "bot/base/buf.h"
#include "bot/base/utf8.h"
#include "bot/discord/json.h"

#include <assert.h>

#define ELLIPSIS "\xE2\x80\xA6" /* U+2026, one unit */

/* The text, or as much of it as there is room for, in `scratch`. */
static struct str cut(struct str text, size_t units, struct buf *scratch)
{
    assert(units > 0);
    /* Each unit takes a byte at least. */
    if (text.n <= units || utf16_units(text) <= units)
        return text;
    *scratch = BUF_INIT(text.n + sizeof ELLIPSIS);
    text.n = utf8_cut_units(text, units - 1);
    buf_add(scratch, text);
    buf_add(scratch, STR(ELLIPSIS));
    return buf_str(scratch);
}

void text_set(cJSON *object, const char *name, struct str text, size_t units)
{
    struct buf scratch = BUF_INIT(0);
    json_set_text(object, name, cut(text, units, &scratch));
    buf_release(&scratch);
}

void text_cut_item(cJSON *string, size_t units)
{
    struct buf scratch = BUF_INIT(0);
    struct str whole = json_text_of(string);
    struct str text = cut(whole, units, &scratch);
    if (text.s != whole.s) {
        char *set = cJSON_SetValuestring(string, text.s);
        assert(set != NULL);
    }
    buf_release(&scratch);
}
