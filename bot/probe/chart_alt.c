#include "bot/probe/chart.h"

#include "bot/base/civil.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"

#include <math.h>

#define RUNS_NAMED    3
#define ENOUGH_NORMAL 3 /* samples, to say what is normal */
#define LONGEST_TEXT  (1u << 20)
#define CUT_HERE      "…"

/* From the first sample beyond the threshold to the last in a row. */
struct run {
    int64_t from_ms, to_ms;
};

struct facts {
    size_t count, valued, failed;
    const struct chart_sample *lowest, *highest; /* NULL: no value at all */
    int64_t failed_from_ms, failed_to_ms, last_ms;
    struct run runs[RUNS_NAMED];
    size_t run_count;
    int64_t runs_end_ms; /* of the last one */
    bool is_normal;      /* median: of good samples outside the incident */
    double median;
};

/* ---- numbers and times ---- */

static void print_decimal(struct buf *out, double value, int decimals)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%.*f", decimals, value);
    size_t n = strlen(text);
    if (strchr(text, '.') != NULL) {
        while (text[n - 1] == '0')
            n--;
        if (text[n - 1] == '.')
            n--;
    }
    buf_add(out, (struct str){text, n});
}

/* So many digits that mean something: 9812.4 is 9810 with three. */
static void print_value(struct buf *out, double value, int digits)
{
    static const struct {
        double least;
        const char *word;
    } scales[] = {{1e12, " trillion"}, {1e9, " billion"}, {1e6, " million"}};
    const char *word = "";
    double size = fabs(value);
    if (size != 0 && (size >= 1e15 || size < 1e-6)) {
        buf_addf(out, "%.*g", digits, value);
        return;
    }
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        if (size >= scales[i].least) {
            value /= scales[i].least;
            size /= scales[i].least;
            word = scales[i].word;
        }
    int places = size == 0 ? 0 : digits - 1 - (int)floor(log10(size));
    if (places < 0) {
        double unit = pow(10, -places);
        value = round(value / unit) * unit;
        places = 0;
    }
    print_decimal(out, value, places);
    buf_add_text(out, word);
}

static void print_date(struct buf *out, int64_t ms, bool with_year)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of(ms);
    buf_addf(out, "%d %s ", c.day, months[c.month - 1]);
    if (with_year)
        buf_addf(out, "%d ", c.year);
}

static void print_clock(struct buf *out, const struct chart *chart, int64_t ms)
{
    struct civil c = civil_of(ms);
    buf_addf(out, "%02d:%02d", c.hour, c.minute);
    if (chart->to_ms - chart->from_ms < 10 * MS_PER_MINUTE)
        buf_addf(out, ":%02d", c.second);
}

static bool is_one_day(const struct chart *chart)
{
    return civil_day_start(chart->from_ms) == civil_day_start(chart->to_ms);
}

static void print_time(struct buf *out, const struct chart *chart, int64_t ms)
{
    if (!is_one_day(chart))
        print_date(out, ms, false);
    print_clock(out, chart, ms);
}

static void print_between(struct buf *out, const struct chart *chart,
                          const char *words[2], struct run run)
{
    if (run.from_ms == run.to_ms) {
        buf_add_text(out, "at ");
        print_time(out, chart, run.from_ms);
        return;
    }
    buf_addf(out, "%s ", words[0]);
    print_time(out, chart, run.from_ms);
    buf_addf(out, " %s ", words[1]);
    print_time(out, chart, run.to_ms);
}

/* ---- what there is to say ---- */

static bool is_beyond(const struct chart *chart, double value)
{
    return chart->below_is_bad ? value < chart->threshold
                               : value > chart->threshold;
}

static bool is_in_incident(const struct chart *chart, int64_t ms)
{
    return chart->has_incident && ms >= chart->incident_from_ms &&
           (chart->incident_to_ms == 0 || ms <= chart->incident_to_ms);
}

static bool is_in_view(const struct chart *chart, int64_t ms)
{
    return ms >= chart->from_ms && ms <= chart->to_ms;
}

