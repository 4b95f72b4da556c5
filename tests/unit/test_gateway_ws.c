/*
 * The websocket client against frames made by hand. The server writes down what
 * it saw, the client what it was told; each test compares both whole.
 */
#include "bot/io/gateway_ws.h"

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "tests/lib/ws_frames.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define GUARD_SECONDS 60

enum link_state { UPGRADING, TALKING };

struct scene {
    uv_loop_t loop;
    struct peer *peer;
    struct gateway_ws *ws;
    struct buf seen, told;
    /* What the server does once the socket is up. */
    void (*play)(struct scene *scene, struct peer_link *link);
    const char *upgrade; /* instead of a right answer */
    void (*on_opened)(struct scene *scene);
    void (*on_received)(struct scene *scene);
    bool ignores_close; /* the server */
    bool wants_headers;
    int closes_left, links_ended;
    uv_timer_t byte_timer;
    size_t bytes_said;
};

/* ---- the server ---- */

static void one_link_less(struct scene *scene)
{
    scene->links_ended++;
    uv_stop(&scene->loop);
}

static void on_upgrade(struct scene *scene, struct peer_link *link)
{
    struct str rest = buf_str(&link->in), line;
    (void)str_cut(&rest, '\r', &line);
    buf_addf(&scene->seen, "%.*s\n", STR_ARG(line));
    while (scene->wants_headers && str_cut(&rest, '\r', &line))
        if (str_starts(str_trim(line), "User-Agent:") ||
            str_starts(str_trim(line), "Sec-WebSocket-Extensions:"))
            buf_addf(&scene->seen, "  %.*s\n", STR_ARG(str_trim(line)));
    if (scene->upgrade == NULL)
        ws_accept(link);
    else
        peer_say(link, str_of(scene->upgrade));
    buf_clear(&link->in);
    link->state = TALKING;
    if (scene->play != NULL)
        scene->play(scene, link);
}

/* False: more bytes are needed, or the link is closed. */
static bool take_frame(struct scene *scene, struct peer_link *link)
{
    struct ws_frame frame;
    if (!ws_read(link, &frame))
        return false;
    if (frame.op == OP_CLOSE)
        buf_addf(&scene->seen, "close %d\n",
                 frame.n < 2 ? 0 : frame.data[0] << 8 | frame.data[1]);
    else
        buf_addf(&scene->seen, "op %d %zu %.*s\n", frame.op, frame.n,
                 (int)(frame.n < 40 ? frame.n : 40), (char *)frame.data);
    if (frame.op == OP_CLOSE && !scene->ignores_close) {
        ws_say_bytes(link, FIN | OP_CLOSE, frame.data,
                     frame.n < 2 ? frame.n : 2);
        peer_end(link);
        one_link_less(scene);
        return false;
    }
    peer_take(link, frame.all);
    return true;
}

static void on_came(struct peer_link *link, void *context)
{
    struct scene *scene = context;
    if (link->state == UPGRADING) {
        if (strstr(link->in.s, "\r\n\r\n") != NULL)
            on_upgrade(scene, link);
        return;
    }
    while (take_frame(scene, link))
        continue;
}

static void on_link_ended(struct peer_link *link, void *context)
{
    struct scene *scene = context;
    (void)link;
    buf_add_text(&scene->seen, "end\n");
    one_link_less(scene);
}

/* ---- the caller ---- */

static void opened(void *context)
{
    struct scene *scene = context;
    buf_add_text(&scene->told, "opened\n");
    if (scene->on_opened != NULL)
        scene->on_opened(scene);
}

static void received(struct str text, void *context)
{
    struct scene *scene = context;
    buf_addf(&scene->told, "%zu %.*s\n", text.n,
             (int)(text.n < 40 ? text.n : 40), text.s);
    if (scene->on_received != NULL)
        scene->on_received(scene);
}

static void closed(int code, struct str reason, void *context)
{
    struct scene *scene = context;
    buf_addf(&scene->told, "closed %d %.*s\n", code, STR_ARG(reason));
    scene->closes_left--;
    uv_stop(&scene->loop);
}

/* ---- a test ---- */

static void open_scene(struct scene *scene)
{
    struct gateway_ws_handlers handlers = {opened, received, closed, scene};
    *scene = (struct scene){
        .seen = BUF_INIT(65536),
        .told = BUF_INIT(65536),
        .closes_left = 1,
    };
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    scene->peer = peer_new(&scene->loop, &(struct peer_handlers){
                                             .came = on_came,
                                             .ended = on_link_ended,
                                             .context = scene,
                                         });
    scene->ws =
        gateway_ws_new(&scene->loop, &handlers, NULL, "DiscordBot (here, 1)");
}

