#include "bot/metrics.h"
#include "tests/lib/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Names and services are not const: the settings own theirs. */
static char names[][20] = {"forum https", "a \"b\" \\ c\nd", "flaps", "new"};
static char services[][8] = {"forum", "", "forum", "forum"};
static struct probe probes[4];

static struct probe_status status_of(const void *context, int index)
{
    static const enum probe_state states[] = {PROBE_UP, PROBE_DOWN,
                                              PROBE_FLAPPING, PROBE_UNKNOWN};
    (void)context;
    probes[index] =
        (struct probe){.name = names[index], .service = services[index]};
    return (struct probe_status){
        .probe = &probes[index],
        .state = states[index],
        .last = {.is_good = index == 2},
        .last_ms = index == 3 ? 0 : 1795267956000 + index,
    };
}

static const struct rest_counts rest = {1, 2, 3, 4, 5};
static const struct http_counts http = {6, 7, 8, 9};

static const struct metrics_facts facts = {
    .version = "0.1.0",
    .now_ms = 1795267990000,
    .started_ms = 1795267950123,
    .gateway = GATEWAY_RESUMING,
    .silence_ms = 41007,
    .outbox_waiting = 3,
    .outbox_late_ms = 60010,
    .alerts_received = 11,
    .rest = &rest,
    .http = &http,
    .resident_bytes = 12345678,
    .cpu_ms = 1050,
    .probe_count = 4,
    .probe = status_of,
};

static void the_page_is_the_golden_one(void **state)
{
    static const int64_t took_ms[] = {0, 10, 11, 250, 2999, 3000, 3001, 9000};
    struct metrics metrics = {.answers_lost = 2,
                              .commits = 1000000,
                              .commits_failed = 1,
                              .gateway_losses = 4};
    struct buf page = BUF_INIT(1u << 20);
    (void)state;
    for (size_t i = 0; i < sizeof took_ms / sizeof *took_ms; i++)
        metrics_answered(&metrics, took_ms[i]);
    static const int64_t busy_us[] = {0, 500, 501, 10000, 10001, 2000000};
    for (size_t i = 0; i < sizeof busy_us / sizeof *busy_us; i++)
        metrics_turned(&metrics, busy_us[i]);
    metrics_write(&metrics, &facts, false, &page);
    golden_text("metrics.txt", buf_str(&page));
    buf_clear(&page);
    metrics_write(&metrics, &facts, true, &page);
    golden_text("metrics.openmetrics", buf_str(&page));
    buf_release(&page);
}

/* What is not known is left out: 0 would be a claim. */
static void what_is_unknown_is_left_out(void **state)
{
    struct metrics metrics = {0};
    struct metrics_facts none = facts;
    struct buf page = BUF_INIT(1u << 20);
    (void)state;
    none.silence_ms = none.outbox_waiting = none.alerts_received = -1;
    none.probe_count = 0;
    metrics_write(&metrics, &none, false, &page);
    static const char *const absent[] = {"event_age", "outbox", "alerts",
                                         "probe", "# EOF"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_null(strstr(buf_text(&page), absent[i]));
    buf_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_the_golden_one),
        cmocka_unit_test(what_is_unknown_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
