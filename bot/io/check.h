/*
 * One check of a probe on the loop: it connects, asks, and says what it found
 * within the probe's time-out. Each opens a connection of its own, because a
 * kept one would tell neither of a name that is gone nor of a certificate that
 * has expired. Addresses of bot/probe/address.h are refused when a socket is
 * opened, after a redirect too, unless the probe allows them.
 */
#ifndef BOT_IO_CHECK_H
#define BOT_IO_CHECK_H

#include "bot/probe/probe.h"
#include "bot/probe/result.h"

#include <uv.h>

struct checks; /* what they share: curl, certificates, the resolver's queue */
struct check;

struct checks *checks_new(uv_loop_t *loop, const char *user_agent);
void checks_free(struct checks *checks); /* cancels all; NULL is fine */

struct check_order {
    const struct probe *probe; /* borrowed until the end */
    /* "user:password", copied; NULL: none. Sent to the target's host only. */
    const char *credentials;
    const char *trouble; /* already a bad result, in words; NULL: check */
};
/* Called once, never from inside check_run; it may start another check. The
 * result is borrowed. */
typedef void check_fn(const struct probe_result *result, void *context);
struct check *check_run(struct checks *checks, const struct check_order *order,
                        check_fn *done, void *context);
void check_cancel(struct check *check); /* no callback; NULL is fine */

#endif
