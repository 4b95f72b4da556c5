/* Who may not write leaves the record as it is; who may not know of an incident
 * is told nothing of it; and what somebody typed comes back when it is not
 * kept.
 */
#include "tests/sim/people.h"
#include "tests/sim/promises.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what an answer says ---- */

struct reading {
    const struct ask *ask;
    const char *body;
};

/* Nobody typed its number. */
static bool names(const struct reading *reading, int64_t id)
{
    enum people_act act = reading->ask->act;
    bool is_list = act == ACT_INCIDENTS || act == ACT_ITEMS ||
                   act == ACT_ALERTS || act == ACT_TYPE;
    for (const char *at = reading->body;
         is_list && (at = strstr(at, "INC-")) != NULL; at++)
        if (strtoll(at + 4, NULL, 10) == id)
            return true;
    return false;
}

/* They asked in its room, which was closed to them since, or deleted. */
static bool saw_its_room(const struct ask *ask, const struct incident *in)
{
    if (in->war_channel_id == 0)
        return discord_lost_any() && caller_may(ask->who, RIGHT_RESPOND);
    return incident_room(in) == ask->channel_id;
}

static bool look_for_secrets(const struct incident *in, void *context)
{
    const struct reading *reading = context;
    const struct ask *ask = reading->ask;
    int64_t since_ms = in->is_private ? people_hidden_ms(in->id) : 0;
    if (since_ms == 0 || since_ms >= ask->created_ms ||
        caller_may_know(ask->who, in) || saw_its_room(ask, in) ||
        caller_lost_role_since(ask->who, ask->created_ms))
        return true;
    if (strstr(reading->body, in->title) != NULL)
        sim_fail("%s (%s) tells %s the title of INC-%" PRId64 ": %s",
                 act_name(ask->act), ask->word, caller_name(ask->who), in->id,
                 reading->body);
    if (names(reading, in->id))
        sim_fail("%s (%s) tells %s of INC-%" PRId64 ": %s", act_name(ask->act),
                 ask->word, caller_name(ask->who), in->id, reading->body);
    for (int i = 0; i < people_ask_count(); i++) {
        const struct ask *other = people_ask(i);
        if (other != ask && other->incident_id == in->id &&
            other->who != ask->who &&
            strstr(reading->body, other->word) != NULL)
            sim_fail("%s (%s) tells %s what INC-%" PRId64 " has: %s",
                     act_name(ask->act), ask->word, caller_name(ask->who),
                     in->id, reading->body);
    }
    return true;
}

void people_read_answer(uint64_t interaction_id, const char *body)
{
    struct reading reading = {people_find(interaction_id), body};
    if (reading.ask == NULL || sim.store == NULL ||
        store_in_transaction(sim.store))
        return;
    sim.is_looking = true;
    must_read(store_each_incident(sim.store, look_for_secrets, &reading));
    sim.is_looking = false;
}

/* ---- who did what ---- */

/* Who may write, but not command, takes no role and moves nothing. */
static bool is_command(const struct event *event)
{
    return event->kind == EVENT_SET || event->kind == EVENT_HANDOFF ||
           (event->kind == EVENT_ROLE && event->holder.type != ACTOR_NOBODY) ||
           (event->kind == EVENT_STATE && event->state_to != event->state_from);
}

static bool note_recorder(const struct event *event, void *context)
{
    const struct incident *in = context;
    uint64_t id = event->recorder.type == ACTOR_MEMBER ? event->recorder.id : 0;
    bool may_not =
        id == caller_id(VISITOR) ||
        (sim.is_watched && id == caller_id(GUEST)) ||
        (sim.is_watched && id == caller_id(KIM) && is_command(event));
    if (may_not)
        sim_fail("INC-%" PRId64 " #%" PRId64 " is of somebody who may not",
                 in->id, event->seq);
    return true;
}

static bool check_recorders(const struct incident *in, void *context)
{
    struct incident its = *in;
    (void)context;
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               note_recorder, &its));
    return true;
}

void people_check_recorders(void)
{
    must_read(store_each_incident(sim.store, check_recorders, NULL));
}

void people_check(const struct ask *ask, int times)
{
    const char *said = ask->said == NULL ? "" : ask->said;
    if (times > 0 && !ask->may)
        sim_fail("%s (%s) is on record, and %s may not do that",
                 act_name(ask->act), ask->word, caller_name(ask->who));
    if (said[0] == '\0' || times > 0)
        return;
    const char *no = ask->reads ? "may read this here" : "Nothing was kept";
    if (!ask->may && strstr(said, no) == NULL &&
        strstr(said, "nothing was kept") == NULL)
        sim_fail("%s (%s) may not do that, and is told: %s",
                 caller_name(ask->who), ask->word, said);
    for (int i = 0; i < 4 && ask->typed[i] != NULL; i++)
        if (strstr(said, ask->typed[i]) == NULL)
            sim_fail("%s (%s) is not kept, and \"%s\" is not given back: %s",
                     act_name(ask->act), ask->word, ask->typed[i], said);
}
