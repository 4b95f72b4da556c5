/*
 * The real incidents of tests/replays as records: each step taken down the road
 * as its command would, two days after it happened.
 */
#ifndef TESTS_LIB_REPLAY_H
#define TESTS_LIB_REPLAY_H

#include "tests/lib/record.h"

#define REPLAYS 3
extern const char *const replay_names[REPLAYS];

/* INC-12 in a new store; close it as any record. */
struct record replay_play(const struct scratch *scratch, const char *name);

#endif