static int compare_values(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void find_median(const struct chart *chart,
                        const struct chart_series *series, struct facts *facts)
{
    double *values = mem_alloc((facts->valued + 1) * sizeof *values);
    size_t n = 0;
    for (int pass = 0; pass < 2 && n < ENOUGH_NORMAL; pass++) {
        n = 0;
        facts->is_normal = pass == 0;
        for (size_t i = 0; i < series->count; i++) {
            const struct chart_sample *s = &series->samples[i];
            if (is_in_view(chart, s->at_ms) && isfinite(s->value) &&
                (pass == 1 || (s->good && !is_in_incident(chart, s->at_ms))))
                values[n++] = s->value;
        }
    }
    qsort(values, n, sizeof *values, compare_values);
    if (n > 0)
        facts->median = values[(n - 1) / 2];
    free(values);
}

/* A check without an answer in the midst of a run does not end it. */
static void note_run(const struct chart *chart, const struct chart_sample *s,
                     bool *in_run, struct facts *facts)
{
    if (isnan(chart->threshold) || !isfinite(s->value))
        return;
    bool beyond = is_beyond(chart, s->value);
    if (beyond && !*in_run) {
        if (facts->run_count < RUNS_NAMED)
            facts->runs[facts->run_count].from_ms = s->at_ms;
        facts->run_count++;
    }
    if (beyond) {
        facts->runs_end_ms = s->at_ms;
        if (facts->run_count <= RUNS_NAMED)
            facts->runs[facts->run_count - 1].to_ms = s->at_ms;
    }
    *in_run = beyond;
}

static struct facts facts_of(const struct chart *chart,
                             const struct chart_series *series)
{
    struct facts facts = {0};
    bool in_run = false;
    for (size_t i = 0; i < series->count; i++) {
        const struct chart_sample *s = &series->samples[i];
        if (!is_in_view(chart, s->at_ms))
            continue;
        facts.count++;
        facts.last_ms = s->at_ms;
        if (!s->good) {
            if (facts.failed++ == 0)
                facts.failed_from_ms = s->at_ms;
            facts.failed_to_ms = s->at_ms;
        }
        if (isfinite(s->value)) {
            facts.valued++;
            if (facts.lowest == NULL || s->value < facts.lowest->value)
                facts.lowest = s;
            if (facts.highest == NULL || s->value > facts.highest->value)
                facts.highest = s;
        }
        note_run(chart, s, &in_run, &facts);
    }
    find_median(chart, series, &facts);
    return facts;
}

/* ---- saying it ---- */

static void say_runs(struct buf *out, const struct chart *chart,
                     const struct facts *facts)
{
    static const char *from_to[] = {"from", "to"};
    struct str label =
        chart->threshold_label.n == 0 ? STR("limit") : chart->threshold_label;
    if (isnan(chart->threshold))
        return;
    buf_addf(out, ", %s%s the %.*s of ", facts->run_count == 0 ? "never " : "",
             chart->below_is_bad ? "below" : "above", STR_ARG(label));
    print_value(out, chart->threshold, 6);
    if (facts->run_count == 0)
        return;
    if (facts->run_count > RUNS_NAMED) {
        buf_addf(out, " %zu times ", facts->run_count);
        print_between(out, chart, from_to,
                      (struct run){facts->runs[0].from_ms, facts->runs_end_ms});
        return;
    }
    for (size_t i = 0; i < facts->run_count; i++) {
        buf_add_text(out, i == 0                      ? " "
                          : i == facts->run_count - 1 ? " and "
                                                      : ", ");
        print_between(out, chart, from_to, facts->runs[i]);
    }
}

static void say_extreme(struct buf *out, const struct chart *chart,
                        const char *word, const struct chart_sample *sample)
{
    buf_addf(out, ", %s ", word);
    print_value(out, sample->value, 3);
    buf_add_text(out, " at ");
    print_time(out, chart, sample->at_ms);
}

static void say_values(struct buf *out, const struct chart *chart,
                       const struct facts *facts)
{
    bool is_constant = facts->lowest->value == facts->highest->value;
    buf_add_text(out, is_constant        ? "always "
                      : facts->is_normal ? "normally around "
                                         : "half of the values at most ");
    print_value(out, facts->median, is_constant ? 3 : 2);
    say_runs(out, chart, facts);
    if (is_constant)
        return;
    if (chart->below_is_bad || isnan(chart->threshold))
        say_extreme(out, chart, "lowest", facts->lowest);
    if (!chart->below_is_bad || isnan(chart->threshold))
        say_extreme(out, chart, "highest", facts->highest);
}

static void say_failures(struct buf *out, const struct chart *chart,
                         const struct facts *facts)
{
    static const char *between_and[] = {"between", "and"};
    if (facts->failed == 0) {
        buf_addf(out, "none of %zu checks failed", facts->count);
        return;
    }
    if (facts->failed == facts->count)
        buf_addf(out, "all %zu checks failed", facts->count);
    else
        buf_addf(out, "%zu of %zu checks failed", facts->failed, facts->count);
    buf_add_text(out, ", ");
    print_between(out, chart, between_and,
                  (struct run){facts->failed_from_ms, facts->failed_to_ms});
}

static void say_series(struct buf *out, const struct chart *chart,
                       const struct chart_series *series)
{
    struct facts facts = facts_of(chart, series);
    if (facts.count == 0) {
        buf_add_text(out, "no samples");
    } else if (facts.count == 1) {
        buf_add_text(out, "one check, ");
        if (facts.valued == 1)
            print_value(out, facts.highest->value, 3);
        else
            buf_add_text(out, "without a value");
        buf_add_text(out, " at ");
        print_time(out, chart, facts.last_ms);
        buf_add_text(out, facts.failed == 0 ? ", good" : ", failed");
    } else {
        if (facts.valued == 0)
            buf_add_text(out, "no values");
        else
            say_values(out, chart, &facts);
        buf_add_text(out, "; ");
        say_failures(out, chart, &facts);
    }
    buf_add_char(out, '.');
}

static void say_head(struct buf *out, const struct chart *chart)
{
    buf_add(out, chart->title);
    if (chart->quantity.n > 0) {
        buf_add_text(out, ", ");
        buf_add(out, chart->quantity);
    }
    if (chart->unit.n > 0)
        buf_addf(out, "%s in %.*s", chart->quantity.n > 0 ? "" : ",",
                 STR_ARG(chart->unit));
    buf_add_text(out, ", ");
    print_date(out, chart->from_ms, true);
    print_clock(out, chart, chart->from_ms);
    buf_add_text(out, " to ");
    if (!is_one_day(chart))
        print_date(out, chart->to_ms, true);
    print_clock(out, chart, chart->to_ms);
    buf_add_text(out, " UTC");
}

static void say_incident(struct buf *out, const struct chart *chart)
{
    bool over = chart->incident_to_ms != 0;
    if (!chart->has_incident || chart->incident_from_ms > chart->to_ms ||
        (over && chart->incident_to_ms < chart->from_ms))
        return;
    buf_add_text(out, " Shaded: the incident, from ");
    print_time(out, chart, chart->incident_from_ms);
    if (over) {
        buf_add_text(out, " to ");
        print_time(out, chart, chart->incident_to_ms);
        buf_add_char(out, '.');
    } else {
        buf_add_text(out, " on.");
    }
}

void chart_alt(const struct chart *chart, struct buf *out)
{
    struct buf text = BUF_INIT(LONGEST_TEXT);
    say_head(&text, chart);
    if (chart->series_count == 0)
        buf_add_text(&text, ": no samples.");
    for (int i = 0; i < chart->series_count; i++) {
        const struct chart_series *series = &chart->series[i];
        if (chart->series_count == 1)
            buf_add_text(&text, ": ");
        else
            buf_addf(&text, "%s %.*s: ", i == 0 ? "." : "",
                     STR_ARG(series->name));
        say_series(&text, chart, series);
    }
    say_incident(&text, chart);
    if (text.n > CHART_ALT) {
        buf_cut(&text,
                utf8_cut_bytes(buf_str(&text), CHART_ALT - strlen(CUT_HERE)));
        buf_add_text(&text, CUT_HERE);
    }
    buf_add(out, buf_str(&text));
    buf_release(&text);
}
