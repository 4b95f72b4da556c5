/*
 * What the probes of an incident's services measured around it: as the CSV that
 * becomes evidence, and as charts of that CSV. The charts follow from the
 * evidence and the incident alone, so that they are the same in the room and on
 * the page, and again whenever they are drawn. Pure.
 */
#ifndef BOT_PROBE_MEASURED_H
#define BOT_PROBE_MEASURED_H

#include "bot/base/err.h"
#include "bot/core/incident.h"
#include "bot/probe/chart.h"
#include "bot/probe/probe.h"

#define MEASURED_FILE    "probes.csv"
#define MEASURED_TYPE    "text/csv"
#define MEASURED_PROBES  8
#define MEASURED_SAMPLES 2500 /* of a probe: chart.h takes 20,000 in all */
#define MEASURED_BYTES   (8u << 20)
#define MEASURED_CHARTS  4 /* of one CSV */
#define MEASURED_MARKS   5

/* Around the incident: half an hour before it, a quarter after its end. */
struct measured_span {
    int64_t from_ms, to_ms;
};
struct measured_span measured_span(const struct incident *in, int64_t now_ms);

struct measured_probe {
    char name[100], quantity[40], unit[20];
    double threshold; /* NAN: none */
    bool below_is_bad;
    struct chart_sample *samples; /* owned, in order of time */
    size_t count, room;
    bool is_thinned;
};
struct measured {
    struct measured_probe all[MEASURED_PROBES];
    int count;
};
void measured_release(struct measured *measured);

/* The probes of its services, then those of services that these need or that
 * need them: up to `most`; gives how many. */
int measured_find(const struct probes *probes, const struct services *services,
                  const struct incident *in, const struct probe **out,
                  int most);
/* The first of one of its services, or NULL. */
const struct probe *measured_first(const struct probes *probes,
                                   const struct incident *in);
/* A place for its samples, or NULL: there are enough. */
struct measured_probe *measured_add(struct measured *measured,
                                    const struct probe *probe);
/* In order of time. When MEASURED_SAMPLES are not enough, only the worst of
 * those that fall together is kept, so that they are. */
void measured_add_sample(struct measured_probe *probe,
                         const struct measured_span *span,
                         struct chart_sample sample);

/* As it is; false: out of order, or too many. */
bool measured_keep(struct measured_probe *probe,
                   const struct chart_sample *sample);

/* probe, time, value, good, threshold, bad, quantity, unit; RFC 4180. */
void measured_print(const struct measured *measured, struct buf *out);
/* ERR_INVALID: it is no such CSV. On success the caller releases *out. */
MUST_CHECK enum err measured_read(struct str csv, struct measured *out);

/* Whether the entry is such a CSV. */
bool measured_is(const struct event *event);
/* "forum https and forum certificate" */
void measured_names(const struct measured *measured, struct buf *out);
int64_t measured_last_ms(const struct measured *measured);

/* Probes that measure the same against the same limit share a chart. Borrowed
 * from `measured` and from here: not copied. */
struct measured_charts {
    struct chart all[MEASURED_CHARTS];
    int count;
    char titles[MEASURED_CHARTS][450];
    struct chart_mark marks[MEASURED_MARKS];
};
void measured_charts(const struct measured *measured, const struct incident *in,
                     struct measured_charts *out);

#endif
