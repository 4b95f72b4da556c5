/*
 * Chance for random tests: the same seed gives the same run.
 */
#ifndef TESTS_LIB_CHANCE_H
#define TESTS_LIB_CHANCE_H

#include <stdint.h>

/* *state is the seed at first, any number. */
uint64_t chance_next(uint64_t *state);
uint64_t chance_below(uint64_t *state, uint64_t n); /* 0 to n - 1 */
/* A number from the environment, such as SEED. */
uint64_t chance_setting(const char *name, uint64_t otherwise);

#endif
