#include "bot/io/check.h"
#include "bot/io/resolver.h"
#include "tests/lib/peer.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GUARD_SECONDS 60

/* A server that answers each request with the next of some texts: "" closes the
 * connection, NULL never says a word. */
struct scene {
    uv_loop_t loop;
    struct checks *checks;
    struct peer *peer;
    const char *const *answers;
    struct buf requests;
    struct probe_result result;
    int ended;
    char target[300];
};

static void came(struct peer_link *link, void *context)
{
    struct scene *scene = context;
    if (memmem(link->in.s, link->in.n, "\r\n\r\n", 4) == NULL)
        return;
    buf_add(&scene->requests, buf_str(&link->in));
    peer_take(link, link->in.n);
    const char *answer = *scene->answers;
    if (answer == NULL)
        return;
    scene->answers++;
    if (answer[0] != '\0')
        peer_say(link, str_of(answer));
    if (answer[0] == '\0' || strstr(answer, "Connection: close") != NULL)
        peer_end(link);
}

static void gone(struct peer_link *link, void *context)
{
    (void)link;
    (void)context;
}

static void open_scene(struct scene *scene, const char *const *answers)
{
    *scene = (struct scene){.answers = answers,
                            .requests = BUF_INIT((size_t)1 << 20)};
    const struct peer_handlers handlers = {came, gone, scene};
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    scene->checks = checks_new(&scene->loop, "opsroom test");
    scene->peer = peer_new(&scene->loop, &handlers);
}

/* Nothing may be left open. */
static void close_scene(struct scene *scene)
{
    checks_free(scene->checks);
    peer_free(scene->peer);
    buf_release(&scene->requests);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
}

static void on_done(const struct probe_result *result, void *context)
{
    struct scene *scene = context;
    scene->result = *result;
    scene->ended++;
}

static struct probe probe_of(enum probe_kind kind, char *target)
{
    static char empty[] = "", when[] = ">", query[] = "up{job=\"a b\"} & 1";
    return (struct probe){
        .name = empty,
        .service = empty,
        .kind = kind,
        .target = target,
        .timeout_s = 30,
        .ca_file = empty,
        .expect_text = empty,
        .credentials_file = empty,
        .server_name = empty,
        .query = query,
        .bad_when = when,
        .threshold = 10,
    };
}

static struct probe web_probe(struct scene *scene, const char *path)
{
    (void)snprintf(scene->target, sizeof scene->target, "http://127.0.0.1:%d%s",
                   peer_port(scene->peer), path);
    return probe_of(PROBE_HTTP, scene->target);
}

static void run_order(struct scene *scene, const struct check_order *order)
{
    int before = scene->ended;
    (void)check_run(scene->checks, order, on_done, scene);
    assert_int_equal(scene->ended, before); /* never from inside */
    while (scene->ended == before)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
    assert_int_equal(scene->ended, before + 1);
}

static void run(struct scene *scene, const struct probe *probe)
{
    run_order(scene, &(struct check_order){.probe = probe});
}

static void expect(const struct scene *scene, bool is_good, const char *begins)
{
    if (!str_starts(str_of(scene->result.words), begins))
        fail_msg("%s", scene->result.words);
    assert_int_equal(scene->result.is_good, is_good);
}

#define OK "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nhi"

