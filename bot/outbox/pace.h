/*
 * The least time between two deliveries of one kind to one incident: what is
 * wanted in between is delivered together. Hints from Discord's observed pace
 * (about 5 messages per 5 s and channel), never a condition of correctness.
 * Pure. Times are of the wall clock.
 *
 * Rows of the outbox remember their pace, too; but a row that is done is gone,
 * and its pace with it.
 */
#ifndef BOT_OUTBOX_PACE_H
#define BOT_OUTBOX_PACE_H

#include "storage/outbox.h"

#define PACES 64

/* All zero: nothing was delivered lately. */
struct paces {
    struct pace {
        enum effect_kind kind;
        int64_t incident_id;
        int64_t not_before_ms;
    } all[PACES]; /* a ring: forgetting one is only impolite */
    int next;
};

/* It was delivered now: the next one like it may be from then on. */
int64_t pace_set(struct paces *paces, const struct outbox_row *row,
                 int64_t wall_ms);
/* When it may be delivered: now, or later. */
int64_t pace_until_ms(struct paces *paces, const struct outbox_row *row,
                      int64_t wall_ms);

#endif
