/*
 * Names to addresses, a few at a time: libuv has four threads for that, and the
 * gateway needs one to come back.
 */
#ifndef BOT_IO_RESOLVER_H
#define BOT_IO_RESOLVER_H

#include "bot/base/str.h"

#include <uv.h>

struct resolver;
struct lookup;

struct resolver *resolver_new(uv_loop_t *loop);
/* Its look-ups have been cancelled; NULL is fine. */
void resolver_free(struct resolver *resolver);

struct lookup_handlers {
    void (*begun)(void *context); /* its turn has come: the clock may start */
    /* `status` is libuv's; `found` lasts as long as the call. */
    void (*done)(int status, const struct addrinfo *found, void *context);
    void *context;
};
/* `host` is copied. Neither handler is called from inside. */
struct lookup *lookup_start(struct resolver *resolver, struct str host,
                            const struct lookup_handlers *handlers);
/* No handler is called any more; NULL is fine. */
void lookup_cancel(struct lookup *lookup);
/* Why nothing was found. */
const char *lookup_words(int status);

#endif
