#include "bot/probe/measured.h"

#include "bot/base/mem.h"
#include "bot/probe/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEFORE_MS (30 * MS_PER_MINUTE)
#define AFTER_MS  (15 * MS_PER_MINUTE)

void measured_release(struct measured *measured)
{
    for (int i = 0; i < measured->count; i++)
        free(measured->all[i].samples);
    *measured = (struct measured){.count = 0};
}

bool measured_is(const struct event *event)
{
    return event->kind == EVENT_EVIDENCE && event->source == SOURCE_PROBE &&
           event->file_sha256.n > 0 && str_is(event->file_name, MEASURED_FILE);
}

/* ---- when ---- */

static int64_t began_ms(const struct incident *in)
{
    const struct when *impact = &in->milestones[MILESTONE_IMPACT_START];
    return when_is_set(impact) ? impact->from_ms : in->first_event_ms;
}

/* 0: it is not over. */
static int64_t ended_ms(const struct incident *in)
{
    const struct when *impact = &in->milestones[MILESTONE_IMPACT_END];
    const struct when *resolved = &in->milestones[MILESTONE_RESOLVED];
    int64_t end_ms = when_is_set(impact) ? impact->to_ms : 0;
    if (incident_is_live(in))
        return 0;
    if (when_is_set(resolved) && resolved->to_ms > end_ms)
        end_ms = resolved->to_ms;
    return end_ms != 0 ? end_ms : in->state_since_ms;
}

struct measured_span measured_span(const struct incident *in, int64_t now_ms)
{
    int64_t end_ms = ended_ms(in);
    struct measured_span span = {began_ms(in) - BEFORE_MS, now_ms};
    if (end_ms != 0 && end_ms + AFTER_MS < now_ms)
        span.to_ms = end_ms + AFTER_MS;
    return span;
}

/* ---- which probes ---- */

static bool is_its_own(const struct probe *probe, const struct incident *in)
{
    return probe->service[0] != '\0' &&
           incident_has_service(in, str_of(probe->service));
}

static bool is_related(const struct probe *probe,
                       const struct services *services,
                       const struct incident *in)
{
    struct str rest = str_of(in->services), service;
    while (incident_next_service(&rest, &service))
        if (services_are_related(services, service, str_of(probe->service)))
            return true;
    return false;
}

int measured_find(const struct probes *probes, const struct services *services,
                  const struct incident *in, const struct probe **out, int most)
{
    int count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < probes->count && count < most; i++) {
            const struct probe *probe = &probes->all[i];
            bool is_own = is_its_own(probe, in);
            if (pass == 0 ? is_own : !is_own && is_related(probe, services, in))
                out[count++] = probe;
        }
    return count;
}

const struct probe *measured_first(const struct probes *probes,
                                   const struct incident *in)
{
    for (int i = 0; i < probes->count; i++)
        if (is_its_own(&probes->all[i], in))
            return &probes->all[i];
    return NULL;
}

/* ---- samples ---- */

static const char *quantity_of(enum probe_kind kind)
{
    switch (kind) {
    case PROBE_HTTP:
        return "response time";
    case PROBE_TLS:
        return "certificate";
    case PROBE_TCP:
        return "time to connect";
    case PROBE_DNS:
        return "time to resolve";
    case PROBE_PROMETHEUS:
    case PROBE_KIND_COUNT:
        break;
    }
    return "value";
}

/* Equality is no line in a chart: what was good says it. */
static void set_threshold(struct measured_probe *out, const struct probe *probe)
{
    out->threshold = NAN;
    if (probe->kind == PROBE_HTTP && probe->slower_than_ms > 0) {
        out->threshold = (double)probe->slower_than_ms;
    } else if (probe->kind == PROBE_TLS) {
        out->threshold = (double)probe->days_left;
        out->below_is_bad = true;
    } else if (probe->kind == PROBE_PROMETHEUS &&
               strchr("<>", probe->bad_when[0]) != NULL) {
        out->threshold = probe->threshold;
        out->below_is_bad = probe->bad_when[0] == '<';
    }
}

struct measured_probe *measured_add(struct measured *measured,
                                    const struct probe *probe)
{
    if (measured->count == MEASURED_PROBES)
        return NULL;
    struct measured_probe *place = &measured->all[measured->count++];
    *place = (struct measured_probe){.count = 0};
    str_copy_to(place->name, str_of(probe->name));
    str_copy_to(place->quantity, str_of(quantity_of(probe->kind)));
    str_copy_to(place->unit, str_of(probe_unit(probe->kind)));
    set_threshold(place, probe);
    return place;
}

static bool is_worse(const struct measured_probe *probe,
                     const struct chart_sample *sample,
                     const struct chart_sample *than)
{
    if (sample->good != than->good)
        return than->good;
    if (isnan(sample->value) || isnan(than->value))
        return isnan(than->value);
    return probe->below_is_bad ? sample->value < than->value
                               : sample->value > than->value;
}

bool measured_keep(struct measured_probe *probe,
                   const struct chart_sample *sample)
{
    if (probe->count == MEASURED_SAMPLES ||
        (probe->count > 0 &&
         sample->at_ms < probe->samples[probe->count - 1].at_ms))
        return false;
    if (probe->count == probe->room) {
        probe->room = probe->room == 0 ? 256 : 2 * probe->room;
        probe->samples =
            mem_resize(probe->samples, probe->room * sizeof *probe->samples);
    }
    probe->samples[probe->count++] = *sample;
    return true;
}

