/*
 * Any bytes as a typed time: read or refused in words; what was read is sane,
 * prints, and is read again from what was kept as typed.
 */
#include "bot/core/when.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct when_base base = {
        .now_ms = INT64_C(1670959230000), /* 2022-12-13 19:20:30 */
        .base_day_ms = INT64_C(1670889600000),
        .anchor_ms = INT64_C(1670959230000),
    };
    struct str text = {(const char *)data, size};
    struct buf out = BUF_INIT(2000);
    struct when when, again;
    if (when_parse_said(text, &base, &when, &out) == ERR_OK) {
        assert(when.from_ms >= 0 && when.from_ms <= when.to_ms);
        assert(when.from_ms <= base.now_ms + 5 * MS_PER_MINUTE);
        assert(when_is_set(&when) && out.n == 0);
        when_print(&when, true, &out);
        when_print_span(&when, &when, &out);
        assert(out.n > 0);
        enum err err = when_parse_said(str_of(when.typed), &base, &again, NULL);
        assert(err == ERR_OK && when_compare(&when, &again) == 0);
    } else {
        assert(out.n > 0 && !out.overflow);
    }
    buf_release(&out);
    return 0;
}
