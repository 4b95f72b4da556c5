/*
 * Websocket frames by hand, as a server writes and reads them (RFC 6455).
 */
#ifndef TESTS_LIB_WS_FRAMES_H
#define TESTS_LIB_WS_FRAMES_H

#include "tests/lib/peer.h"

enum ws_op {
    OP_MORE = 0,
    OP_TEXT = 1,
    OP_BINARY = 2,
    OP_CLOSE = 8,
    OP_PING = 9,
};
#define FIN 0x80 /* joined to the op of a message's last frame */

struct ws_frame {
    int op;
    unsigned char *data; /* in link->in, unmasked */
    size_t n;
    size_t all; /* bytes to take off link->in */
};

/* Answers the upgrade that link->in holds. */
void ws_accept(struct peer_link *link);
void ws_say_bytes(struct peer_link *link, int first_byte, const void *bytes,
                  size_t n);
void ws_say(struct peer_link *link, int first_byte, const char *text);
/* False: more bytes are needed. */
bool ws_read(struct peer_link *link, struct ws_frame *out);

#endif
