#include "tests/bench/h2.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#define SEND_BYTES (1u << 20)

struct h2 {
    nghttp2_session *session;
    h2_request *request;
};

struct stream {
    bool is_read;
    struct buf path, body, answer;
    size_t sent; /* of the answer */
};

bool h2_is_spoken(const struct link *link)
{
    const unsigned char *name;
    unsigned n = 0;
    if (link->tls != NULL)
        SSL_get0_alpn_selected(link->tls, &name, &n);
    return n == 2 && memcmp(name, "h2", 2) == 0;
}

static void flush(struct link *link, int64_t delay_ms)
{
    struct buf out = BUF_INIT(SEND_BYTES);
    const uint8_t *piece;
    ssize_t n;
    while ((n = nghttp2_session_mem_send(link->h2->session, &piece)) > 0)
        buf_add_bytes(&out, piece, (size_t)n);
    if (out.n > 0)
        link_send(link, &out, delay_ms);
}

/* ---- what nghttp2 tells ---- */

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame,
                    void *context)
{
    (void)context;
    struct stream *stream = mem_alloc(sizeof *stream);
    stream->path = BUF_INIT(2000);
    stream->body = stream->answer = BUF_INIT(1u << 20);
    return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id,
                                                stream);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame,
                     const uint8_t *name, size_t name_n, const uint8_t *value,
                     size_t n, uint8_t flags, void *context)
{
    (void)flags;
    (void)context;
    struct stream *stream =
        nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (name_n == 5 && memcmp(name, ":path", 5) == 0)
        buf_add_bytes(&stream->path, value, n);
    if (name_n == 7 && memcmp(name, ":method", 7) == 0)
        stream->is_read = n == 3 && memcmp(value, "GET", 3) == 0;
    return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id,
                   const uint8_t *data, size_t n, void *context)
{
    (void)flags;
    (void)context;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    buf_add_bytes(&stream->body, data, n);
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame,
                    void *context)
{
    struct link *link = context;
    struct stream *stream =
        nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    bool is_part =
        frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (is_part && stream != NULL &&
        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
        link->h2->request(link, frame->hd.stream_id, stream->is_read,
                          buf_str(&stream->path), buf_str(&stream->body));
    return 0;
}

static int on_stream_over(nghttp2_session *session, int32_t id, uint32_t code,
                          void *context)
{
    (void)code;
    (void)context;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    if (stream == NULL)
        return 0;
    buf_release(&stream->path);
    buf_release(&stream->body);
    buf_release(&stream->answer);
    free(stream);
    return nghttp2_session_set_stream_user_data(session, id, NULL);
}

static ssize_t on_more(nghttp2_session *session, int32_t id, uint8_t *out,
                       size_t room, uint32_t *flags,
                       nghttp2_data_source *source, void *context)
{
    (void)session;
    (void)id;
    (void)context;
    struct stream *stream = source->ptr;
    size_t left = stream->answer.n - stream->sent;
    size_t n = left < room ? left : room;
    memcpy(out, stream->answer.s + stream->sent, n);
    stream->sent += n;
    if (n == left)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)n;
}

/* ---- for the stand-in ---- */

void h2_open(struct link *link, h2_request *request)
{
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *option;
    struct h2 *h2 = mem_alloc(sizeof *h2);
    nghttp2_settings_entry streams = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
                                      100};
    int bad = nghttp2_session_callbacks_new(&callbacks);
    assert(bad == 0);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks,
                                                            on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks,
                                                              on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks,
                                                           on_stream_over);
    bad = nghttp2_option_new(&option);
    assert(bad == 0);
    /* curl 7.88 resets each stream that is over; a thousand of them would look
     * like an attack. */
    nghttp2_option_set_stream_reset_rate_limit(option, UINT64_MAX, UINT64_MAX);
    bad = nghttp2_session_server_new2(&h2->session, callbacks, link, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    bad |= nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE, &streams, 1);
    assert(bad == 0);
    h2->request = request;
    link->h2 = h2;
}

void h2_close(struct link *link)
{
    if (link->h2 == NULL)
        return;
    nghttp2_session_del(link->h2->session);
    free(link->h2);
    link->h2 = NULL;
}

void h2_received(struct link *link, int64_t delay_ms)
{
    ssize_t n = nghttp2_session_mem_recv(
        link->h2->session, (const uint8_t *)link->in.s, link->in.n);
    assert(n == (ssize_t)link->in.n);
    buf_clear(&link->in);
    flush(link, delay_ms);
}

#define FIELD(name, value)                                                     \
    {                                                                          \
        (uint8_t *)(name), (uint8_t *)(value), sizeof(name) - 1,               \
            sizeof(value) - 1, NGHTTP2_NV_FLAG_NONE                            \
    }

void h2_reply(struct link *link, int32_t id, struct str body)
{
    static char status[] = ":status", ok[] = "200", none[] = "204",
                type[] = "content-type", json[] = "application/json";
    const nghttp2_nv with_body[] = {FIELD(status, ok), FIELD(type, json)};
    const nghttp2_nv without[] = {FIELD(status, none)};
    nghttp2_session *session = link->h2->session;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    nghttp2_data_provider provider = {.source.ptr = stream,
                                      .read_callback = on_more};
    buf_add(&stream->answer, body);
    int bad =
        body.n > 0
            ? nghttp2_submit_response(session, id, with_body, 2, &provider)
            : nghttp2_submit_response(session, id, without, 1, NULL);
    assert(bad == 0);
}
