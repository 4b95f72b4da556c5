/* The loop and the clock: bot/io/loop.h and bot/base/clock.c. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/io/loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct sim sim;

struct happening {
    int64_t at_ms, order;
    int actor;
    sim_fn *fn;
    void *context;
};

struct deadline {
    struct deadline *next;
    int64_t at_ms;
    deadline_fn *reached;
    void *context;
    bool is_freed;
};

struct turn_end {
    struct turn_end *next;
    turn_end_fn *end;
    void *context;
    bool is_woken;
};

struct signals {
    signal_fn *told;
    void *context;
};

/* A heap of what is to happen, and what the bot waits for. */
static struct happening *heap;
static size_t heap_count, heap_room;
static int64_t next_order;
static struct deadline *deadlines;
static struct turn_end *turn_ends;
static struct signals *listener;
static bool is_stopped;

/* ---- what is to happen ---- */

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(size_t a, size_t b)
{
    struct happening kept = heap[a];
    heap[a] = heap[b];
    heap[b] = kept;
}

void sim_at(int64_t at_ms, sim_fn *fn, void *context)
{
    if (heap_count == heap_room) {
        heap_room = heap_room == 0 ? 256 : heap_room * 2;
        heap = mem_resize(heap, heap_room * sizeof *heap);
    }
    size_t at = heap_count++;
    heap[at] = (struct happening){at_ms > sim.now_ms ? at_ms : sim.now_ms,
                                  next_order++, sim.actor, fn, context};
    while (at > 0 && is_before(&heap[at], &heap[(at - 1) / 2])) {
        swap(at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
}

static struct happening heap_pop(void)
{
    struct happening first = heap[0];
    size_t at = 0;
    heap[0] = heap[--heap_count];
    for (;;) {
        size_t least = at, left = 2 * at + 1;
        if (left < heap_count && is_before(&heap[left], &heap[least]))
            least = left;
        if (left + 1 < heap_count && is_before(&heap[left + 1], &heap[least]))
            least = left + 1;
        if (least == at)
            return first;
        swap(at, least);
        at = least;
    }
}

void clock_reset(void)
{
    heap_count = 0;
    next_order = 0;
}

/* All that is due; what that brings about at the same time comes after it. */
static void happen(void)
{
    int64_t until = next_order;
    while (heap_count > 0 && heap[0].at_ms <= sim.now_ms &&
           heap[0].order < until && !sim.is_dead) {
        struct happening next = heap_pop();
        sim.actor = next.actor;
        next.fn(next.context);
    }
}

void sim_wait(int64_t until_ms)
{
    while (heap_count > 0 && heap[0].at_ms <= until_ms) {
        sim.now_ms = heap[0].at_ms;
        happen();
    }
    sim.now_ms = until_ms;
}

bool sim_thing(void)
{
    if (sim.is_dead)
        return false;
    if (fault_fires(FAULT_KILL))
        sim.fuse = 1;
    if (fault_fires(FAULT_CUT)) {
        sim.is_cut = true;
        sim.fuse = 1;
    }
    if (sim.fuse > 0 && --sim.fuse == 0) {
        sim_tell("the bot is killed%s",
                 sim.is_cut ? ", and the power is cut" : "");
        sim.is_dead = true;
        return false;
    }
    return true;
}

/* ---- the loop ---- */

static void reach_deadlines(void)
{
    for (;;) {
        struct deadline *first = NULL;
        for (struct deadline *d = deadlines; d != NULL; d = d->next)
            if (d->at_ms <= sim.now_ms &&
                (first == NULL || d->at_ms < first->at_ms))
                first = d;
        if (first == NULL || sim.is_dead)
            return;
        first->at_ms = INT64_MAX;
        first->reached(first->context);
    }
}

static bool end_turns(void)
{
    bool any = false;
    for (struct turn_end *t = turn_ends; t != NULL; t = t->next)
        if (t->is_woken && !sim.is_dead) {
            t->is_woken = false;
            any = true;
            t->end(t->context);
        }
    return any;
}

static int64_t next_time(void)
{
    int64_t at_ms = heap_count > 0 ? heap[0].at_ms : INT64_MAX;
    for (struct turn_end *t = turn_ends; t != NULL; t = t->next)
        if (t->is_woken)
            return sim.now_ms;
    for (struct deadline *d = deadlines; d != NULL; d = d->next)
        at_ms = d->at_ms < at_ms ? d->at_ms : at_ms;
    return at_ms;
}

#define TURNS_MOST 200000

void loop_run(uv_loop_t *loop)
{
    (void)loop;
    is_stopped = false;
    sim.is_running = true;
    while (!is_stopped && !sim.is_dead && !sim.is_over) {
        int64_t at_ms = next_time();
        if (at_ms == INT64_MAX)
            sim_fail("nothing is going to happen any more");
        if (++sim.turns > TURNS_MOST)
            sim_fail("it does not come to rest");
        sim.now_ms = at_ms > sim.now_ms ? at_ms : sim.now_ms;
        if (fault_fires(FAULT_JUMP)) {
            sim.skew_ms += fault_detail() * MS_PER_MINUTE;
            sim.was_skewed = true;
            sim.set_ms = sim.now_ms;
        }
        reach_deadlines();
        happen();
        if (end_turns() && !sim.is_dead)
            promises_check();
    }
    sim.is_running = false;
}

bool loop_open(uv_loop_t *loop)
{
    (void)loop;
    return true;
}

void loop_stop(uv_loop_t *loop)
{
    (void)loop;
    is_stopped = true;
}

bool loop_close(uv_loop_t *loop, int64_t most_ms)
{
    (void)loop;
    (void)most_ms;
    while (deadlines != NULL) {
        struct deadline *d = deadlines;
        deadlines = d->next;
        if (!d->is_freed)
            sim_fail("a deadline was not freed");
        free(d);
    }
    return true;
}

int64_t loop_now_ms(const uv_loop_t *loop)
{
    (void)loop;
    return sim.now_ms - SIM_BEGAN_MS + 1000000;
}

uint64_t loop_seed(void)
{
    return sim.seed * 1000 + (uint64_t)sim.process;
}

int64_t clock_wall_ms(void)
{
    return sim.now_ms + sim.skew_ms;
}

int64_t clock_started_ms(void)
{
    return SIM_BEGAN_MS + sim.skew_ms;
}

/* Turns take no time here. */
struct loop_meter {
    loop_busy_fn *busy;
};

struct loop_meter *loop_meter_new(uv_loop_t *loop, loop_busy_fn *busy,
                                  void *context)
{
    (void)loop;
    (void)context;
    struct loop_meter *meter = mem_alloc(sizeof *meter);
    meter->busy = busy;
    return meter;
}

void loop_meter_free(struct loop_meter *meter)
{
    free(meter);
}

struct signals *signals_new(uv_loop_t *loop, signal_fn *told, void *context)
{
    (void)loop;
    listener = mem_alloc(sizeof *listener);
    *listener = (struct signals){told, context};
    return listener;
}

void signals_free(struct signals *signals)
{
    if (signals == listener)
        listener = NULL;
    free(signals);
}

void sim_stop(void)
{
    sim.is_stopping = true;
    if (listener != NULL)
        listener->told(15, listener->context);
}

/* ---- deadlines ---- */

struct deadline *deadline_new(uv_loop_t *loop, deadline_fn *reached,
                              void *context)
{
    (void)loop;
    struct deadline *d = mem_alloc(sizeof *d);
    *d = (struct deadline){deadlines, INT64_MAX, reached, context, false};
    deadlines = d;
    return d;
}

void deadline_set(struct deadline *d, int64_t at_ms)
{
    int64_t now_ms = loop_now_ms(NULL);
    if (at_ms >= INT64_MAX - sim.now_ms)
        d->at_ms = INT64_MAX;
    else
        d->at_ms = sim.now_ms + (at_ms > now_ms ? at_ms - now_ms : 1);
}

/* One may be freed from within its own call: its memory goes with the loop. */
void deadline_free(struct deadline *d)
{
    if (d == NULL)
        return;
    d->at_ms = INT64_MAX;
    d->is_freed = true;
}

/* ---- the end of a turn ---- */

struct turn_end *turn_end_new(uv_loop_t *loop, turn_end_fn *end, void *context)
{
    (void)loop;
    struct turn_end *t = mem_alloc(sizeof *t);
    *t = (struct turn_end){turn_ends, end, context, false};
    turn_ends = t;
    return t;
}

void turn_end_wake(struct turn_end *t)
{
    t->is_woken = true;
}

void turn_end_free(struct turn_end *t)
{
    struct turn_end **at = &turn_ends;
    if (t == NULL)
        return;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    free(t);
}

/* ---- telling ---- */

__attribute__((format(printf, 1, 0))) static void print_line(const char *format,
                                                             va_list args)
{
    (void)printf("%9.3f  ", (double)(sim.now_ms - SIM_BEGAN_MS) / 1000);
    (void)vprintf(format, args);
    (void)printf("\n");
    (void)fflush(stdout);
}

void sim_tell(const char *format, ...)
{
    va_list args;
    if (!sim.tells)
        return;
    va_start(args, format);
    print_line(format, args);
    va_end(args);
}

void sim_fail(const char *format, ...)
{
    va_list args;
    (void)printf("BROKEN at ");
    va_start(args, format);
    print_line(format, args);
    va_end(args);
    if (sim.tells && sim.config != NULL)
        (void)printf("# its record, as it was: %s\n", sim.config->storage_path);
    (void)fflush(stdout);
    _exit(2);
}
