#include "bot/probe/chart.h"

#include "bot/base/civil.h"
#include "bot/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#define SHORTEST_MS MS_PER_SECOND

/* ---- JSON ---- */

/* Bytes that are not UTF-8 become U+FFFD. */
static void put_text(struct buf *out, struct str text)
{
    uint32_t point;
    buf_add_char(out, '"');
    while (text.n > 0) {
        size_t n = utf8_next(text, &point);
        if (n == 0)
            buf_add_text(out, "\\ufffd");
        else if (point < 0x20 || point == '"' || point == '\\')
            buf_addf(out, "\\u%04x", (unsigned)point);
        else
            buf_add(out, (struct str){text.s, n});
        text = str_from(text, n == 0 ? 1 : n);
    }
    buf_add_char(out, '"');
}

static void put_number(struct buf *out, double number)
{
    if (isfinite(number))
        buf_addf(out, "%.10g", number);
    else
        buf_add_text(out, "null");
}

static void put_pair(struct buf *out, const char *name, struct str text)
{
    buf_addf(out, ",\"%s\":", name);
    put_text(out, text);
}

static void put_series(struct buf *out, const struct chart *chart,
                       const struct chart_series *series)
{
    size_t count = 0;
    buf_add_text(out, "{\"name\":");
    put_text(out, series->name);
    buf_addf(out, ",\"gap\":%" PRId64 ",\"samples\":[", series->gap_ms);
    for (size_t i = 0; i < series->count && count < CHART_SAMPLES; i++) {
        const struct chart_sample *sample = &series->samples[i];
        if (sample->at_ms < chart->from_ms || sample->at_ms > chart->to_ms)
            continue;
        buf_addf(out, "%s[%" PRId64 ",", count++ == 0 ? "" : ",",
                 sample->at_ms);
        put_number(out, sample->value);
        buf_add_text(out, sample->good ? ",true]" : ",false]");
    }
    buf_add_text(out, "]}");
}

static void put_incident(struct buf *out, const struct chart *chart)
{
    if (!chart->has_incident)
        return;
    buf_addf(out, ",\"incident\":{\"from\":%" PRId64 ",\"to\":",
             chart->incident_from_ms);
    if (chart->incident_to_ms == 0)
        buf_add_text(out, "null}");
    else
        buf_addf(out, "%" PRId64 "}", chart->incident_to_ms);
}

static void put_marks(struct buf *out, const struct chart *chart)
{
    size_t count = 0;
    buf_add_text(out, ",\"marks\":[");
    for (size_t i = 0; i < chart->mark_count && count < CHART_MARKS; i++) {
        const struct chart_mark *mark = &chart->marks[i];
        if (mark->at_ms < chart->from_ms || mark->at_ms > chart->to_ms)
            continue;
        buf_addf(out,
                 "%s{\"at\":%" PRId64 ",\"text\":", count++ == 0 ? "" : ",",
                 mark->at_ms);
        put_text(out, mark->text);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

void chart_job(const struct chart *chart, enum chart_format format,
               struct buf *out)
{
    struct buf alt = BUF_INIT(CHART_ALT);
    int64_t to_ms = chart->to_ms;
    if (to_ms < chart->from_ms + SHORTEST_MS)
        to_ms = chart->from_ms + SHORTEST_MS;
    assert(chart->series_count >= 0 && chart->series_count <= CHART_SERIES);
    buf_addf(out, "{\"format\":\"%s\",\"width\":%d,\"height\":%d,\"scale\":%d",
             format == CHART_SVG ? "svg" : "png",
             chart->width == 0 ? 600 : chart->width,
             chart->height == 0 ? 320 : chart->height,
             chart->scale == 0 ? 2 : chart->scale);
    put_pair(out, "title", chart->title);
    put_pair(out, "quantity", chart->quantity);
    put_pair(out, "unit", chart->unit);
    chart_alt(chart, &alt);
    put_pair(out, "alt", buf_str(&alt));
    buf_release(&alt);
    buf_addf(out, ",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"threshold\":",
             chart->from_ms, to_ms);
    put_number(out, chart->threshold);
    put_pair(out, "threshold_label",
             chart->threshold_label.n == 0 ? STR("limit")
                                           : chart->threshold_label);
    put_incident(out, chart);
    put_marks(out, chart);
    buf_add_text(out, ",\"series\":[");
    for (int i = 0; i < chart->series_count; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        put_series(out, chart, &chart->series[i]);
    }
    buf_add_text(out, "]}\n");
}