static void a_page_is_good_or_bad(void **state)
{
    static const struct {
        const char *answer;
        bool is_good;
        const char *words;
    } cases[] = {
        {OK, true, "200 OK after "},
        {"HTTP/1.1 502 Nope\r\nContent-Length: 0\r\n\r\n", false,
         "502 Bad Gateway after "},
        {"", false, "it closed the connection before the answer was whole"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", false,
         "no answer within 1 s"},
        {"SSH-2.0-OpenSSH_9.2\r\n\r\n", false, "its answer is no HTTP"},
        {NULL, false, "no answer within 1 s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *answers[] = {cases[i].answer, NULL};
        struct scene scene;
        open_scene(&scene, answers);
        struct probe probe = web_probe(&scene, "/health?token=hunter2");
        probe.timeout_s = strncmp(cases[i].words, "no ", 3) == 0 ? 1 : 30;
        run(&scene, &probe);
        expect(&scene, cases[i].is_good, cases[i].words);
        assert_int_equal(scene.result.value >= 0,
                         strstr(cases[i].words, "after ") != NULL);
        assert_null(strstr(scene.result.words, "hunter2"));
        assert_non_null(strstr(buf_text(&scene.requests),
                               "GET /health?token=hunter2 HTTP/1.1\r\n"));
        assert_non_null(
            strstr(buf_text(&scene.requests), "User-Agent: opsroom test\r\n"));
        close_scene(&scene);
    }
}

static void each_check_connects_anew(void **state)
{
    static const char *const answers[] = {OK, OK, OK};
    struct scene scene;
    (void)state;
    open_scene(&scene, answers);
    struct probe probe = web_probe(&scene, "/");
    for (int i = 0; i < 3; i++)
        run(&scene, &probe);
    expect(&scene, true, "200 OK");
    assert_int_equal(peer_links(scene.peer), 3);
    close_scene(&scene);
}

static void only_the_first_64_kb_are_read(void **state)
{
    struct buf page = BUF_INIT((size_t)1 << 20);
    char text[] = "fine";
    (void)state;
    buf_add_text(&page, "HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n");
    for (int i = 0; i < 70000; i++)
        buf_add_char(&page, 'x');
    for (int has_text = 0; has_text < 2; has_text++) {
        if (has_text)
            memcpy(page.s + 60000, "fine", 4);
        const char *answers[] = {buf_text(&page), NULL};
        struct scene scene;
        open_scene(&scene, answers);
        struct probe probe = web_probe(&scene, "/");
        probe.expect_text = text;
        run(&scene, &probe); /* the rest of the page never comes */
        expect(&scene, has_text, "200 OK");
        close_scene(&scene);
    }
    buf_release(&page);
}

/* A port where nobody listens, and no name of a host, tell at once. */
static void who_is_not_there_is_named(void **state)
{
    static const struct {
        enum probe_kind kind;
        const char *target, *words;
    } cases[] = {
        {PROBE_HTTP, "http://127.0.0.1:%d/", "refused"},
        {PROBE_TCP, "127.0.0.1:%d", "refused"},
        {PROBE_TLS, "127.0.0.1:%d", "refused"},
        {PROBE_PROMETHEUS, "http://127.0.0.1:%d", "refused"},
        {PROBE_HTTP,
         "http://"
         "a-label-of-a-name-has-63-bytes-at-most-and-who-has-more-is-asked-"
         "for-nowhere:%d/",
         "its name cannot be looked up"},
        {PROBE_TCP, "nonsense", "not checked: the target is no host and port"},
        {PROBE_HTTP, "http://169.254.169.254:%d/latest/",
         "not checked: 169.254.169.254 is link-local"},
        {PROBE_HTTP, "http://[::ffff:169.254.169.254]:%d/",
         "not checked: ::ffff:169.254.169.254 is link-local"},
        {PROBE_PROMETHEUS, "http://169.254.169.254:%d",
         "not checked: 169.254.169.254 is link-local"},
        {PROBE_TCP, "169.254.169.254:%d",
         "not checked: 169.254.169.254 is link-local"},
        {PROBE_TLS, "[fe80::1]:%d", "not checked: fe80::1 is link-local"},
        {PROBE_TCP, "0.0.0.0:%d", "not checked: 0.0.0.0 is link-local"},
        {PROBE_HTTP, "http://nova:hunter2@127.0.0.1:%d/",
         "not checked: the target holds a user name"},
    };
    int port = peer_no_port();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        open_scene(&scene, NULL);
        struct buf target = BUF_IN(scene.target);
        struct str rest = str_of(cases[i].target), head;
        (void)str_cut(&rest, '%', &head);
        buf_add(&target, head);
        if (rest.n > 0)
            buf_addf(&target, "%d%.*s", port, STR_ARG(str_from(rest, 1)));
        struct probe probe = probe_of(cases[i].kind, scene.target);
        run(&scene, &probe);
        expect(&scene, false, cases[i].words);
        assert_false(scene.result.value >= 0);
        close_scene(&scene);
    }
}

