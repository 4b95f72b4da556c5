/* What monitors see, what they have told the bot of it, and what it can have
 * made of that. */
#ifndef TESTS_SIM_MONITORS_H
#define TESTS_SIM_MONITORS_H

#include "tests/sim/sim.h"

/* The same alert, firing and over again and again. */
struct alarm {
    char key[20], title[24];
    int source;          /* of [[alert]] */
    const char *service; /* NULL: it names none */
    bool is_firing;
    int under_way;    /* requests with it that were handed in, not answered */
    int64_t heard_ms; /* that it fires: a repeat was answered with 200 */
    /* What the record may hold: bit n is set when there may be n of it, the
     * newest over [0] or firing [1]. An answer of 200 leaves no choice, no
     * answer leaves both. */
    uint32_t may_be[2];
};
int alarm_count(void);
struct alarm *alarm_at(int i);
/* How many requests were answered. */
int monitors_told(void);

#endif
