/*
 * opsroom-draw: draws the samples of up to four probes around an incident, as
 * PNG or SVG. A program of its own, so that what reads fonts and paints stays
 * out of the bot; it reads stdin and its two fonts, nothing else. The job is
 * what chart_job of bot/probe/chart.h prints. Same job, same bytes.
 *
 * Read on in draw_page.h.
 */
#ifndef BOT_HELPERS_DRAW_H
#define BOT_HELPERS_DRAW_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

#define DRAW_SERIES  4
#define DRAW_MARKS   40
#define DRAW_SAMPLES 100000 /* of a series */

struct draw_sample {
    int64_t at_ms;
    double value; /* NAN: none */
    bool good;
};

/* In order of time and within from..to of the job. */
struct draw_series {
    char *name;
    struct draw_sample *samples;
    size_t count;
    int64_t gap_ms; /* a line does not go over more; 0: what is usual there */
};

struct draw_mark {
    int64_t at_ms;
    char *text;
};

/* Texts are owned, valid UTF-8 without control characters, never NULL. */
struct draw_job {
    bool is_svg;
    int width, height; /* in CSS pixels */
    int scale;         /* pixels of a PNG in each */
    char *title, *quantity, *unit, *alt, *threshold_label;
    int64_t from_ms, to_ms;
    double threshold; /* NAN: none */
    bool has_incident;
    int64_t incident_from_ms, incident_to_ms; /* cut to from..to */
    bool incident_is_over;                    /* and ends within from..to */
    bool incident_began;                      /* it begins within from..to */
    struct draw_mark marks[DRAW_MARKS];       /* in order of time */
    int mark_count;
    struct draw_series series[DRAW_SERIES];
    int series_count;
};

/* On failure `why` says in a sentence what is wrong with the job. */
MUST_CHECK enum err draw_job_read(struct str json, struct draw_job *out,
                                  struct buf *why);
void draw_job_release(struct draw_job *job);

/* The bytes of the picture. */
MUST_CHECK enum err draw_picture(const struct draw_job *job, struct buf *out,
                                 struct buf *why);

#endif
