#include "bot/io/loop.h"

#include "bot/base/mem.h"

#include <signal.h>
#include <stdlib.h>

int64_t loop_now_ms(const uv_loop_t *loop)
{
    return (int64_t)uv_now(loop);
}

uint64_t loop_seed(void)
{
    return uv_hrtime();
}

/* ---- its life ---- */

bool loop_open(uv_loop_t *loop)
{
    return uv_loop_init(loop) == 0 &&
           uv_loop_configure(loop, UV_METRICS_IDLE_TIME) == 0;
}

void loop_run(uv_loop_t *loop)
{
    (void)uv_run(loop, UV_RUN_DEFAULT);
}

void loop_stop(uv_loop_t *loop)
{
    uv_stop(loop);
}

static void on_closing_over(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

bool loop_close(uv_loop_t *loop, int64_t most_ms)
{
    uv_timer_t timer;
    (void)uv_timer_init(loop, &timer);
    (void)uv_timer_start(&timer, on_closing_over, (uint64_t)most_ms, 0);
    uv_unref((uv_handle_t *)&timer);
    (void)uv_run(loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&timer, NULL);
    (void)uv_run(loop, UV_RUN_NOWAIT);
    return uv_loop_close(loop) == 0;
}

/* ---- signals ---- */

#define SIGNALS 3

struct signals {
    uv_signal_t handles[SIGNALS];
    signal_fn *told;
    void *context;
    int open_handles;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct signals *signals = handle->data;
    signals->told(number, signals->context);
}

static bool is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

struct signals *signals_new(uv_loop_t *loop, signal_fn *told, void *context)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    struct signals *signals = mem_alloc(sizeof *signals);
    signals->told = told;
    signals->context = context;
    signals->open_handles = SIGNALS;
    for (int i = 0; i < SIGNALS; i++) {
        (void)uv_signal_init(loop, &signals->handles[i]);
        signals->handles[i].data = signals;
        if (!is_ignored(numbers[i]))
            (void)uv_signal_start(&signals->handles[i], on_signal, numbers[i]);
    }
    return signals;
}

static void on_signal_closed(uv_handle_t *handle)
{
    struct signals *signals = handle->data;
    if (--signals->open_handles == 0)
        free(signals);
}

void signals_free(struct signals *signals)
{
    if (signals == NULL)
        return;
    for (int i = 0; i < SIGNALS; i++)
        uv_close((uv_handle_t *)&signals->handles[i], on_signal_closed);
}

/* ---- deadlines ---- */

struct deadline {
    uv_timer_t timer; /* first: a handle is closed and freed as one */
    deadline_fn *reached;
    void *context;
};

static void free_handle(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_timer(uv_timer_t *timer)
{
    struct deadline *deadline = timer->data;
    deadline->reached(deadline->context);
}

struct deadline *deadline_new(uv_loop_t *loop, deadline_fn *reached,
                              void *context)
{
    struct deadline *deadline = mem_alloc(sizeof *deadline);
    deadline->reached = reached;
    deadline->context = context;
    (void)uv_timer_init(loop, &deadline->timer);
    deadline->timer.data = deadline;
    return deadline;
}

/* At least 1 ms: libuv would run a timer of 0 ms, set by a timer, before it
 * looks at sockets, and again and again. */
void deadline_set(struct deadline *deadline, int64_t at_ms)
{
    int64_t now_ms = loop_now_ms(deadline->timer.loop);
    uint64_t left_ms = at_ms > now_ms ? (uint64_t)(at_ms - now_ms) : 1;
    if (at_ms == INT64_MAX)
        (void)uv_timer_stop(&deadline->timer);
    else
        (void)uv_timer_start(&deadline->timer, on_timer, left_ms, 0);
}

void deadline_free(struct deadline *deadline)
{
    if (deadline != NULL)
        uv_close((uv_handle_t *)&deadline->timer, free_handle);
}

/* ---- the end of a turn ---- */

/* A check handle runs when the turn's I/O callbacks are through. The idle
 * handle does nothing but keep the loop from waiting for I/O when the wake came
 * from a timer. Both run only between a wake and its end. */
struct turn_end {
    uv_check_t check;
    uv_idle_t idle;
    turn_end_fn *end;
    void *context;
    int open_handles;
};

static void on_idle(uv_idle_t *idle)
{
    (void)idle;
}

static void on_check(uv_check_t *check)
{
    struct turn_end *turn = check->data;
    (void)uv_check_stop(&turn->check);
    (void)uv_idle_stop(&turn->idle);
    turn->end(turn->context);
}

static void on_turn_end_closed(uv_handle_t *handle)
{
    struct turn_end *turn = handle->data;
    if (--turn->open_handles == 0)
        free(turn);
}

struct turn_end *turn_end_new(uv_loop_t *loop, turn_end_fn *end, void *context)
{
    struct turn_end *turn = mem_alloc(sizeof *turn);
    turn->end = end;
    turn->context = context;
    turn->open_handles = 2;
    (void)uv_check_init(loop, &turn->check);
    (void)uv_idle_init(loop, &turn->idle);
    turn->check.data = turn->idle.data = turn;
    return turn;
}

void turn_end_wake(struct turn_end *turn)
{
    (void)uv_check_start(&turn->check, on_check);
    (void)uv_idle_start(&turn->idle, on_idle);
}

void turn_end_free(struct turn_end *turn)
{
    if (turn == NULL)
        return;
    uv_close((uv_handle_t *)&turn->check, on_turn_end_closed);
    uv_close((uv_handle_t *)&turn->idle, on_turn_end_closed);
}

/* A prepare handle runs just before the loop waits. */
struct loop_meter {
    uv_prepare_t prepare; /* first: a handle is closed and freed as one */
    loop_busy_fn *busy;
    void *context;
    uint64_t then_ns, waited_ns; /* at the end of the turn before */
};

static void on_prepare(uv_prepare_t *prepare)
{
    struct loop_meter *meter = prepare->data;
    uint64_t now_ns = uv_hrtime();
    uint64_t waited_ns = uv_metrics_idle_time(prepare->loop);
    uint64_t took_ns = now_ns - meter->then_ns;
    uint64_t idle_ns = waited_ns - meter->waited_ns;
    meter->then_ns = now_ns;
    meter->waited_ns = waited_ns;
    meter->busy((int64_t)((took_ns > idle_ns ? took_ns - idle_ns : 0) / 1000),
                meter->context);
}

struct loop_meter *loop_meter_new(uv_loop_t *loop, loop_busy_fn *busy,
                                  void *context)
{
    struct loop_meter *meter = mem_alloc(sizeof *meter);
    meter->busy = busy;
    meter->context = context;
    meter->then_ns = uv_hrtime();
    meter->waited_ns = uv_metrics_idle_time(loop);
    (void)uv_prepare_init(loop, &meter->prepare);
    meter->prepare.data = meter;
    (void)uv_prepare_start(&meter->prepare, on_prepare);
    uv_unref((uv_handle_t *)&meter->prepare);
    return meter;
}

void loop_meter_free(struct loop_meter *meter)
{
    if (meter != NULL)
        uv_close((uv_handle_t *)&meter->prepare, free_handle);
}
