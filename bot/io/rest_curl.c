#include "bot/io/rest_curl.h"

#include "bot/base/mem.h"
#include "bot/io/certificates.h"
#include "bot/io/loop.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_TRANSFERS     32 /* more are freed again after a burst */
#define IDLE_BYTES         16384
#define IDLE_CONNECTIONS   64L
#define CONNECTION_SECONDS 1800L /* a handshake costs part of the 3 s */
#define CONNECT_MS         5000L

struct transfer {
    CURL *easy;
    struct transfer *next, *previous; /* of `busy`; `idle` uses next */
    struct buf body;
    enum rest_method method; /* as the handle is set now */
    bool is_foreign, only_once;
    int times_sent;
    void *owner;
    char *reason; /* owned; the header's whole line */
    struct curl_slist reason_node;
    char content_type[128]; /* the same, when it is not JSON */
    struct curl_slist type_node;
    char error[CURL_ERROR_SIZE];
};

struct watch;

struct rest_curl {
    uv_loop_t *loop;
    uv_timer_t timer;
    struct turn_end *turn_end;
    CURLM *multi;
    struct watch **watches; /* by socket; NULL: not watched */
    int watch_room;
    struct transfer *busy, *idle;
    int idle_count;
    /* By [with_token][with_body]: built once, borrowed by every request. */
    struct curl_slist *headers[2][2];
    char *user_agent, *ca_file;
    bool is_tls;
    void (*ended)(void *context);
    void *context;
};

/* ---- the loop's side ---- */

/* curl stops watching a socket after every answer, and starts again with the
 * next request. The loop goes on watching for that: five system calls less per
 * request. Only of a connected socket does curl tell when it is closed: one
 * that never got so far is closed unseen, and its number is soon another's. */
struct watch {
    uv_poll_t poll;
    struct rest_curl *curl;
    curl_socket_t socket;
    int wanted;         /* by curl: UV_READABLE | UV_WRITABLE; 0: nothing now */
    int watched;        /* by the loop */
    bool is_connection; /* no pipe of curl's resolver */
    bool is_kept;       /* until we are told that the socket is closed */
};

static struct watch *find_watch(const struct rest_curl *curl,
                                curl_socket_t socket)
{
    return socket < curl->watch_room ? curl->watches[socket] : NULL;
}

static struct watch *make_watch(struct rest_curl *curl, curl_socket_t socket)
{
    struct watch *watch = mem_alloc(sizeof *watch);
    if (socket >= curl->watch_room) {
        int room = socket + 64;
        curl->watches =
            mem_resize(curl->watches, (size_t)room * sizeof(struct watch *));
        memset(curl->watches + curl->watch_room, 0,
               (size_t)(room - curl->watch_room) * sizeof(struct watch *));
        curl->watch_room = room;
    }
    curl->watches[socket] = watch;
    watch->curl = curl;
    watch->socket = socket;
    int failed = uv_poll_init_socket(curl->loop, &watch->poll, socket);
    assert(failed == 0);
    watch->poll.data = watch;
    return watch;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle->data);
}

static void drop_watch(struct watch *watch)
{
    watch->curl->watches[watch->socket] = NULL;
    uv_close((uv_handle_t *)&watch->poll, free_handle);
}

static void on_socket(uv_poll_t *poll, int status, int events);

static void want(struct watch *watch, int events)
{
    watch->wanted = events;
    if (watch->watched != events)
        (void)uv_poll_start(&watch->poll, events, on_socket);
    watch->watched = events;
}

static bool is_connected(curl_socket_t socket)
{
    struct sockaddr_storage peer;
    socklen_t n = sizeof peer;
    return getpeername(socket, (struct sockaddr *)&peer, &n) == 0;
}

