/*
 * How far our clock is ahead of Discord's, by the Date of its answers (RFC
 * 9110, 6.6.1), and by how ours was set since.
 */
#ifndef BOT_IO_REST_CLOCK_H
#define BOT_IO_REST_CLOCK_H

#include "bot/base/str.h"

#include <stdint.h>

struct rest_clock {
    int64_t ahead_ms;
    int64_t set_ms; /* clock_started_ms when that was so; 0: no Date came */
};

/* `date` has just come; one that cannot be read changes nothing. */
void rest_clock_note(struct rest_clock *clock, struct str date);
/* Below 0: ours is behind. 0: it is right, as far as a Date can tell, or none
 * came. */
int64_t rest_clock_ahead_ms(const struct rest_clock *clock);

#endif
