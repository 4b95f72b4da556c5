/*
 * The floor: the job in C with nothing around it. Sockets, a hand-made
 * websocket and HTTP, no JSON library, one commit for each command, poll. It
 * can do nothing else: no reconnect, no rate limits, no second command.
 */
#include "bot/base/buf.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_BYTES     (16u << 20)
#define RESTS_MOST   64 /* connections to REST */
#define HEARTBEAT_MS 41250

struct connection {
    int fd;
    SSL *tls; /* NULL: plain */
    struct buf in;
    bool is_busy; /* a request is not yet answered */
};

struct bare {
    int port;
    SSL_CTX *tls; /* NULL: plain */
    struct connection gateway, rests[RESTS_MOST];
    int open; /* of `rests` */
    sqlite3 *database;
    sqlite3_stmt *insert;
};

static int64_t now_ms(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- connections ---- */

static void open_connection(const struct bare *bare,
                            struct connection *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)bare->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;
    *connection = (struct connection){.in = BUF_INIT(IN_BYTES)};
    connection->fd = socket(AF_INET, SOCK_STREAM, 0);
    int bad =
        connect(connection->fd, (struct sockaddr *)&address, sizeof address);
    bad |=
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bare->tls != NULL) {
        connection->tls = SSL_new(bare->tls);
        bad |= SSL_set_fd(connection->tls, connection->fd) != 1;
        bad |= SSL_connect(connection->tls) != 1;
    }
    assert(bad == 0);
}

static void send_all(struct connection *connection, const struct buf *out)
{
    for (size_t at = 0; at < out->n;) {
        const char *from = out->s + at;
        int n = connection->tls != NULL
                    ? SSL_write(connection->tls, from, (int)(out->n - at))
                    : (int)send(connection->fd, from, out->n - at, 0);
        if (n <= 0)
            exit(1);
        at += (size_t)n;
    }
}

/* What has come; the sockets block, so ask poll before. */
static void receive(struct connection *connection)
{
    do {
        struct buf *in = &connection->in;
        size_t room = 65536;
        bool ok = buf_reserve(in, room);
        assert(ok);
        int n = connection->tls != NULL
                    ? SSL_read(connection->tls, in->s + in->n, (int)room)
                    : (int)recv(connection->fd, in->s + in->n, room, 0);
        /* A record without content is no end. */
        if (n <= 0 && connection->tls != NULL &&
            SSL_get_error(connection->tls, n) == SSL_ERROR_WANT_READ)
            return;
        if (n <= 0)
            exit(1);
        in->n += (size_t)n;
        in->s[in->n] = '\0';
    } while (connection->tls != NULL && SSL_pending(connection->tls) > 0);
}

static void drop(struct connection *connection, size_t n)
{
    memmove(connection->in.s, connection->in.s + n, connection->in.n - n);
    buf_cut(&connection->in, connection->in.n - n);
}

/* ---- HTTP ---- */

/* Bytes of the first answer; 0: it is not whole. */
static size_t answer_bytes(const struct connection *connection)
{
    const char *text = buf_text(&connection->in);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\ncontent-length:");
    if (end == NULL)
        return 0;
    size_t n = (size_t)(end - text) + 4;
    if (length != NULL && length < end)
        n += strtoul(length + 17, NULL, 10);
    return connection->in.n < n ? 0 : n;
}

static struct connection *idle_rest(struct bare *bare)
{
    for (int i = 0; i < bare->open; i++)
        if (!bare->rests[i].is_busy)
            return &bare->rests[i];
    assert(bare->open < RESTS_MOST);
    open_connection(bare, &bare->rests[bare->open]);
    return &bare->rests[bare->open++];
}

static void request(struct bare *bare, const char *method, struct str path,
                    const struct buf *body)
{
    struct buf out = BUF_INIT(8192);
    struct connection *rest = idle_rest(bare);
    buf_addf(&out,
             "%s /api/v10%.*s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
             "Authorization: Bot %s\r\nUser-Agent: DiscordBot (floor, 1)\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
             method, STR_ARG(path), bare->port, getenv("DISCORD_TOKEN"),
             body->n);
    buf_add(&out, buf_str(body));
    send_all(rest, &out);
    rest->is_busy = true;
    buf_release(&out);
}

