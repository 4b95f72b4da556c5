/*
 * Formats: Prometheus docs, Exposition formats; OpenMetrics 1.0. They differ in
 * where a counter's "_total" stands and in the end.
 */
#include "bot/metrics.h"

#include <inttypes.h>

static const int64_t bounds_ms[METRICS_BOUNDS] = {METRICS_BOUNDS_MS};

void metrics_answered(struct metrics *metrics, int64_t took_ms)
{
    int i = 0;
    while (i < METRICS_BOUNDS && took_ms > bounds_ms[i])
        i++;
    metrics->answers[i]++;
    metrics->answers_ms += took_ms;
}

static const int64_t turn_bounds_us[METRICS_TURN_BOUNDS] = {
    METRICS_TURN_BOUNDS_US};

void metrics_turned(struct metrics *metrics, int64_t took_us)
{
    int i = 0;
    while (i < METRICS_TURN_BOUNDS && took_us > turn_bounds_us[i])
        i++;
    metrics->turns[i]++;
    metrics->turns_us += took_us;
}

struct page {
    struct buf *out;
    bool as_openmetrics;
};

static void add_family(struct page *page, const char *name, const char *type,
                       const char *help)
{
    struct str family = str_of(name);
    if (page->as_openmetrics && str_ends(family, "_total"))
        family.n -= sizeof "_total" - 1;
    buf_addf(page->out, "# HELP %.*s %s\n# TYPE %.*s %s\n", STR_ARG(family),
             help, STR_ARG(family), type);
}

/* `labels` are whole: `{a="b"}`, or "". */
static void add_whole(struct page *page, const char *name, const char *labels,
                      int64_t value)
{
    buf_addf(page->out, "%s%s %" PRId64 "\n", name, labels, value);
}

static void add_seconds(struct page *page, const char *name, const char *labels,
                        int64_t ms)
{
    buf_addf(page->out, "%s%s %" PRId64 ".%03" PRId64 "\n", name, labels,
             ms / 1000, ms % 1000);
}

static void add_one(struct page *page, const char *name, const char *type,
                    const char *help, int64_t value)
{
    add_family(page, name, type, help);
    add_whole(page, name, "", value);
}

static void add_time(struct page *page, const char *name, const char *type,
                     const char *help, int64_t ms)
{
    add_family(page, name, type, help);
    add_seconds(page, name, "", ms);
}

static void add_label(struct buf *out, const char *name, struct str value)
{
    buf_addf(out, "%s%s=\"", out->n == 0 ? "{" : ",", name);
    for (size_t i = 0; i < value.n; i++) {
        char c = value.s[i];
        if (c == '"' || c == '\\' || c == '\n')
            buf_add_char(out, '\\');
        buf_add_char(out, (char)(c == '\n' ? 'n' : c));
    }
    buf_add_char(out, '"');
}

struct count {
    const char *label;
    int64_t value;
};

static void add_counts(struct page *page, const char *name, const char *help,
                       const char *label, const struct count *counts, int n)
{
    add_family(page, name, "counter", help);
    for (int i = 0; i < n; i++) {
        struct buf labels = BUF_INIT(200);
        add_label(&labels, label, str_of(counts[i].label));
        buf_add_char(&labels, '}');
        add_whole(page, name, buf_text(&labels), counts[i].value);
        buf_release(&labels);
    }
}
#define COUNTS(array) (array), (int)(sizeof(array) / sizeof *(array))

static void add_process(struct page *page, const struct metrics_facts *facts)
{
    struct buf labels = BUF_INIT(200);
    add_label(&labels, "version", str_of(facts->version));
    buf_add_char(&labels, '}');
    add_family(page, "opsroom_build_info", "gauge", "Which opsroom this is.");
    add_whole(page, "opsroom_build_info", buf_text(&labels), 1);
    buf_release(&labels);
    add_time(page, "process_start_time_seconds", "gauge",
             "When the process was started, in seconds since 1970.",
             facts->started_ms);
    add_one(page, "process_resident_memory_bytes", "gauge", "Resident memory.",
            facts->resident_bytes);
    add_time(page, "process_cpu_seconds_total", "counter",
             "CPU time spent, of user and system.", facts->cpu_ms);
}

static void add_gateway(struct page *page, const struct metrics *metrics,
                        const struct metrics_facts *facts)
{
    add_one(page, "opsroom_gateway_connected", "gauge",
            "Whether there is a session with Discord.", facts->is_connected);
    add_family(page, "opsroom_gateway_state", "gauge",
               "1 for the state in which the gateway connection is.");
    for (int i = 0; i < GATEWAY_STATE_COUNT; i++) {
        struct buf labels = BUF_INIT(200);
        add_label(&labels, "state",
                  str_of(gateway_state_words((enum gateway_state)i)));
        buf_add_char(&labels, '}');
        add_whole(page, "opsroom_gateway_state", buf_text(&labels),
                  i == (int)facts->gateway);
        buf_release(&labels);
    }
    if (facts->silence_ms >= 0)
        add_time(page, "opsroom_gateway_event_age_seconds", "gauge",
                 "Since anything came from the gateway, heartbeats included.",
                 facts->silence_ms);
    add_one(page, "opsroom_gateway_losses_total", "counter",
            "Gateway connections that ended.", metrics->gateway_losses);
}

static void add_outbox(struct page *page, const struct metrics_facts *facts)
{
    if (facts->outbox_waiting < 0)
        return;
    add_one(page, "opsroom_outbox_waiting", "gauge",
            "Deliveries to Discord and git that are still to be made.",
            facts->outbox_waiting);
    add_time(page, "opsroom_outbox_oldest_age_seconds", "gauge",
             "How long the oldest of them has been due; 0 when none is.",
             facts->outbox_late_ms);
}

