/*
 * Any bytes as what a button says: refused, or taken apart into pieces that are
 * within it; and made again from these it says the same.
 */
#include "bot/base/buf.h"
#include "bot/discord/custom_id.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static bool is_within(struct str piece, struct str text)
{
    return piece.n == 0 ||
           (piece.s >= text.s && piece.s + piece.n <= text.s + text.n);
}

static void check_again(const struct custom_id *id)
{
    char made[CUSTOM_ID_BYTES];
    struct custom_id again;
    struct buf command = BUF_INIT(CUSTOM_ID_BYTES);
    struct buf presets = BUF_INIT(CUSTOM_ID_BYTES);
    buf_add(&command, id->command);
    buf_add(&presets, id->presets);
    /* Numbers may have been written longer than we write them: never shorter,
     * so that it fits. */
    bool fits = custom_id_make(made, buf_text(&command), id->incident_id,
                               buf_text(&presets));
    bool is_read = custom_id_parse(str_of(made), &again);
    assert(fits && is_read && again.incident_id == id->incident_id);
    assert(str_eq(again.command, id->command));
    assert(str_eq(again.presets, id->presets));
    buf_release(&command);
    buf_release(&presets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size}, name, value;
    struct custom_id id;
    if (!custom_id_parse(text, &id))
        return 0;
    assert(id.command.n > 0 && id.incident_id >= 0);
    assert(is_within(id.command, text) && is_within(id.presets, text));
    struct str chosen = custom_id_chosen(id.presets), rest = id.presets;
    assert(is_within(chosen, text));
    for (int i = 0; custom_id_preset(&rest, &name, &value); i++) {
        assert(i < CUSTOM_ID_BYTES && name.n > 0);
        assert(is_within(name, text) && is_within(value, text));
        assert(memchr(name.s, '|', name.n) == NULL);
    }
    /* Text of C ends at a NUL; and we write the last bar always. */
    if (text.n + 1 < CUSTOM_ID_BYTES && memchr(text.s, '\0', text.n) == NULL)
        check_again(&id);
    return 0;
}
