/*
 * Where the ticks of the two axes stand and what they are called. Pure.
 */
#ifndef BOT_HELPERS_DRAW_SCALE_H
#define BOT_HELPERS_DRAW_SCALE_H

#include "bot/base/buf.h"

/* Ticks at low, low + step, … high; step is 1, 2 or 5 times a power of 10. */
struct value_axis {
    double low, high, step;
    int steps;
};

/* Holds low..high and zero in 3 to 6 steps; 6 only with values of both signs.
 * low <= high. */
struct value_axis value_axis_for(double low, double high);
double value_axis_tick(const struct value_axis *axis, int i);
/* "2,000", "0.25", "-1.5M", "0": all other ticks of an axis with the same
 * digits. */
void value_axis_print(const struct value_axis *axis, double value,
                      struct buf *out);
/* With as many digits as it needs, up to six. */
void value_print(double value, struct buf *out);

/* The least usual distance (1, 2, 5, 10, 15, 30 s or min; 1, 2, 3, 6, 12 h;
 * days) with at most so many ticks in the span. Ticks are its multiples. */
int64_t time_step(int64_t span_ms, int most);
/* "18:51", with seconds when the step has any; of a step of days "13 Dec". */
void time_print(int64_t ms, int64_t step_ms, struct buf *out);
void date_print(int64_t ms, struct buf *out); /* "13 Dec 2022" */

#endif
