/*
 * The rate limiter against a model of Discord's server on a virtual clock:
 * shared buckets, windows that begin with their first call, requests and
 * answers of any duration. No 429 ever comes that could have been foreseen, and
 * a queue is through about as soon as the limits allow.
 *
 * Nobody can foresee that two routes share a bucket before both were answered:
 * a window with such a blind call in it may give a 429.
 *
 *   test_ratelimit_random [SEED]
 */
#include "bot/discord/ratelimit.h"
#include "tests/lib/chance.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SEEDS       300
#define ROUTES      4
#define MAJORS      3
#define CALLS       250
#define TRIP_MS_MAX 120 /* there and back */

static const char *const routes[ROUTES] = {"A", "B", "C", "D"};

/* What Discord knows of a bucket. */
struct window {
    int limit;
    int64_t length_ms;
    int64_t ends_at;
    int used;
    bool has_blind;    /* call in it */
    int64_t shared_to; /* we were told that somebody else used it up */
    int calls;         /* that belong to it, in all */
    int64_t lost_ms;   /* to 429s */
};

enum call_state { WAITING, QUEUED, SENT, COUNTED, DONE };

struct call {
    int route, major;
    enum call_state state;
    bool is_blind; /* sent before its route was ever answered */
    /* WAITING: is made; QUEUED: to try; SENT: arrives; COUNTED: answer comes */
    int64_t at;
    int status;
    struct ratelimit_headers headers;
    char limit[16], remaining[16], reset_after[32];
};

struct world {
    uint64_t seed, random;
    int64_t now;
    struct ratelimit *limiter;
    int bucket_of[ROUTES]; /* two routes may share one */
    bool is_answered[ROUTES];
    struct window windows[ROUTES][MAJORS];
    struct call calls[CALLS];
    int64_t sent_at[CALLS * 4];
    int sent;
    bool has_shared;
};

static const char *program;

static void check(const struct world *world, bool holds, const char *what)
{
    if (!holds)
        fail_msg("seed %" PRIu64 ", %" PRId64 " ms: %s. Again: %s %" PRIu64,
                 world->seed, world->now, what, program, world->seed);
}

static int64_t any(struct world *world, int64_t below)
{
    return (int64_t)chance_below(&world->random, (uint64_t)below);
}

static struct window *window_of(struct world *world, const struct call *call)
{
    return &world->windows[world->bucket_of[call->route]][call->major];
}

static void try_call(struct world *world, struct call *call)
{
    int64_t wait = ratelimit_take(world->limiter, routes[call->route],
                                  (uint64_t)call->major + 1, false, world->now);
    if (wait > 0) {
        check(world, wait <= 61000, "a wait longer than any window");
        call->at = world->now + wait;
        return;
    }
    check(world, window_of(world, call)->shared_to <= world->now,
          "sends into a limit that was told");
    if (world->sent >= 50)
        check(world, world->now - world->sent_at[world->sent - 50] >= 1000,
              "more than 50 in a second");
    world->sent_at[world->sent++] = world->now;
    call->state = SENT;
    call->is_blind = !world->is_answered[call->route];
    call->at = world->now + any(world, TRIP_MS_MAX / 2);
}

static void arrive(struct world *world, struct call *call)
{
    static const char *const names[ROUTES] = {"b0", "b1", "b2", "b3"};
    struct window *window = window_of(world, call);
    if (window->ends_at <= world->now) {
        window->ends_at = world->now + window->length_ms;
        window->used = 0;
        window->has_blind = false;
    }
    window->has_blind = window->has_blind || call->is_blind;
    call->headers =
        (struct ratelimit_headers){.body_retry_after_s = -1, .is_json = true};
    call->status = 200;
    if (world->has_shared && any(world, 40) == 0) {
        int64_t retry = 100 + any(world, 3000);
        call->status = 429;
        call->headers.scope = STR("shared");
        call->headers.body_retry_after_s = (double)retry / 1000;
        window->lost_ms += retry + TRIP_MS_MAX;
    } else if (window->used == window->limit) {
        check(world, window->has_blind, "a 429 one could foresee");
        call->status = 429;
        call->headers.scope = STR("user");
        call->headers.body_retry_after_s =
            (double)(window->ends_at - world->now) / 1000;
        window->lost_ms += window->length_ms;
    } else {
        window->used++;
    }
    int64_t left = window->ends_at - world->now;
    (void)snprintf(call->limit, sizeof call->limit, "%d", window->limit);
    (void)snprintf(call->remaining, sizeof call->remaining, "%d",
                   window->limit - window->used);
    (void)snprintf(call->reset_after, sizeof call->reset_after,
                   "%" PRId64 ".%03" PRId64, left / 1000, left % 1000);
    call->headers.bucket = str_of(names[world->bucket_of[call->route]]);
    call->headers.limit = str_of(call->limit);
    call->headers.remaining = str_of(call->remaining);
    call->headers.reset_after = str_of(call->reset_after);
    call->state = COUNTED;
    call->at = world->now + any(world, TRIP_MS_MAX / 2);
}

