#include "tests/lib/rest_bench.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define GUARD_SECONDS 60

/* ---- the server ---- */

static void reply_now(struct peer_link *link, const struct reply *reply)
{
    struct buf out = BUF_INIT((size_t)1 << 24);
    const char *headers = reply->headers == NULL ? "" : reply->headers;
    size_t n = reply->body == NULL ? 0 : strlen(reply->body);
    buf_addf(&out, "HTTP/1.1 %d Said\r\n%sContent-Length: %zu\r\n",
             reply->status, headers, n);
    if (n > 0 && strstr(headers, "Content-Type") == NULL)
        buf_add_text(&out, "Content-Type: application/json\r\n");
    buf_addf(&out, "\r\n%s", n > 0 ? reply->body : "");
    peer_say(link, buf_str(&out));
    buf_release(&out);
}

void release_held(struct bench *bench)
{
    for (int i = 0; i < bench->held_count; i++)
        reply_now(bench->held[i].link, bench->held[i].reply);
    bench->held_count = 0;
}

static void serve(struct bench *bench, struct peer_link *link)
{
    assert_true(bench->script_left > 0);
    const struct reply *reply = bench->script++;
    bench->script_left--;
    if (reply->kind == ANSWER) {
        reply_now(link, reply);
    } else if (reply->kind == CUT) {
        peer_end(link);
    } else if (reply->kind == HOLD) {
        bench->held[bench->held_count].link = link;
        bench->held[bench->held_count++].reply = reply;
    }
}

/* Lines that are the same in every request are left out. */
static void tell_headers(struct bench *bench, struct str head)
{
    struct str line;
    while (str_cut(&head, '\n', &line)) {
        line = str_trim(line);
        if (line.n > 0 && !str_starts(line, "Host:") &&
            !str_starts(line, "Accept:"))
            buf_addf(&bench->story, "  %.*s\n", STR_ARG(line));
    }
}

static void on_request(struct peer_link *link, void *context)
{
    struct bench *bench = context;
    const char *end;
    while (link->in.n > 0 && (end = strstr(link->in.s, "\r\n\r\n")) != NULL) {
        size_t head = (size_t)(end - link->in.s) + 4;
        const char *length = strstr(link->in.s, "Content-Length: ");
        size_t body =
            length == NULL || length > end ? 0 : strtoul(length + 16, NULL, 10);
        if (link->in.n < head + body)
            return;
        struct str text = {link->in.s, head}, first;
        (void)str_cut(&text, '\n', &first);
        first.n -= strlen(" HTTP/1.1\r");
        buf_addf(&bench->story, "> %.*s%s%.*s\n", STR_ARG(first),
                 body > 0 ? " " : "", (int)body, link->in.s + head);
        if (bench->show_headers)
            tell_headers(bench, text);
        peer_take(link, head + body);
        serve(bench, link);
        if (bench->after != NULL)
            bench->after(bench);
    }
}

/* ---- the caller ---- */

static const char *const fates[] = {
    "done",    "gone",      "forbidden",   "rejected",
    "expired", "bad token", "unreachable",
};

static void one_less(struct bench *bench)
{
    bench->calls_left--;
    if (bench->free_on_call) {
        rest_free(bench->rest);
        bench->rest = NULL;
        bench->calls_left = 0;
    }
    if (bench->calls_left == 0)
        uv_stop(&bench->loop);
    if (bench->after != NULL)
        bench->after(bench);
}

static void on_answer(const struct rest_answer *answer, void *context)
{
    struct bench *bench = context;
    buf_addf(&bench->story, "< %s %d", fates[answer->fate], answer->status);
    if (answer->code != 0)
        buf_addf(&bench->story, " code %d", answer->code);
    if (answer->maybe_done)
        buf_add_text(&bench->story, " maybe done");
    if (bench->show_answer)
        buf_addf(&bench->story, " json %.*s text %.*s",
                 STR_ARG(json_text(answer->json, "id")), STR_ARG(answer->text));
    buf_add_char(&bench->story, '\n');
    one_less(bench);
}

static void on_bytes(enum rest_fate fate, int status, struct str bytes,
                     void *context)
{
    struct bench *bench = context;
    buf_addf(&bench->story, "< %s %d %.*s\n", fates[fate], status,
             STR_ARG(bytes));
    one_less(bench);
}

static void on_bad_token(void *context)
{
    struct bench *bench = context;
    buf_add_text(&bench->story, "bad token\n");
}

struct rest_call call_of(enum rest_method method, const char *route,
                         uint64_t major_id, const char *body)
{
    struct rest_call call = {
        .method = method,
        .route = route,
        .major_id = major_id,
        .body = body == NULL ? NULL : mem_text(body),
    };
    (void)snprintf(call.path, sizeof call.path, "/c/%" PRIu64, major_id);
    return call;
}

struct rest_call message(uint64_t channel, const char *text)
{
    return call_of(REST_POST, "POST /c/:id", channel, text);
}

struct rest_call callback(const char *text)
{
    struct rest_call made = call_of(REST_POST, "POST /callback", 9, text);
    made.is_callback = true;
    return made;
}

void ask(struct bench *bench, struct rest_call made)
{
    size_t before = bench->story.n;
    rest_send(bench->rest, &made, on_answer, bench);
    assert_null(made.body);
    assert_int_equal(bench->story.n, before); /* nothing from inside */
    bench->calls_left++;
}

void ask_file(struct bench *bench, const char *url, size_t max_bytes)
{
    size_t before = bench->story.n;
    rest_fetch(bench->rest, url, max_bytes, on_bytes, bench);
    assert_int_equal(bench->story.n, before);
    bench->calls_left++;
}

/* ---- a test ---- */

void open_to(struct bench *bench, int port)
{
    char base[64];
    struct buf why = BUF_INIT(200);
    (void)snprintf(base, sizeof base, "http://127.0.0.1:%d/api/", port);
    struct rest_config config = {
        .api_base = base,
        .token = "secret-token",
        .user_agent = "DiscordBot (here, 1)",
    };
    bench->rest = rest_new(&bench->loop, &config, &why);
    assert_non_null(bench->rest);
    rest_on_bad_token(bench->rest, on_bad_token, bench);
}

void open_bench(struct bench *bench, const struct reply *script, size_t replies)
{
    *bench = (struct bench){
        .script = script,
        .script_left = (int)replies,
        .story = BUF_INIT(65536),
    };
    assert_int_equal(uv_loop_init(&bench->loop), 0);
    bench->peer = peer_new(&bench->loop, &(struct peer_handlers){
                                             .came = on_request,
                                             .context = bench,
                                         });
    open_to(bench, peer_port(bench->peer));
}

void run(struct bench *bench)
{
    (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(bench->calls_left, 0);
}

void close_bench(struct bench *bench, const char *story)
{
    rest_free(bench->rest);
    peer_free(bench->peer);
    assert_int_equal(uv_run(&bench->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
    assert_string_equal(buf_text(&bench->story), story);
    assert_int_equal(bench->script_left, 0);
    buf_release(&bench->story);
}

void bench_guard(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GUARD_SECONDS);
}
