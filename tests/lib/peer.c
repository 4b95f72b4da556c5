#include "tests/lib/peer.h"

#include "bot/base/mem.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

struct peer {
    uv_tcp_t server;
    struct peer_handlers handlers;
    struct peer_link *links;
    int accepted;
    int port;
};

struct saying {
    uv_write_t write;
    char bytes[];
};

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    struct peer_link *link = handle->data;
    bool fits = buf_reserve(&link->in, hint);
    assert(fits);
    *out = uv_buf_init(link->in.s + link->in.n, (unsigned)hint);
}

static void link_free(uv_handle_t *handle)
{
    struct peer_link *link = handle->data;
    struct peer_link **at = &link->peer->links;
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    buf_release(&link->in);
    free(link);
}

void peer_end(struct peer_link *link)
{
    link->is_closed = true;
    if (!uv_is_closing((uv_handle_t *)&link->tcp))
        uv_close((uv_handle_t *)&link->tcp, link_free);
}

void peer_cut(struct peer_link *link)
{
    link->is_closed = true;
    if (!uv_is_closing((uv_handle_t *)&link->tcp))
        (void)uv_tcp_close_reset(&link->tcp, link_free);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *room)
{
    struct peer_link *link = stream->data;
    struct peer_handlers *handlers = &link->peer->handlers;
    (void)room;
    if (n > 0) {
        link->in.n += (size_t)n;
        link->in.s[link->in.n] = '\0';
        handlers->came(link, handlers->context);
    } else if (n < 0) {
        if (!link->is_closed && handlers->ended != NULL)
            handlers->ended(link, handlers->context);
        peer_end(link);
    }
}

static void on_connection(uv_stream_t *server, int status)
{
    struct peer *peer = server->data;
    struct peer_link *link = mem_alloc(sizeof *link);
    assert(status == 0);
    link->peer = peer;
    link->in = BUF_INIT((size_t)1 << 27);
    link->next = peer->links;
    peer->links = link;
    peer->accepted++;
    (void)uv_tcp_init(server->loop, &link->tcp);
    link->tcp.data = link;
    status = uv_accept(server, (uv_stream_t *)&link->tcp);
    assert(status == 0);
    (void)uv_read_start((uv_stream_t *)&link->tcp, give_room, on_read);
}

struct peer *peer_new(uv_loop_t *loop, const struct peer_handlers *handlers)
{
    struct peer *peer = mem_alloc(sizeof *peer);
    struct sockaddr_in address;
    int bytes = sizeof address;
    peer->handlers = *handlers;
    (void)uv_tcp_init(loop, &peer->server);
    peer->server.data = peer;
    int failed =
        uv_ip4_addr("127.0.0.1", 0, &address) ||
        uv_tcp_bind(&peer->server, (struct sockaddr *)&address, 0) ||
        uv_listen((uv_stream_t *)&peer->server, 64, on_connection) ||
        uv_tcp_getsockname(&peer->server, (struct sockaddr *)&address, &bytes);
    assert(!failed);
    peer->port = ntohs(address.sin_port);
    return peer;
}

int peer_port(const struct peer *peer)
{
    return peer->port;
}

int peer_links(const struct peer *peer)
{
    return peer->accepted;
}

static void peer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* Links know their peer: they go first. */
void peer_free(struct peer *peer)
{
    for (struct peer_link *link = peer->links; link != NULL; link = link->next)
        peer_end(link);
    while (peer->links != NULL)
        (void)uv_run(peer->server.loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&peer->server, peer_closed);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    free(write->data);
}

void peer_say(struct peer_link *link, struct str bytes)
{
    struct saying *saying = mem_alloc(sizeof *saying + bytes.n);
    memcpy(saying->bytes, bytes.s, bytes.n);
    uv_buf_t out = uv_buf_init(saying->bytes, (unsigned)bytes.n);
    saying->write.data = saying;
    int failed = uv_write(&saying->write, (uv_stream_t *)&link->tcp, &out, 1,
                          on_written);
    if (failed)
        free(saying);
}

void peer_take(struct peer_link *link, size_t bytes)
{
    memmove(link->in.s, link->in.s + bytes, link->in.n - bytes);
    buf_cut(&link->in, link->in.n - bytes);
}

int peer_no_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int failed = bind(fd, (struct sockaddr *)&address, sizeof address) ||
                 getsockname(fd, (struct sockaddr *)&address, &bytes) ||
                 close(fd);
    assert(!failed);
    return ntohs(address.sin_port);
}
