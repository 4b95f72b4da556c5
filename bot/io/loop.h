/*
 * The one event loop. libuv carries lws, curl, children, signals and timers; no
 * threads but libuv's resolver pool. Loop time (loop_now_ms) is monotonic.
 */
#ifndef BOT_IO_LOOP_H
#define BOT_IO_LOOP_H

#include "bot/base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

int64_t loop_now_ms(const uv_loop_t *loop);
uint64_t loop_seed(void); /* for jitter: another one in each process */

/* The life of the loop, for whoever owns it. */
MUST_CHECK bool loop_open(uv_loop_t *loop);
void loop_run(uv_loop_t *loop); /* until loop_stop */
void loop_stop(uv_loop_t *loop);
/* Lets closed handles go, at most so long: the look-up of a name cannot be
 * taken back, and a name server that does not answer is not waited for. False:
 * something is left. */
MUST_CHECK bool loop_close(uv_loop_t *loop, int64_t most_ms);

/* SIGTERM, SIGINT and SIGHUP, but for those that whoever started us has us
 * ignore, as nohup does with the last. */
struct signals;
typedef void signal_fn(int number, void *context);
struct signals *signals_new(uv_loop_t *loop, signal_fn *told, void *context);
void signals_free(struct signals *signals); /* closes; NULL is fine */

/* A one-shot deadline that can be moved. `at_ms` is loop time; INT64_MAX
 * disarms. The callback runs at or after it. */
struct deadline;
typedef void deadline_fn(void *context);
struct deadline *deadline_new(uv_loop_t *loop, deadline_fn *reached,
                              void *context);
void deadline_set(struct deadline *deadline, int64_t at_ms);
void deadline_free(struct deadline *deadline); /* closes; NULL is fine */

/* Called once at the end of each loop turn in which turn_end_wake was called:
 * all that arrived in the turn is there. */
struct turn_end;
typedef void turn_end_fn(void *context);
struct turn_end *turn_end_new(uv_loop_t *loop, turn_end_fn *end, void *context);
void turn_end_wake(struct turn_end *turn);
void turn_end_free(struct turn_end *turn);

/* Tells how long each turn kept the loop, one of loop_open, from waiting for
 * the next event. */
struct loop_meter;
typedef void loop_busy_fn(int64_t us, void *context);
struct loop_meter *loop_meter_new(uv_loop_t *loop, loop_busy_fn *busy,
                                  void *context);
void loop_meter_free(struct loop_meter *meter); /* closes; NULL is fine */

#endif
