/*
 * Drives the gateway machine: carries its actions out over the websocket and
 * REST, keeps its session and identify counter in storage. What arrives is
 * handed on; what it means is the app's business.
 */
#ifndef BOT_SESSION_H
#define BOT_SESSION_H

#include "bot/config/config.h"
#include "bot/discord/gateway.h"
#include "bot/io/rest.h"
#include "storage/store.h"

struct session;

struct session_handlers {
    /* action->data may be taken by setting it to NULL. */
    void (*dispatch)(struct gateway_action *action, void *context);
    /* A new session: sequence numbers start anew. */
    void (*renewed)(void *context);
    /* The connection is gone; another one is tried for. */
    void (*lost)(void *context);
    /* The gateway said that trying again is useless. */
    void (*fatal)(int code, const char *words, void *context);
    void *context;
};

struct session *session_new(uv_loop_t *loop, struct store *store,
                            struct rest *rest, const struct config *config,
                            const char *token,
                            const struct session_handlers *handlers);
void session_start(struct session *session);
enum gateway_state session_state(const struct session *session);
/* More of Discord's has arrived than was read. `session` as void * to serve as
 * a callback. */
bool session_has_more(void *session);
/* Since anything came, milliseconds; -1: nothing ever did. */
int64_t session_silence_ms(const struct session *session);
void session_free(struct session *session);

#endif
