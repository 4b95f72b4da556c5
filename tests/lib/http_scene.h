/*
 * The listener with a few routes, and guests who say to it what they like, on
 * one loop:
 *
 *   /echo     GET, POST   answers the body, and notes what it was given
 *   /in/NAME  POST        as that, for those with the SECRET
 *   /few      GET         as that, twice in a minute
 *   /later    GET, POST   kept in `kept`: the test answers
 */
#ifndef TESTS_LIB_HTTP_SCENE_H
#define TESTS_LIB_HTTP_SCENE_H

#include "bot/io/http_server.h"

#define SECRET "correct horse"
#define GUESTS 8

/* Somebody who connects, says what there is to say, and reads to the end. */
struct guest {
    uv_tcp_t tcp;
    struct scene *scene;
    uv_connect_t connecting;
    struct buf says, hears;
    size_t said;     /* of a drip */
    uv_timer_t drip; /* one byte at a time */
    bool drips, leaves, is_over;
};

struct scene {
    uv_loop_t loop;
    struct http_server *server;
    struct http_limits limits;
    struct guest guests[GUESTS];
    int guest_count, over_count;
    struct buf seen; /* what the handler was given */
    struct http_request *kept[GUESTS];
    int kept_count;
    int wait_for; /* so many kept requests end the run */
};

/* Idle connections are closed at once: every guest hears an end. The limits may
 * be changed before it is opened. */
void scene_prepare(struct scene *scene);
void scene_open(struct scene *scene);
/* Until everybody was closed by the server, or `wait_for` is there. */
void scene_play(struct scene *scene);
/* Fails when anything is left open. */
void scene_close(struct scene *scene);

struct guest *guest_comes(struct scene *scene, const char *words);
void guest_leaves(struct guest *guest);
/* "200 404": the statuses of what was heard, in order. */
const char *statuses(const struct guest *guest);

#define HOST      " HTTP/1.1\r\nHost: x\r\n"
#define GET(path) "GET " path HOST "\r\n"

#endif
