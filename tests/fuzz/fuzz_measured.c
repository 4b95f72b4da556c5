/*
 * Any bytes as a CSV of measurements (people may attach one of that name):
 * refused, or what was read is printed, read again, and told in a chart.
 */
#include "bot/base/utf8.h"
#include "bot/probe/measured.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

static void check_probe(const struct measured_probe *probe)
{
    assert(probe->count <= MEASURED_SAMPLES);
    for (size_t i = 1; i < probe->count; i++)
        assert(probe->samples[i - 1].at_ms <= probe->samples[i].at_ms);
}

static void check_charts(const struct measured *measured)
{
    const struct incident in = {.id = 1,
                                .state = STATE_RESOLVED,
                                .first_event_ms = INT64_C(1670957580000)};
    static struct measured_charts charts;
    measured_charts(measured, &in, &charts);
    assert(charts.count >= 0 && charts.count <= MEASURED_CHARTS);
    for (int i = 0; i < charts.count; i++) {
        struct buf alt = BUF_INIT(CHART_ALT), job = BUF_INIT(CHART_JOB);
        chart_alt(&charts.all[i], &alt);
        chart_job(&charts.all[i], CHART_SVG, &job);
        assert(alt.n > 0 && !alt.overflow && !job.overflow);
        buf_release(&alt);
        buf_release(&job);
    }
}

static void check_again(const struct measured *measured, struct buf *first)
{
    struct measured again;
    struct buf second = BUF_INIT(MEASURED_BYTES);
    enum err err = measured_read(buf_str(first), &again);
    assert(err == ERR_OK && again.count == measured->count);
    measured_print(&again, &second);
    assert(str_eq(buf_str(first), buf_str(&second)));
    measured_release(&again);
    buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct measured measured;
    struct buf printed = BUF_INIT(MEASURED_BYTES), names = BUF_INIT(2000);
    if (measured_read((struct str){(const char *)data, size}, &measured) !=
        ERR_OK)
        return 0;
    assert(measured.count >= 0 && measured.count <= MEASURED_PROBES);
    for (int i = 0; i < measured.count; i++)
        check_probe(&measured.all[i]);
    measured_names(&measured, &names);
    assert(!names.overflow && measured_last_ms(&measured) >= 0);
    measured_print(&measured, &printed);
    assert(!printed.overflow);
    check_again(&measured, &printed);
    check_charts(&measured);
    measured_release(&measured);
    buf_release(&printed);
    buf_release(&names);
    return 0;
}