static void connect_to(struct scene *scene, const char *host, int port,
                       bool compressed)
{
    char url[100];
    size_t before = scene->told.n;
    (void)snprintf(url, sizeof url, "ws://%s:%d?v=10", host, port);
    gateway_ws_connect(scene->ws, url, compressed);
    assert_int_equal(scene->told.n, before); /* nothing from inside */
}

/* Until both sides know that it is over. */
static void go(struct scene *scene)
{
    while (scene->closes_left > 0 ||
           scene->links_ended < peer_links(scene->peer))
        (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
}

static void close_scene(struct scene *scene, const char *seen, const char *told)
{
    gateway_ws_free(scene->ws);
    peer_free(scene->peer);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    if (seen != NULL)
        assert_string_equal(buf_text(&scene->seen), seen);
    if (told != NULL)
        assert_string_equal(buf_text(&scene->told), told);
    buf_release(&scene->seen);
    buf_release(&scene->told);
}

static void run_scene(struct scene *scene, bool compressed, const char *seen,
                      const char *told)
{
    connect_to(scene, "127.0.0.1", peer_port(scene->peer), compressed);
    go(scene);
    close_scene(scene, seen, told);
}

#define GET "GET /?v=10 HTTP/1.1\n"

static void play_payloads(struct scene *scene, struct peer_link *link)
{
    (void)scene;
    char *big = mem_alloc(300000);
    memset(big, 'b', 300000);
    ws_say(link, FIN | OP_TEXT, "one");
    ws_say(link, FIN | OP_TEXT, "two");
    ws_say(link, OP_TEXT, "fr");
    ws_say(link, FIN | OP_PING, "ping");
    ws_say(link, OP_MORE, "ag");
    ws_say(link, FIN | OP_MORE, "ments");
    ws_say_bytes(link, FIN | OP_TEXT, big, 300000);
    ws_say(link, FIN | OP_TEXT, "");
    ws_say(link, FIN | OP_TEXT, "last");
    ws_say(link, FIN | OP_CLOSE,
           "\x0F\xAE"
           "disallowed intents"); /* 4014 */
    free(big);
}

static void payloads_come_whole_and_in_order(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_payloads;
    scene.wants_headers = true;
    run_scene(&scene, false,
              GET "  User-Agent: DiscordBot (here, 1)\n"
                  "op 10 4 ping\n"
                  "close 4014\n",
              "opened\n"
              "3 one\n"
              "3 two\n"
              "9 fragments\n"
              "300000 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
              "0 \n"
              "4 last\n"
              "closed 4014 disallowed intents\n");
}

static const char cut_up[] = "\x81\x03"
                             "one\x01\x02tw\x80\x01o\x88\x02\x0F\xA1";

/* The bytes of a frame may be cut anywhere by TCP: one in each turn. */
static void say_next_byte(uv_timer_t *timer)
{
    struct scene *scene = timer->loop->data;
    peer_say(timer->data, (struct str){cut_up + scene->bytes_said++, 1});
    if (scene->bytes_said == sizeof cut_up - 1)
        uv_close((uv_handle_t *)timer, NULL);
}

static void start_bytes(struct scene *scene, struct peer_link *link)
{
    (void)uv_tcp_nodelay(&link->tcp, 1);
    (void)uv_timer_init(&scene->loop, &scene->byte_timer);
    scene->byte_timer.data = link;
    scene->loop.data = scene;
    (void)uv_timer_start(&scene->byte_timer, say_next_byte, 0, 1);
}

static void a_frame_may_be_cut_anywhere(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = start_bytes;
    run_scene(&scene, false, GET "close 4001\n",
              "opened\n3 one\n3 two\nclosed 4001 \n");
}

static void play_compressed(struct scene *scene, struct peer_link *link)
{
    static const char *const payloads[] = {"{\"op\":10}", "{\"op\":11}"};
    z_stream stream = {.next_in = NULL};
    unsigned char out[200];
    (void)scene;
    assert_int_equal(deflateInit(&stream, 9), Z_OK);
    for (size_t i = 0; i < 2; i++) {
        struct buf in = BUF_INIT(100);
        buf_add_text(&in, payloads[i]);
        stream.next_in = (unsigned char *)in.s;
        stream.avail_in = (unsigned)in.n;
        stream.next_out = out;
        stream.avail_out = sizeof out;
        assert_int_equal(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
        size_t n = sizeof out - stream.avail_out;
        ws_say_bytes(link, OP_BINARY, out, 3);
        ws_say_bytes(link, FIN | OP_MORE, out + 3, n - 3);
        buf_release(&in);
    }
    (void)deflateEnd(&stream);
    ws_say(link, FIN | OP_BINARY, "this is not zlib");
}

static void zlib_stream_is_inflated_over_the_connection(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_compressed;
    run_scene(&scene, true, GET "close 1007\n",
              "opened\n9 {\"op\":10}\n9 {\"op\":11}\n"
              "closed 0 we could not inflate a message\n");
}

static void play_too_much(struct scene *scene, struct peer_link *link)
{
    size_t n = (size_t)33 * 1024 * 1024;
    char *big = mem_alloc(n);
    (void)scene;
    ws_say_bytes(link, FIN | OP_TEXT, big, n);
    free(big);
}

static void a_message_over_the_limit_closes(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_too_much;
    run_scene(&scene, false, GET "close 1009\n",
              "opened\nclosed 0 a message was over our limit\n");
}

/* Small on the wire, larger than the limit once inflated. */
static void play_bomb(struct scene *scene, struct peer_link *link)
{
    uLong n = 33 << 20, room = compressBound(n);
    unsigned char *zeros = mem_alloc(n), *out = mem_alloc(room);
    (void)scene;
    assert_int_equal(compress(out, &room, zeros, n), Z_OK);
    assert_true(room < 65536);
    ws_say_bytes(link, FIN | OP_BINARY, out, room);
    free(zeros);
    free(out);
}

static void what_inflates_over_the_limit_closes(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_bomb;
    run_scene(&scene, true, GET "close 1009\n",
              "opened\nclosed 0 a message was over our limit\n");
}

static void send_three(struct scene *scene)
{
    char long_text[4096];
    memset(long_text, 'x', sizeof long_text);
    gateway_ws_send(scene->ws, STR("a"));
    gateway_ws_send(scene->ws, STR(""));
    gateway_ws_send(scene->ws, (struct str){long_text, sizeof long_text});
    gateway_ws_close(scene->ws, 4000);
    gateway_ws_send(scene->ws, STR("too late"));
}

static void what_was_sent_goes_out_before_our_close(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.on_opened = send_three;
    run_scene(&scene, false,
              GET "op 1 1 a\n"
                  "op 1 0 \n"
                  "op 1 4096 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                  "close 4000\n",
              "opened\nclosed 0 we closed\n");
}

static void close_4000(struct scene *scene)
{
    gateway_ws_close(scene->ws, 4000);
}

static void a_peer_that_ignores_our_close_is_left(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.on_opened = close_4000;
    scene.ignores_close = true;
    run_scene(&scene, false, GET "close 4000\nend\n",
              "opened\nclosed 0 we closed\n");
}

static void play_cut(struct scene *scene, struct peer_link *link)
{
    ws_say(link, FIN | OP_TEXT, "one");
    ws_say(link, OP_TEXT, "half");
    peer_end(link);
    one_link_less(scene);
}

static void play_reset(struct scene *scene, struct peer_link *link)
{
    peer_cut(link);
    one_link_less(scene);
}

static void a_lost_connection_has_no_code(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_cut;
    run_scene(&scene, false, GET, "opened\n3 one\nclosed 0 \n");
}

static void a_connection_that_is_reset_is_told_once(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_reset;
    connect_to(&scene, "127.0.0.1", peer_port(scene.peer), false);
    go(&scene);
    /* The reset may overtake the answer to the upgrade. */
    struct str told = buf_str(&scene.told);
    if (str_starts(told, "opened\n"))
        told = str_from(told, strlen("opened\n"));
    assert_true(str_starts(told, "closed 0 "));
    assert_int_equal(strcspn(told.s, "\n"), told.n - 1);
    close_scene(&scene, GET, NULL);
}

static void play_end(struct scene *scene, struct peer_link *link)
{
    peer_end(link);
    one_link_less(scene);
}

static void a_failed_upgrade_is_told_once(void **state)
{
    static const char *const upgrades[] = {
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"),
        "220 mail.example ESMTP\r\n\r\n",
        "\x15\x03\x01",
    };
    (void)state;
    for (size_t i = 0; i < sizeof upgrades / sizeof *upgrades; i++) {
        struct scene scene;
        open_scene(&scene);
        scene.upgrade = upgrades[i];
        scene.play = play_end;
        connect_to(&scene, "127.0.0.1", peer_port(scene.peer), false);
        go(&scene);
        struct str told = buf_str(&scene.told);
        assert_true(str_starts(told, "closed 0 "));
        assert_int_equal(strcspn(told.s, "\n"), told.n - 1);
        close_scene(&scene, GET, NULL);
    }
}

static void a_refused_port_is_told_once(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    connect_to(&scene, "127.0.0.1", peer_no_port(), false);
    go(&scene);
    struct str told = buf_str(&scene.told);
    assert_true(str_starts(told, "closed 0 "));
    assert_int_equal(strcspn(told.s, "\n"), told.n - 1);
    close_scene(&scene, "", NULL);
}

static void close_it(struct scene *scene, struct peer_link *link)
{
    (void)scene;
    ws_say(link, FIN | OP_CLOSE, "\x0F\xA9"); /* 4009 */
}

/* lws would take it from there by itself. */
static void a_proxy_in_the_environment_is_not_used(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = close_it;
    assert_int_equal(setenv("http_proxy", "127.0.0.1:1", 1), 0);
    run_scene(&scene, false, GET "close 4009\n", "opened\nclosed 4009 \n");
    assert_int_equal(unsetenv("http_proxy"), 0);
}

/* By name, with the loop's resolver; then again on the same object. */
static void it_connects_again_after_a_close(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = close_it;
    for (int i = 0; i < 3; i++) {
        scene.closes_left = 1;
        connect_to(&scene, "localhost", peer_port(scene.peer), false);
        go(&scene);
    }
    /* ::1 may be tried first, where nobody listens. */
    struct str rest = buf_str(&scene.told), line;
    int closes = 0, opens = 0;
    while (str_cut(&rest, '\n', &line)) {
        closes += str_starts(line, "closed ");
        opens += str_is(line, "opened");
    }
    assert_int_equal(closes, 3);
    assert_true(opens >= 1);
    close_scene(&scene, NULL, NULL);
}

static void a_name_that_does_not_exist_is_told_once(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    gateway_ws_connect(scene.ws, "wss://no-such-name.invalid/", false);
    assert_int_equal(scene.told.n, 0);
    gateway_ws_close(scene.ws, 4000); /* the answer comes to nobody */
    go(&scene);
    close_scene(&scene, "", "closed 0 closed before it was open\n");
}

static void plain_ws_to_a_stranger_is_refused(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    gateway_ws_connect(scene.ws, "ws://gateway.discord.gg/", false);
    assert_int_equal(scene.told.n, 0);
    go(&scene);
    close_scene(&scene, "",
                "closed 0 the address is neither wss:// nor ws:// to "
                "loopback\n");
}

static void free_it(struct scene *scene)
{
    gateway_ws_free(scene->ws);
    scene->ws = NULL;
    scene->closes_left = 0;
}

static void play_one(struct scene *scene, struct peer_link *link)
{
    (void)scene;
    ws_say(link, FIN | OP_TEXT, "one");
    ws_say(link, FIN | OP_TEXT, "two");
}

/* Discord keeps the session of a socket that ends without a close frame. */
static void it_may_be_freed_from_a_callback_and_sends_no_close(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    scene.play = play_one;
    scene.on_received = free_it;
    connect_to(&scene, "127.0.0.1", peer_port(scene.peer), false);
    go(&scene);
    close_scene(&scene, GET "end\n", "opened\n3 one\n");
}

static void one_that_never_connected_can_be_freed(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    close_scene(&scene, "", "");
    gateway_ws_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_come_whole_and_in_order),
        cmocka_unit_test(a_frame_may_be_cut_anywhere),
        cmocka_unit_test(zlib_stream_is_inflated_over_the_connection),
        cmocka_unit_test(a_message_over_the_limit_closes),
        cmocka_unit_test(what_inflates_over_the_limit_closes),
        cmocka_unit_test(what_was_sent_goes_out_before_our_close),
        cmocka_unit_test(a_peer_that_ignores_our_close_is_left),
        cmocka_unit_test(a_lost_connection_has_no_code),
        cmocka_unit_test(a_connection_that_is_reset_is_told_once),
        cmocka_unit_test(a_failed_upgrade_is_told_once),
        cmocka_unit_test(a_refused_port_is_told_once),
        cmocka_unit_test(a_proxy_in_the_environment_is_not_used),
        cmocka_unit_test(it_connects_again_after_a_close),
        cmocka_unit_test(a_name_that_does_not_exist_is_told_once),
        cmocka_unit_test(plain_ws_to_a_stranger_is_refused),
        cmocka_unit_test(it_may_be_freed_from_a_callback_and_sends_no_close),
        cmocka_unit_test(one_that_never_connected_can_be_freed),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GUARD_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
