/*
 * HTTP/2 for the stand-in: Discord speaks it, and who can use it does.
 */
#ifndef TESTS_BENCH_H2_H
#define TESTS_BENCH_H2_H

#include "tests/bench/link.h"

/* A whole request; the answer is h2_reply with its stream. */
typedef void h2_request(struct link *link, int32_t stream, bool is_read,
                        struct str path, struct str body);

bool h2_is_spoken(const struct link *link); /* once the handshake is over */
void h2_open(struct link *link, h2_request *request);
void h2_close(struct link *link);
/* Takes all of link->in; what is to be said leaves after the delay. */
void h2_received(struct link *link, int64_t delay_ms);
/* From within `request`. No body: 204. */
void h2_reply(struct link *link, int32_t stream, struct str body);

#endif
