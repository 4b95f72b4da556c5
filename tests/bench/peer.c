#include "tests/bench/peer.h"

#include "bot/base/buf.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DISCORD_EPOCH_MS INT64_C(1420070400000)
#define IN_FLIGHT        65536 /* dispatch times kept; a power of two */

struct peer {
    uv_loop_t *loop;
    struct peer_settings settings;
    uv_tcp_t listener;
    int port;
    struct link *gateway; /* the websocket, NULL: none */
    int64_t seq, next_id, requests;
    int64_t dispatched_ns[IN_FLIGHT];
};

/* One connection: HTTP until it asks to become a websocket. */
struct link {
    uv_tcp_t tcp;
    struct peer *peer;
    bool is_websocket;
    struct buf in;
};

struct sending {
    uv_write_t write;
    uv_timer_t timer;
    struct link *link;
    struct buf out;
};

int64_t peer_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- sending ---- */

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    struct sending *sending = write->data;
    buf_release(&sending->out);
    if (sending->timer.loop != NULL)
        uv_close((uv_handle_t *)&sending->timer, on_timer_closed);
    else
        free(sending);
}

static void write_now(struct sending *sending)
{
    uv_buf_t bytes = uv_buf_init(sending->out.s, (unsigned)sending->out.n);
    uv_stream_t *stream = (uv_stream_t *)&sending->link->tcp;
    sending->write.data = sending;
    if (uv_is_closing((uv_handle_t *)stream) ||
        uv_write(&sending->write, stream, &bytes, 1, on_written) != 0)
        on_written(&sending->write, -1);
}

static void on_delay(uv_timer_t *timer)
{
    write_now(timer->data);
}

/* Takes `out`. */
static void link_send(struct link *link, struct buf *out, int64_t delay_ms)
{
    uv_buf_t bytes = uv_buf_init(out->s, (unsigned)out->n);
    if (delay_ms == 0 &&
        uv_try_write((uv_stream_t *)&link->tcp, &bytes, 1) == (int)out->n) {
        buf_release(out);
        return;
    }
    struct sending *sending = mem_alloc(sizeof *sending);
    sending->link = link;
    sending->out = *out;
    if (delay_ms == 0) {
        write_now(sending);
    } else {
        (void)uv_timer_init(link->peer->loop, &sending->timer);
        sending->timer.data = sending;
        (void)uv_timer_start(&sending->timer, on_delay, (uint64_t)delay_ms, 0);
    }
}

static void send_frame(struct link *link, struct str text)
{
    struct buf out = BUF_INIT(text.n + 16);
    buf_add_char(&out, (char)0x81);
    if (text.n < 126) {
        buf_add_char(&out, (char)text.n);
    } else if (text.n < 65536) {
        unsigned char head[3] = {126, (unsigned char)(text.n >> 8),
                                 (unsigned char)text.n};
        buf_add_bytes(&out, head, sizeof head);
    } else {
        unsigned char head[9] = {127};
        for (int i = 0; i < 8; i++)
            head[8 - i] = (unsigned char)(text.n >> (8 * i));
        buf_add_bytes(&out, head, sizeof head);
    }
    buf_add(&out, text);
    link_send(link, &out, 0);
}

/* ---- the gateway ---- */

static void send_guilds(struct peer *peer)
{
    struct buf text = BUF_INIT(1u << 16);
    for (int i = 0; i < peer->settings.guilds; i++) {
        buf_clear(&text);
        buf_addf(&text,
                 "{\"op\":0,\"s\":%" PRId64 ",\"t\":\"GUILD_CREATE\",\"d\":{"
                 "\"id\":\"%d\",\"name\":\"guild %d\",\"member_count\":100,"
                 "\"channels\":[",
                 ++peer->seq, 500000 + i, i);
        for (int c = 0; c < 20; c++)
            buf_addf(&text,
                     "%s{\"id\":\"%d\",\"type\":0,\"name\":\"channel-%d\","
                     "\"position\":%d,\"permission_overwrites\":[]}",
                     c ? "," : "", 9000000 + i * 100 + c, c, c);
        buf_add_text(&text, "],\"roles\":[],\"threads\":[]}}");
        send_frame(peer->gateway, buf_str(&text));
    }
    buf_release(&text);
}

