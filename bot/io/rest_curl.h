/*
 * curl multi on the loop, for bot/io/rest alone: starts HTTP requests and hands
 * back how they ended. Knows nothing of Discord's limits, and never repeats a
 * request. Easy handles are kept and used again: making one costs more than a
 * request does.
 */
#ifndef BOT_IO_REST_CURL_H
#define BOT_IO_REST_CURL_H

#include "bot/discord/rest_call.h"
#include "bot/io/rest.h"

#include <uv.h>

struct rest_curl;
struct transfer;

struct transfer_order {
    enum rest_method method;
    const char *url;
    const char *body;         /* borrowed until the end; NULL: none */
    size_t body_bytes;        /* 0: it ends with its NUL */
    const char *content_type; /* "": JSON */
    const char *reason;       /* X-Audit-Log-Reason in plain UTF-8, or NULL */
    bool with_token;
    bool is_foreign; /* not to Discord's API: none of our headers */
    bool only_once;  /* never goes on the wire a second time */
    int64_t timeout_ms;
    size_t limit; /* bytes of the answer's body */
    void *owner;
};

enum transfer_result {
    TRANSFER_ANSWERED,
    TRANSFER_REFUSED,   /* no URL that we may use */
    TRANSFER_NOT_SENT,  /* no byte of the request has left */
    TRANSFER_LOST,      /* sent, or partly sent; no whole answer */
    TRANSFER_TOO_LARGE, /* the answer is over the limit; status is known */
};

/* Everything borrows from the transfer. */
struct transfer_end {
    enum transfer_result result;
    void *owner;
    bool is_foreign;
    bool was_resent; /* curl found a kept connection dead and sent it anew */
    int status;
    struct str body, content_type;
    const char *error; /* words of curl, without the URL; "" when answered */
};

/* `ended` is called when transfer_next has something to give; it may free the
 * rest_curl. */
struct rest_curl *rest_curl_new(uv_loop_t *loop,
                                const struct rest_config *config,
                                void (*ended)(void *context), void *context);
void rest_curl_free(struct rest_curl *curl); /* drops what is under way */
/* Never ends from inside the call. */
void transfer_start(struct rest_curl *curl, const struct transfer_order *order);
/* The next one that has ended, or NULL; give it back with transfer_release. */
struct transfer *transfer_next(struct rest_curl *curl,
                               struct transfer_end *end);
struct str transfer_header(const struct transfer *transfer, const char *name);
void transfer_release(struct rest_curl *curl, struct transfer *transfer);

#endif
