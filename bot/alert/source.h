/*
 * Who may hand in alerts, [[alert]] of the settings: POST /alerts/NAME with the
 * secret.
 */
#ifndef BOT_ALERT_SOURCE_H
#define BOT_ALERT_SOURCE_H

#include "bot/base/str.h"

/* X(NAME, word) */
#define ALERT_FORM_LIST(X)                                                     \
    X(ALERTMANAGER, "alertmanager")                                            \
    X(UPTIMEROBOT, "uptimerobot")                                              \
    X(KUMA, "kuma")                                                            \
    X(GRAFANA, "grafana")                                                      \
    X(GENERIC, "generic")
#define ALERT_FORM_ENUM(name, word) ALERT_FORM_##name,
enum alert_form { ALERT_FORM_LIST(ALERT_FORM_ENUM) ALERT_FORM_COUNT };

struct alert_source {
    char *name; /* [a-z0-9-]: part of the address, and the robot's name */
    enum alert_form form;
    char *secret_file; /* first line: `Authorization: Bearer SECRET`, or basic
                        * auth's password, or ?secret= for those that can send
                        * no header; required */
    char *service;     /* of alerts that name none; "" : none */
    /* Alertmanager, Grafana: the label that names the service; Kuma: the tag.
     */
    char *service_label; /* "service" */
    /* GENERIC: where in the JSON, as a path "incident.title"; "" : nowhere. */
    char *list_path; /* an array of alerts; "" : the body is one, or
                      * an array of them */
    char *key_path, *title_path, *text_path, *link_path, *service_path,
        *severity_path, *state_path, *started_path, *ended_path;
    char *resolved_word; /* of the state; anything else fires */
};

struct alert_sources {
    struct alert_source *all;
    int count;
};

#endif
