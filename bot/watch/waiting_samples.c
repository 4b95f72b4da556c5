#include "bot/watch/waiting_samples.h"

#include "bot/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define MOST 50000

void waiting_samples_drop(struct waiting_samples *samples, int count)
{
    samples->count -= count;
    if (samples->count > 0)
        memmove(samples->all, samples->all + count,
                (size_t)samples->count * sizeof *samples->all);
}

void waiting_samples_add(struct waiting_samples *samples,
                         const struct waiting_sample *sample)
{
    if (samples->count == MOST) {
        waiting_samples_drop(samples, 1);
        samples->lost++;
    }
    if (samples->count == samples->room) {
        samples->room += 64;
        samples->all = mem_resize(samples->all,
                                  (size_t)samples->room * sizeof *samples->all);
    }
    samples->all[samples->count++] = *sample;
}

void waiting_samples_release(struct waiting_samples *samples)
{
    free(samples->all);
    *samples = (struct waiting_samples){.all = NULL};
}