static void send_ready(struct peer *peer)
{
    struct buf text = BUF_INIT(1u << 18);
    buf_addf(&text,
             "{\"op\":0,\"s\":%" PRId64 ",\"t\":\"READY\",\"d\":{\"v\":10,"
             "\"user\":{\"id\":\"77\",\"username\":\"opsroom\",\"bot\":true},"
             "\"session_id\":\"bench\",\"resume_gateway_url\":"
             "\"ws://127.0.0.1:%d\",\"application\":{\"id\":\"78\",\"flags\":0}"
             ",\"guilds\":[",
             ++peer->seq, peer->port);
    for (int i = 0; i < peer->settings.guilds; i++)
        buf_addf(&text, "%s{\"id\":\"%d\",\"unavailable\":true}", i ? "," : "",
                 500000 + i);
    buf_add_text(&text, "]}}");
    send_frame(peer->gateway, buf_str(&text));
    buf_release(&text);
    send_guilds(peer);
    peer->settings.ready(peer->settings.ready_context);
}

static void on_payload(struct peer *peer, struct str text)
{
    if (str_starts(text, "{\"op\":1"))
        send_frame(peer->gateway, STR("{\"op\":11}"));
    else if (memmem(text.s, text.n, "\"op\":2", 6) != NULL)
        send_ready(peer);
}

static void read_frames(struct link *link)
{
    for (;;) {
        const unsigned char *b = (const unsigned char *)link->in.s;
        size_t have = link->in.n, head = 6;
        if (have < 2)
            return;
        size_t n = b[1] & 127u;
        if (n == 126) {
            head = 8;
            if (have < 4)
                return;
            n = (size_t)b[2] << 8 | b[3];
        }
        if (have < head + n)
            return;
        char *payload = link->in.s + head;
        for (size_t i = 0; i < n; i++)
            payload[i] = (char)(payload[i] ^ b[head - 4 + i % 4]);
        if ((b[0] & 15u) == 1)
            on_payload(link->peer, (struct str){payload, n});
        memmove(link->in.s, link->in.s + head + n, have - head - n);
        buf_cut(&link->in, have - head - n);
    }
}

static void upgrade(struct link *link, struct str key)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct buf text = BUF_INIT(512);
    unsigned char hash[20];
    char accept[32];
    buf_add(&text, key);
    buf_add_text(&text, guid);
    int ok = EVP_Digest(text.s, text.n, hash, NULL, EVP_sha1(), NULL);
    assert(ok == 1);
    (void)EVP_EncodeBlock((unsigned char *)accept, hash, sizeof hash);
    buf_clear(&text);
    buf_addf(&text,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
             accept);
    link->is_websocket = true;
    link->peer->gateway = link;
    link_send(link, &text, 0);
    send_frame(link, STR("{\"op\":10,\"d\":{\"heartbeat_interval\":41250}}"));
}

/* ---- REST ---- */

static void on_callback(struct peer *peer, struct str path, struct str body)
{
    /* /interactions/ID/nN/callback: N is the token. */
    const char *at = memmem(path.s, path.n, "/n", 2);
    int64_t n = at == NULL ? 0 : strtoll(at + 2, NULL, 10);
    int64_t ns = peer_now_ns() - peer->dispatched_ns[n % IN_FLIGHT];
    peer->settings.answered(n, ns, body, peer->settings.context);
}

static void answer(struct link *link, struct str path, struct str told,
                   bool is_read)
{
    struct peer *peer = link->peer;
    struct buf out = BUF_INIT(1024), body = BUF_INIT(512);
    bool is_callback = str_ends(path, "/callback");
    peer->requests++;
    if (str_ends(path, "/gateway/bot"))
        buf_addf(&body,
                 "{\"url\":\"ws://127.0.0.1:%d\",\"shards\":1,"
                 "\"session_start_limit\":{\"total\":1000,\"remaining\":1000,"
                 "\"reset_after\":0,\"max_concurrency\":1}}",
                 peer->port);
    else if (str_ends(path, "/commands") || (is_read && !is_callback))
        buf_add_text(&body, "[]");
    else if (!is_callback)
        buf_addf(&body, "{\"id\":\"%" PRId64 "\",\"name\":\"room\"}",
                 1000000 + ++peer->next_id);
    if (body.n == 0)
        buf_add_text(&out, "HTTP/1.1 204 No Content\r\n\r\n");
    else
        buf_addf(&out,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n%s",
                 body.n, body.s);
    buf_release(&body);
    link_send(link, &out, peer->settings.rest_delay_ms);
    if (is_callback)
        on_callback(peer, path, told);
    else if (told.n > 0 && peer->settings.told != NULL)
        peer->settings.told(path, told, peer->settings.context);
}

static struct str header(struct str head, const char *name)
{
    const char *at = strcasestr(head.s, name);
    if (at == NULL || at >= head.s + head.n)
        return STR_NONE;
    at += strlen(name);
    const char *end = memchr(at, '\r', (size_t)(head.s + head.n - at));
    return str_trim((struct str){at, (size_t)((end ? end : at) - at)});
}

