/*
 * What the running bot counts, and how Prometheus is told of it. Plain numbers
 * of the one thread: whoever counts adds one to a member.
 */
#ifndef BOT_METRICS_H
#define BOT_METRICS_H

#include "bot/discord/gateway.h"
#include "bot/io/http_server.h"
#include "bot/io/rest.h"
#include "bot/probe/status.h"

/* Discord waits 3 s for the first answer to an interaction. */
#define METRICS_BOUNDS_MS 10, 25, 50, 100, 250, 500, 1000, 2000, 3000
#define METRICS_BOUNDS    9

/* A command should never wait longer for another's work. */
#define METRICS_TURN_BOUNDS_US                                                 \
    500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 1000000
#define METRICS_TURN_BOUNDS 9

struct metrics {
    /* First answers by the time from an interaction's arrival to Discord's
     * having the answer; the last are over the last bound. */
    int64_t answers[METRICS_BOUNDS + 1];
    int64_t answers_ms; /* all of them together */
    int64_t answers_lost;
    int64_t commits, commits_failed;
    int64_t gateway_losses;
    /* Turns of the loop by the time until it could wait again. */
    int64_t turns[METRICS_TURN_BOUNDS + 1];
    int64_t turns_us;
};

void metrics_answered(struct metrics *metrics, int64_t took_ms);
void metrics_turned(struct metrics *metrics, int64_t took_us);

/* What is so now, or counted elsewhere; text is borrowed. */
struct metrics_facts {
    const char *version;
    int64_t now_ms, started_ms; /* wall clock */
    enum gateway_state gateway;
    bool is_connected;
    int64_t silence_ms; /* since anything came from the gateway; -1: never */
    int64_t outbox_waiting;  /* rows; -1: the database does not say */
    int64_t outbox_late_ms;  /* since when the oldest of them is due */
    int64_t alerts_received; /* -1: there is no door for them */
    const struct rest_counts *rest;
    const struct http_counts *http;
    int64_t resident_bytes, cpu_ms;
    int probe_count;
    struct probe_status (*probe)(const void *context, int index);
    const void *probes;
};

/* In Prometheus' own text format, or as OpenMetrics 1.0. */
void metrics_write(const struct metrics *metrics,
                   const struct metrics_facts *facts, bool as_openmetrics,
                   struct buf *out);
#define METRICS_TEXT "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_OPENMETRICS                                                    \
    "application/openmetrics-text; version=1.0.0; charset=utf-8"

#endif
