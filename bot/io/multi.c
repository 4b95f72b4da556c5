#include "bot/io/multi.h"

#include "bot/base/mem.h"
#include "bot/io/certificates.h"
#include "bot/io/loop.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_SLACK_MS 50 /* the kernel counts in ticks */

struct watch;

struct multi {
    uv_loop_t *loop;
    uv_timer_t timer;
    struct turn_end *turn_end;
    CURLM *multi;
    struct watch **watches; /* by socket; NULL: not watched */
    int watch_room;
    void (*ended)(void *context);
    void *context;
};

/* curl stops watching a socket after every answer, and starts again with the
 * next request. The loop goes on watching for that: five system calls less per
 * request. Only of a connected socket does curl tell when it is closed: one
 * that never got so far is closed unseen, and its number is soon another's. */
struct watch {
    uv_poll_t poll;
    struct multi *multi;
    curl_socket_t socket;
    int wanted;         /* by curl: UV_READABLE | UV_WRITABLE; 0: nothing now */
    int watched;        /* by the loop */
    bool is_connection; /* no pipe of curl's resolver */
    bool is_kept;       /* until we are told that the socket is closed */
};

static struct watch *find_watch(const struct multi *multi, curl_socket_t socket)
{
    return socket < multi->watch_room ? multi->watches[socket] : NULL;
}

static struct watch *make_watch(struct multi *multi, curl_socket_t socket)
{
    struct watch *watch = mem_alloc(sizeof *watch);
    if (socket >= multi->watch_room) {
        int room = socket + 64;
        multi->watches =
            mem_resize(multi->watches, (size_t)room * sizeof(struct watch *));
        memset(multi->watches + multi->watch_room, 0,
               (size_t)(room - multi->watch_room) * sizeof(struct watch *));
        multi->watch_room = room;
    }
    multi->watches[socket] = watch;
    watch->multi = multi;
    watch->socket = socket;
    int failed = uv_poll_init_socket(multi->loop, &watch->poll, socket);
    assert(failed == 0);
    watch->poll.data = watch;
    return watch;
}

static void free_handle(uv_handle_t *handle)
{
    free(handle->data);
}

static void drop_watch(struct watch *watch)
{
    watch->multi->watches[watch->socket] = NULL;
    uv_close((uv_handle_t *)&watch->poll, free_handle);
}

static void on_socket(uv_poll_t *poll, int status, int events);

static void want(struct watch *watch, int events)
{
    watch->wanted = events;
    if (watch->watched != events)
        (void)uv_poll_start(&watch->poll, events, on_socket);
    watch->watched = events;
}

static bool is_connected(curl_socket_t socket)
{
    struct sockaddr_storage peer;
    socklen_t n = sizeof peer;
    return getpeername(socket, (struct sockaddr *)&peer, &n) == 0;
}

