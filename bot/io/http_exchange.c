#include "bot/io/http_exchange.h"

#include "bot/base/mem.h"
#include "bot/io/loop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A body that will be refused is read all the same, up to so many times the
 * limit: whoever is still sending would not read the answer. */
#define BODIES_REFUSED 4

struct exchange {
    struct http_request request; /* first: what http_answer is given */
    struct exchange *before, *after;
    struct http_server *server;
    struct link *link; /* NULL: the peer is gone, or was told something else */
    struct MHD_Connection *connection;
    const struct http_route *route;
    struct buf head, body; /* what the request borrows */
    int refusal;           /* status to be told when the body is through */
    int64_t retry_after_s;
    uint64_t unread; /* bytes of a body that will be refused */
    bool is_begun, is_handed_over, is_answered;
    int status; /* of the answer */
    struct MHD_Response *response;
};

/* ---- answers ---- */

static const char *status_words(int status)
{
    switch (status) {
    case MHD_HTTP_BAD_REQUEST:
        return "This request can be understood in two ways.\n";
    case MHD_HTTP_UNAUTHORIZED:
        return "The secret is missing or wrong.\n";
    case MHD_HTTP_NOT_FOUND:
        return "There is nothing here.\n";
    case MHD_HTTP_METHOD_NOT_ALLOWED:
        return "This method is not for this address.\n";
    case MHD_HTTP_CONTENT_TOO_LARGE:
        return "This is too long.\n";
    case MHD_HTTP_TOO_MANY_REQUESTS:
        return "Too many requests. Come back later.\n";
    default:
        return "Not now. Try again.\n";
    }
}

static void set_header(struct MHD_Response *response, const char *name,
                       const char *value)
{
    enum MHD_Result ok = MHD_add_response_header(response, name, value);
    assert(ok == MHD_YES);
}

static void set_answer(struct exchange *exchange, int status,
                       const char *content_type, struct str body)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.n, mem_copy(body.s == NULL ? "" : body.s, body.n),
        MHD_RESPMEM_MUST_FREE);
    assert(response != NULL);
    set_header(response, "Content-Type", content_type);
    set_header(response, "Cache-Control", "no-store");
    set_header(response, "X-Content-Type-Options", "nosniff");
    exchange->status = status;
    exchange->response = response;
}

/* "GET, HEAD"; not what whoever admits has refused. */
static void set_allow(struct MHD_Response *response, unsigned methods,
                      unsigned refused)
{
    if (refused != 0)
        methods &= HTTP_POST;
    set_header(response, "Allow",
               methods == HTTP_POST  ? "POST"
               : methods & HTTP_POST ? "GET, HEAD, POST"
                                     : "GET, HEAD");
}

static void set_refusal(struct exchange *exchange)
{
    char seconds[24];
    int status = exchange->refusal;
    set_answer(exchange, status, HTTP_TEXT, str_of(status_words(status)));
    if (status == MHD_HTTP_UNAUTHORIZED)
        set_header(exchange->response, "WWW-Authenticate", "Bearer");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        set_allow(exchange->response, exchange->route->methods,
                  exchange->request.method);
    if (exchange->retry_after_s > 0) {
        (void)snprintf(seconds, sizeof seconds, "%lld",
                       (long long)exchange->retry_after_s);
        set_header(exchange->response, "Retry-After", seconds);
    }
}

static void note_refusal(struct exchange *exchange, int status)
{
    exchange->refusal = status;
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        exchange->retry_after_s = 1;
}

/* Before it is handed over: nobody has its body yet. */
static void refuse(struct exchange *exchange, int status)
{
    note_refusal(exchange, status);
    exchange->server->body_bytes -= exchange->body.n;
    buf_release(&exchange->body);
}

static enum MHD_Result queue_answer(struct exchange *exchange)
{
    struct http_counts *counts = &exchange->server->counts;
    int status = exchange->status;
    if (http_link_is_crowded(exchange->link))
        set_header(exchange->response, "Connection", "close");
    *(status >= 500   ? &counts->failed
      : status >= 400 ? &counts->refused
                      : &counts->ok) += 1;
    return MHD_queue_response(exchange->connection, (unsigned)status,
                              exchange->response);
}

/* ---- requests ---- */

static void exchange_free(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    *(exchange->before ? &exchange->before->after : &server->exchanges) =
        exchange->after;
    if (exchange->after != NULL)
        exchange->after->before = exchange->before;
    server->body_bytes -= exchange->body.n;
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    buf_release(&exchange->head);
    buf_release(&exchange->body);
    free(exchange);
}

void *http_on_line(void *context, const char *target,
                   struct MHD_Connection *connection)
{
    struct http_server *server = context;
    const struct http_limits *limits = &server->config.limits;
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    exchange->server = server;
    exchange->connection = connection;
    exchange->link =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
            ->socket_context;
    exchange->head = BUF_INIT(limits->head_bytes);
    exchange->body = BUF_INIT(limits->body_bytes);
    buf_add_text(&exchange->head, target);
    exchange->after = server->exchanges;
    if (exchange->after != NULL)
        exchange->after->before = exchange;
    server->exchanges = exchange;
    if (exchange->link->is_idle)
        http_link_give_time(exchange->link, limits->request_ms);
    exchange->link->is_idle = false;
    return exchange;
}

