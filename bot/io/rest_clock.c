#include "bot/io/rest_clock.h"

#include "bot/base/civil.h"

#include <curl/curl.h>

/* A Date is in whole seconds, and was on its way here: what little we seem to
 * be ahead may be no error. */
void rest_clock_note(struct rest_clock *clock, struct str date)
{
    char text[64];
    str_copy_to(text, date);
    time_t seconds = date.n > 0 ? curl_getdate(text, NULL) : -1;
    if (seconds <= 0)
        return;
    int64_t ahead_ms = clock_wall_ms() - (int64_t)seconds * MS_PER_SECOND;
    if (ahead_ms > 0)
        ahead_ms = ahead_ms > 2 * MS_PER_SECOND ? ahead_ms - MS_PER_SECOND : 0;
    clock->ahead_ms = ahead_ms;
    clock->set_ms = clock_started_ms();
}

int64_t rest_clock_ahead_ms(const struct rest_clock *clock)
{
    return clock->set_ms == 0
               ? 0
               : clock->ahead_ms + clock_started_ms() - clock->set_ms;
}
