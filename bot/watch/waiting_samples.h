/*
 * What was measured and is not in the store yet, oldest first. When a store
 * fails for long the oldest ones are lost, and counted.
 */
#ifndef BOT_WATCH_WAITING_SAMPLES_H
#define BOT_WATCH_WAITING_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

struct waiting_sample {
    int index; /* of the probe */
    int64_t at_ms;
    bool is_good;
    double value;
};

/* All zero: none wait. */
struct waiting_samples {
    struct waiting_sample *all;
    int count, room;
    int64_t lost;
};

void waiting_samples_add(struct waiting_samples *samples,
                         const struct waiting_sample *sample);
/* The first `count`. */
void waiting_samples_drop(struct waiting_samples *samples, int count);
void waiting_samples_release(struct waiting_samples *samples);

#endif