static void on_rest(struct connection *rest)
{
    receive(rest);
    size_t n = answer_bytes(rest);
    if (n == 0)
        return;
    drop(rest, n);
    rest->is_busy = false;
}

/* ---- the job ---- */

/* What stands between `before` and the next quote that ends a JSON text. */
static struct str value_after(struct str text, const char *before)
{
    const char *at = memmem(text.s, text.n, before, strlen(before));
    if (at == NULL)
        return STR_NONE;
    at += strlen(before);
    size_t n = 0, left = text.n - (size_t)(at - text.s);
    while (n < left && at[n] != '"')
        n += at[n] == '\\' ? 2 : 1;
    return (struct str){at, n < left ? n : left};
}

static struct str option(struct str text, const char *named)
{
    const char *at = memmem(text.s, text.n, named, strlen(named));
    size_t skip = at == NULL ? text.n : (size_t)(at - text.s);
    return value_after(str_from(text, skip), "\"value\":\"");
}

static void bind_text(const struct bare *bare, int column, struct str text)
{
    (void)sqlite3_bind_text(bare->insert, column, text.s, (int)text.n,
                            SQLITE_STATIC);
}

static void on_interaction(struct bare *bare, struct str text)
{
    struct buf path = BUF_INIT(200), body = BUF_INIT(4096);
    struct str id = value_after(text, "\"d\":{\"id\":\"");
    struct str token = value_after(text, "\"token\":\"");
    struct str said = option(text, "\"name\":\"text\"");
    (void)sqlite3_bind_int64(bare->insert, 1, now_ms(CLOCK_REALTIME));
    bind_text(bare, 2, value_after(text, "\"guild_id\":\""));
    bind_text(bare, 3, value_after(text, "\"user\":{\"id\":\""));
    bind_text(bare, 4, option(text, "\"name\":\"kind\""));
    bind_text(bare, 5, said);
    int done = sqlite3_step(bare->insert);
    assert(done == SQLITE_DONE);
    (void)sqlite3_reset(bare->insert);
    buf_addf(&path, "/interactions/%.*s/%.*s/callback", STR_ARG(id),
             STR_ARG(token));
    buf_addf(&body,
             "{\"type\":4,\"data\":{\"flags\":64,"
             "\"content\":\"Added as #%" PRId64 ": %.*s\"}}",
             (int64_t)sqlite3_last_insert_rowid(bare->database), STR_ARG(said));
    request(bare, "POST", buf_str(&path), &body);
    buf_release(&path);
    buf_release(&body);
}

/* ---- the gateway ---- */

static void send_text(struct bare *bare, struct str text)
{
    /* A client masks what it sends; a mask of zeros changes nothing. */
    unsigned char head[] = {0x81, 0xFE, (unsigned char)(text.n >> 8),
                            (unsigned char)text.n};
    struct buf out = BUF_INIT(4096);
    if (text.n < 126) {
        head[1] = (unsigned char)(0x80 | text.n);
        buf_add_bytes(&out, head, 2);
    } else {
        buf_add_bytes(&out, head, 4);
    }
    buf_add_bytes(&out, "\0\0\0", 4);
    buf_add(&out, text);
    send_all(&bare->gateway, &out);
    buf_release(&out);
}

static void on_payload(struct bare *bare, struct str text)
{
    static const char interaction[] = "\"t\":\"INTERACTION_CREATE\"";
    if (str_starts(text, "{\"op\":10"))
        send_text(bare,
                  STR("{\"op\":2,\"d\":{\"token\":\"bench\",\"intents\":1,"
                      "\"properties\":{\"os\":\"linux\","
                      "\"browser\":\"floor\",\"device\":\"floor\"}}}"));
    else if (memmem(text.s, text.n < 100 ? text.n : 100, interaction,
                    sizeof interaction - 1) != NULL)
        on_interaction(bare, text);
}

