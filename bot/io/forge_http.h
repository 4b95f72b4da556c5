/*
 * Carries out forge_calls: JSON over https (plain http to loopback only), one
 * connection each, so that nothing is ever sent twice by itself. TLS is
 * verified, redirects are not followed, answers have a limit in size and time,
 * and the token is in one header of one request and nowhere else.
 */
#ifndef BOT_IO_FORGE_HTTP_H
#define BOT_IO_FORGE_HTTP_H

#include "bot/forge/forge.h"

#include <uv.h>

struct forge_http;

/* Copied. */
struct forge_http_config {
    enum forge_kind kind;
    const char *api_base; /* "https://api.github.com" */
    const char *token;
    const char *user_agent;
    const char *ca_file; /* NULL: the system's */
};

/* NULL, with `why`, when api_base is neither https nor http to loopback. */
struct forge_http *forge_http_new(uv_loop_t *loop,
                                  const struct forge_http_config *config,
                                  struct buf *why);
/* Drops what is under way without calling back; NULL is fine. */
void forge_http_free(struct forge_http *http);

typedef void forge_http_fn(const struct forge_answer *answer, void *context);
struct forge_request;
/* Takes the call's body. Exactly one callback, never from inside, unless
 * forge_http_free or forge_http_cancel comes first. */
struct forge_request *forge_http_send(struct forge_http *http,
                                      struct forge_call *call,
                                      forge_http_fn *done, void *context);
void forge_http_cancel(struct forge_request *request);

#endif
