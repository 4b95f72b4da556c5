/*
 * What the parts of the listener know of each other: http_server.c has the
 * connections and their time, http_exchange.c the requests and their answers.
 *
 * libmicrohttpd calls at the request line (http_on_line), at the headers, for
 * each piece of the body and at its end (all http_on_request), and when the
 * answer is out or the peer gone (http_on_completed).
 */
#ifndef BOT_IO_HTTP_EXCHANGE_H
#define BOT_IO_HTTP_EXCHANGE_H

#include "bot/io/http_listen.h"
#include "bot/io/http_server.h"

#include <microhttpd.h>

struct http_server {
    struct http_config config;
    struct MHD_Daemon *daemon;
    uv_poll_t poll;         /* of the daemon's epoll descriptor */
    struct turn_end *again; /* run the daemon once more */
    struct deadline *tick;  /* when the first link is cut */
    struct link *links;
    int link_count;
    bool has_ended; /* a link, in this run */
    struct exchange *exchanges;
    struct rates rates;
    size_t body_bytes; /* of all exchanges */
    struct http_counts counts;
    char address[HTTP_ADDRESS_BYTES];
};

struct link {
    struct link *before, *after;
    struct http_server *server;
    int fd;
    int64_t since_ms; /* of the loop: when what it is doing began */
    int64_t until_ms; /* when it is cut */
    uint64_t who;
    char peer[INET6_ADDRSTRLEN];
    bool is_idle; /* after a request, before the next */
    bool is_held; /* waits for http_answer: closing it would not be noticed */
    bool is_cut;
};

/* Something new begins for it, which may take so long. */
void http_link_give_time(struct link *link, int64_t ms);
bool http_link_is_crowded(const struct link *link);
/* When some link is cut was changed. */
void http_server_arm(struct http_server *server);

/* `context` is the server. */
void *http_on_line(void *context, const char *target,
                   struct MHD_Connection *connection);
enum MHD_Result http_on_request(void *context,
                                struct MHD_Connection *connection,
                                const char *url, const char *method,
                                const char *version, const char *bytes,
                                size_t *n, void **of_exchange);
void http_on_completed(void *context, struct MHD_Connection *connection,
                       void **of_exchange,
                       enum MHD_RequestTerminationCode code);
/* Nobody has answered in time what it waits for. */
void http_link_waited(struct link *link);
/* Before the daemon is stopped, and after it. */
void http_exchanges_resume(struct http_server *server);
void http_exchanges_free(struct http_server *server);

#endif
