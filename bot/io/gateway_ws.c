/*
 * One connection at a time:
 *
 *   IDLE -> RESOLVING -> CONNECTING -> OPEN -> LEAVING -> ENDED -> IDLE
 *
 * Whatever goes wrong on the way leads to ENDED, once; `closed` is told from
 * there by a timer, so never from inside a call or an lws callback. lws has
 * several ways to say that a connection failed, and in one (a peer that never
 * answers the upgrade) says nothing but WSI_DESTROY: that one always comes, so
 * it alone counts.
 */
#include "bot/io/gateway_ws.h"

#include "bot/base/buf.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/url.h"
#include "bot/discord/inflate.h"
#include "bot/io/certificates.h"
#include "bot/io/loop.h"

#include <arpa/inet.h>
#include <assert.h>
#include <libwebsockets.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES ((size_t)32 << 20)
#define KEPT_BYTES                                                             \
    ((size_t)64 << 10)        /* of a message buffer, between messages */
#define READ_BYTES      65536 /* several frames in one turn of the loop */
#define FRAME_BYTES     16384
#define CONNECT_SECONDS 10
#define CONNECT_MS      12000 /* with the name's look-up; lws's own comes first */
#define LEAVE_MS        1000 /* for the peer's answer to our close */

/* RFC 6455, 7.4.1 */
#define CLOSE_NOT_READABLE 1007
#define CLOSE_TOO_LARGE    1009

enum state { IDLE, RESOLVING, CONNECTING, OPEN, LEAVING, ENDED };

struct sending {
    struct sending *next;
    size_t n;
    unsigned char bytes[]; /* LWS_PRE, then the text */
};

/* Outlives the gateway_ws when that is freed meanwhile. */
struct lookup {
    uv_getaddrinfo_t request;
    struct gateway_ws *ws; /* NULL: nobody waits any more */
};

struct gateway_ws {
    uv_loop_t *loop;
    struct gateway_ws_handlers handlers;
    char *ca_file; /* NULL: the system's */
    char *user_agent;
    struct deadline *timer;      /* what it means depends on the state */
    struct lws_context *context; /* made when it is first needed */
    bool context_has_tls;        /* ws:// does without: it takes 1 MB */

    enum state state;
    bool is_freed, is_half_destroyed;
    struct lookup *lookup;
    struct lws *wsi;
    char *host, *target;
    int port;
    bool is_tls;
    int failures;            /* in a row: another address is tried each time */
    struct inflate *inflate; /* NULL: not compressed */
    struct buf message;
    struct sending *first, **last;
    int leave_code;
    int closed_code;
    char closed_reason[124]; /* RFC 6455: at most 123 bytes */
};

/* What still comes of this connection is not for us. */
static void detach(struct gateway_ws *ws)
{
    if (ws->wsi != NULL)
        lws_set_opaque_user_data(ws->wsi, NULL);
    ws->wsi = NULL;
    if (ws->lookup != NULL)
        ws->lookup->ws = NULL;
    ws->lookup = NULL;
}

static void end(struct gateway_ws *ws, const char *reason)
{
    if (ws->state == IDLE || ws->state == ENDED)
        return;
    if (ws->state == CONNECTING || ws->state == RESOLVING)
        ws->failures++;
    if (ws->closed_code == 0 && ws->closed_reason[0] == '\0' && reason != NULL)
        str_copy_to(ws->closed_reason, str_of(reason));
    ws->state = ENDED;
    detach(ws);
    deadline_set(ws->timer, 0);
}

/* At once: lws's timers may sleep until its next event. Not for callbacks of
 * lws. */
