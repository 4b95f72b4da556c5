/*
 * Any bytes as a person's text in a message: valid UTF-8 comes out, without a
 * mention, a fence that ends early, or a body over Discord's limits.
 */
#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

static void assert_inert(const struct buf *out)
{
    static const char *const tricks[] = {
        "@everyone", "@here", "<@",  "<#", "</",
        "<t:",       "<:",    "<a:", "](", "```"};
    assert(utf8_valid(buf_str(out)));
    for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++)
        assert(strstr(buf_text(out), tricks[i]) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct buf out = BUF_INIT(size * 8 + 100);
    markdown_add(&out, text);
    assert(!out.overflow);
    assert_inert(&out);
    cJSON *message = message_new(buf_str(&out));
    assert(utf16_units(json_text(message, "content")) <= MESSAGE_UNITS);
    cJSON_Delete(message);
    buf_clear(&out);
    markdown_add_line(&out, text);
    assert(strchr(buf_text(&out), '\n') == NULL);
    assert_inert(&out);
    buf_clear(&out);
    markdown_add_fence(&out, text, 500);
    assert(!out.overflow && utf8_valid(buf_str(&out)));
    assert(strstr(buf_text(&out) + 3, "```") == buf_text(&out) + out.n - 3);
    buf_release(&out);
    return 0;
}
