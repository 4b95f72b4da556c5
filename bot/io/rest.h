/*
 * Carries out rest_calls over curl multi on the loop: keep-alive, HTTP/2 where
 * offered, handles reused, many in flight. Queues what the rate limiter holds
 * back, per bucket and in order; interaction callbacks never queue. Retries as
 * rest_call.h allows (Discord docs: 429 and 5xx; our retry matrix). A 429 is
 * not an error: it waits.
 */
#ifndef BOT_IO_REST_H
#define BOT_IO_REST_H

#include "bot/base/url.h"
#include "bot/discord/rest_call.h"

#include <uv.h>

struct rest;

struct rest_config {
    const char *api_base;   /* "https://discord.com/api/v10" */
    const char *token;      /* borrowed */
    const char *user_agent; /* "DiscordBot (url, version)" */
    const char *ca_file;    /* NULL: the system's */
};

/* NULL, with `why`, when api_base is neither https nor http to loopback. The
 * process must ignore SIGPIPE. */
struct rest *rest_new(uv_loop_t *loop, const struct rest_config *config,
                      struct buf *why);
/* Drops what is queued and in flight without calling back. May be called from
 * a callback. */
void rest_free(struct rest *rest);

typedef void rest_fn(const struct rest_answer *answer, void *context);
/* Takes the call's body and reason (`call` is zeroed). Exactly one callback,
 * never from inside rest_send, unless rest_free comes first. Calls of one route
 * and major id are carried out one after the other. `give_up_ms` 0 means 3 s
 * for the first answer to an interaction, 14 min for what follows it, else
 * 60 s. A wait that would end after it is not waited for: REST_UNREACHABLE at
 * once. */
void rest_send(struct rest *rest, struct rest_call *call, rest_fn *done,
               void *context);
/* What was sent with that context is not tried again: an attempt on the wire is
 * the last one, and what waits for its next ends as REST_UNREACHABLE. */
void rest_recall(struct rest *rest, const void *context);
/* Plain GET of bytes from another host: an attachment. https only (http to
 * loopback), no redirects, no Authorization, no retry. REST_REJECTED with
 * status 2xx: larger than max_bytes; with status 0: a URL that is not allowed.
 */
typedef void rest_fetch_fn(enum rest_fate fate, int status, struct str bytes,
                           void *context);
void rest_fetch(struct rest *rest, const char *url, size_t max_bytes,
                rest_fetch_fn *done, void *context);
/* Called once, when a 401 on a bot route stopped everything: what is queued
 * ends as REST_BAD_TOKEN, and so does what comes later. */
void rest_on_bad_token(struct rest *rest, void (*told)(void *context),
                       void *context);
/* What came back, of every attempt since the start. */
struct rest_counts {
    int64_t done;      /* 2xx, 3xx */
    int64_t limited;   /* 429 */
    int64_t refused;   /* other 4xx */
    int64_t failed;    /* 5xx */
    int64_t no_answer; /* none, in time or at all */
};
const struct rest_counts *rest_counts(const struct rest *rest);
/* How far our clock is ahead of Discord's, as rest_clock.h has it; but for
 * callbacks, each answer tells. */
int64_t rest_ahead_ms(const struct rest *rest);

#endif
