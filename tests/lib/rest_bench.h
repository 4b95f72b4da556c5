/*
 * The REST client against a scripted server on the same loop. Both sides write
 * into one story, which each test compares whole: "> POST /x" is a request as
 * the server saw it, "< done 200" what the caller was told.
 */
#ifndef TESTS_LIB_REST_BENCH_H
#define TESTS_LIB_REST_BENCH_H

#include "bot/io/rest.h"
#include "tests/lib/peer.h"

#define HOLDS 8

enum reply_kind { ANSWER, CUT, HOLD, SILENT };

struct reply {
    enum reply_kind kind; /* HOLD: the answer goes out with release_held */
    int status;
    const char *headers; /* whole lines */
    const char *body;    /* JSON; NULL: none */
};

struct bench {
    uv_loop_t loop;
    struct peer *peer;
    struct rest *rest;
    const struct reply *script; /* one per request, in order of arrival */
    int script_left;
    struct {
        struct peer_link *link;
        const struct reply *reply;
    } held[HOLDS];
    int held_count;
    struct buf story;
    int calls_left; /* callbacks still to come */
    bool free_on_call;
    bool show_headers, show_answer;
    void (*after)(struct bench *bench); /* each request and each answer */
};

#define OPEN(bench, script)                                                    \
    open_bench((bench), (script), sizeof(script) / sizeof *(script))

void open_bench(struct bench *bench, const struct reply *script,
                size_t replies);
/* Opens the client to another port of loopback. */
void open_to(struct bench *bench, int port);
/* Until every call was answered. */
void run(struct bench *bench);
void close_bench(struct bench *bench, const char *story);
void release_held(struct bench *bench);

struct rest_call call_of(enum rest_method method, const char *route,
                         uint64_t major_id, const char *body);
struct rest_call message(uint64_t channel, const char *text);
struct rest_call callback(const char *text);
void ask(struct bench *bench, struct rest_call made);
void ask_file(struct bench *bench, const char *url, size_t max_bytes);
/* Ignores SIGPIPE, and ends a wait that never ends. */
void bench_guard(void);

#endif
