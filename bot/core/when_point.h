/*
 * Between when_read.c and when_point.c only: one point in time, its date, its
 * clock and its zone in any order.
 */
#ifndef BOT_CORE_WHEN_POINT_H
#define BOT_CORE_WHEN_POINT_H

#include "bot/core/when_read.h"
#include "bot/core/when_scan.h"

/* All that is left must be one. */
void when_read_point(struct when_scan *scan, struct when_parts *parts);
/* 18:53, 8:21, 22:17:30, 22:XX, 24:XX at the front; false: none stands there,
 * or `parts` has one. */
bool when_read_clock(struct when_scan *scan, struct when_parts *parts);

#endif
