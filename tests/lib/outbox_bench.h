/*
 * An outbox over a real store and a loop. Nobody answers it: Discord is a port
 * where nothing listens.
 */
#ifndef TESTS_LIB_OUTBOX_BENCH_H
#define TESTS_LIB_OUTBOX_BENCH_H

#include "bot/outbox/outbox.h"
#include "tests/lib/scratch.h"

struct bench {
    uv_loop_t loop;
    struct store *store;
    struct rest *rest;
    struct outbox *outbox;
    int wakes; /* how often it wanted a turn */
};

/* What may be another one; NULL: ours, and a program that says nothing. */
struct bench_parts {
    const char *template, *git_helper;
    struct forge_desk *forge; /* NULL: the settings name none */
};
void bench_open(struct bench *bench, const struct scratch *scratch,
                const struct bench_parts *parts);
void bench_close(struct bench *bench);

/* Incidents 1 to `count`, of which nothing is wanted. */
void bench_declare(struct bench *bench, const struct scratch *scratch,
                   int64_t count);
/* Within a transaction. */
void bench_want(struct bench *bench, enum effect_kind kind, int64_t incident);
/* Runs the loop until it wants a turn. */
void bench_wait(struct bench *bench);
/* A turn. */
void bench_settle(struct bench *bench, int64_t wall_ms);
/* Rows of that kind that were begun. */
int64_t bench_started(const struct scratch *scratch, const char *kind);

#endif
