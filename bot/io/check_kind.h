/*
 * Between bot/io/check*.c only: what every kind of check has in common, and
 * what each brings.
 */
#ifndef BOT_IO_CHECK_KIND_H
#define BOT_IO_CHECK_KIND_H

#include "bot/io/check.h"
#include "bot/io/multi.h"
#include "bot/io/resolver.h"
#include "bot/probe/verdict.h"

#include <netinet/in.h>

struct check_kind {
    /* May end the check; makes check->work. */
    void (*start)(struct check *check, const struct check_order *order);
    /* Lets go of check->work: nothing may call the check any more. */
    void (*stop)(struct check *check);
};
extern const struct check_kind check_http, check_prometheus, check_tls,
    check_tcp, check_dns;

struct trust; /* the TLS contexts, check_tls.c */

struct checks {
    uv_loop_t *loop;
    struct multi *multi;
    struct resolver *resolver;
    struct trust *trust;
    struct check *first;
    char *user_agent;
};

struct check {
    struct checks *checks;
    struct check *next, *previous;
    const struct probe *probe;
    const struct check_kind *kind;
    void *work;
    check_fn *done;
    void *context;
    struct deadline *deadline;
    uint64_t begun_ns;
    bool is_starting, has_ended;
    struct probe_result result;
};

/* The time-out and the measuring begin now: not while it waited its turn. */
void check_begin(struct check *check);
double check_elapsed_ms(const struct check *check);
/* Frees the check, unless it is called from start. */
void check_end(struct check *check, const struct probe_result *result);
void check_fail(struct check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Words of an errno of the network: "refused". */
const char *check_words(int error);
/* "not checked: …": bot/probe/address.h says no. */
void check_refuse(struct check *check, const struct sockaddr *address);

/* ---- connecting (check_connect.c) ---- */

struct connector;
struct connect_handlers {
    /* A plain connection, measured from check_begin. The socket is the
     * connector's; its data is free to use. */
    void (*connected)(uv_tcp_t *tcp, void *context);
    void *context;
};
/* To the probe's target; tries one address after the other. Ends the check when
 * there is no way. */
struct connector *connector_start(struct check *check,
                                  const struct connect_handlers *handlers);
void connector_free(struct connector *connector); /* closes; NULL is fine */
/* Ends the check with words for a name that was not found. */
void check_fail_lookup(struct check *check, int status);

/* ---- asking a web server (check_web.c) ---- */

struct web;
struct web_order {
    const char *url;
    const char *credentials; /* "user:password" or NULL */
    size_t body_limit;       /* what comes after is not read */
};
struct web_answer {
    int status;
    double ms;
    struct str body;
    bool is_cut; /* it was longer */
};
/* Called once, when there is an answer; else the check ends with words why. */
typedef void web_fn(struct check *check, const struct web_answer *answer);
struct web *web_start(struct check *check, const struct web_order *order,
                      web_fn *answered);
void web_free(struct web *web); /* NULL is fine */
/* Looks what curl has for the checks, which are the context. */
void web_settle(void *context);

/* ---- what Prometheus answers (check_prometheus.c) ---- */

void prometheus_read(const struct probe *probe, const struct web_answer *answer,
                     struct probe_result *out);

/* ---- trust (check_tls.c) ---- */

struct trust *trust_new(void);
void trust_free(struct trust *trust);

#endif