static void add_answers(struct page *page, const struct metrics *metrics)
{
    static const char name[] = "opsroom_answer_duration_seconds";
    int64_t count = 0;
    add_family(page, name, "histogram",
               "From an interaction's arrival until Discord had its answer.");
    for (int i = 0; i < METRICS_BOUNDS; i++) {
        count += metrics->answers[i];
        buf_addf(page->out,
                 "%s_bucket{le=\"%" PRId64 ".%03" PRId64 "\"} %" PRId64 "\n",
                 name, bounds_ms[i] / 1000, bounds_ms[i] % 1000, count);
    }
    count += metrics->answers[METRICS_BOUNDS];
    buf_addf(page->out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n", name, count);
    add_seconds(page, "opsroom_answer_duration_seconds_sum", "",
                metrics->answers_ms);
    add_whole(page, "opsroom_answer_duration_seconds_count", "", count);
    add_one(page, "opsroom_answers_lost_total", "counter",
            "Answers to interactions that Discord did not take.",
            metrics->answers_lost);
}

static void add_turns(struct page *page, const struct metrics *metrics)
{
    static const char name[] = "opsroom_loop_busy_seconds";
    int64_t count = 0;
    add_family(page, name, "histogram",
               "How long the event loop was busy before it waited again.");
    for (int i = 0; i < METRICS_TURN_BOUNDS; i++) {
        count += metrics->turns[i];
        buf_addf(page->out,
                 "%s_bucket{le=\"%" PRId64 ".%04" PRId64 "\"} %" PRId64 "\n",
                 name, turn_bounds_us[i] / 1000000,
                 turn_bounds_us[i] % 1000000 / 100, count);
    }
    count += metrics->turns[METRICS_TURN_BOUNDS];
    buf_addf(page->out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n", name, count);
    add_seconds(page, "opsroom_loop_busy_seconds_sum", "",
                metrics->turns_us / 1000);
    add_whole(page, "opsroom_loop_busy_seconds_count", "", count);
}

static void add_traffic(struct page *page, const struct metrics *metrics,
                        const struct metrics_facts *facts)
{
    const struct count commits[] = {{"kept", metrics->commits},
                                    {"failed", metrics->commits_failed}};
    const struct count rest[] = {{"2xx", facts->rest->done},
                                 {"429", facts->rest->limited},
                                 {"4xx", facts->rest->refused},
                                 {"5xx", facts->rest->failed},
                                 {"none", facts->rest->no_answer}};
    const struct count http[] = {{"2xx", facts->http->ok},
                                 {"4xx", facts->http->refused},
                                 {"5xx", facts->http->failed}};
    add_counts(page, "opsroom_commits_total",
               "Transactions of the database, by what became of them.",
               "result", COUNTS(commits));
    add_counts(page, "opsroom_discord_requests_total",
               "Requests to Discord's REST interface, each attempt, by what "
               "came back.",
               "status", COUNTS(rest));
    add_counts(page, "opsroom_http_answers_total",
               "Requests to this listener that were answered.", "status",
               COUNTS(http));
    add_one(page, "opsroom_http_cut_total", "counter",
            "Connections to this listener closed because they took too long.",
            facts->http->cut);
    if (facts->alerts_received >= 0)
        add_one(page, "opsroom_alerts_received_total", "counter",
                "Alerts that monitors and probes handed in, firing and over.",
                facts->alerts_received);
}

/* ---- probes ---- */

static void add_probe_labels(const struct probe *probe, struct buf *labels)
{
    add_label(labels, "probe", str_of(probe->name));
    add_label(labels, "service", str_of(probe->service));
    buf_add_char(labels, '}');
}

enum figure { FIGURE_UP, FIGURE_TIME, FIGURES };
static const struct {
    const char *name, *help;
} figures[FIGURES] = {
    {"opsroom_probe_up", "Whether the target of a probe is up."},
    {"opsroom_probe_last_result_timestamp_seconds",
     "When a probe was last checked, in seconds since 1970."},
};

static void add_probe(struct page *page, enum figure figure,
                      const struct probe_status *status)
{
    const char *name = figures[figure].name;
    bool is_up = status->state == PROBE_UP ||
                 (status->state == PROBE_FLAPPING && status->last.is_good);
    struct buf labels = BUF_INIT(1000);
    add_probe_labels(status->probe, &labels);
    if (figure == FIGURE_UP && status->state != PROBE_UNKNOWN)
        add_whole(page, name, buf_text(&labels), is_up);
    if (figure == FIGURE_TIME && status->last_ms > 0)
        add_seconds(page, name, buf_text(&labels), status->last_ms);
    buf_release(&labels);
}

static void add_probes(struct page *page, const struct metrics_facts *facts)
{
    if (facts->probe_count == 0)
        return;
    for (int figure = 0; figure < FIGURES; figure++) {
        add_family(page, figures[figure].name, "gauge", figures[figure].help);
        for (int i = 0; i < facts->probe_count; i++) {
            struct probe_status status = facts->probe(facts->probes, i);
            add_probe(page, (enum figure)figure, &status);
        }
    }
}

void metrics_write(const struct metrics *metrics,
                   const struct metrics_facts *facts, bool as_openmetrics,
                   struct buf *out)
{
    struct page page = {out, as_openmetrics};
    add_process(&page, facts);
    add_gateway(&page, metrics, facts);
    add_outbox(&page, facts);
    add_answers(&page, metrics);
    add_turns(&page, metrics);
    add_traffic(&page, metrics, facts);
    add_probes(&page, facts);
    if (as_openmetrics)
        buf_add_text(out, "# EOF\n");
}
