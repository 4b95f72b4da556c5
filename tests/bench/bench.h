/*
 * Between the files of tests/bench/: the bot that is measured, what was
 * measured, and how answers grow.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/discord.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* One of those that are compared. */
struct contender {
    const char *name;
    const char *words[4]; /* how it is started */
    bool is_opsroom; /* has a settings file; its first command is a declare */
};

struct bot {
    uv_loop_t *loop;
    const struct contender *contender;
    const char *directory; /* of databases, logs, certificates */
    const char *preload;   /* syncs.so, which sees syncs; NULL: none */
    const char *settings;  /* more of them, as TOML; NULL: none */
    bool announces;        /* in channel 9000001 */
    int http_port;         /* where it listens; 0: anywhere */
    bool is_tls;
    pid_t pid;
    int64_t started_ns;
    bool is_ready;
    uv_timer_t guard;
};

void bot_init(struct bot *bot, uv_loop_t *loop, const char *directory);
/* Returns once the gateway's READY was sent; `database` lies in `directory`. */
void bot_start(struct bot *bot, const struct discord *discord,
               const char *database);
void bot_stop(struct bot *bot);
/* Until somebody calls uv_stop. Two minutes without that end the bench. */
void bot_run(struct bot *bot);
void bot_is_ready(void *bot); /* for the stand-in */
double bot_cpu_seconds(const struct bot *bot);
double bot_resident_mb(const struct bot *bot);
/* Of all its threads, since it began: how often one was woken, or went on after
 * another program; and for how long they ran. */
struct activity {
    int64_t wakes, ran_ns;
};
struct activity bot_activity(const struct bot *bot);
/* These two want `preload`: how many so far; how much longer each shall be. */
int64_t bot_syncs(const struct bot *bot);
void bot_set_sync_delay(const struct bot *bot, uint64_t us);
/* Prints incident 1's postmortem to nobody; NAN: it would not. */
double bot_render_ms(const struct bot *bot);

/* Durable commands, and how long each took to be answered. */
struct pace {
    struct bot *bot;
    struct discord *discord;
    uv_timer_t timer;
    int64_t next;      /* number of the next interaction */
    int64_t wanted;    /* interactions still to be dispatched */
    int64_t in_flight; /* dispatched, not answered */
    int64_t until_ns;  /* nothing is dispatched later */
    int64_t *ns;       /* that each answer took */
    int64_t answers, room;
    int at_once;
    bool flat_out; /* each answer brings the next command */
    void *context; /* whoever goes along with it */
};

void pace_init(struct pace *pace, struct bot *bot);
void pace_free(struct pace *pace);
void pace_answered(int64_t n, int64_t ns, struct str body, void *pace);
/* The first command, of opsroom an incident; returns when it was answered. */
void pace_first(struct pace *pace);
/* Entries, so many at once at that interval; returns when all are answered. */
void pace_run(struct pace *pace, int64_t count, int at_once, uint64_t every_ms);
void pace_flat_out(struct pace *pace, int64_t count, int in_flight,
                   int64_t until_ns);
double pace_ms(struct pace *pace, double share);
void pace_print(struct pace *pace, const char *what);
/* Returns after so long. */
void pace_wait(struct pace *pace, uint64_t ms);

/* Sorts; the value that `share` of them do not exceed, in ms. */
double share_ms(int64_t *ns, size_t n, double share);

/* A database with incident 1 of guild 500000, live, with that many entries and
 * its rooms in line. */
void bench_fill(const char *path, int64_t entries);

/* Prints a table and draws it: 10, 1,000, … `most` entries. False: an answer
 * was wrong. */
bool growth(struct bot *bot, int64_t most);

/* Nothing at all, then 500 probes, each for so many seconds; then 1,000 alerts
 * in a body and in as many posts. Prints a table. False: something was lost, or
 * a wish was not met. */
bool watching(struct bot *bot, int seconds);

/* One blocking exchange with 127.0.0.1 after another; the connection stays. */
struct guest;
struct guest *guest_new(int port);
void guest_free(struct guest *guest);
/* `head` are whole lines after the request's first. The status, 0 when there
 * was no answer; its body is borrowed until the next exchange. */
void guest_send(struct guest *guest, const char *line, const char *head,
                struct str body);
int guest_read(struct guest *guest, struct str *body);

#endif
