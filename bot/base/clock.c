#include "bot/base/civil.h"

#include <time.h>

/* In a file of its own: a simulation has another clock. */
static int64_t read_ms(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

/* The time asleep counts: the wall clock goes on then. */
int64_t clock_started_ms(void)
{
    return read_ms(CLOCK_REALTIME) - read_ms(CLOCK_BOOTTIME);
}