static void redirects_are_followed_when_asked(void **state)
{
    struct scene scene;
    char moved[200];
    const char *answers[] = {moved, OK, moved, NULL};
    (void)state;
    open_scene(&scene, answers);
    (void)snprintf(moved, sizeof moved,
                   "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:%d/two\r\n"
                   "Content-Length: 0\r\n\r\n",
                   peer_port(scene.peer));
    struct probe probe = web_probe(&scene, "/one");
    probe.follow_redirects = true;
    run(&scene, &probe);
    expect(&scene, true, "200 OK");
    assert_non_null(strstr(buf_text(&scene.requests), "GET /two "));
    buf_clear(&scene.requests);
    probe.follow_redirects = false;
    run(&scene, &probe);
    expect(&scene, true, "302 Found");
    assert_null(strstr(buf_text(&scene.requests), "GET /two "));
    close_scene(&scene);
}

static void redirects_lead_nowhere_else(void **state)
{
    static const struct {
        const char *location, *words;
    } cases[] = {
        {"http://169.254.169.254/latest/meta-data/",
         "not checked: 169.254.169.254 is link-local"},
        {"http://[fe80::1]/", "not checked: fe80::1 is link-local"},
        {"http://0xa9fea9fe/", "not checked: 169.254.169.254 is link-local"},
        {"file:///etc/passwd", "it redirects to what is not http or https"},
        {"gopher://127.0.0.1/", "it redirects to what is not http or https"},
        {"http://nova:x@127.0.0.1/",
         "it redirects to an address with a user name"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scene scene;
        char moved[200];
        const char *answers[] = {moved, NULL};
        (void)snprintf(moved, sizeof moved,
                       "HTTP/1.1 302 There\r\nLocation: %s\r\n"
                       "Content-Length: 0\r\n\r\n",
                       cases[i].location);
        open_scene(&scene, answers);
        struct probe probe = web_probe(&scene, "/");
        probe.follow_redirects = true;
        run(&scene, &probe);
        expect(&scene, false, cases[i].words);
        close_scene(&scene);
    }
}

/* The password goes to the target and nowhere else, and into no words. */
static void credentials_go_to_the_target_only(void **state)
{
    static const char basic[] = "Authorization: Basic bm92YTpodW50ZXIy\r\n";
    struct scene scene, other;
    char moved[200];
    const char *answers[] = {moved, NULL};
    const char *others[] = {OK, NULL};
    (void)state;
    open_scene(&scene, answers);
    open_scene(&other, others);
    (void)snprintf(moved, sizeof moved,
                   "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:%d/\r\n"
                   "Content-Length: 0\r\n\r\n",
                   peer_port(other.peer));
    struct probe probe = web_probe(&scene, "/");
    probe.follow_redirects = true;
    (void)check_run(
        scene.checks,
        &(struct check_order){.probe = &probe, .credentials = "nova:hunter2"},
        on_done, &scene);
    while (scene.ended == 0) {
        (void)uv_run(&scene.loop, UV_RUN_NOWAIT);
        (void)uv_run(&other.loop, UV_RUN_NOWAIT);
    }
    expect(&scene, true, "200 OK");
    assert_non_null(strstr(buf_text(&scene.requests), basic));
    assert_int_not_equal(other.requests.n, 0);
    assert_null(strstr(buf_text(&other.requests), "Authorization"));
    close_scene(&scene);
    close_scene(&other);
}

static void trouble_is_a_bad_result(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene, NULL);
    struct probe probe = web_probe(&scene, "/");
    run_order(&scene, &(struct check_order){.probe = &probe,
                                            .trouble = "not checked: x"});
    expect(&scene, false, "not checked: x");
    assert_int_equal(peer_links(scene.peer), 0);
    close_scene(&scene);
}

