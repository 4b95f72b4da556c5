/*
 * The websocket under the gateway: an lws client on the loop. Bytes only; what
 * they mean is bot/discord/gateway's business. Resolves with the loop's
 * resolver first (lws blocks), reassembles fragments up to a limit, inflates
 * zlib-stream. wss, or ws to loopback.
 */
#ifndef BOT_IO_GATEWAY_WS_H
#define BOT_IO_GATEWAY_WS_H

#include "bot/base/str.h"

#include <uv.h>

struct gateway_ws;

struct gateway_ws_handlers {
    void (*opened)(void *context);
    void (*received)(struct str text, void *context); /* one whole payload */
    /* Once per connect, whether it opened or failed. code 0: none. */
    void (*closed)(int code, struct str reason, void *context);
    void *context;
};

struct gateway_ws *gateway_ws_new(uv_loop_t *loop,
                                  const struct gateway_ws_handlers *handlers,
                                  const char *ca_file, const char *user_agent);
void gateway_ws_free(struct gateway_ws *ws); /* no close frame is sent */
/* url: ws:// or wss://. `compressed` when it asks for zlib-stream. Callbacks
 * never come from inside the call. */
void gateway_ws_connect(struct gateway_ws *ws, const char *url,
                        bool compressed);
/* More has arrived than was read: over TLS a turn of the loop reads one record,
 * which is one payload. */
bool gateway_ws_has_more(const struct gateway_ws *ws);
void gateway_ws_send(struct gateway_ws *ws, struct str text);
void gateway_ws_close(struct gateway_ws *ws, int code);

#endif