/* The headers that we look at; each may come once. */
struct headers {
    struct str authorization, content_type, accept;
    struct str signature, gitlab_token;
    struct str length, coding, expect;
    bool is_twice;
};

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind,
                                  const char *name, const char *value)
{
    struct headers *headers = context;
    const struct {
        const char *name;
        struct str *value;
    } seen[] = {
        {"Authorization", &headers->authorization},
        {"Content-Type", &headers->content_type},
        {"Accept", &headers->accept},
        {"X-Hub-Signature-256", &headers->signature},
        {"X-Gitlab-Token", &headers->gitlab_token},
        {"Content-Length", &headers->length},
        {"Transfer-Encoding", &headers->coding},
        {"Expect", &headers->expect},
    };
    (void)kind;
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (str_is_nocase(str_of(name), seen[i].name)) {
            /* Only of these two does it matter which one is believed. */
            headers->is_twice =
                headers->is_twice || (seen[i].value->s != NULL &&
                                      (seen[i].value == &headers->length ||
                                       seen[i].value == &headers->coding));
            *seen[i].value = str_of(value == NULL ? "" : value);
        }
    return MHD_YES;
}

/* All of them lie behind each other in `head`, which does not move any more. */
static void keep_head(struct exchange *exchange, const struct headers *headers)
{
    struct http_request *request = &exchange->request;
    struct str target = {NULL, exchange->head.n};
    const struct str kept[] = {headers->authorization, headers->content_type,
                               headers->accept, headers->signature,
                               headers->gitlab_token};
    struct str *const to[] = {&request->authorization, &request->content_type,
                              &request->accept, &request->signature,
                              &request->gitlab_token};
    const size_t count = sizeof kept / sizeof *kept;
    for (size_t i = 0; i < count; i++)
        buf_add(&exchange->head, kept[i]);
    const char *at = target.s = buf_text(&exchange->head);
    at += target.n;
    for (size_t i = 0; i < count; i++)
        if (kept[i].s != NULL && !exchange->head.overflow) {
            *to[i] = (struct str){at, kept[i].n};
            at += kept[i].n;
        }
    (void)str_cut(&target, '?', &request->path);
    request->query = target;
    request->peer = str_of(exchange->link->peer);
}

static const struct http_route *route_of(const struct http_server *server,
                                         struct http_request *request)
{
    for (int i = 0; i < server->config.route_count; i++) {
        const struct http_route *route = &server->config.routes[i];
        struct str path = str_of(route->path);
        bool has_more = str_ends(path, "/");
        if (!str_starts(request->path, route->path) ||
            (!has_more && request->path.n != path.n))
            continue;
        request->below = str_from(request->path, path.n);
        return route;
    }
    return NULL;
}

static unsigned method_of(const char *name)
{
    return strcmp(name, "GET") == 0    ? HTTP_GET
           : strcmp(name, "HEAD") == 0 ? HTTP_HEAD
           : strcmp(name, "POST") == 0 ? HTTP_POST
                                       : 0;
}

/* Before the body is read. 0: go on. */
static int judge(struct exchange *exchange, const char *method,
                 const struct headers *headers)
{
    struct http_server *server = exchange->server;
    struct http_request *request = &exchange->request;
    unsigned one = method_of(method);
    uint64_t length = 0;
    /* RFC 9112, 6.3: the ways in which requests are smuggled. */
    if (headers->is_twice || exchange->head.overflow ||
        (headers->length.s != NULL && headers->coding.s != NULL) ||
        (headers->coding.s != NULL &&
         !str_is_nocase(headers->coding, "chunked")))
        return MHD_HTTP_BAD_REQUEST;
    const struct http_route *route = route_of(server, request);
    exchange->route = route;
    if (route == NULL)
        return MHD_HTTP_NOT_FOUND;
    if ((one & (route->methods & HTTP_GET ? route->methods | HTTP_HEAD
                                          : route->methods)) == 0)
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    request->method = (enum http_method)one;
    int64_t wait_ms = rates_take(&server->rates, exchange->link->who,
                                 (int)(route - server->config.routes),
                                 route->rate, loop_now_ms(server->config.loop));
    exchange->retry_after_s = (wait_ms + 999) / 1000;
    if (wait_ms > 0)
        return MHD_HTTP_TOO_MANY_REQUESTS;
    int status =
        route->admit == NULL ? 0 : route->admit(request, route->context);
    if (status != 0)
        return status;
    if (headers->length.s != NULL && str_to_u64(headers->length, &length) &&
        length > server->config.limits.body_bytes)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return 0;
}

static bool body_is_endless(const struct exchange *exchange, uint64_t bytes)
{
    return bytes > BODIES_REFUSED * exchange->server->config.limits.body_bytes;
}

