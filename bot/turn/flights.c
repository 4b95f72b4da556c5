#include "bot/turn/flights.h"

#include "bot/base/mem.h"

#include <stdlib.h>

struct flight *flights_add(struct flights *flights, const struct flight *flight)
{
    struct flight *added = mem_alloc(sizeof *added);
    *added = *flight;
    added->flights = flights;
    added->before = flights->newest;
    added->after = NULL;
    *(flights->newest ? &flights->newest->after : &flights->oldest) = added;
    flights->newest = added;
    return added;
}

static void release(struct flight *flight)
{
    if (flight->later != NULL)
        rest_call_release(flight->later);
    free(flight->later);
    cJSON_Delete(flight->data);
    free(flight);
}

void flight_end(struct flight *flight)
{
    struct flights *flights = flight->flights;
    *(flight->before ? &flight->before->after : &flights->oldest) =
        flight->after;
    *(flight->after ? &flight->after->before : &flights->newest) =
        flight->before;
    release(flight);
}

void flights_renewed(struct flights *flights)
{
    for (struct flight *flight = flights->oldest; flight != NULL;
         flight = flight->after)
        flight->seq = INT64_MAX;
}

int64_t flights_safe_seq(const struct flights *flights, int64_t seq)
{
    for (const struct flight *flight = flights->oldest; flight != NULL;
         flight = flight->after)
        if (flight->seq - 1 < seq)
            seq = flight->seq - 1;
    return seq;
}

void flights_end_all(struct flights *flights)
{
    for (struct flight *flight = flights->oldest, *after; flight != NULL;
         flight = after) {
        after = flight->after;
        release(flight);
    }
    flights->oldest = flights->newest = NULL;
}
