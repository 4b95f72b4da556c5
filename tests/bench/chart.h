/*
 * Small SVG pictures: panels in three columns, each with its title. Every bar
 * and point bears its name and value in words.
 */
#ifndef TESTS_BENCH_CHART_H
#define TESTS_BENCH_CHART_H

#include <stdio.h>

struct chart_bar {
    const char *name;
    double value, least, most;
};

/* `rows` is how many bars a panel has room for. */
void chart_begin(FILE *out, int panels, int rows, const char *caption);
/* The first bar is set off. */
void chart_bars(FILE *out, int panel, const char *title,
                const struct chart_bar *bars, int count, int decimals);
/* Points from left to right at equal distances, named below. */
void chart_line(FILE *out, int panel, int rows, const char *title,
                const struct chart_bar *points, int count, int decimals);
void chart_end(FILE *out);

#endif
