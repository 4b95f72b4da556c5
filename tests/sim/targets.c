/* bot/io/check.h: what the probes look at is up or down as the story says. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/io/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
    struct check *next;
    struct checks *checks; /* NULL: nobody waits any more */
    const struct probe *probe;
    check_fn *done;
    void *context;
    int ms;
};

struct checks {
    struct check *all;
};

static struct target {
    bool is_down;
    int64_t changed_ms, muted_ms;
    int changes;
} targets[SIM_TARGETS];

void targets_reset(void)
{
    memset(targets, 0, sizeof targets);
}

void target_set(int which, bool is_down)
{
    struct target *target = &targets[which];
    if (target->is_down == is_down)
        return;
    target->changed_ms = sim.now_ms;
    target->changes++;
    target->is_down = is_down;
}

bool target_is_down(int which)
{
    return targets[which].is_down;
}

int64_t target_changed_ms(int which)
{
    return targets[which].changed_ms;
}

int target_changes(int which)
{
    return targets[which].changes;
}

void target_mute(int which, int64_t until_ms)
{
    if (until_ms > targets[which].muted_ms)
        targets[which].muted_ms = until_ms;
}

int64_t target_muted_ms(int which)
{
    return targets[which].muted_ms;
}

static const struct target *target_of(const struct probe *probe)
{
    int64_t which = probe - sim.config->probes.all;
    if (which < 0 || which >= SIM_TARGETS)
        sim_fail("a probe that the settings do not name: %s", probe->name);
    return &targets[which];
}

struct checks *checks_new(uv_loop_t *loop, const char *user_agent)
{
    (void)loop;
    (void)user_agent;
    return mem_alloc(sizeof(struct checks));
}

static void leave(struct check *check)
{
    struct check **at = &check->checks->all;
    while (*at != check)
        at = &(*at)->next;
    *at = check->next;
    check->checks = NULL;
}

void checks_free(struct checks *checks)
{
    while (checks != NULL && checks->all != NULL)
        leave(checks->all);
    free(checks);
}

void check_cancel(struct check *check)
{
    if (check != NULL)
        leave(check);
}

static void on_found(void *context)
{
    struct check *check = context;
    struct probe_result result = {.value = check->ms};
    if (check->checks == NULL || !sim_thing()) {
        if (check->checks != NULL)
            leave(check);
        free(check);
        return;
    }
    leave(check);
    result.is_good = !target_of(check->probe)->is_down;
    (void)snprintf(result.words, sizeof result.words, "%s after %d ms",
                   result.is_good ? "200 OK" : "502 Bad Gateway", check->ms);
    check->done(&result, check->context);
    free(check);
}

struct check *check_run(struct checks *checks, const struct check_order *order,
                        check_fn *done, void *context)
{
    struct check *check = mem_alloc(sizeof *check);
    *check = (struct check){.next = checks->all,
                            .checks = checks,
                            .probe = order->probe,
                            .done = done,
                            .context = context,
                            .ms = 20 + (int)luck_below(LUCK_MONITORS, 200)};
    checks->all = check;
    sim_at(sim.now_ms + check->ms, on_found, check);
    return check;
}
