#include "tests/lib/chance.h"

#include "bot/base/str.h"

#include <stdlib.h>

/* splitmix64 (Steele, Lea, Flood 2014) */
uint64_t chance_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t chance_below(uint64_t *state, uint64_t n)
{
    return chance_next(state) % n;
}

uint64_t chance_setting(const char *name, uint64_t otherwise)
{
    uint64_t value = otherwise;
    (void)str_to_u64(str_of(getenv(name)), &value);
    return value;
}