static void act(struct multi *multi, curl_socket_t socket, int events)
{
    int running;
    CURLMcode code =
        curl_multi_socket_action(multi->multi, socket, events, &running);
    assert(code == CURLM_OK);
    multi->ended(multi->context);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    int flags = 0;
    if (status < 0) {
        watch->watched = 0; /* libuv has stopped */
        flags |= CURL_CSELECT_ERR;
    }
    if (watch->wanted == 0) { /* the peer closes a kept connection */
        watch->watched = 0;
        (void)uv_poll_stop(poll);
        return;
    }
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    act(watch->multi, watch->socket, flags);
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what,
                        void *context, void *unused)
{
    struct multi *multi = context;
    struct watch *watch = find_watch(multi, socket);
    (void)easy;
    (void)unused;
    if (what != CURL_POLL_REMOVE) {
        if (watch == NULL)
            watch = make_watch(multi, socket);
        want(watch, (what & CURL_POLL_IN ? UV_READABLE : 0) |
                        (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
    } else if (watch != NULL) {
        watch->wanted = 0;
        watch->is_kept =
            watch->is_kept || (watch->is_connection && is_connected(socket));
        if (!watch->is_kept)
            drop_watch(watch);
    }
    return 0;
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static void on_turn_end(void *context)
{
    act(context, CURL_SOCKET_TIMEOUT, 0);
}

/* "At once" is the end of the turn: libuv runs a timer of 0 ms that was set by
 * a timer before it looks at sockets, so a fast server could keep all others
 * waiting. */
static int set_timer(CURLM *curl, long ms, void *context)
{
    struct multi *multi = context;
    (void)curl;
    if (ms == 0)
        turn_end_wake(multi->turn_end);
    if (ms <= 0)
        return uv_timer_stop(&multi->timer);
    return uv_timer_start(&multi->timer, on_timer, (uint64_t)ms, 0);
}

/* curl opens its sockets without close-on-exec; a helper must not get one. */
curl_socket_t multi_open_socket(void *context, curlsocktype purpose,
                                struct curl_sockaddr *address)
{
    curl_socket_t made = socket(
        address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    (void)purpose;
    if (made < 0)
        return made;
    struct watch *former = find_watch(context, made);
    int wanted = former == NULL ? 0 : former->wanted;
    if (former != NULL)
        drop_watch(former); /* closed unseen */
    struct watch *watch = make_watch(context, made);
    watch->is_connection = true;
    /* curl takes the new one for the former, and would not ask again. */
    if (wanted != 0)
        want(watch, wanted);
    return made;
}

static int close_socket(void *context, curl_socket_t socket)
{
    struct watch *watch = find_watch(context, socket);
    if (watch != NULL)
        drop_watch(watch);
    return close(socket);
}

/* ---- connections that are dead ---- */

static int local_port(curl_socket_t socket)
{
    struct sockaddr_in6 own = {.sin6_family = AF_UNSPEC};
    socklen_t n = sizeof own;
    (void)getsockname(socket, (struct sockaddr *)&own, &n);
    return ntohs(own.sin6_port); /* IPv4 has it at the same place */
}

static int64_t silence_ms(curl_socket_t socket)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &n) == 0
               ? info.tcpi_last_data_recv
               : 0;
}

/* curl tells its port and not the socket. What else is on the way over it ends
 * as lost, and curl finds the connection closed. */
void multi_give_up(struct multi *multi, CURL *easy)
{
    curl_off_t total_us = 0, before_us = 0;
    long port = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port);
    (void)curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &total_us);
    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &before_us);
    int64_t waited_ms = (total_us - before_us) / 1000;
    for (int i = 0; i < multi->watch_room && port != 0; i++) {
        const struct watch *watch = multi->watches[i];
        if (watch != NULL && watch->is_connection && local_port(i) == port &&
            silence_ms(i) >= waited_ms - SILENCE_SLACK_MS)
            (void)shutdown(i, SHUT_RDWR);
    }
}

struct multi *multi_new(uv_loop_t *loop, long idle_connections,
                        void (*ended)(void *context), void *context)
{
    struct multi *multi = mem_alloc(sizeof *multi);
    /* OpenSSL starts by itself when it is first used. */
    CURLcode code = curl_global_init(CURL_GLOBAL_NOTHING);
    assert(code == CURLE_OK);
    multi->loop = loop;
    multi->ended = ended;
    multi->context = context;
    (void)uv_timer_init(loop, &multi->timer);
    multi->timer.data = multi;
    multi->turn_end = turn_end_new(loop, on_turn_end, multi);
    multi->multi = curl_multi_init();
    assert(multi->multi != NULL);
    (void)curl_multi_setopt(multi->multi, CURLMOPT_SOCKETFUNCTION,
                            watch_socket);
    (void)curl_multi_setopt(multi->multi, CURLMOPT_SOCKETDATA, multi);
    (void)curl_multi_setopt(multi->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    (void)curl_multi_setopt(multi->multi, CURLMOPT_TIMERDATA, multi);
    (void)curl_multi_setopt(multi->multi, CURLMOPT_MAXCONNECTS,
                            idle_connections);
    return multi;
}

CURL *multi_easy(struct multi *multi, const char *ca_file)
{
    CURL *easy = curl_easy_init();
    assert(easy != NULL);
    EASY_SET(easy, CURLOPT_OPENSOCKETFUNCTION, multi_open_socket);
    EASY_SET(easy, CURLOPT_OPENSOCKETDATA, multi);
    EASY_SET(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    EASY_SET(easy, CURLOPT_CLOSESOCKETDATA, multi);
    EASY_SET(easy, CURLOPT_NOSIGNAL, 1L);
    EASY_SET(easy, CURLOPT_QUICK_EXIT, 1L); /* not to wait for a name server */
    EASY_SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    EASY_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    /* A proxy from the environment would see the token of plain http. */
    EASY_SET(easy, CURLOPT_PROXY, "");
    EASY_SET(easy, CURLOPT_CAINFO, ca_file);
    EASY_SET(easy, CURLOPT_CAPATH,
             ca_file == NULL ? certificate_folder() : NULL);
    return easy;
}

CURLM *multi_handle(const struct multi *multi)
{
    return multi->multi;
}

void multi_free(struct multi *multi)
{
    if (multi == NULL)
        return;
    (void)curl_multi_cleanup(multi->multi);
    free(multi->watches);
    turn_end_free(multi->turn_end);
    curl_global_cleanup();
    uv_close((uv_handle_t *)&multi->timer, free_handle);
}
