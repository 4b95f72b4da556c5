#include "bot/discord/text.h"

#include "bot/base/buf.h"
#include "bot/base/utf8.h"
#include "bot/discord/json.h"

#include <assert.h>

#define ELLIPSIS "\xE2\x80\xA6" /* U+2026, one unit */

/* Fills `out` with the text, cut when it has to be. */
static void cut(struct buf *out, struct str text, size_t units)
{
    assert(units > 0);
    *out = BUF_INIT(text.n + sizeof ELLIPSIS);
    if (utf16_units(text) > units) {
        text.n = utf8_cut_units(text, units - 1);
        buf_add(out, text);
        buf_add(out, STR(ELLIPSIS));
    } else {
        buf_add(out, text);
    }
}

void text_set(cJSON *object, const char *name, struct str text, size_t units)
{
    struct buf short_text;
    if (text.n <= units) { /* each unit takes a byte at least */
        json_set_text(object, name, text);
        return;
    }
    cut(&short_text, text, units);
    json_set_text(object, name, buf_str(&short_text));
    buf_release(&short_text);
}

void text_cut_item(cJSON *string, size_t units)
{
    struct buf short_text;
    cut(&short_text, json_text_of(string), units);
    char *set = cJSON_SetValuestring(string, buf_text(&short_text));
    assert(set != NULL);
    buf_release(&short_text);
}
