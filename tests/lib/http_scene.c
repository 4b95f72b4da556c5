#include "tests/lib/http_scene.h"

#include "bot/base/mem.h"
#include "bot/io/http_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the server's side ---- */

static void on_echo(struct http_request *request, void *context)
{
    struct scene *scene = context;
    buf_addf(&scene->seen, "%s %.*s|%.*s?%.*s from %.*s, %.*s, accepts %.*s;",
             request->method == HTTP_POST   ? "POST"
             : request->method == HTTP_HEAD ? "HEAD"
                                            : "GET",
             STR_ARG(request->path), STR_ARG(request->below),
             STR_ARG(request->query), STR_ARG(request->peer),
             STR_ARG(request->content_type), STR_ARG(request->accept));
    http_answer(request, 200, HTTP_TEXT, request->body);
}

static void on_later(struct http_request *request, void *context)
{
    struct scene *scene = context;
    assert_true(scene->kept_count < GUESTS);
    scene->kept[scene->kept_count++] = request;
    if (scene->kept_count == scene->wait_for)
        uv_stop(&scene->loop);
}

static int who_may(const struct http_request *request, void *context)
{
    (void)context;
    return http_has_secret(request, STR(SECRET)) ? 0 : 401;
}

void scene_open(struct scene *scene)
{
    const struct http_route routes[] = {
        {.path = "/echo",
         .methods = HTTP_GET | HTTP_POST,
         .handler = on_echo,
         .context = scene},
        {.path = "/in/",
         .methods = HTTP_POST,
         .admit = who_may,
         .handler = on_echo,
         .context = scene},
        {.path = "/later",
         .methods = HTTP_GET | HTTP_POST,
         .handler = on_later,
         .context = scene},
        {.path = "/few",
         .methods = HTTP_GET,
         .rate = {.per_minute = 1, .burst = 2},
         .handler = on_echo,
         .context = scene},
    };
    static struct http_route kept[sizeof routes / sizeof *routes];
    struct buf why = BUF_INIT(200);
    memcpy(kept, routes, sizeof routes);
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    const struct http_config config = {
        .loop = &scene->loop,
        .listen = "127.0.0.1:0",
        .routes = kept,
        .route_count = sizeof routes / sizeof *routes,
        .limits = scene->limits,
    };
    scene->seen = BUF_INIT(8192);
    scene->server = http_server_new(&config, &why);
    if (scene->server == NULL)
        fail_msg("%s", buf_text(&why));
}

void scene_prepare(struct scene *scene)
{
    *scene = (struct scene){.limits = http_limits_usual()};
    scene->limits.idle_ms = 1;
}

/* ---- the guest's side ---- */

static void on_guest_closed(uv_handle_t *handle)
{
    (void)handle;
}

void guest_leaves(struct guest *guest)
{
    if (guest->is_over)
        return;
    guest->is_over = true;
    uv_close((uv_handle_t *)&guest->drip, on_guest_closed);
    uv_close((uv_handle_t *)&guest->tcp, on_guest_closed);
    if (++guest->scene->over_count == guest->scene->guest_count)
        uv_stop(&guest->scene->loop);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
    struct guest *guest = handle->data;
    (void)hint;
    assert_true(buf_reserve(&guest->hears, 4096));
    *out = uv_buf_init(guest->hears.s + guest->hears.n, 4096);
}

static void on_heard(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct guest *guest = stream->data;
    (void)bytes;
    if (n < 0) {
        guest_leaves(guest);
        return;
    }
    guest->hears.n += (size_t)n;
    guest->hears.s[guest->hears.n] = '\0';
}

static void say(struct guest *guest, const char *bytes, size_t n)
{
    uv_buf_t what = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)n);
    struct sent {
        uv_write_t write;
    } *sent = mem_alloc(sizeof *sent);
    assert_int_equal(uv_write(&sent->write, (uv_stream_t *)&guest->tcp, &what,
                              1, (uv_write_cb)(void (*)(void))free),
                     0);
}

static void on_drip(uv_timer_t *timer)
{
    struct guest *guest = timer->data;
    if (guest->said < guest->says.n)
        say(guest, guest->says.s + guest->said++, 1);
}

static void on_connected(uv_connect_t *connecting, int status)
{
    struct guest *guest = connecting->data;
    assert_int_equal(status, 0);
    (void)uv_read_start((uv_stream_t *)&guest->tcp, on_alloc, on_heard);
    if (guest->drips)
        (void)uv_timer_start(&guest->drip, on_drip, 1, 1);
    else if (guest->says.n > 0)
        say(guest, guest->says.s, guest->says.n);
}

struct guest *guest_comes(struct scene *scene, const char *words)
{
    struct guest *guest = &scene->guests[scene->guest_count++];
    struct sockaddr_in at;
    const char *port = strchr(http_server_address(scene->server), ':') + 1;
    *guest = (struct guest){.scene = scene,
                            .says = BUF_INIT(8u << 20),
                            .hears = BUF_INIT(4u << 20)};
    buf_add_text(&guest->says, words);
    (void)uv_ip4_addr("127.0.0.1", (int)strtol(port, NULL, 10), &at);
    (void)uv_tcp_init(&scene->loop, &guest->tcp);
    (void)uv_timer_init(&scene->loop, &guest->drip);
    guest->tcp.data = guest->drip.data = guest->connecting.data = guest;
    (void)uv_tcp_connect(&guest->connecting, &guest->tcp,
                         (const struct sockaddr *)&at, on_connected);
    return guest;
}

void scene_play(struct scene *scene)
{
    (void)uv_run(&scene->loop, UV_RUN_DEFAULT);
}

void scene_close(struct scene *scene)
{
    http_server_free(scene->server);
    for (int i = 0; i < scene->guest_count; i++) {
        guest_leaves(&scene->guests[i]);
        buf_release(&scene->guests[i].says);
    }
    while (uv_run(&scene->loop, UV_RUN_DEFAULT) != 0)
        ;
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    for (int i = 0; i < scene->guest_count; i++)
        buf_release(&scene->guests[i].hears);
    buf_release(&scene->seen);
}

const char *statuses(const struct guest *guest)
{
    static char found[100];
    const char *at = buf_text(&guest->hears);
    struct buf out;
    found[0] = '\0';
    out = BUF_IN(found);
    while ((at = strstr(at, "HTTP/1.1 ")) != NULL) {
        at += strlen("HTTP/1.1 ");
        buf_addf(&out, "%s%.3s", out.n > 0 ? " " : "", at);
    }
    return found;
}