static void cut(struct gateway_ws *ws, const char *reason)
{
    struct lws *wsi = ws->wsi;
    end(ws, reason);
    if (wsi != NULL)
        lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

/* ---- receiving ---- */

/* The close frame goes out when the queue is empty. */
static void leave(struct gateway_ws *ws, int code, const char *reason)
{
    ws->state = LEAVING;
    ws->leave_code = code;
    str_copy_to(ws->closed_reason, str_of(reason));
    (void)lws_callback_on_writable(ws->wsi);
    deadline_set(ws->timer, loop_now_ms(ws->loop) + LEAVE_MS);
}

static void deliver(struct gateway_ws *ws, struct buf *message)
{
    ws->handlers.received(buf_str(message), ws->handlers.context);
    if (message->room > KEPT_BYTES)
        buf_release(message);
    else
        buf_clear(message);
}

static void receive(struct gateway_ws *ws, struct str bytes)
{
    struct lws *wsi = ws->wsi;
    bool is_whole = false;
    if (ws->state != OPEN)
        return;
    if (ws->inflate != NULL && lws_frame_is_binary(wsi)) {
        enum err err = inflate_feed(ws->inflate, bytes, &ws->message);
        is_whole = err == ERR_OK;
        if (err == ERR_TOO_LONG)
            ws->message.overflow = true;
        else if (!is_whole && err != ERR_NOT_FOUND)
            leave(ws, CLOSE_NOT_READABLE, "we could not inflate a message");
    } else {
        if (lws_is_first_fragment(wsi))
            buf_clear(&ws->message);
        buf_add(&ws->message, bytes);
        is_whole = lws_is_final_fragment(wsi);
    }
    if (ws->message.overflow)
        leave(ws, CLOSE_TOO_LARGE, "a message was over our limit");
    else if (is_whole)
        deliver(ws, &ws->message);
}

/* Two bytes of code and a reason, or nothing. lws has turned codes that may not
 * be on the wire, and 1012 to 2999, into 1002. */
static void note_close(struct gateway_ws *ws, const unsigned char *bytes,
                       size_t n)
{
    if (n < 2)
        return;
    ws->closed_code = bytes[0] << 8 | bytes[1];
    str_copy_to(ws->closed_reason,
                ((struct str){(const char *)bytes + 2, n - 2}));
}

/* ---- sending ---- */

static void drop_queue(struct gateway_ws *ws)
{
    while (ws->first != NULL) {
        struct sending *sending = ws->first;
        ws->first = sending->next;
        free(sending);
    }
    ws->last = &ws->first;
}

/* lws wants one write per call; the rest of a short one it keeps. */
static int write_next(struct gateway_ws *ws)
{
    struct sending *sending = ws->first;
    if (sending == NULL) {
        if (ws->leave_code != 0)
            deadline_set(ws->timer, 0);
        return 0;
    }
    int n = lws_write(ws->wsi, sending->bytes + LWS_PRE, sending->n,
                      LWS_WRITE_TEXT);
    ws->first = sending->next;
    if (ws->first == NULL)
        ws->last = &ws->first;
    free(sending);
    if (ws->first != NULL || ws->leave_code != 0)
        (void)lws_callback_on_writable(ws->wsi);
    return n < 0 ? -1 : 0;
}

static int add_user_agent(const struct gateway_ws *ws, struct lws *wsi,
                          unsigned char **at, size_t room)
{
    return lws_add_http_header_by_name(
        wsi, (const unsigned char *)"User-Agent:",
        (const unsigned char *)ws->user_agent, (int)strlen(ws->user_agent), at,
        *at + room);
}

/* While the context is being made. Without them no peer will be trusted. */
static int load_certificates(struct lws *wsi, SSL_CTX *tls)
{
    const struct gateway_ws *ws = lws_context_user(lws_get_context(wsi));
    const char *path = ws->ca_file != NULL ? ws->ca_file : certificate_folder();
    int loaded = ws->ca_file != NULL ? SSL_CTX_load_verify_file(tls, path)
                                     : SSL_CTX_load_verify_dir(tls, path);
    if (loaded != 1)
        log_error("certificates_unreadable", LOG_TEXT("path", path));
    return 0;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user,
                  void *in, size_t n)
{
    struct gateway_ws *ws = lws_get_opaque_user_data(wsi);
    if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS)
        return load_certificates(wsi, user);
    /* The context's own affairs, or a connection that we have left. */
    if (ws == NULL)
        return 0;
        /* lws has a hundred reasons; these concern us. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return add_user_agent(ws, wsi, in, n);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        str_copy_to(ws->closed_reason, in == NULL ? STR("the connection failed")
                                                  : ((struct str){in, n}));
        return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        if (ws->state == CONNECTING) {
            ws->state = OPEN;
            ws->failures = 0;
            deadline_set(ws->timer, INT64_MAX);
            ws->handlers.opened(ws->handlers.context);
        }
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        receive(ws, (struct str){in, n});
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return write_next(ws);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        if (ws->state == OPEN)
            note_close(ws, in, n);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        end(ws, NULL);
        return 0;
    default:
        return 0;
    }
#pragma GCC diagnostic pop
}

/* ---- connecting ---- */

static const struct lws_protocols protocols[] = {
    {.name = "gateway", .callback = on_lws, .rx_buffer_size = FRAME_BYTES},
    {.name = NULL},
};

/* Discord's heartbeats tell whether the peer lives. lws would ping as well:
 * this is the latest that it can be put off to, 18 hours. */
static const lws_retry_bo_t no_pings = {
    .secs_since_valid_ping = UINT16_MAX - 1,
    .secs_since_valid_hangup = UINT16_MAX,
};

static void log_line(int level, const char *line)
{
    (void)level;
    log_warn("lws", LOG_STR("words", str_trim(str_of(line))));
}

static bool make_context(struct gateway_ws *ws)
{
    void *loops[] = {ws->loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV |
                   (ws->is_tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
                                     LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS
                               : 0),
        .foreign_loops = loops,
        .gid = -1,
        .uid = -1,
        .user = ws,
        /* Unset, lws makes tables for as many as the process may open. */
        .fd_limit_per_thread = 16,
        .pt_serv_buf_size = READ_BYTES,
        .timeout_secs = CONNECT_SECONDS,
        .connect_timeout_secs = CONNECT_SECONDS,
        .retry_and_idle_policy = &no_pings,
        /* Port 0: none. Unset, lws takes http_proxy from the environment, also
         * for wss; REST takes none. */
        .http_proxy_address = ":0",
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, log_line);
    ws->context = lws_create_context(&info);
    ws->context_has_tls = ws->is_tls;
    return ws->context != NULL;
}

static void connect_to(struct gateway_ws *ws, const char *address)
{
    struct lws_client_connect_info info = {
        .address = address,
        .port = ws->port,
        .path = ws->target,
        .host = ws->host, /* also what the certificate must name */
        .ssl_connection = ws->is_tls ? LCCSCF_USE_SSL : 0,
        .local_protocol_name = protocols[0].name,
        .retry_and_idle_policy = &no_pings,
        .opaque_user_data = ws,
        .pwsi = &ws->wsi,
    };
    ws->state = CONNECTING;
    if (ws->is_tls && !ws->context_has_tls && ws->context != NULL) {
        lws_context_destroy(ws->context);
        ws->context = NULL;
    }
    if (ws->context == NULL && !make_context(ws)) {
        end(ws, "no websocket context (is libwebsockets-evlib-uv there?)");
        return;
    }
    info.context = ws->context;
    /* All callbacks up to WSI_DESTROY may already have come. */
    if (lws_client_connect_via_info(&info) == NULL)
        end(ws, "the connection failed");
}

static void on_looked_up(uv_getaddrinfo_t *request, int status,
                         struct addrinfo *found)
{
    struct lookup *lookup = request->data;
    struct gateway_ws *ws = lookup->ws;
    struct addrinfo *chosen = found;
    char address[INET6_ADDRSTRLEN] = "";
    int count = 0;
    if (ws != NULL) {
        ws->lookup = NULL;
        for (struct addrinfo *a = found; a != NULL; a = a->ai_next)
            count++;
        /* A host without IPv6 must not try the same address for ever. */
        for (int i = 0; count > 0 && i < ws->failures % count; i++)
            chosen = chosen->ai_next;
        if (chosen == NULL ||
            getnameinfo(chosen->ai_addr, chosen->ai_addrlen, address,
                        sizeof address, NULL, 0, NI_NUMERICHOST) != 0)
            end(ws, status == 0 ? "no address found" : uv_strerror(status));
        else
            connect_to(ws, address);
    }
    uv_freeaddrinfo(found);
    free(lookup);
}

static void look_up(struct gateway_ws *ws)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct lookup *lookup = mem_alloc(sizeof *lookup);
    lookup->ws = ws;
    lookup->request.data = lookup;
    ws->lookup = lookup;
    int failed = uv_getaddrinfo(ws->loop, &lookup->request, on_looked_up,
                                ws->host, NULL, &hints);
    if (failed) {
        free(lookup);
        ws->lookup = NULL;
        end(ws, uv_strerror(failed));
    }
}