static void read_requests(struct link *link)
{
    while (link->in.n > 0 && !link->is_websocket) {
        char *end = strstr(link->in.s, "\r\n\r\n");
        if (end == NULL)
            return;
        struct str head = {link->in.s, (size_t)(end - link->in.s) + 4};
        struct str length = header(head, "\r\ncontent-length:");
        struct str key = header(head, "\r\nsec-websocket-key:");
        size_t n = length.n == 0 ? 0 : (size_t)strtoul(length.s, NULL, 10);
        if (link->in.n < head.n + n)
            return;
        struct str line = head, method, path;
        (void)str_cut(&line, ' ', &method);
        (void)str_cut(&line, ' ', &path);
        if (key.n > 0)
            upgrade(link, key);
        else
            answer(link, path, (struct str){head.s + head.n, n},
                   str_is(method, "GET"));
        size_t used = head.n + n;
        memmove(link->in.s, link->in.s + used, link->in.n - used);
        buf_cut(&link->in, link->in.n - used);
    }
}

/* ---- connections ---- */

static void on_link_closed(uv_handle_t *handle)
{
    struct link *link = handle->data;
    if (link->peer->gateway == link)
        link->peer->gateway = NULL;
    buf_release(&link->in);
    free(link);
}

static void on_room(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    struct link *link = handle->data;
    bool ok = buf_reserve(&link->in, hint);
    assert(ok);
    *out = uv_buf_init(link->in.s + link->in.n, (unsigned)hint);
}

static void on_bytes(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct link *link = stream->data;
    (void)bytes;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_link_closed);
        return;
    }
    link->in.n += (size_t)n;
    link->in.s[link->in.n] = '\0';
    if (!link->is_websocket)
        read_requests(link);
    if (link->is_websocket)
        read_frames(link);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct peer *peer = listener->data;
    if (status < 0)
        return;
    struct link *link = mem_alloc(sizeof *link);
    link->peer = peer;
    link->in = BUF_INIT(8u << 20);
    (void)uv_tcp_init(peer->loop, &link->tcp);
    link->tcp.data = link;
    (void)uv_accept(listener, (uv_stream_t *)&link->tcp);
    (void)uv_tcp_nodelay(&link->tcp, 1);
    (void)uv_read_start((uv_stream_t *)&link->tcp, on_room, on_bytes);
}

struct peer *peer_new(uv_loop_t *loop, const struct peer_settings *settings)
{
    struct peer *peer = mem_alloc(sizeof *peer);
    struct sockaddr_in address;
    int length = sizeof address;
    peer->loop = loop;
    peer->settings = *settings;
    (void)uv_ip4_addr("127.0.0.1", 0, &address);
    (void)uv_tcp_init(loop, &peer->listener);
    peer->listener.data = peer;
    int bad =
        uv_tcp_bind(&peer->listener, (const struct sockaddr *)&address, 0);
    bad |= uv_listen((uv_stream_t *)&peer->listener, 256, on_connection);
    bad |= uv_tcp_getsockname(&peer->listener, (struct sockaddr *)&address,
                              &length);
    assert(bad == 0);
    peer->port = ntohs(address.sin_port);
    return peer;
}

int peer_port(const struct peer *peer)
{
    return peer->port;
}

void peer_set_delay(struct peer *peer, int64_t rest_delay_ms)
{
    peer->settings.rest_delay_ms = rest_delay_ms;
}

int64_t peer_requests(const struct peer *peer)
{
    return peer->requests;
}

void peer_dispatch(struct peer *peer, int64_t n, int type, const char *data)
{
    struct timespec now;
    struct buf text = BUF_INIT(8192);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int64_t id = (ms - DISCORD_EPOCH_MS) << 22 | (n & 0x3FFFFF);
    buf_addf(&text,
             "{\"op\":0,\"s\":%" PRId64 ",\"t\":\"INTERACTION_CREATE\",\"d\":{"
             "\"id\":\"%" PRId64 "\",\"application_id\":\"78\",\"type\":%d,"
             "\"token\":\"n%" PRId64 "\",\"version\":1,\"guild_id\":\"500000\","
             "\"channel_id\":\"9000000\",\"app_permissions\":"
             "\"2252180186844240\",\"locale\":\"en-GB\",\"context\":0,"
             "\"member\":{\"user\":{\"id\":\"4242\",\"username\":\"nova\","
             "\"global_name\":\"nova\",\"avatar\":null,\"discriminator\":\"0\"}"
             ",\"roles\":[],\"nick\":null,\"permissions\":\"2147483647\","
             "\"joined_at\":\"2020-01-01T00:00:00.000000+00:00\"},"
             "\"data\":%s}}",
             ++peer->seq, id, type, n, data);
    peer->dispatched_ns[n % IN_FLIGHT] = peer_now_ns();
    if (peer->gateway != NULL)
        send_frame(peer->gateway, buf_str(&text));
    buf_release(&text);
}
