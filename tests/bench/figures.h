/*
 * What was measured of whom: a value for each contender, figure and round.
 */
#ifndef TESTS_BENCH_FIGURES_H
#define TESTS_BENCH_FIGURES_H

#include "bot/base/buf.h"

#include <stdio.h>

#define CONTENDERS_MOST 6
#define ROUNDS_MOST     9

enum figure {
    FIRST_MS,
    FIRST_TLS_MS,
    IDLE_MB,
    IDLE_MANY_MB,
    AFTER_MB,
    RATE,
    RATE_TLS,
    RATE_SLOW_DISK,
    FLAT_CPU_US,
    FLAT_CPU_TLS_US,
    PACED_CPU_US,
    PACED_P50_MS,
    PACED_P99_MS,
    PACED_P50_TLS_MS,
    PACED_P99_TLS_MS,
    BURST_P99_MS,
    LATE_P50_MS,
    LATE_P99_MS,
    SYNCS_ALONE,
    SYNCS_FLAT,
    FIGURES
};

struct figures {
    const char *names[CONTENDERS_MOST];
    int contenders, rounds;
    double values[CONTENDERS_MOST][FIGURES][ROUNDS_MOST];
};

/* Both are Markdown that can also be read as it is. */
void figures_table(struct figures *figures, struct buf *out);
/* Everybody's median against the first contender's. */
void figures_ratios(struct figures *figures, struct buf *out);
void figures_chart(struct figures *figures, FILE *out);

#endif
