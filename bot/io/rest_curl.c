#include "bot/io/rest_curl.h"

#include "bot/base/mem.h"
#include "bot/io/multi.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

struct rest_curl {
    struct multi *multi;
    struct transfer *busy, *idle;
    int idle_count;
    /* By [with_token][with_body]: built once, borrowed by every request. */
    struct curl_slist *headers[2][2];
    char *ca_file;
    bool is_tls;
};

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

static struct transfer *transfer_new(struct rest_curl *curl)
{
    struct transfer *transfer = mem_alloc(sizeof *transfer);
    CURL *easy = multi_easy(curl->multi, curl->ca_file);
    transfer->easy = easy;
    transfer->body = BUF_INIT(0);
    EASY_SET(easy, CURLOPT_PRIVATE, transfer);
    EASY_SET(easy, CURLOPT_ERRORBUFFER, transfer->error);
    EASY_SET(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    EASY_SET(easy, CURLOPT_WRITEDATA, transfer);
    EASY_SET(easy, CURLOPT_PREREQFUNCTION, before_sending);
    EASY_SET(easy, CURLOPT_PREREQDATA, transfer);
    EASY_SET(easy, CURLOPT_PATH_AS_IS, 1L);
    EASY_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    EASY_SET(easy, CURLOPT_MAXAGE_CONN, CONNECTION_SECONDS);
    EASY_SET(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    EASY_SET(easy, CURLOPT_TCP_NODELAY, 1L);
    EASY_SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Rather share the connection that is being opened than open one each. */
    EASY_SET(easy, CURLOPT_PIPEWAIT, curl->is_tls ? 1L : 0L);
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
        EASY_SET(easy, CURLOPT_HTTPGET, 1L);
    } else {
        EASY_SET(easy, CURLOPT_POST, 1L);
        EASY_SET(easy, CURLOPT_POSTFIELDS, body);
        EASY_SET(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                 (curl_off_t)(order->body_bytes > 0 ? order->body_bytes
                                                    : strlen(body)));
    }
    if (method != transfer->method)
        EASY_SET(easy, CURLOPT_CUSTOMREQUEST,
                 method == REST_GET || method == REST_POST
                     ? NULL
                     : rest_method_name(method));
    transfer->method = method;
}

void transfer_start(struct rest_curl *curl, const struct transfer_order *order)
{
    struct transfer *transfer = take_idle(curl);
    bool is_json =
        order->content_type == NULL || order->content_type[0] == '\0';
    transfer->owner = order->owner;
    transfer->is_foreign = order->is_foreign;
    transfer->only_once = order->only_once;
    transfer->times_sent = 0;
    transfer->error[0] = '\0';
    transfer->body.limit = order->limit;
    struct curl_slist *headers =
        curl->headers[order->with_token][order->body != NULL && is_json];
    if (!is_json)
        headers = put_type(transfer, order->content_type, headers);
    if (order->reason != NULL)
        headers = put_reason(transfer, order->reason, headers);
    set_method(transfer, order);
    EASY_SET(transfer->easy, CURLOPT_HTTPHEADER, headers);
    EASY_SET(transfer->easy, CURLOPT_URL, order->url);
    EASY_SET(transfer->easy, CURLOPT_TIMEOUT_MS, (long)order->timeout_ms);
    link_busy(curl, transfer);
    CURLMcode code =
        curl_multi_add_handle(multi_handle(curl->multi), transfer->easy);
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
    CURLMsg *message = curl_multi_info_read(multi_handle(curl->multi), &left);
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
    (void)curl_multi_remove_handle(multi_handle(curl->multi), transfer->easy);
    if (code == CURLE_OPERATION_TIMEDOUT && transfer->times_sent > 0)
        multi_give_up(curl->multi, transfer->easy);
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

static struct curl_slist *with_line(struct curl_slist *list, const char *name,
                                    const char *value)
{
    struct buf line = BUF_INIT(1024);
    buf_addf(&line, "%s%s", name, value);
    assert(!line.overflow);
    list = curl_slist_append(list, buf_text(&line));
    assert(list != NULL);
    explicit_bzero(line.s, line.room);
    buf_release(&line);
    return list;
}

/* Whole lines: what curl puts together itself, it formats for each request.
 * Without a value it leaves the header out. */
static struct curl_slist *headers_new(const struct rest_config *config,
                                      bool with_token, bool with_body)
{
    struct curl_slist *list = NULL;
    if (with_token)
        list = with_line(list, "Authorization: Bot ", config->token);
    list = with_line(list, "User-Agent: ", config->user_agent);
    list =
        with_line(list, "Content-Type:", with_body ? " application/json" : "");
    list = with_line(list, "Accept:", "");
    return with_line(list, "Expect:", "");
}

struct rest_curl *rest_curl_new(uv_loop_t *loop,
                                const struct rest_config *config,
                                void (*ended)(void *context), void *context)
{
    struct rest_curl *curl = mem_alloc(sizeof *curl);
    curl->multi = multi_new(loop, IDLE_CONNECTIONS, ended, context);
    curl->ca_file = config->ca_file == NULL ? NULL : mem_text(config->ca_file);
    curl->is_tls = str_starts(str_of(config->api_base), "https:");
    for (int with_body = 0; with_body < 2; with_body++) {
        curl->headers[0][with_body] = headers_new(config, false, with_body);
        curl->headers[1][with_body] = headers_new(config, true, with_body);
    }
    return curl;
}

void rest_curl_free(struct rest_curl *curl)
{
    if (curl == NULL)
        return;
    while (curl->busy != NULL) {
        struct transfer *transfer = curl->busy;
        curl->busy = transfer->next;
        (void)curl_multi_remove_handle(multi_handle(curl->multi),
                                       transfer->easy);
        transfer_free(transfer);
    }
    while (curl->idle != NULL)
        transfer_free(take_idle(curl));
    multi_free(curl->multi);
    for (int i = 0; i < 4; i++)
        curl_slist_free_all(curl->headers[i / 2][i % 2]);
    free(curl->ca_file);
    free(curl);
}
