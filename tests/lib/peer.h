/*
 * The other end of a socket: a TCP server on the test's own loop, on loopback.
 * It knows no protocol; the test reads link->in and answers.
 */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include "bot/base/buf.h"

#include <uv.h>

struct peer;

struct peer_link {
    uv_tcp_t tcp;
    struct peer *peer;
    struct peer_link *next;
    struct buf in;  /* all bytes that came and were not taken */
    int state;      /* the test's */
    bool is_closed; /* the peer said no more, or we did */
};

struct peer_handlers {
    void (*came)(struct peer_link *link, void *context);  /* more bytes */
    void (*ended)(struct peer_link *link, void *context); /* by the other */
    void *context;
};

struct peer *peer_new(uv_loop_t *loop, const struct peer_handlers *handlers);
int peer_port(const struct peer *peer);
int peer_links(const struct peer *peer); /* accepted so far */
void peer_free(struct peer *peer);       /* closes everything */
void peer_say(struct peer_link *link, struct str bytes);
void peer_take(struct peer_link *link, size_t bytes); /* off link->in */
void peer_end(struct peer_link *link);                /* FIN */
void peer_cut(struct peer_link *link);                /* RST */
/* A loopback port on which nobody listens. */
int peer_no_port(void);

#endif