/* Into the last one, when they fall together. */
static bool merge(struct measured_probe *probe,
                  const struct measured_span *span,
                  const struct chart_sample *sample)
{
    int64_t width_ms = (span->to_ms - span->from_ms) / MEASURED_SAMPLES + 1;
    struct chart_sample *last =
        probe->count == 0 ? NULL : &probe->samples[probe->count - 1];
    if (last == NULL || (last->at_ms - span->from_ms) / width_ms !=
                            (sample->at_ms - span->from_ms) / width_ms)
        return false;
    if (is_worse(probe, sample, last))
        *last = *sample;
    return true;
}

/* There are too many of them to keep each. */
static void thin(struct measured_probe *probe, const struct measured_span *span)
{
    size_t count = probe->count;
    probe->is_thinned = true;
    probe->count = 0;
    for (size_t i = 0; i < count; i++)
        if (!merge(probe, span, &probe->samples[i]))
            probe->samples[probe->count++] = probe->samples[i];
}

void measured_add_sample(struct measured_probe *probe,
                         const struct measured_span *span,
                         struct chart_sample sample)
{
    if (sample.at_ms < span->from_ms || sample.at_ms > span->to_ms)
        return;
    if (probe->count == MEASURED_SAMPLES && !probe->is_thinned)
        thin(probe, span);
    if (!probe->is_thinned || !merge(probe, span, &sample))
        (void)measured_keep(probe, &sample);
}

int64_t measured_last_ms(const struct measured *measured)
{
    int64_t last_ms = 0;
    for (int i = 0; i < measured->count; i++) {
        const struct measured_probe *probe = &measured->all[i];
        if (probe->count > 0 &&
            probe->samples[probe->count - 1].at_ms > last_ms)
            last_ms = probe->samples[probe->count - 1].at_ms;
    }
    return last_ms;
}

/* ---- charts ---- */

void measured_names(const struct measured *measured, struct buf *out)
{
    for (int i = 0; i < measured->count; i++)
        buf_addf(out, "%s%s",
                 i == 0                     ? ""
                 : i + 1 == measured->count ? " and "
                                            : ", ",
                 measured->all[i].name);
}

static size_t find_marks(const struct incident *in,
                         struct chart_mark marks[static MEASURED_MARKS])
{
    static const struct {
        enum milestone milestone;
        const char *text;
    } kinds[MEASURED_MARKS] = {
        {MILESTONE_FIRST_REPORT, "first report"},
        {MILESTONE_FIRST_ALERT, "first alert"},
        {MILESTONE_DECLARED, "declared"},
        {MILESTONE_MITIGATED, "mitigated"},
        {MILESTONE_RESOLVED, "resolved"},
    };
    size_t count = 0;
    for (int i = 0; i < MEASURED_MARKS; i++) {
        const struct when *when = &in->milestones[kinds[i].milestone];
        size_t place = count;
        if (!when_is_set(when))
            continue;
        for (; place > 0 && marks[place - 1].at_ms > when->from_ms; place--)
            marks[place] = marks[place - 1];
        marks[place] =
            (struct chart_mark){when->from_ms, str_of(kinds[i].text)};
        count++;
    }
    return count;
}

static bool is_same_limit(const struct chart *chart,
                          const struct measured_probe *probe)
{
    bool neither = isnan(chart->threshold) && isnan(probe->threshold);
    return neither || (chart->threshold == probe->threshold &&
                       chart->below_is_bad == probe->below_is_bad);
}

/* With room for one more; NULL: there are enough of them. */
static struct chart *chart_for(struct measured_charts *charts,
                               const struct measured_probe *probe)
{
    for (int i = 0; i < charts->count; i++) {
        struct chart *chart = &charts->all[i];
        if (chart->series_count < CHART_SERIES &&
            str_is(chart->quantity, probe->quantity) &&
            str_is(chart->unit, probe->unit) && is_same_limit(chart, probe))
            return chart;
    }
    if (charts->count == MEASURED_CHARTS)
        return NULL;
    struct chart *chart = &charts->all[charts->count++];
    *chart = (struct chart){.quantity = str_of(probe->quantity),
                            .unit = str_of(probe->unit),
                            .threshold = probe->threshold,
                            .below_is_bad = probe->below_is_bad};
    return chart;
}

static void set_title(struct chart *chart, char *title, size_t bytes)
{
    struct buf text = {.s = title, .room = bytes, .limit = bytes - 1};
    title[0] = '\0';
    for (int i = 0; i < chart->series_count; i++) {
        if (i > 0)
            buf_add_text(&text, ", ");
        buf_add(&text, chart->series[i].name);
    }
    chart->title = buf_str(&text);
}

void measured_charts(const struct measured *measured, const struct incident *in,
                     struct measured_charts *out)
{
    struct measured_span span = measured_span(in, INT64_MAX);
    int64_t last_ms = measured_last_ms(measured), end_ms = ended_ms(in);
    size_t marks = find_marks(in, out->marks);
    out->count = 0;
    for (int i = 0; i < measured->count; i++) {
        const struct measured_probe *probe = &measured->all[i];
        struct chart *chart = chart_for(out, probe);
        if (chart != NULL)
            chart->series[chart->series_count++] =
                (struct chart_series){.name = str_of(probe->name),
                                      .samples = probe->samples,
                                      .count = probe->count};
    }
    for (int i = 0; i < out->count; i++) {
        struct chart *chart = &out->all[i];
        set_title(chart, out->titles[i], sizeof out->titles[i]);
        chart->from_ms = span.from_ms;
        chart->to_ms = last_ms < span.to_ms ? last_ms : span.to_ms;
        if (chart->to_ms < end_ms)
            chart->to_ms = end_ms;
        chart->has_incident = true;
        chart->incident_from_ms = began_ms(in);
        chart->incident_to_ms = end_ms;
        chart->marks = out->marks;
        chart->mark_count = marks;
    }
}
