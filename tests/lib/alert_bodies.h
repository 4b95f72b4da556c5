/*
 * Bodies in the form that each monitor documents, made up, and a source for
 * them; for the tests and the fuzzers of bot/alert.
 */
#ifndef TESTS_LIB_ALERT_BODIES_H
#define TESTS_LIB_ALERT_BODIES_H

#include "bot/alert/source.h"

#define AM(alerts)                                                             \
    "{\"version\":\"4\",\"groupKey\":\"{}:{alertname=\\\"Disk\\\"}\","         \
    "\"truncatedAlerts\":0,\"status\":\"firing\",\"receiver\":\"opsroom\","    \
    "\"groupLabels\":{\"alertname\":\"Disk\"},\"commonLabels\":{},"            \
    "\"commonAnnotations\":{},\"externalURL\":\"http://alerts:9093\","         \
    "\"alerts\":[" alerts "]}"
#define AM_DISK                                                                \
    "{\"status\":\"firing\",\"labels\":{\"alertname\":\"DiskFull\","           \
    "\"instance\":\"db-1:9100\",\"severity\":\"critical\",\"service\":"        \
    "\"forum\"},\"annotations\":{\"summary\":\"Disk of db-1 is 96 % full\","   \
    "\"description\":\"/ has 2 GB left.\",\"runbook_url\":"                    \
    "\"https://wiki.example.org/disk#full\"},\"startsAt\":"                    \
    "\"2022-12-13T18:53:00.5+01:00\",\"endsAt\":\"0001-01-01T00:00:00Z\","     \
    "\"generatorURL\":\"http://prom.example.org:9090/graph?g0.expr=up"         \
    "\",\"fingerprint\":\"c6eadffa33fcdf37\"}"
/* One alert with these labels and annotations, and nothing else. */
#define AM_LABELS(labels, notes)                                               \
    AM("{\"status\":\"firing\",\"labels\":{" labels                            \
       "},\"annotations\":{" notes "}}")

#define KUMA(beat, monitor)                                                    \
    "{\"heartbeat\":" beat ",\"monitor\":" monitor ",\"msg\":\"[Forum] …\"}"
#define KUMA_BEAT(status)                                                      \
    "{\"monitorID\":29,\"status\":" status                                     \
    ",\"time\":\"2024-09-24 23:51:35.527\",\"msg\":\"connect ECONNREFUSED\","  \
    "\"important\":true,\"duration\":60,\"timezone\":\"Europe/Berlin\"}"
#define KUMA_MONITOR                                                           \
    "{\"id\":29,\"name\":\"Forum\",\"url\":\"https://forum.example.org/\","    \
    "\"hostname\":null,\"port\":null,\"type\":\"http\",\"tags\":[{\"tag_id\":" \
    "1,\"name\":\"service\",\"value\":\"forum\",\"color\":\"#2563eb\"}]}"

/* One alert with these labels and annotations. */
#define GRAFANA_ALERT(labels, notes)                                           \
    "{\"receiver\":\"opsroom\",\"status\":\"firing\",\"alerts\":[{\"status\":" \
    "\"firing\",\"labels\":{" labels "},\"annotations\":{" notes               \
    "},\"startsAt\":\"2022-12-13T18:53:00Z\",\"endsAt\":"                      \
    "\"0001-01-01T00:00:00Z\",\"generatorURL\":\"\",\"fingerprint\":\"c6ea\"," \
    "\"silenceURL\":\"\",\"dashboardURL\":\"\",\"panelURL\":\"\",\"values\":"  \
    "null,\"valueString\":\"\"}],\"version\":\"1\",\"groupKey\":\"x\","        \
    "\"truncatedAlerts\":0,\"orgId\":1,\"title\":\"[FIRING:1]\",\"state\":"    \
    "\"alerting\",\"message\":\"\"}"
/* grafana/alerting, notify: newTestAlert, which nobody resolves. */
#define GRAFANA_TEST                                                           \
    GRAFANA_ALERT("\"alertname\":\"TestAlert\",\"instance\":\"Grafana\"",      \
                  "\"summary\":\"Notification test\"")

#define GRAFANA_RULE(state)                                                    \
    "{\"dashboardId\":1,\"evalMatches\":[{\"value\":120.5,\"metric\":"         \
    "\"queue.length\",\"tags\":{}}],\"imageUrl\":\"\",\"message\":"            \
    "\"Mail waits.\",\"orgId\":1,\"panelId\":2,\"ruleId\":7,\"ruleName\":"     \
    "\"Queue too long\",\"ruleUrl\":"                                          \
    "\"https://grafana.example.org/d/x?viewPanel=2\",\"state\":\"" state       \
    "\",\"tags\":{\"service\":\"mail\",\"severity\":\"page\"},\"title\":"      \
    "\"[Alerting] Queue too long\"}"

/* Paths as in {"id", "what": {"title"}, "links": [{"href"}], ...}. */
static inline struct alert_source alert_source_of(enum alert_form form)
{
    static char name[] = "robot", fallback[] = "default", label[] = "service";
    static char list[] = "", key[] = "id", title[] = "what.title";
    static char text[] = "what.text", link[] = "links.0.href";
    static char service[] = "labels.example.org/service", level[] = "level";
    static char state[] = "state", since[] = "since", until[] = "until";
    static char over[] = "ok";
    return (struct alert_source){
        .name = name,
        .form = form,
        .service = fallback,
        .service_label = label,
        .list_path = list,
        .key_path = key,
        .title_path = title,
        .text_path = text,
        .link_path = link,
        .service_path = service,
        .severity_path = level,
        .state_path = state,
        .started_path = since,
        .ended_path = until,
        .resolved_word = over,
    };
}

#endif
