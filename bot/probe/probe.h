/*
 * A check of the settings, [[probe]], and what its results mean. Pure: the
 * sockets are in bot/io/check.h, the timer is in bot/watch/probes.c.
 */
#ifndef BOT_PROBE_PROBE_H
#define BOT_PROBE_PROBE_H

#include "bot/probe/service.h"

#include <stdbool.h>
#include <stdint.h>

/* X(NAME, word) */
#define PROBE_KIND_LIST(X)                                                     \
    X(HTTP, "http")                                                            \
    X(TLS, "tls")                                                              \
    X(TCP, "tcp")                                                              \
    X(DNS, "dns")                                                              \
    X(PROMETHEUS, "prometheus")
#define PROBE_KIND_ENUM(name, word) PROBE_##name,
enum probe_kind { PROBE_KIND_LIST(PROBE_KIND_ENUM) PROBE_KIND_COUNT };

struct probe {
    char *name;    /* "forum https": the robot's name in the record */
    char *service; /* "" : none */
    enum probe_kind kind;
    /* HTTP: URL. TLS, TCP: "host:port". DNS: host. PROMETHEUS: base URL. */
    char *target;
    int64_t interval_s, timeout_s;
    int64_t down_after, of; /* so many of the last so many results are bad */
    bool allow_internal;    /* link-local and metadata addresses, too */
    char *ca_file;          /* "" : the system's */
    /* HTTP */
    int64_t expect_status;  /* 0: any 2xx or 3xx */
    char *expect_text;      /* stands in the first 64 kB of the body; "" */
    int64_t slower_than_ms; /* 0: no limit but the time-out */
    bool follow_redirects;
    char *credentials_file; /* "user:password", one line; "" */
    /* TLS */
    int64_t days_left; /* fewer is worth a warning */
    char *server_name; /* "" : the host of the target */
    /* DNS */
    struct text_list answers; /* all of them, in any order; empty: any */
    /* PROMETHEUS */
    char *query;
    char *bad_when; /* ">", ">=", "<", "<=", "==", "!=" */
    double threshold;
};

struct probes {
    struct probe *all;
    int count;
};

#endif