static void act(struct rest_curl *curl, curl_socket_t socket, int events)
{
    int running;
    CURLMcode code =
        curl_multi_socket_action(curl->multi, socket, events, &running);
    assert(code == CURLM_OK);
    curl->ended(curl->context);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int flags = 0;
    if (status < 0) {
        watch->watched = 0; /* libuv has stopped */
        flags |= CURL_CSELECT_ERR;
    }
    if (watch->wanted == 0) { /* the peer closes a kept connection */
        watch->watched = 0;
        (void)uv_poll_stop(poll);
        return;
    }
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(watch->curl, watch->socket, flags);
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what,
                        void *context, void *unused)
{
    struct rest_curl *curl = context;
    struct watch *watch = find_watch(curl, socket);
    (void)easy;
    (void)unused;
    if (what != CURL_POLL_REMOVE) {
        if (watch == NULL)
            watch = make_watch(curl, socket);
        want(watch, (what & CURL_POLL_IN ? UV_READABLE : 0) |
                        (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
    } else if (watch != NULL) {
        watch->wanted = 0;
        watch->is_kept =
            watch->is_kept || (watch->is_connection && is_connected(socket));
        if (!watch->is_kept)
            drop_watch(watch);
    }
    return 0;
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_turn_end(void *context)
{
    act(context, CURL_SOCKET_TIMEOUT, 0);
}

/* "At once" is the end of the turn: libuv runs a timer of 0 ms that was set by
 * a timer before it looks at sockets, so a fast server could keep all others
 * waiting. */
static int set_timer(CURLM *multi, long ms, void *context)
{
    struct rest_curl *curl = context;
    (void)multi;
    if (ms == 0)
        turn_end_wake(curl->turn_end);
    if (ms <= 0)
        return uv_timer_stop(&curl->timer);
    return uv_timer_start(&curl->timer, on_timer, (uint64_t)ms, 0);
}

/* ---- one request ---- */

/* curl opens its sockets without close-on-exec; a helper must not get one. */
static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    curl_socket_t made = socket(
        address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    (void)purpose;
    if (made < 0)
        return made;
    struct watch *former = find_watch(context, made);
    int wanted = former == NULL ? 0 : former->wanted;
    if (former != NULL)
        drop_watch(former); /* closed unseen */
    struct watch *watch = make_watch(context, made);
    watch->is_connection = true;
    /* curl takes the new one for the former, and would not ask again. */
    if (wanted != 0)
        want(watch, wanted);
    return made;
}

static int close_socket(void *context, curl_socket_t socket)
{
    struct watch *watch = find_watch(context, socket);
    if (watch != NULL)
        drop_watch(watch);
    return close(socket);
}

static size_t take_bytes(char *bytes, size_t size, size_t n, void *context)
{
    struct transfer *transfer = context;
    buf_add_bytes(&transfer->body, bytes, size * n);
    return transfer->body.overflow ? 0 : size * n;
}

/* Right before the request is written. curl sends one a second time by itself
 * when a kept connection turns out dead before the answer's first byte; the
 * first may have been carried out nevertheless. */
static int before_sending(void *context, char *peer, char *local, int peer_port,
                          int local_port)
{
    struct transfer *transfer = context;
    (void)peer;
    (void)local;
    (void)peer_port;
    (void)local_port;
    transfer->times_sent++;
    return transfer->only_once && transfer->times_sent > 1
               ? CURL_PREREQFUNC_ABORT
               : CURL_PREREQFUNC_OK;
}

#define SET(easy, option, value)                                               \
    do {                                                                       \
        CURLcode code_ = curl_easy_setopt((easy), (option), (value));          \
        assert(code_ == CURLE_OK);                                             \
    } while (0)

static struct transfer *transfer_new(struct rest_curl *curl)
{
    struct transfer *transfer = mem_alloc(sizeof *transfer);
    CURL *easy = curl_easy_init();
    assert(easy != NULL);
    transfer->easy = easy;
    transfer->body = BUF_INIT(0);
    SET(easy, CURLOPT_PRIVATE, transfer);
    SET(easy, CURLOPT_ERRORBUFFER, transfer->error);
    SET(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    SET(easy, CURLOPT_WRITEDATA, transfer);
    SET(easy, CURLOPT_PREREQFUNCTION, before_sending);
    SET(easy, CURLOPT_PREREQDATA, transfer);
    SET(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(easy, CURLOPT_OPENSOCKETDATA, curl);
    SET(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    SET(easy, CURLOPT_CLOSESOCKETDATA, curl);
    SET(easy, CURLOPT_USERAGENT, curl->user_agent);
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    SET(easy, CURLOPT_QUICK_EXIT, 1L); /* not to wait for a name server */
    SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_PATH_AS_IS, 1L);
    /* A proxy from the environment would see the token of plain http. */
    SET(easy, CURLOPT_PROXY, "");
    SET(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    SET(easy, CURLOPT_MAXAGE_CONN, CONNECTION_SECONDS);
    SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    SET(easy, CURLOPT_TCP_NODELAY, 1L);
    SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Rather share the connection that is being opened than open one each. */
    SET(easy, CURLOPT_PIPEWAIT, curl->is_tls ? 1L : 0L);
    if (curl->ca_file != NULL) {
        SET(easy, CURLOPT_CAINFO, curl->ca_file);
        SET(easy, CURLOPT_CAPATH, NULL);
    } else {
        SET(easy, CURLOPT_CAINFO, NULL);
        SET(easy, CURLOPT_CAPATH, certificate_folder());
    }
    return transfer;
}

static void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    buf_release(&transfer->body);
    free(transfer->reason);
    free(transfer);
}

static struct transfer *take_idle(struct rest_curl *curl)
{
    struct transfer *transfer = curl->idle;
    if (transfer == NULL)
        return transfer_new(curl);
    curl->idle = transfer->next;
    curl->idle_count--;
    return transfer;
}

static void link_busy(struct rest_curl *curl, struct transfer *transfer)
{
    transfer->previous = NULL;
    transfer->next = curl->busy;
    if (curl->busy != NULL)
        curl->busy->previous = transfer;
    curl->busy = transfer;
}

static void unlink_busy(struct rest_curl *curl, struct transfer *transfer)
{
    if (transfer->previous == NULL)
        curl->busy = transfer->next;
    else
        transfer->previous->next = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
}

/* Discord docs, Audit Logs: the reason is URL-encoded UTF-8. The node stands in
 * front of the shared list. */
static struct curl_slist *put_reason(struct transfer *transfer,
                                     const char *reason,
                                     struct curl_slist *headers)
{
    char *coded = curl_easy_escape(transfer->easy, reason, 0);
    struct buf line = BUF_INIT(8192);
    assert(coded != NULL);
    buf_addf(&line, "X-Audit-Log-Reason: %s", coded);
    curl_free(coded);
    transfer->reason = buf_detach(&line);
    transfer->reason_node = (struct curl_slist){transfer->reason, headers};
    return &transfer->reason_node;
}

/* In front of a list that leaves the header out. */
static struct curl_slist *put_type(struct transfer *transfer, const char *type,
                                   struct curl_slist *headers)
{
    (void)snprintf(transfer->content_type, sizeof transfer->content_type,
                   "Content-Type: %s", type);
    transfer->type_node = (struct curl_slist){transfer->content_type, headers};
    return &transfer->type_node;
}

static void set_method(struct transfer *transfer,
                       const struct transfer_order *order)
{
    CURL *easy = transfer->easy;
    enum rest_method method = order->method;
    const char *body = order->body == NULL ? "" : order->body;
    if (method == REST_GET) {
        SET(easy, CURLOPT_HTTPGET, 1L);
    } else {
        SET(easy, CURLOPT_POST, 1L);
        SET(easy, CURLOPT_POSTFIELDS, body);
        SET(easy, CURLOPT_POSTFIELDSIZE_LARGE,
            (curl_off_t)(order->body_bytes > 0 ? order->body_bytes
                                               : strlen(body)));
    }
    if (method != transfer->method)
        SET(easy, CURLOPT_CUSTOMREQUEST,
            method == REST_GET || method == REST_POST
                ? NULL
                : rest_method_name(method));
    transfer->method = method;
}

void transfer_start(struct rest_curl *curl, const struct transfer_order *order)
{
    struct transfer *transfer = take_idle(curl);
    struct curl_slist *headers = NULL;
    bool is_json =
        order->content_type == NULL || order->content_type[0] == '\0';
    transfer->owner = order->owner;
    transfer->is_foreign = order->is_foreign;
    transfer->only_once = order->only_once;
    transfer->times_sent = 0;
    transfer->error[0] = '\0';
    transfer->body.limit = order->limit;
    if (!order->is_foreign)
        headers =
            curl->headers[order->with_token][order->body != NULL && is_json];
    if (!is_json)
        headers = put_type(transfer, order->content_type, headers);
    if (order->reason != NULL)
        headers = put_reason(transfer, order->reason, headers);
    set_method(transfer, order);
    SET(transfer->easy, CURLOPT_HTTPHEADER, headers);
    SET(transfer->easy, CURLOPT_URL, order->url);
    SET(transfer->easy, CURLOPT_TIMEOUT_MS, (long)order->timeout_ms);
    link_busy(curl, transfer);
    CURLMcode code = curl_multi_add_handle(curl->multi, transfer->easy);
    assert(code == CURLM_OK);
}

static enum transfer_result result_of(const struct transfer *transfer,
                                      CURLcode code)
{
    if (code == CURLE_OK)
        return TRANSFER_ANSWERED;
    if (transfer->body.overflow)
        return TRANSFER_TOO_LARGE;
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return TRANSFER_REFUSED;
    return transfer->times_sent == 0 ? TRANSFER_NOT_SENT : TRANSFER_LOST;
}

struct transfer *transfer_next(struct rest_curl *curl, struct transfer_end *end)
{
    int left;
    CURLMsg *message = curl_multi_info_read(curl->multi, &left);
    if (message == NULL)
        return NULL;
    assert(message->msg == CURLMSG_DONE);
    CURLcode code = message->data.result;
    struct transfer *transfer;
    long status = 0;
    char *type = NULL;
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)curl_multi_remove_handle(curl->multi, transfer->easy);
    if (code != CURLE_OK && transfer->error[0] == '\0')
        (void)snprintf(transfer->error, sizeof transfer->error, "%s",
                       curl_easy_strerror(code));
    *end = (struct transfer_end){
        .result = result_of(transfer, code),
        .owner = transfer->owner,
        .is_foreign = transfer->is_foreign,
        .was_resent = transfer->times_sent > 1,
        .status = (int)status,
        .body = buf_str(&transfer->body),
        .content_type = str_of(type),
        .error = transfer->error,
    };
    return transfer;
}

struct str transfer_header(const struct transfer *transfer, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) !=
        CURLHE_OK)
        return STR_NONE;
    return str_of(header->value);
}

void transfer_release(struct rest_curl *curl, struct transfer *transfer)
{
    unlink_busy(curl, transfer);
    if (curl->idle_count >= IDLE_TRANSFERS) {
        transfer_free(transfer);
        return;
    }
    if (transfer->body.room > IDLE_BYTES)
        buf_release(&transfer->body);
    buf_clear(&transfer->body);
    free(transfer->reason);
    transfer->reason = NULL;
    transfer->next = curl->idle;
    curl->idle = transfer;
    curl->idle_count++;
}

/* ---- life ---- */

static struct curl_slist *headers_new(const char *token, bool with_body)
{
    struct curl_slist *list = NULL;
    if (token != NULL) {
        struct buf line = BUF_INIT(1024);
        buf_addf(&line, "Authorization: Bot %s", token);
        assert(!line.overflow);
        list = curl_slist_append(list, buf_text(&line));
        explicit_bzero(line.s, line.room);
        buf_release(&line);
    }
    /* Without a value: curl leaves the header out. */
    list = curl_slist_append(list, with_body ? "Content-Type: application/json"
                                             : "Content-Type:");
    list = curl_slist_append(list, "Expect:");
    assert(list != NULL);
    return list;
}

struct rest_curl *rest_curl_new(uv_loop_t *loop,
                                const struct rest_config *config,
                                void (*ended)(void *context), void *context)
{
    struct rest_curl *curl = mem_alloc(sizeof *curl);
    /* OpenSSL starts by itself when it is first used. */
    CURLcode code = curl_global_init(CURL_GLOBAL_NOTHING);
    assert(code == CURLE_OK);
    curl->loop = loop;
    curl->ended = ended;
    curl->context = context;
    curl->user_agent = mem_text(config->user_agent);
    curl->ca_file = config->ca_file == NULL ? NULL : mem_text(config->ca_file);
    curl->is_tls = str_starts(str_of(config->api_base), "https:");
    for (int with_body = 0; with_body < 2; with_body++) {
        curl->headers[0][with_body] = headers_new(NULL, with_body);
        curl->headers[1][with_body] = headers_new(config->token, with_body);
    }
    (void)uv_timer_init(loop, &curl->timer);
    curl->timer.data = curl;
    curl->turn_end = turn_end_new(loop, on_turn_end, curl);
    curl->multi = curl_multi_init();
    assert(curl->multi != NULL);
    (void)curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    (void)curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    (void)curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    (void)curl_multi_setopt(curl->multi, CURLMOPT_MAXCONNECTS,
                            IDLE_CONNECTIONS);
    return curl;
}

void rest_curl_free(struct rest_curl *curl)
{
    if (curl == NULL)
        return;
    while (curl->busy != NULL) {
        struct transfer *transfer = curl->busy;
        curl->busy = transfer->next;
        (void)curl_multi_remove_handle(curl->multi, transfer->easy);
        transfer_free(transfer);
    }
    while (curl->idle != NULL)
        transfer_free(take_idle(curl));
    (void)curl_multi_cleanup(curl->multi);
    free(curl->watches);
    turn_end_free(curl->turn_end);
    for (int i = 0; i < 4; i++)
        curl_slist_free_all(curl->headers[i / 2][i % 2]);
    free(curl->user_agent);
    free(curl->ca_file);
    curl_global_cleanup();
    uv_close((uv_handle_t *)&curl->timer, free_handle);
}
