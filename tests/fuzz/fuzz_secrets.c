/*
 * Any bytes to be scrubbed: valid UTF-8 stays valid, a second time removes
 * nothing more, and the text grows no more than is promised.
 */
#include "bot/base/utf8.h"
#include "bot/core/secrets.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct buf once = BUF_INIT(size * 8 + 1), twice = BUF_INIT(size * 8 + 1);
    struct buf words = BUF_INIT(200);
    struct secrets_found found;
    bool removed = secrets_scrub(text, &once, &found);
    assert(!once.overflow);
    assert(!utf8_valid(text) || utf8_valid(buf_str(&once)));
    assert(removed != str_eq(text, buf_str(&once)));
    bool again = secrets_scrub(buf_str(&once), &twice, NULL);
    assert(!again && str_eq(buf_str(&once), buf_str(&twice)));
    secrets_found_words(&found, &words);
    assert(!words.overflow && removed == (words.n > 0));
    buf_release(&words);
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