static void ports_and_names_are_checked(void **state)
{
    static char name[] = "localhost", one[] = "127.0.0.1",
                other[] = "192.0.2.1";
    char *wrong[] = {other};
    struct scene scene;
    (void)state;
    open_scene(&scene, NULL);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(scene.target, sizeof scene.target, "%s:%d",
                       i == 0 ? one : name, peer_port(scene.peer));
        struct probe port = probe_of(PROBE_TCP, scene.target);
        run(&scene, &port);
        expect(&scene, true, "connected after ");
    }
    struct probe dns = probe_of(PROBE_DNS, name);
    run(&scene, &dns);
    expect(&scene, true, "the name has the address");
    assert_true(scene.result.value >= 0);
    dns.answers = (struct text_list){wrong, 1};
    run(&scene, &dns);
    expect(&scene, false, "the name has the address");
    assert_non_null(strstr(scene.result.words, ", expected 192.0.2.1"));
    close_scene(&scene);
}

/* More look-ups than run at a time: each has its turn. */
static void look_ups_wait_their_turn(void **state)
{
    static char name[] = "localhost";
    struct scene scene;
    struct check *checks[10];
    const struct probe probe = probe_of(PROBE_DNS, name);
    const struct check_order order = {.probe = &probe};
    (void)state;
    open_scene(&scene, NULL);
    for (int i = 0; i < 10; i++)
        checks[i] = check_run(scene.checks, &order, on_done, &scene);
    check_cancel(checks[0]);
    check_cancel(checks[5]);
    check_cancel(checks[9]);
    check_cancel(NULL);
    while (scene.ended < 7)
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    expect(&scene, true, "the name has the address");
    close_scene(&scene);
    assert_int_equal(scene.ended, 7);
}

/* In whatever a check is when all are given up. */
static void a_check_can_be_given_up(void **state)
{
    static char name[] = "localhost";
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        static const char *const silence[] = {NULL};
        struct scene scene;
        open_scene(&scene, silence);
        struct probe web = web_probe(&scene, "/");
        char target[40], by_name[40];
        (void)snprintf(target, sizeof target, "127.0.0.1:%d",
                       peer_port(scene.peer));
        (void)snprintf(by_name, sizeof by_name, "localhost:%d",
                       peer_port(scene.peer));
        struct probe tls = probe_of(PROBE_TLS, target);
        struct probe named = probe_of(PROBE_TLS, by_name);
        struct probe dns = probe_of(PROBE_DNS, name);
        const struct probe *all[] = {&web, &tls, &named, &dns, &dns, &named};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            (void)check_run(scene.checks,
                            &(struct check_order){.probe = all[i]}, on_done,
                            &scene);
        for (int i = 0; i < turns; i++)
            (void)uv_run(&scene.loop, UV_RUN_NOWAIT);
        int ended = scene.ended;
        close_scene(&scene);
        assert_int_equal(scene.ended, ended);
    }
}

/* A TCP port that drops what comes: its queue of connections is full. */
static int deaf_port(int *listener, int *fillers)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t bytes = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(
        bind(*listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(
        getsockname(*listener, (struct sockaddr *)&address, &bytes), 0);
    assert_int_equal(listen(*listener, 0), 0); /* one fits all the same */
    *fillers = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(
        connect(*fillers, (struct sockaddr *)&address, sizeof address), 0);
    return ntohs(address.sin_port);
}

static void a_black_hole_takes_until_the_time_out(void **state)
{
    static const enum probe_kind kinds[] = {PROBE_HTTP, PROBE_TLS, PROBE_TCP};
    int listener, filler, port = deaf_port(&listener, &filler);
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct scene scene;
        open_scene(&scene, NULL);
        (void)snprintf(scene.target, sizeof scene.target, "%s127.0.0.1:%d",
                       kinds[i] == PROBE_HTTP ? "http://" : "", port);
        struct probe probe = probe_of(kinds[i], scene.target);
        probe.timeout_s = 1;
        run(&scene, &probe);
        expect(&scene, false, "no answer within 1 s");
        close_scene(&scene);
    }
    (void)close(listener);
    (void)close(filler);
}

static void what_speaks_no_tls_is_named(void **state)
{
    static const char *const answers[] = {NULL};
    struct scene scene;
    (void)state;
    open_scene(&scene, answers);
    (void)snprintf(scene.target, sizeof scene.target, "127.0.0.1:%d",
                   peer_port(scene.peer));
    struct probe probe = probe_of(PROBE_TLS, scene.target);
    probe.timeout_s = 1;
    run(&scene, &probe);
    expect(&scene, false, "no answer within 1 s");
    char missing[] = "/nowhere/ca.pem";
    probe.ca_file = missing;
    run(&scene, &probe);
    expect(&scene, false, "not checked: the ca_file cannot be read");
    close_scene(&scene);
}