static enum MHD_Result begin(struct exchange *exchange, const char *method)
{
    struct headers headers = {.is_twice = false};
    uint64_t length = 0;
    exchange->is_begun = true;
    (void)MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND,
                                    see_header, &headers);
    keep_head(exchange, &headers);
    int status = judge(exchange, method, &headers);
    if (status == 0)
        return MHD_YES;
    refuse(exchange, status);
    (void)str_to_u64(headers.length, &length);
    /* Who asks first has sent nothing yet. */
    bool is_read = headers.expect.s == NULL && status != MHD_HTTP_BAD_REQUEST &&
                   !body_is_endless(exchange, length);
    if (is_read)
        return MHD_YES;
    set_refusal(exchange);
    return queue_answer(exchange);
}

static enum MHD_Result take_body(struct exchange *exchange, struct str bytes)
{
    struct http_server *server = exchange->server;
    if (exchange->refusal == 0) {
        buf_add(&exchange->body, bytes);
        if (exchange->body.overflow) {
            exchange->unread = exchange->body.n;
            refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE);
        } else {
            server->body_bytes += bytes.n;
            if (server->body_bytes > server->config.limits.bodies_bytes)
                refuse(exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
        }
    }
    if (exchange->refusal != 0)
        exchange->unread += bytes.n;
    return body_is_endless(exchange, exchange->unread) ? MHD_NO : MHD_YES;
}

/* It is whole, or the answer is there. */
static enum MHD_Result go_on(struct exchange *exchange)
{
    if (exchange->refusal != 0 && exchange->response == NULL)
        set_refusal(exchange);
    if (exchange->response == NULL && !exchange->is_handed_over) {
        struct link *link = exchange->link;
        exchange->is_handed_over = true;
        exchange->request.body = buf_str(&exchange->body);
        http_link_give_time(link, link->server->config.limits.request_ms);
        exchange->route->handler(&exchange->request, exchange->route->context);
    }
    if (exchange->response != NULL)
        return queue_answer(exchange);
    exchange->link->is_held = true;
    exchange->link->until_ms =
        exchange->link->since_ms + exchange->server->config.limits.request_ms;
    MHD_suspend_connection(exchange->connection);
    return MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the library's parameters */
enum MHD_Result http_on_request(void *context,
                                struct MHD_Connection *connection,
                                const char *url, const char *method,
                                const char *version, const char *bytes,
                                size_t *n, void **of_exchange)
{
    struct exchange *exchange = *of_exchange;
    (void)context;
    (void)connection;
    (void)url;
    (void)version;
    if (!exchange->is_begun)
        return begin(exchange, method);
    if (*n == 0)
        return go_on(exchange);
    enum MHD_Result result = take_body(exchange, (struct str){bytes, *n});
    *n = 0;
    return result;
}

void http_on_completed(void *context, struct MHD_Connection *connection,
                       void **of_exchange, enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *of_exchange;
    struct http_server *server = context;
    (void)connection;
    (void)code;
    exchange->link->is_idle = true;
    http_link_give_time(exchange->link, server->config.limits.idle_ms);
    exchange->link = NULL;
    if (exchange->is_answered || !exchange->is_handed_over)
        exchange_free(exchange);
    *of_exchange = NULL;
}

static struct exchange *held_by(struct link *link)
{
    struct exchange *exchange = link->server->exchanges;
    while (exchange->link != link)
        exchange = exchange->after;
    return exchange;
}

static void release(struct exchange *exchange)
{
    struct link *link = exchange->link;
    link->is_held = false;
    http_link_give_time(link, link->server->config.limits.request_ms);
    MHD_resume_connection(exchange->connection);
    turn_end_wake(link->server->again);
}

void http_link_waited(struct link *link)
{
    struct exchange *exchange = held_by(link);
    note_refusal(exchange, MHD_HTTP_SERVICE_UNAVAILABLE);
    set_refusal(exchange);
    release(exchange);
}

void http_answer(struct http_request *request, int status,
                 const char *content_type, struct str body)
{
    struct exchange *exchange = (struct exchange *)request;
    assert(exchange->is_handed_over && !exchange->is_answered);
    exchange->is_answered = true;
    if (exchange->link == NULL) {
        exchange_free(exchange);
        return;
    }
    if (exchange->response != NULL)
        return; /* told that it took too long */
    set_answer(exchange, status, content_type, body);
    if (exchange->link->is_held) {
        release(exchange);
        http_server_arm(exchange->server);
    }
}

void http_exchanges_resume(struct http_server *server)
{
    for (struct link *link = server->links; link != NULL; link = link->after)
        if (link->is_held)
            MHD_resume_connection(held_by(link)->connection);
}

void http_exchanges_free(struct http_server *server)
{
    struct exchange *next;
    for (struct exchange *at = server->exchanges; at != NULL; at = next) {
        next = at->after;
        exchange_free(at);
    }
}
