/*
 * Connections of the stand-in: plain or TLS, on a libuv loop. TLS goes through
 * memory, so that reading and writing stay libuv's.
 */
#ifndef TESTS_BENCH_LINK_H
#define TESTS_BENCH_LINK_H

#include "bot/base/buf.h"

#include <openssl/ssl.h>
#include <uv.h>

struct h2;

struct link {
    uv_tcp_t tcp;
    void *owner; /* of link_accept */
    bool is_websocket;
    struct h2 *h2; /* NULL: HTTP/1.1; see h2.h */
    struct buf in; /* what came; the owner takes what it has read */
    void (*received)(struct link *link);
    void (*closed)(struct link *link); /* it is freed soon after */
    SSL *tls;                          /* NULL: plain */
    int sendings;                      /* that still point here */
    bool is_gone;
};

/* Certificate DIRECTORY/server.pem and its server.key. */
SSL_CTX *link_tls(const char *directory);
/* NULL when nobody is there any more. `tls` NULL: plain. */
struct link *link_accept(uv_stream_t *listener, SSL_CTX *tls);
/* Takes the memory of `out`. */
void link_send(struct link *link, struct buf *out, int64_t delay_ms);

#endif