#define JSON(body)                                                             \
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "                   \
    "application/json\r\n\r\n" body

static void queries_are_compared(void **state)
{
    static const struct {
        const char *answer;
        bool is_good;
        const char *words;
    } cases[] = {
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\","
              "\"result\":[1670957580.781,\"9.5\"]}}"),
         true, "value 9.5"},
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\","
              "\"result\":[{\"metric\":{\"job\":\"a\",\"instance\":\"api-1\"},"
              "\"value\":[1,\"12\"]},{\"metric\":{\"instance\":\"api-2\"},"
              "\"value\":[1,\"3\"]}]}}"),
         false, "1 of 2 values, worst 12 (api-1), bad when > 10"},
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\","
              "\"result\":[{\"metric\":{},\"value\":[1,\"+Inf\"]}]}}"),
         false, "value inf, bad when > 10"},
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\","
              "\"result\":[{\"metric\":{},\"value\":[1,\"NaN\"]}]}}"),
         false, "no data: the value is not a number"},
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\","
              "\"result\":[]}}"),
         false, "no data: the query found nothing"},
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\","
              "\"result\":[]}}"),
         false, "the query's answer is no number: it is a matrix"},
        {JSON("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\"}}"),
         false, "no data: the value is not a number"},
        {JSON("{\"status\":\"success\"}"), false,
         "the query's answer is no number"},
        {"HTTP/1.1 400 Bad\r\nConnection: close\r\n\r\n"
         "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse "
         "error\"}",
         false, "Prometheus refused the query: parse error"},
        {"HTTP/1.1 502 Bad\r\nConnection: close\r\n\r\n<html>", false,
         "no answer of Prometheus, status 502"},
        {JSON("[1,[2"), false, "no answer of Prometheus, status 200"},
        {JSON(""), false, "no answer of Prometheus, status 200"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *answers[] = {cases[i].answer, NULL};
        struct scene scene;
        open_scene(&scene, answers);
        (void)snprintf(scene.target, sizeof scene.target,
                       "http://127.0.0.1:%d/prom//", peer_port(scene.peer));
        struct probe probe = probe_of(PROBE_PROMETHEUS, scene.target);
        run(&scene, &probe);
        expect(&scene, cases[i].is_good, cases[i].words);
        assert_non_null(
            strstr(buf_text(&scene.requests),
                   "GET /prom/api/v1/query?timeout=30s&query=up%7Bjob%3D%22a"
                   "%20b%22%7D%20%26%201 "));
        close_scene(&scene);
    }
}

/* A zone that lost its A record is still there. */
static void why_a_name_has_no_address_is_said(void **state)
{
    (void)state;
    assert_string_equal(lookup_words(UV_EAI_NONAME), "there is no such name");
    assert_string_equal(lookup_words(UV_EAI_NODATA), "the name has no address");
    assert_string_equal(lookup_words(UV_EAI_AGAIN),
                        "the name servers do not answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_good_or_bad),
        cmocka_unit_test(each_check_connects_anew),
        cmocka_unit_test(only_the_first_64_kb_are_read),
        cmocka_unit_test(who_is_not_there_is_named),
        cmocka_unit_test(redirects_are_followed_when_asked),
        cmocka_unit_test(redirects_lead_nowhere_else),
        cmocka_unit_test(credentials_go_to_the_target_only),
        cmocka_unit_test(trouble_is_a_bad_result),
        cmocka_unit_test(ports_and_names_are_checked),
        cmocka_unit_test(look_ups_wait_their_turn),
        cmocka_unit_test(a_check_can_be_given_up),
        cmocka_unit_test(a_black_hole_takes_until_the_time_out),
        cmocka_unit_test(what_speaks_no_tls_is_named),
        cmocka_unit_test(queries_are_compared),
        cmocka_unit_test(why_a_name_has_no_address_is_said),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GUARD_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
