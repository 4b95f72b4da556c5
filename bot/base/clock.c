#include "bot/base/civil.h"

#include <time.h>

/* In a file of its own: a simulation has another clock. */
int64_t clock_wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}
