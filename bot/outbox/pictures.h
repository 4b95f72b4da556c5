/*
 * Charts on their way through opsroom-draw, one after the other: first the job
 * of each, then its picture.
 */
#ifndef BOT_OUTBOX_PICTURES_H
#define BOT_OUTBOX_PICTURES_H

#include "bot/probe/chart.h"

#define PICTURES 16

struct picture {
    char name[60]; /* "chart-1.svg" */
    enum chart_format format;
    char alt[CHART_ALT + 1]; /* what it shows, in words */
    /* The job, until it is drawn; then the picture, or nothing: it could not be
     * drawn. */
    struct buf bytes;
};

/* All zero: none. */
struct pictures {
    struct picture *all; /* owned; PICTURES of them, or NULL */
    int count, drawn;
};

const char *picture_type(enum chart_format format); /* "image/png" */
/* More than PICTURES are left out. */
void pictures_add(struct pictures *pictures, const struct chart *chart,
                  enum chart_format format, const char *name);
/* The one to be drawn, or NULL. */
const struct picture *pictures_next(const struct pictures *pictures);
/* The helper is done with that one. */
void pictures_drawn(struct pictures *pictures, int status, struct str output);
bool pictures_are_whole(const struct pictures *pictures);
void pictures_release(struct pictures *pictures);

#endif