static void answer(struct world *world, struct call *call)
{
    struct window *window = window_of(world, call);
    ratelimit_answer(world->limiter, routes[call->route],
                     (uint64_t)call->major + 1, false, call->status,
                     &call->headers, world->now);
    int64_t retry = (int64_t)(call->headers.body_retry_after_s * 1000);
    if (str_is(call->headers.scope, "shared") &&
        world->now + retry > window->shared_to)
        window->shared_to = world->now + retry;
    world->is_answered[call->route] = true;
    call->state = call->status == 200 ? DONE : QUEUED;
    call->at = world->now;
}

/* The next thing that happens; false when all is done. Of each queue only the
 * oldest call tries. */
static bool step(struct world *world)
{
    struct call *next = NULL;
    bool has_head[ROUTES][MAJORS] = {0};
    for (int i = 0; i < CALLS; i++) {
        struct call *call = &world->calls[i];
        bool *is_taken = &has_head[call->route][call->major];
        if (call->state == DONE || (call->state == QUEUED && *is_taken))
            continue;
        *is_taken = *is_taken || call->state == QUEUED;
        if (next == NULL || call->at < next->at)
            next = call;
    }
    if (next == NULL)
        return false;
    world->now = next->at > world->now ? next->at : world->now;
    if (next->state == WAITING)
        next->state = QUEUED;
    else if (next->state == QUEUED)
        try_call(world, next);
    else if (next->state == SENT)
        arrive(world, next);
    else
        answer(world, next);
    return true;
}

/* When a queue that was full from the start could be through, generously: its
 * windows one after the other, each a round trip late, the first call alone,
 * and everybody's turn in the global limit. */
static int64_t latest_end(const struct window *window)
{
    int64_t windows = window->calls / window->limit + 2;
    return windows * (window->length_ms + 2 * TRIP_MS_MAX) + window->lost_ms +
           CALLS / 50 * 1000 + 2000;
}

static void play_seed(uint64_t seed, bool all_at_once, bool has_shared)
{
    struct world world = {.seed = seed,
                          .random = seed,
                          .has_shared = has_shared,
                          .limiter = ratelimit_new()};
    for (int r = 0; r < ROUTES; r++) {
        world.bucket_of[r] = (int)any(&world, ROUTES);
        struct window shape = {.limit = 1 + (int)any(&world, 10),
                               .length_ms = 500 + any(&world, 10000)};
        for (int m = 0; m < MAJORS; m++)
            world.windows[r][m] = shape;
    }
    for (int i = 0; i < CALLS; i++) {
        struct call *call = &world.calls[i];
        call->route = (int)any(&world, ROUTES);
        call->major = (int)any(&world, MAJORS);
        call->at = all_at_once ? 0 : any(&world, 60000);
        window_of(&world, call)->calls++;
    }
    while (step(&world)) {
        check(&world, world.now < 10000000, "no end");
        check(&world, world.sent < CALLS * 4 - 1, "too many repeats");
    }
    int64_t latest = 0;
    for (int r = 0; r < ROUTES; r++)
        for (int m = 0; m < MAJORS; m++) {
            int64_t end = latest_end(&world.windows[r][m]);
            latest = end > latest ? end : latest;
        }
    if (all_at_once)
        check(&world, world.now <= latest, "slower than the limits allow");
    ratelimit_free(world.limiter);
}

static uint64_t first_seed = 1, last_seed = SEEDS;

static void a_queue_is_through_in_time(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++)
        play_seed(seed, true, false);
}

static void calls_at_any_time_meet_no_429(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++)
        play_seed(seed, false, false);
}

static void shared_limits_of_others_are_waited_out(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++)
        play_seed(seed, true, true);
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc > 1)
        first_seed = last_seed = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_queue_is_through_in_time),
        cmocka_unit_test(calls_at_any_time_meet_no_429),
        cmocka_unit_test(shared_limits_of_others_are_waited_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
