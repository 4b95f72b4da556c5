#include "tests/bench/link.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <stdlib.h>

#define IN_BYTES  (8u << 20)
#define OUT_BYTES (16u << 20)

struct sending {
    uv_write_t write;
    uv_timer_t timer;
    struct link *link;
    struct buf out;
    size_t written;
    bool is_delayed;
};

static int choose_protocol(SSL *tls, const unsigned char **chosen,
                           unsigned char *n, const unsigned char *offered,
                           unsigned offered_n, void *context)
{
    static const unsigned char spoken[] = "\x02h2\x08http/1.1";
    (void)tls;
    (void)context;
    unsigned char *found;
    int result = SSL_select_next_proto(&found, n, spoken, sizeof spoken - 1,
                                       offered, offered_n);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                            : SSL_TLSEXT_ERR_NOACK;
}

SSL_CTX *link_tls(const char *directory)
{
    char certificate[600], key[600];
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    (void)snprintf(certificate, sizeof certificate, "%s/server.pem", directory);
    (void)snprintf(key, sizeof key, "%s/server.key", directory);
    bool ok = tls != NULL &&
              SSL_CTX_use_certificate_chain_file(tls, certificate) == 1 &&
              SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) == 1;
    assert(ok);
    SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
    return tls;
}

/* ---- the end ---- */

static void free_when_unused(struct link *link)
{
    if (!link->is_gone || link->sendings > 0)
        return;
    SSL_free(link->tls);
    buf_release(&link->in);
    free(link);
}

static void on_link_closed(uv_handle_t *handle)
{
    struct link *link = handle->data;
    link->closed(link);
    link->is_gone = true;
    free_when_unused(link);
}

static void free_sending(struct sending *sending)
{
    struct link *link = sending->link;
    buf_release(&sending->out);
    free(sending);
    link->sendings--;
    free_when_unused(link);
}

static void on_timer_closed(uv_handle_t *handle)
{
    free_sending(handle->data);
}

/* ---- sending ---- */

static void on_written(uv_write_t *write, int status)
{
    (void)status;
    struct sending *sending = write->data;
    if (sending->is_delayed)
        uv_close((uv_handle_t *)&sending->timer, on_timer_closed);
    else
        free_sending(sending);
}

/* Plain bytes become records. */
static void seal(struct link *link, struct buf *out)
{
    char piece[16384];
    size_t n;
    if (out->n > 0 && SSL_write(link->tls, out->s, (int)out->n) <= 0)
        return;
    buf_clear(out);
    while (SSL_get_wbio(link->tls) != NULL &&
           BIO_read_ex(SSL_get_wbio(link->tls), piece, sizeof piece, &n) == 1)
        buf_add_bytes(out, piece, n);
}

/* As much as the kernel takes now; true: all of it. */
static bool try_write(struct link *link, const struct buf *out, size_t *written)
{
    uv_buf_t bytes = uv_buf_init(out->s, (unsigned)out->n);
    int n =
        out->n == 0 ? 0 : uv_try_write((uv_stream_t *)&link->tcp, &bytes, 1);
    *written = n > 0 ? (size_t)n : 0;
    return *written == out->n;
}

static struct sending *sending_new(struct link *link, struct buf *out)
{
    struct sending *sending = mem_alloc(sizeof *sending);
    sending->link = link;
    sending->out = *out;
    sending->write.data = sending;
    link->sendings++;
    *out = BUF_INIT(OUT_BYTES);
    return sending;
}

static void write_rest(struct sending *sending)
{
    uv_stream_t *stream = (uv_stream_t *)&sending->link->tcp;
    uv_buf_t bytes = uv_buf_init(sending->out.s + sending->written,
                                 (unsigned)(sending->out.n - sending->written));
    if (uv_is_closing((uv_handle_t *)stream) ||
        uv_write(&sending->write, stream, &bytes, 1, on_written) != 0)
        on_written(&sending->write, -1);
}

static void on_delay(uv_timer_t *timer)
{
    struct sending *sending = timer->data;
    if (sending->link->tls != NULL)
        seal(sending->link, &sending->out);
    write_rest(sending);
}

void link_send(struct link *link, struct buf *out, int64_t delay_ms)
{
    out->limit = OUT_BYTES;
    if (delay_ms > 0) {
        struct sending *sending = sending_new(link, out);
        sending->is_delayed = true;
        (void)uv_timer_init(link->tcp.loop, &sending->timer);
        sending->timer.data = sending;
        (void)uv_timer_start(&sending->timer, on_delay, (uint64_t)delay_ms, 0);
        return;
    }
    size_t written;
    if (link->tls != NULL)
        seal(link, out);
    if (try_write(link, out, &written)) {
        buf_release(out);
        return;
    }
    struct sending *sending = sending_new(link, out);
    sending->written = written;
    write_rest(sending);
}

/* ---- receiving ---- */

static void on_room(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    static char raw[65536]; /* records, before they are opened */
    struct link *link = handle->data;
    if (link->tls != NULL) {
        *out = uv_buf_init(raw, sizeof raw);
        return;
    }
    bool ok = buf_reserve(&link->in, hint);
    assert(ok);
    *out = uv_buf_init(link->in.s + link->in.n, (unsigned)hint);
}

static void open_records(struct link *link, const char *raw, size_t n)
{
    struct buf answer = BUF_INIT(OUT_BYTES);
    char piece[16384];
    size_t got;
    (void)BIO_write_ex(SSL_get_rbio(link->tls), raw, n, &got);
    while (SSL_read_ex(link->tls, piece, sizeof piece, &got) == 1)
        buf_add_bytes(&link->in, piece, got);
    link_send(link, &answer, 0); /* what the handshake has to say */
}

static void on_bytes(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct link *link = stream->data;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_link_closed);
        return;
    }
    if (link->tls != NULL) {
        open_records(link, bytes->base, (size_t)n);
    } else {
        link->in.n += (size_t)n;
        link->in.s[link->in.n] = '\0';
    }
    if (link->in.n > 0)
        link->received(link);
}

struct link *link_accept(uv_stream_t *listener, SSL_CTX *tls)
{
    struct link *link = mem_alloc(sizeof *link);
    link->in = BUF_INIT(IN_BYTES);
    (void)uv_tcp_init(listener->loop, &link->tcp);
    link->tcp.data = link;
    if (tls != NULL) {
        link->tls = SSL_new(tls);
        SSL_set_bio(link->tls, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(link->tls);
    }
    (void)uv_accept(listener, (uv_stream_t *)&link->tcp);
    (void)uv_tcp_nodelay(&link->tcp, 1);
    (void)uv_read_start((uv_stream_t *)&link->tcp, on_room, on_bytes);
    return link;
}