static void on_gateway(struct bare *bare)
{
    struct connection *gateway = &bare->gateway;
    size_t at = 0, head, n;
    for (; gateway->in.n - at >= 2; at += head + n) {
        const unsigned char *b = (const unsigned char *)gateway->in.s + at;
        head = b[1] < 126 ? 2 : b[1] == 126 ? 4 : 10;
        n = b[1] < 126 ? b[1] : 0;
        if (gateway->in.n - at < head)
            break;
        for (size_t i = 2; i < head; i++)
            n = n << 8 | b[i];
        if (gateway->in.n - at < head + n)
            break;
        on_payload(bare, (struct str){(const char *)b + head, n});
    }
    drop(gateway, at);
}

static void connect_gateway(struct bare *bare)
{
    struct buf out = BUF_INIT(1000), none = BUF_INIT(1);
    request(bare, "GET", STR("/gateway/bot"), &none);
    while (bare->rests[0].is_busy)
        on_rest(&bare->rests[0]);
    open_connection(bare, &bare->gateway);
    buf_addf(&out,
             "GET /?v=10&encoding=json HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIGJhcmUgZmxvb3IhIQ==\r\n"
             "Sec-WebSocket-Version: 13\r\n\r\n",
             bare->port);
    send_all(&bare->gateway, &out);
    buf_release(&out);
    while (answer_bytes(&bare->gateway) == 0)
        receive(&bare->gateway);
    drop(&bare->gateway, answer_bytes(&bare->gateway));
    on_gateway(bare);
}

/* ---- the program ---- */

static void open_database(struct bare *bare)
{
    int bad = sqlite3_open(getenv("BENCH_DATABASE"), &bare->database);
    bad |= sqlite3_exec(
        bare->database,
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY,"
        " at INTEGER NOT NULL, guild TEXT NOT NULL, author TEXT NOT NULL,"
        " kind TEXT NOT NULL, text TEXT NOT NULL)",
        NULL, NULL, NULL);
    bad |= sqlite3_prepare_v2(bare->database,
                              "INSERT INTO entry (at, guild, author, kind, "
                              "text) VALUES (?, ?, ?, ?, ?)",
                              -1, &bare->insert, NULL);
    assert(bad == 0);
}

static void open_tls(struct bare *bare)
{
    bare->tls = SSL_CTX_new(TLS_client_method());
    int ok = SSL_CTX_load_verify_file(bare->tls, getenv("SSL_CERT_FILE"));
    assert(ok == 1);
    SSL_CTX_set_verify(bare->tls, SSL_VERIFY_PEER, NULL);
    /* Do not wait inside SSL_read after a record without content. */
    (void)SSL_CTX_clear_mode(bare->tls, SSL_MODE_AUTO_RETRY);
}

static void turn(struct bare *bare, int64_t wait_ms)
{
    struct pollfd polled[1 + RESTS_MOST];
    int count = bare->open;
    polled[0] = (struct pollfd){.fd = bare->gateway.fd, .events = POLLIN};
    for (int i = 0; i < count; i++)
        polled[i + 1] =
            (struct pollfd){.fd = bare->rests[i].fd, .events = POLLIN};
    (void)poll(polled, (nfds_t)count + 1, (int)wait_ms);
    for (int i = 0; i < count; i++)
        if (polled[i + 1].revents != 0)
            on_rest(&bare->rests[i]);
    if (polled[0].revents != 0) {
        receive(&bare->gateway);
        on_gateway(bare);
    }
}

int main(void)
{
    static struct bare bare;
    const char *api = getenv("BENCH_API");
    assert(api != NULL);
    bare.port = (int)strtol(strrchr(api, ':') + 1, NULL, 10);
    if (str_starts(str_of(api), "https:"))
        open_tls(&bare);
    open_database(&bare);
    connect_gateway(&bare);
    int64_t beat_ms = now_ms(CLOCK_MONOTONIC) + HEARTBEAT_MS;
    for (;;) {
        int64_t left_ms = beat_ms - now_ms(CLOCK_MONOTONIC);
        if (left_ms <= 0) {
            send_text(&bare, STR("{\"op\":1,\"d\":null}"));
            beat_ms += HEARTBEAT_MS;
        } else {
            turn(&bare, left_ms);
        }
    }
}
