#include "bot/base/mem.h"
#include "tests/lib/rest_bench.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void a_call_carries_the_headers_discord_wants(void **state)
{
    static const struct reply script[] = {
        {ANSWER, 200, NULL, "{\"id\":\"7\"}"},
        {ANSWER, 204, NULL, NULL},
        {ANSWER, 204, NULL, NULL},
        {ANSWER, 200, NULL, "{\"id\":\"7\"}"},
        {ANSWER, 204, NULL, NULL},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.show_headers = bench.show_answer = true;
    struct rest_call patch = call_of(REST_PATCH, "PATCH", 1, "{}");
    patch.reason = mem_text("INC-1: Überlauf / \r\nX: y");
    struct rest_call calls[] = {
        patch,
        call_of(REST_PUT, "PUT", 2, NULL),
        callback("{\"type\":4}"),
        call_of(REST_GET, "GET", 3, NULL),
        call_of(REST_DELETE, "DELETE", 4, NULL),
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        ask(&bench, calls[i]);
        run(&bench);
    }
    assert_int_equal(peer_links(bench.peer), 1); /* kept and used again */
    close_bench(&bench, "> PATCH /api/c/1 {}\n"
                        "  X-Audit-Log-Reason: "
                        "INC-1%3A%20%C3%9Cberlauf%20%2F%20%0D%0AX%3A%20y\n"
                        "  Authorization: Bot secret-token\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "  Content-Type: application/json\n"
                        "  Content-Length: 2\n"
                        "< done 200 json 7 text {\"id\":\"7\"}\n"
                        "> PUT /api/c/2\n"
                        "  Authorization: Bot secret-token\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "  Content-Length: 0\n"
                        "< done 204 json  text \n"
                        "> POST /api/c/9 {\"type\":4}\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "  Content-Type: application/json\n"
                        "  Content-Length: 10\n"
                        "< done 204 json  text \n"
                        "> GET /api/c/3\n"
                        "  Authorization: Bot secret-token\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "< done 200 json 7 text {\"id\":\"7\"}\n"
                        "> DELETE /api/c/4\n"
                        "  Authorization: Bot secret-token\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "  Content-Length: 0\n"
                        "< done 204 json  text \n");
}

/* The next call on the same handle says JSON again. */
static void a_file_has_a_content_type_of_its_own(void **state)
{
    static const struct reply script[] = {
        {ANSWER, 204, NULL, NULL},
        {ANSWER, 204, NULL, NULL},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.show_headers = true;
    struct rest_call file = callback("{}");
    rest_call_attach(&file,
                     &(struct rest_file){"a.txt", "text/plain", STR("x")}, 1);
    /* A boundary without the hash: the story is to be read. */
    str_copy_to(file.content_type, STR("multipart/form-data; boundary=B"));
    free(file.body);
    file.body = mem_text("--B\r\n\r\nx\r\n--B--\r\nnever sent");
    file.body_bytes = strlen("--B\r\n\r\nx\r\n--B--\r\n");
    ask(&bench, file);
    run(&bench);
    ask(&bench, callback("{}"));
    run(&bench);
    close_bench(&bench, "> POST /api/c/9 --B\r\n\r\nx\r\n--B--\r\n\n"
                        "  Content-Type: multipart/form-data; boundary=B\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "  Content-Length: 17\n"
                        "< done 204\n"
                        "> POST /api/c/9 {}\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "  Content-Type: application/json\n"
                        "  Content-Length: 2\n"
                        "< done 204\n");
}

static void one_lane_keeps_its_order_over_failures(void **state)
{
    static const struct reply script[] = {
        {ANSWER, 502, NULL, NULL},
        {ANSWER, 200, NULL, "{}"},
        {ANSWER, 429, "Retry-After: 0\r\n", "{\"retry_after\":0.01}"},
        {ANSWER, 200, NULL, "{}"},
        {ANSWER, 200, NULL, "{}"},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    ask(&bench, message(1, "\"a\""));
    ask(&bench, message(1, "\"b\""));
    ask(&bench, message(1, "\"c\""));
    run(&bench);
    close_bench(&bench, "> POST /api/c/1 \"a\"\n"
                        "> POST /api/c/1 \"a\"\n"
                        "< done 200\n"
                        "> POST /api/c/1 \"b\"\n"
                        "> POST /api/c/1 \"b\"\n"
                        "< done 200\n"
                        "> POST /api/c/1 \"c\"\n"
                        "< done 200\n");
}

static void call_back_then_release(struct bench *bench)
{
    if (str_ends(buf_str(&bench->story), "> POST /api/c/2 \"x\"\n"))
        ask(bench, callback("\"now\""));
    else if (str_ends(buf_str(&bench->story), "< done 204\n"))
        release_held(bench);
}

/* The first message of channel 1 hangs: the second waits for it, another
 * channel and a callback do not. */
static void a_lane_holds_up_nobody_else(void **state)
{
    static const struct reply script[] = {
        {HOLD, 200, NULL, "{}"},
        {ANSWER, 200, NULL, "{}"},
        {ANSWER, 204, NULL, NULL},
        {ANSWER, 200, NULL, "{}"},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.after = call_back_then_release;
    ask(&bench, message(1, "\"a\""));
    ask(&bench, message(1, "\"b\""));
    ask(&bench, message(2, "\"x\""));
    run(&bench);
    close_bench(&bench, "> POST /api/c/1 \"a\"\n"
                        "> POST /api/c/2 \"x\"\n"
                        "< done 200\n"
                        "> POST /api/c/9 \"now\"\n"
                        "< done 204\n"
                        "< done 200\n"
                        "> POST /api/c/1 \"b\"\n"
                        "< done 200\n");
}

static void release_all(struct bench *bench)
{
    if (bench->held_count == 6)
        release_held(bench);
}

static void callbacks_are_all_under_way_at_once(void **state)
{
    static const struct reply script[] = {
        {HOLD, 204, NULL, NULL}, {HOLD, 204, NULL, NULL},
        {HOLD, 204, NULL, NULL}, {HOLD, 204, NULL, NULL},
        {HOLD, 204, NULL, NULL}, {HOLD, 204, NULL, NULL},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.after = release_all;
    for (int i = 0; i < 6; i++)
        ask(&bench, callback("{}"));
    run(&bench);
    assert_int_equal(peer_links(bench.peer), 6);
    buf_clear(&bench.story);
    close_bench(&bench, "");
}

static void a_refused_bot_token_stops_everything(void **state)
{
    static const struct reply script[] = {
        {HOLD, 204, NULL, NULL},
        {ANSWER, 401, NULL, "{\"code\":0,\"message\":\"401: Unauthorized\"}"},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    ask(&bench, call_of(REST_GET, "GET /held", 8, NULL));
    ask(&bench, message(1, "{}"));
    ask(&bench, message(1, "{}"));
    bench.calls_left--; /* the held one stays */
    run(&bench);
    ask(&bench, callback("{}"));
    ask(&bench, message(2, "{}"));
    run(&bench);
    close_bench(&bench, "> GET /api/c/8\n"
                        "> POST /api/c/1 {}\n"
                        "bad token\n"
                        "< bad token 401\n"
                        "< bad token 0\n"
                        "< bad token 0\n"
                        "< bad token 0\n");
}

static void an_answer_over_the_limit_is_cut_off(void **state)
{
    size_t n = (size_t)5 * 1024 * 1024;
    char *big = mem_alloc(n + 1);
    memset(big, 'x', n);
    const struct reply script[] = {{ANSWER, 200, NULL, big}};
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    ask(&bench, call_of(REST_GET, "GET", 3, NULL));
    run(&bench);
    close_bench(&bench, "> GET /api/c/3\n< rejected 200\n");
    free(big);
}

static void a_file_is_fetched_without_our_secrets(void **state)
{
    static const struct reply script[] = {
        {ANSWER, 200, "Content-Type: text/plain\r\n", "some log"},
        {ANSWER, 200, "Content-Type: text/plain\r\n", "a longer log"},
        {ANSWER, 302, "Location: /api/elsewhere\r\n", NULL},
        {ANSWER, 404, NULL, "{}"},
        {CUT, 0, NULL, NULL},
    };
    struct bench bench;
    char url[64];
    (void)state;
    OPEN(&bench, script);
    bench.show_headers = true;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/a.log?ex=1",
                   peer_port(bench.peer));
    const char *urls[] = {url,
                          url,
                          url,
                          url,
                          url,
                          "http://cdn.example/a.log",
                          "file:///etc/passwd",
                          ""};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        ask_file(&bench, urls[i], 10);
        run(&bench);
        bench.show_headers = false;
        if (i == 3) { /* or curl would send the next one twice */
            rest_free(bench.rest);
            open_to(&bench, peer_port(bench.peer));
        }
    }
    close_bench(&bench, "> GET /a.log?ex=1\n"
                        "  User-Agent: DiscordBot (here, 1)\n"
                        "< done 200 some log\n"
                        "> GET /a.log?ex=1\n"
                        "< rejected 200 \n"
                        "> GET /a.log?ex=1\n"
                        "< rejected 302 \n"
                        "> GET /a.log?ex=1\n"
                        "< gone 404 \n"
                        "> GET /a.log?ex=1\n"
                        "< unreachable 0 \n"
                        "< rejected 0 \n"
                        "< rejected 0 \n"
                        "< rejected 0 \n");
}

static void it_may_be_freed_from_a_callback(void **state)
{
    static const struct reply script[] = {
        {HOLD, 200, NULL, "{}"},
        {ANSWER, 200, NULL, "{}"},
    };
    struct bench bench;
    (void)state;
    OPEN(&bench, script);
    bench.free_on_call = true;
    ask(&bench, message(1, "{}"));
    ask(&bench, message(1, "{}"));
    ask(&bench, message(2, "{}"));
    run(&bench);
    close_bench(&bench, "> POST /api/c/1 {}\n"
                        "> POST /api/c/2 {}\n"
                        "< done 200\n");
}

/* A server with no room for another guest: connections hang while they are
 * being opened. Gives its port. */
static int fill_a_server(int sockets[static 4])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *at = (struct sockaddr *)&address;
    socklen_t n = sizeof address;
    for (int i = 0; i < 4; i++)
        sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(sockets[0], at, n), 0);
    assert_int_equal(listen(sockets[0], 0), 0);
    assert_int_equal(getsockname(sockets[0], at, &n), 0);
    for (int i = 1; i < 4; i++)
        (void)connect(sockets[i], at, n);
    return ntohs(address.sin_port);
}

/* curl closes a socket that never connected without telling; its number is
 * soon another's. */
static void a_connection_that_never_opens_leaves_nothing_behind(void **state)
{
    struct bench bench;
    int sockets[4];
    (void)state;
    open_bench(&bench, NULL, 0);
    rest_free(bench.rest);
    open_to(&bench, fill_a_server(sockets));
    for (int i = 0; i < 3; i++) {
        struct rest_call call = message(1, "{}");
        call.timeout_ms = 50;
        call.give_up_ms = (int64_t)uv_now(&bench.loop) + 100;
        ask(&bench, call);
        run(&bench);
    }
    ask(&bench, message(1, "{}"));
    for (int i = 0; i < 3; i++)
        (void)uv_run(&bench.loop, UV_RUN_NOWAIT);
    rest_free(bench.rest); /* while it is being opened */
    bench.rest = NULL;
    close_bench(&bench, "< unreachable 0\n< unreachable 0\n"
                        "< unreachable 0\n");
    for (int i = 0; i < 4; i++)
        (void)close(sockets[i]);
}

static void plain_http_to_a_stranger_is_refused(void **state)
{
    uv_loop_t loop;
    struct buf why = BUF_INIT(200);
    struct rest_config config = {
        .api_base = "http://discord.com/api/v10",
        .token = "secret-token",
        .user_agent = "x",
    };
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_null(rest_new(&loop, &config, &why));
    assert_string_equal(buf_text(&why),
                        "api_base http://discord.com/api/v10: neither "
                        "https:// nor http:// to a loopback address");
    assert_int_equal(uv_loop_close(&loop), 0);
    buf_release(&why);
    rest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_carries_the_headers_discord_wants),
        cmocka_unit_test(one_lane_keeps_its_order_over_failures),
        cmocka_unit_test(a_lane_holds_up_nobody_else),
        cmocka_unit_test(callbacks_are_all_under_way_at_once),
        cmocka_unit_test(a_refused_bot_token_stops_everything),
        cmocka_unit_test(an_answer_over_the_limit_is_cut_off),
        cmocka_unit_test(a_file_is_fetched_without_our_secrets),
        cmocka_unit_test(it_may_be_freed_from_a_callback),
        cmocka_unit_test(a_connection_that_never_opens_leaves_nothing_behind),
        cmocka_unit_test(plain_http_to_a_stranger_is_refused),
        cmocka_unit_test(a_file_has_a_content_type_of_its_own),
    };
    bench_guard();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