static char *copy_text(struct str text, const char *before)
{
    struct buf copy = BUF_INIT(4096);
    buf_add_text(&copy, before);
    buf_add(&copy, text);
    return buf_detach(&copy);
}

static void forget(struct gateway_ws *ws)
{
    free(ws->host);
    free(ws->target);
    ws->host = ws->target = NULL;
    inflate_free(ws->inflate);
    ws->inflate = NULL;
    buf_release(&ws->message);
    drop_queue(ws);
    ws->leave_code = ws->closed_code = 0;
    ws->closed_reason[0] = '\0';
}

void gateway_ws_connect(struct gateway_ws *ws, const char *url, bool compressed)
{
    struct url parts;
    unsigned char ignored[sizeof(struct in6_addr)];
    assert(ws->state == IDLE);
    forget(ws);
    ws->state = RESOLVING;
    deadline_set(ws->timer, loop_now_ms(ws->loop) + CONNECT_MS);
    if (!url_is_allowed(url, "wss", "ws") || !url_parse(str_of(url), &parts)) {
        end(ws, "the address is neither wss:// nor ws:// to loopback");
        return;
    }
    ws->host = copy_text(parts.host, "");
    ws->target =
        copy_text(parts.target, str_starts(parts.target, "/") ? "" : "/");
    ws->port = parts.port;
    ws->is_tls = str_is(parts.scheme, "wss");
    if (compressed)
        ws->inflate = inflate_new();
    if (inet_pton(AF_INET, ws->host, ignored) == 1 ||
        inet_pton(AF_INET6, ws->host, ignored) == 1)
        connect_to(ws, ws->host);
    else
        look_up(ws);
}

