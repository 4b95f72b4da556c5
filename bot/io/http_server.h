/*
 * The one inbound listener: HTTP/1.1 by libmicrohttpd, on the loop. TLS is left
 * to a proxy in front. Nothing that comes in takes the bot down, holds the loop
 * up or fills the memory: see struct http_limits.
 *
 * A request is handed over when it is whole, and answered by http_answer, then
 * or later (an alert, when it is committed).
 */
#ifndef BOT_IO_HTTP_SERVER_H
#define BOT_IO_HTTP_SERVER_H

#include "bot/base/buf.h"
#include "bot/base/rate.h"

#include <uv.h>

enum http_method { HTTP_GET = 1, HTTP_HEAD = 2, HTTP_POST = 4 };

/* Everything is borrowed and stays until http_answer. */
struct http_request {
    enum http_method method;
    struct str path;  /* as sent, without the query: "/alerts/kuma" */
    struct str below; /* what of the path is below the route's: "kuma" */
    struct str query; /* as sent; may hold a secret */
    struct str authorization, content_type, accept; /* or STR_NONE */
    /* X-Hub-Signature-256 (GitHub, Gitea) and X-Gitlab-Token, or STR_NONE. */
    struct str signature, gitlab_token;
    struct str peer; /* "127.0.0.1" */
    struct str body;
};

/* Takes the request over: http_answer has to follow, exactly once. Not to call
 * http_server_free. */
typedef void http_fn(struct http_request *request, void *context);
/* Whether somebody may, when the headers are there and before the body is read.
 * 0: yes; otherwise the status to refuse with. */
typedef int http_admit_fn(const struct http_request *request, void *context);

struct http_route {
    const char *path;     /* "/healthz"; with '/' at the end: what is below */
    unsigned methods;     /* HTTP_GET brings HTTP_HEAD along */
    struct rate rate;     /* of one address (IPv6: of its /64); 429 */
    http_admit_fn *admit; /* NULL: everybody may */
    http_fn *handler;
    void *context;
};

struct http_limits {
    size_t head_bytes;   /* request line and headers: 431, 414 */
    size_t body_bytes;   /* 413 */
    size_t bodies_bytes; /* of all requests at once: 503 */
    /* From the first byte to the last, however they drip in; and from there to
     * the answer (503), and from there until it is taken. */
    int64_t request_ms;
    int64_t idle_ms; /* between the requests of a connection */
    /* With so many, or more of one address, each has but crowded_ms for what it
     * is doing; the next waits to be accepted. */
    int connections, per_address;
    int64_t crowded_ms;
};
struct http_limits http_limits_usual(void);

struct http_config {
    uv_loop_t *loop;
    const char *listen; /* "127.0.0.1:9464", "[::1]:0" (any free port) */
    const struct http_route *routes; /* borrowed; the first that fits */
    int route_count;
    struct http_limits limits;
};

struct http_server;

/* NULL, with `why`, when it cannot listen there. */
struct http_server *http_server_new(const struct http_config *config,
                                    struct buf *why);
/* Closes everything. Requests that were not answered are gone: http_answer is
 * not to be called for them. NULL is fine. */
void http_server_free(struct http_server *server);
/* Where it listens, with the real port. */
const char *http_server_address(const struct http_server *server);

/* Dropped when nobody waits for it any more. `body` is copied; content_type is
 * a literal. */
void http_answer(struct http_request *request, int status,
                 const char *content_type, struct str body);
#define HTTP_TEXT "text/plain; charset=utf-8"

/* Answers by class of status, since the start; and connections whose time was
 * up within a request, or before the first. */
struct http_counts {
    int64_t ok, refused, failed; /* 1xx-3xx, 4xx, 5xx */
    int64_t cut;
};
const struct http_counts *http_server_counts(const struct http_server *server);

#endif
