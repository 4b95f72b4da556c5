#include "tests/sim/sim.h"

static struct {
    int percent;
    int64_t until_ms;
} troubles[SIM_TROUBLES];
static uint64_t lucks[LUCKS];
static struct fault_plan next_plan, plan;
static bool has_fired;
static int forced = -1;

void lucks_reset(uint64_t seed)
{
    for (int i = 0; i < LUCKS; i++) {
        lucks[i] = seed * LUCK_MONITORS + (uint64_t)i; /* as scenes had it */
        (void)chance_next(&lucks[i]);
    }
}

uint64_t luck_below(enum sim_luck luck, uint64_t n)
{
    return chance_below(&lucks[luck], n);
}

static enum sim_luck luck_of(enum sim_trouble trouble)
{
    return trouble >= SIM_FORGE_DOWN    ? LUCK_FORGE
           : trouble >= SIM_DISK_WRITE  ? LUCK_DISK
           : trouble >= SIM_DRAW_FAILS  ? LUCK_GIT
           : trouble >= SIM_FORBIDDEN   ? LUCK_NET
           : trouble >= SIM_POST_LOST   ? LUCK_MONITORS
           : trouble >= SIM_GIT_FAILS   ? LUCK_GIT
           : trouble >= SIM_FRAME_TWICE ? LUCK_SOCKET
                                        : LUCK_NET;
}

bool trouble_is_on(enum sim_trouble trouble)
{
    return sim.now_ms < troubles[trouble].until_ms;
}

bool trouble_befalls(enum sim_trouble trouble)
{
    if ((int)trouble == forced)
        return true;
    return trouble_is_on(trouble) &&
           (int)luck_below(luck_of(trouble), 100) < troubles[trouble].percent;
}

void trouble_begin(enum sim_trouble trouble, int percent, int64_t until_ms)
{
    troubles[trouble].percent = percent;
    troubles[trouble].until_ms = until_ms;
}

void troubles_end(void)
{
    for (int i = 0; i < SIM_TROUBLES; i++)
        troubles[i].until_ms = 0;
}

const char *trouble_words(enum sim_trouble trouble)
{
#define TROUBLE_WORDS(name, words) words,
    static const char *const all[] = {TROUBLE_LIST(TROUBLE_WORDS)};
    return all[trouble];
}

/* ---- one fault ---- */

void fault_plan(struct fault_plan wanted)
{
    next_plan = wanted;
}

void fault_begin(void)
{
    plan = next_plan;
    has_fired = false;
    forced = -1;
}

bool fault_fires(enum sim_fault fault)
{
    if (plan.fault != fault || has_fired || sim.is_dead || sim.is_looking ||
        --plan.nth > 0)
        return false;
    has_fired = true;
    people_excuse_all();
    sim_tell("* the fault comes");
    return true;
}

bool fault_has_fired(void)
{
    return has_fired;
}

int fault_detail(void)
{
    return plan.detail;
}

void fault_force(int trouble)
{
    forced = trouble;
}
