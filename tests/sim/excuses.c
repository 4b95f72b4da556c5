/* To what the bot can be held: what reached it when, and what the world put in
 * its way. */
#include "tests/sim/people.h"

#include <stdlib.h>
#include <string.h>

#define RESUMES_MS 2400 /* old: later it is too late for the bot */

void people_delivered(uint64_t interaction_id)
{
    struct ask *ask = people_find(interaction_id);
    if (ask != NULL && ask->delivered_ms == 0)
        ask->delivered_ms = sim.now_ms;
    if (ask != NULL &&
        (sim.is_stopping || sim.skew_ms != 0 || sim.now_ms < sim.held_until_ms))
        ask->is_excused = true;
    if (ask != NULL && sim.skew_ms != 0) /* it is taken for too late */
        ask->is_hindered = true;
}

void people_hinder(uint64_t interaction_id)
{
    struct ask *ask = people_find(interaction_id);
    if (ask != NULL)
        ask->is_excused = ask->is_hindered = true;
}

void people_excuse(uint64_t interaction_id)
{
    struct ask *ask = people_find(interaction_id);
    if (ask != NULL)
        ask->is_excused = true;
}

void people_passed_over(uint64_t interaction_id)
{
    const struct ask *ask = people_find(interaction_id);
    if (ask != NULL && !ask->is_answered && !ask->is_hindered &&
        ask->created_ms > sim.held_until_ms &&
        sim.now_ms - ask->created_ms < RESUMES_MS)
        sim_fail("%s (%s) is passed over: it will not be answered",
                 act_name(ask->act), ask->word);
}

void people_excuse_all(void)
{
    for (int i = 0; i < people_ask_count(); i++)
        people_ask(i)->is_excused = true;
}

void people_meet_process(void)
{
    for (int i = 0; i < people_ask_count(); i++)
        people_ask(i)->may_return |=
            sim.skew_ms < 0 ||
            sim.now_ms - people_ask(i)->created_ms < ANSWER_MS;
}

/* Declared in private, it stays so. */
static bool is_declared_by(const struct ask *ask, int64_t incident_id)
{
    const char *at = ask->act == ACT_DECLARE_PRIVATE && ask->said != NULL &&
                             strstr(ask->said, " is declared, ") != NULL
                         ? strstr(ask->said, "INC-")
                         : NULL;
    return at != NULL && strtoll(at + 4, NULL, 10) == incident_id;
}

int64_t people_hidden_ms(int64_t incident_id)
{
    int64_t since_ms = 0;
    for (int i = 0; i < people_ask_count(); i++) {
        const struct ask *ask = people_ask(i);
        if (is_declared_by(ask, incident_id))
            return ask->answered_ms;
        if (ask->incident_id != incident_id)
            continue;
        if (ask->act == ACT_SHOW)
            since_ms = 0;
        else if (ask->act == ACT_HIDE && ask->said != NULL &&
                 strstr(ask->said, "now private") != NULL)
            since_ms = ask->answered_ms;
    }
    return since_ms;
}
