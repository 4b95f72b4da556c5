/*
 * Any bytes as a day to come: read or refused in words; what was read is a
 * midnight within the next five years, and is read again from its own print.
 */
#include "bot/core/due.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

#define NOW   INT64_C(1795257000000) /* 2026-11-21T10:30:00Z */
#define YEARS (5 * 366 * MS_PER_DAY)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct buf out = BUF_INIT(300);
    int64_t day = -1, again;
    char date[CIVIL_ISO_BYTES];
    if (due_parse(text, NOW, &day, &out) == ERR_OK) {
        assert(out.n == 0 && day % MS_PER_DAY == 0);
        assert(day >= civil_day_start(NOW) && day <= NOW + YEARS);
        civil_date(day, date);
        enum err err = due_parse(str_of(date), NOW, &again, NULL);
        assert(err == ERR_OK && again == day);
        due_print(day, &out);
        assert(out.n > 0 && !out.overflow);
    } else {
        assert(day == -1 && out.n > 0 && !out.overflow);
    }
    buf_release(&out);
    return 0;
}
