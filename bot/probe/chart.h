/*
 * What a chart shows: the samples of up to four probes around an incident. Its
 * picture is drawn by the helper opsroom-draw, which takes the job that
 * chart_job prints; what it shows in words, for those who cannot see it, is
 * chart_alt. Pure.
 */
#ifndef BOT_PROBE_CHART_H
#define BOT_PROBE_CHART_H

#include "bot/base/buf.h"

#define CHART_SERIES     4
#define CHART_MARKS      40     /* drawn; later ones are left out */
#define CHART_SAMPLES    100000 /* of a series; later ones are left out */
#define CHART_ALT        1000 /* bytes at most: Discord takes 1024 characters */
#define CHART_JOB        (32u << 20) /* bytes: a limit for chart_job's buf */
#define CHART_PICTURE    (8u << 20)  /* bytes: the helper prints no more */
#define CHART_TIMEOUT_MS 20000       /* for the helper */

struct chart_sample {
    int64_t at_ms;
    double value; /* NAN: none, the check got no answer to measure */
    bool good;
};

struct chart_series {
    struct str name;                    /* of the probe */
    const struct chart_sample *samples; /* in order of time */
    size_t count;
    int64_t gap_ms; /* a line is not drawn over a longer silence; 0: three
                     * times what is usual around it */
};

struct chart_mark {
    int64_t at_ms;
    struct str text; /* "declared": a word or two */
};

/* Texts are borrowed; what lies outside from..to is not shown. */
struct chart {
    struct str title;    /* "forum https" */
    struct str quantity; /* "response time"; or empty */
    struct str unit;     /* "ms"; or empty */
    int64_t from_ms, to_ms;
    struct chart_series series[CHART_SERIES];
    int series_count;
    double threshold;           /* NAN: none */
    struct str threshold_label; /* what it is called; empty: "limit" */
    bool below_is_bad;          /* of the threshold; else above is */
    bool has_incident;
    int64_t incident_from_ms, incident_to_ms; /* to 0: it is not over */
    const struct chart_mark *marks;           /* in order of time */
    size_t mark_count;
    /* In CSS pixels; 0: 600 by 320. A PNG has scale times as many each way (0:
     * 2), so that it is sharp; text keeps its size in proportion. */
    int width, height, scale;
};

enum chart_format { CHART_PNG, CHART_SVG };

/* One to a few sentences: "forum https, response time in ms, 13 Dec 2022 18:30
 * to 20:10 UTC: normally around 120, above the limit of 2000 from 18:51 to
 * 19:39, highest 9800 at 19:02; 14 of 90 checks failed, between 18:51 and
 * 19:31." */
void chart_alt(const struct chart *chart, struct buf *out);
/* The helper's input, with chart_alt in it. Same chart, same bytes. Takes 0.4
 * ms for 1,000 samples: on the loop, no more than 20,000 in all. */
void chart_job(const struct chart *chart, enum chart_format format,
               struct buf *out);

#endif
