/*
 * Between the files of tests/bench/: the bot under test, and how answers grow.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/peer.h"

#include <stdbool.h>
#include <sys/types.h>

struct bot {
    uv_loop_t *loop;
    const char *program, *directory;
    pid_t pid;
    int64_t started_ns;
    bool is_ready;
};

/* Returns once the gateway's READY was sent; `database` lies in `directory`. */
void bot_start(struct bot *bot, const struct peer *peer, const char *database);
void bot_stop(struct bot *bot);
void bot_is_ready(void *bot); /* for the peer */
double bot_cpu_seconds(const struct bot *bot);
double bot_resident_mb(const struct bot *bot);

/* Sorts; the value that `share` of them do not exceed, in ms. */
double share_ms(int64_t *ns, size_t n, double share);

/* A database with incident 1 of guild 500000, live, with that many entries and
 * its rooms in line. */
void bench_fill(const char *path, int64_t entries);

/* Prints a table: 10, 1,000, … `most` entries. False: an answer was wrong. */
bool growth(struct bot *bot, int64_t most);

#endif
