/*
 * libmicrohttpd does the protocol; its epoll descriptor is one uv_poll. A link
 * is a connection, an exchange a request with its answer. The library's
 * time-outs count inactivity, which a drip of bytes never reaches: ours
 * (link.until_ms) count from the beginning.
 */
#include "bot/io/http_server.h"

#include "bot/base/mem.h"
#include "bot/io/http_exchange.h"
#include "bot/io/loop.h"

#include <stdlib.h>
#include <sys/socket.h>

/* Of one turn of the loop, to be spent on connections that have more to say. */
#define RUN_NS 2000000u

/* A body has room for a group of 2,000 alerts, of 1.5 kB each: Alertmanager
 * does not send again what was too long. */
struct http_limits http_limits_usual(void)
{
    return (struct http_limits){
        .head_bytes = 16u << 10,
        .body_bytes = 3u << 20,
        .bodies_bytes = 16u << 20,
        .request_ms = 10000,
        .idle_ms = 5000,
        .connections = 100,
        .per_address = 25,
        .crowded_ms = 1000,
    };
}

/* ---- time ---- */

static int64_t now_ms(const struct http_server *server)
{
    return loop_now_ms(server->config.loop);
}

void http_server_arm(struct http_server *server)
{
    int64_t next_ms = INT64_MAX;
    for (struct link *link = server->links; link != NULL; link = link->after)
        if (link->until_ms < next_ms)
            next_ms = link->until_ms;
    deadline_set(server->tick, next_ms);
}

/* Its address has more than its share, or all places are taken. */
bool http_link_is_crowded(const struct link *link)
{
    const struct http_server *server = link->server;
    const struct http_limits *limits = &server->config.limits;
    int count = 0;
    for (const struct link *at = server->links; at != NULL; at = at->after)
        count += at->who == link->who;
    return server->link_count >= limits->connections ||
           count > limits->per_address;
}

/* Others wait in the backlog meanwhile: closing the newest instead would lose
 * those that come in a burst. */
static void hurry(struct link *link)
{
    int64_t until_ms = link->since_ms + link->server->config.limits.crowded_ms;
    if (!link->is_held && until_ms < link->until_ms)
        link->until_ms = until_ms;
}

/* Something new begins for it. */
void http_link_give_time(struct link *link, int64_t ms)
{
    if (link->is_cut)
        return;
    link->since_ms = now_ms(link->server);
    link->until_ms = link->since_ms + ms;
    if (http_link_is_crowded(link))
        hurry(link);
}

/* Not closed here: the descriptor is the daemon's, which sees an end. */
static void cut(struct link *link)
{
    link->is_cut = true;
    link->until_ms = INT64_MAX;
    link->server->counts.cut += !link->is_idle;
    (void)shutdown(link->fd, SHUT_RDWR);
}

/* The loop was late, and the next request lies there unread: its sender would
 * not send it again. */
static bool has_begun_again(const struct link *link)
{
    char byte;
    return link->is_idle &&
           recv(link->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) > 0;
}

static void on_tick(void *context)
{
    struct http_server *server = context;
    for (struct link *link = server->links; link != NULL; link = link->after) {
        if (link->until_ms > now_ms(server))
            continue;
        if (link->is_held) {
            http_link_waited(link);
        } else if (has_begun_again(link)) {
            link->is_idle = false;
            http_link_give_time(link, server->config.limits.request_ms);
        } else {
            cut(link);
        }
    }
    http_server_arm(server);
}

/* After an end it is run once more: only then does it accept again when it had
 * no more places. */
static void run(struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    uint64_t began_ns = uv_hrtime();
    bool has_more;
    do {
        server->has_ended = false;
        (void)MHD_run(server->daemon);
        has_more = MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES ||
                   server->has_ended;
    } while (has_more && uv_hrtime() - began_ns < RUN_NS);
    if (has_more)
        turn_end_wake(server->again);
    http_server_arm(server);
}

static void on_again(void *context)
{
    run(context);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run(poll->data);
}

/* ---- connections ---- */

static void link_begin(struct http_server *server,
                       struct MHD_Connection *connection, void **context)
{
    struct link *link = mem_alloc(sizeof *link);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    link->server = server;
    link->fd = info->connect_fd;
    info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    link->who = http_listen_peer(info->client_addr, link->peer);
    link->after = server->links;
    if (link->after != NULL)
        link->after->before = link;
    server->links = link;
    server->link_count++;
    *context = link;
    http_link_give_time(link, server->config.limits.request_ms);
    bool is_full = server->link_count >= server->config.limits.connections;
    if (http_link_is_crowded(link))
        for (struct link *at = server->links; at != NULL; at = at->after)
            if (is_full || at->who == link->who)
                hurry(at);
}

static void link_end(struct link *link)
{
    *(link->before ? &link->before->after : &link->server->links) = link->after;
    if (link->after != NULL)
        link->after->before = link->before;
    link->server->link_count--;
    link->server->has_ended = true;
    free(link);
}

static void on_connection(void *context, struct MHD_Connection *connection,
                          void **of_link,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        link_begin(context, connection, of_link);
    else
        link_end(*of_link);
}

/* ---- life ---- */

static bool start(struct http_server *server, int fd)
{
    const struct http_limits *limits = &server->config.limits;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        http_on_request, server, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_URI_LOG_CALLBACK, http_on_line, server,
        MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)limits->connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->head_bytes,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return server->daemon != NULL;
}

struct http_server *http_server_new(const struct http_config *config,
                                    struct buf *why)
{
    char address[HTTP_ADDRESS_BYTES];
    int fd = http_listen_open(config->listen, address, why);
    if (fd < 0)
        return NULL;
    struct http_server *server = mem_alloc(sizeof *server);
    server->config = *config;
    str_copy_to(server->address, str_of(address));
    if (!start(server, fd)) {
        buf_addf(why, "cannot serve on %s", address);
        http_listen_close(fd);
        free(server);
        return NULL;
    }
    server->again = turn_end_new(config->loop, on_again, server);
    server->tick = deadline_new(config->loop, on_tick, server);
    (void)uv_poll_init(
        config->loop, &server->poll,
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)
            ->epoll_fd);
    server->poll.data = server;
    (void)uv_poll_start(&server->poll, UV_READABLE, on_ready);
    return server;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    turn_end_free(server->again);
    deadline_free(server->tick);
    uv_close((uv_handle_t *)&server->poll, on_closed);
    http_exchanges_resume(server);
    MHD_stop_daemon(server->daemon); /* and its sockets */
    http_exchanges_free(server);
}

const char *http_server_address(const struct http_server *server)
{
    return server->address;
}

const struct http_counts *http_server_counts(const struct http_server *server)
{
    return &server->counts;
}
