/*
 * What the probes measured, a part of storage/store.h: whole for a while, then
 * five minutes in one row, with `mean`, `least` and `most` of what had a value.
 */
#ifndef STORAGE_SAMPLES_H
#define STORAGE_SAMPLES_H

#include "storage/store.h"

struct sample {
    int64_t at_ms;
    int64_t span_ms;          /* 0: one result; else it stands for so long */
    int64_t good, bad;        /* results */
    double mean, least, most; /* NAN: nothing was measured */
};
/* A probe's number in the samples, by its name; made when it is new. */
MUST_CHECK enum err store_probe_number(struct store *store, struct str name,
                                       int64_t *out);
/* One result; NAN: nothing was measured. */
MUST_CHECK enum err store_put_sample(struct store *store, int64_t probe,
                                     int64_t at_ms, bool is_good, double value);
/* Those of a probe from `from_ms` until before `to_ms`, by time, whole ones and
 * rows of five minutes as they are kept; of these, what overlaps. An unknown
 * name has none. False stops.
 */
typedef bool store_sample_fn(const struct sample *sample, void *context);
MUST_CHECK enum err store_each_sample(struct store *store, struct str name,
                                      int64_t from_ms, int64_t to_ms,
                                      store_sample_fn *each, void *context);
/* Folds the oldest five minutes that ended before whole_ms into one row a
 * probe, and drops the oldest row from before all_ms: some milliseconds of
 * work. *more: there is more to do. */
MUST_CHECK enum err store_thin_samples(struct store *store, int64_t whole_ms,
                                       int64_t all_ms, bool *more);

/* What is kept of a probe besides. NOT_FOUND: nothing yet. */
struct probe_memory {
    char told[16]; /* a word of bot/probe/judge.h */
    int64_t told_since_ms;
    int64_t muted_until_ms; /* 0: is not */
};
MUST_CHECK enum err store_probe_memory(struct store *store, struct str name,
                                       struct probe_memory *out);
MUST_CHECK enum err store_put_probe_memory(struct store *store, struct str name,
                                           const struct probe_memory *memory);
/* The probe of that alert, if a probe's it is: nobody was told of it yet. */
MUST_CHECK enum err store_forget_probe_told(struct store *store, int64_t alert);

#endif
