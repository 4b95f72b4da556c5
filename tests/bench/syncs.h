/*
 * The file through which the bench and a contender speak of syncs: the one
 * reads how many there were, and says how long they shall be.
 */
#ifndef TESTS_BENCH_SYNCS_H
#define TESTS_BENCH_SYNCS_H

#include <stdatomic.h>
#include <stdint.h>

struct syncs {
    _Atomic uint64_t count;
    _Atomic uint64_t longer_us; /* below a second; of each, after it is done */
};

#endif