/* ---- the rest of the interface ---- */

static void tell_closed(struct gateway_ws *ws)
{
    char reason[sizeof ws->closed_reason];
    int code = ws->closed_code;
    memcpy(reason, ws->closed_reason, sizeof reason);
    forget(ws);
    ws->state = IDLE;
    ws->handlers.closed(code, str_of(reason), ws->handlers.context);
}

static void count_closing(uv_handle_t *handle, void *count)
{
    *(int *)count += uv_is_closing(handle);
}

/* With a loop that is not its own, lws closes its handles at the first call of
 * lws_context_destroy and frees its memory at the second; before all of its
 * handles are gone, that one would crash. It does not say when they are. */
static void destroy(struct gateway_ws *ws)
{
    int closing = 0;
    if (ws->context != NULL && !ws->is_half_destroyed) {
        ws->is_half_destroyed = true;
        lws_context_destroy(ws->context);
    }
    if (ws->context != NULL)
        uv_walk(ws->loop, count_closing, &closing);
    if (closing > 0) {
        deadline_set(ws->timer, loop_now_ms(ws->loop) + 1);
        return;
    }
    if (ws->context != NULL)
        lws_context_destroy(ws->context);
    deadline_free(ws->timer);
    forget(ws);
    free(ws->ca_file);
    free(ws->user_agent);
    free(ws);
}

static void on_timer(void *context)
{
    struct gateway_ws *ws = context;
    if (ws->is_freed) {
        destroy(ws);
        return;
    }
    if (ws->state == LEAVING && ws->leave_code != 0) {
        /* Returning -1 from a WRITEABLE callback would send no close frame. */
        lws_close_reason(ws->wsi, (enum lws_close_status)ws->leave_code, NULL,
                         0);
        ws->leave_code = 0;
        deadline_set(ws->timer, loop_now_ms(ws->loop) + LEAVE_MS);
        lws_set_timeout(ws->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
    } else if (ws->state == LEAVING) {
        cut(ws, NULL); /* a dead peer never answers */
    } else if (ws->state == RESOLVING || ws->state == CONNECTING) {
        cut(ws, "no answer in time");
    } else if (ws->state == ENDED) {
        tell_closed(ws);
    }
}

struct gateway_ws *gateway_ws_new(uv_loop_t *loop,
                                  const struct gateway_ws_handlers *handlers,
                                  const char *ca_file, const char *user_agent)
{
    struct gateway_ws *ws = mem_alloc(sizeof *ws);
    ws->loop = loop;
    ws->handlers = *handlers;
    ws->ca_file = ca_file == NULL ? NULL : mem_text(ca_file);
    ws->user_agent = mem_text(user_agent);
    ws->timer = deadline_new(loop, on_timer, ws);
    ws->message = BUF_INIT(MESSAGE_BYTES);
    ws->last = &ws->first;
    return ws;
}

/* We may be inside one of lws's callbacks: the rest is done from the timer. */
void gateway_ws_free(struct gateway_ws *ws)
{
    if (ws == NULL || ws->is_freed)
        return;
    ws->is_freed = true;
    detach(ws);
    deadline_set(ws->timer, 0);
}

void gateway_ws_send(struct gateway_ws *ws, struct str text)
{
    if (ws->state != OPEN)
        return;
    struct sending *sending = mem_alloc(sizeof *sending + LWS_PRE + text.n);
    sending->n = text.n;
    memcpy(sending->bytes + LWS_PRE, text.s, text.n);
    *ws->last = sending;
    ws->last = &sending->next;
    (void)lws_callback_on_writable(ws->wsi);
}

bool gateway_ws_has_more(const struct gateway_ws *ws)
{
    if (ws->wsi == NULL)
        return false;
    struct pollfd socket = {.fd = lws_get_socket_fd(ws->wsi), .events = POLLIN};
    return socket.fd >= 0 && poll(&socket, 1, 0) > 0 &&
           (socket.revents & POLLIN) != 0;
}

void gateway_ws_close(struct gateway_ws *ws, int code)
{
    if (ws->state == OPEN) {
        leave(ws, code, "we closed");
    } else if (ws->state == RESOLVING || ws->state == CONNECTING) {
        cut(ws, "closed before it was open");
    }
}
