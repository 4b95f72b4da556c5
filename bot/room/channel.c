#include "bot/room/channel.h"
#include "bot/room/deliver.h"

#include "bot/discord/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A channel has no nonce. The end of its topic names the room, the incident and
 * the database: a repeat looks for that before it creates a second one. */

enum { LOOK = 1, ROLES, CREATE, CREATE_PLAIN };

static uint64_t channel_find(const struct visit *visit,
                             const struct channel_plan *plan)
{
    const cJSON *channel;
    struct buf mark = BUF_INIT(200);
    uint64_t id = 0;
    channel_mark_add(&mark, visit, plan->room);
    cJSON_ArrayForEach(channel, visit->answer->json)
    {
        if (id == 0 && str_ends(json_text(channel, "topic"), buf_text(&mark)))
            id = json_get_id(channel, "id");
    }
    buf_release(&mark);
    return id;
}

/* `step` is CREATE or CREATE_PLAIN. */
static enum delivery_verdict create(struct visit *visit,
                                    const struct channel_plan *plan, int step)
{
    const struct incident *in = &visit->delivery->in;
    struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
    struct buf topic = BUF_INIT(CHANNEL_TOPIC_BYTES);
    cJSON *overwrites = plan->overwrites(visit);
    cJSON *body = json_object();
    char reason[64];

    visit->delivery->asked = in->is_private ? ASKED_PRIVATE : ASKED_PUBLIC;
    channel_name_add(&name, in, plan->room, step == CREATE_PLAIN);
    channel_topic_add(&topic, visit, plan->room, step == CREATE_PLAIN);
    json_set_text(body, "name", buf_str(&name));
    json_set_number(body, "type", 0);
    json_set_text(body, "topic", buf_str(&topic));
    buf_release(&name);
    buf_release(&topic);
    if (overwrites != NULL)
        json_set(body, "permission_overwrites", overwrites);
    if (visit->set->category_id != 0 &&
        visit->delivery->narrowed < OUTSIDE_CATEGORY)
        json_set_id(body, "parent_id", visit->set->category_id);
    (void)snprintf(reason, sizeof reason, "The %s room of INC-%" PRId64,
                   plan->room == ROOM_WAR ? "war" : "live", in->id);
    return visit_call(visit, step,
                      rest_channel_create(in->guild_id, body, reason));
}

static bool refused_for_good(const struct rest_answer *answer)
{
    return answer->fate == REST_FORBIDDEN || answer->fate == REST_REJECTED ||
           answer->fate == REST_GONE;
}

static bool narrow(struct visit *visit, const struct channel_plan *plan)
{
    int *narrowed = &visit->delivery->narrowed;
    ++*narrowed;
    if (*narrowed == OUTSIDE_CATEGORY && visit->set->category_id == 0)
        ++*narrowed;
    return *narrowed <= plan->narrow_most;
}

/* Before a channel is created: what its overwrites need to know. */
static enum delivery_verdict prepare(struct visit *visit,
                                     const struct channel_plan *plan)
{
    if (plan->is_unwanted)
        return DELIVERY_DONE;
    if (plan->asks_roles)
        return visit_call(visit, ROLES,
                          rest_guild_roles(visit->delivery->in.guild_id));
    return create(visit, plan, CREATE);
}

enum delivery_verdict channel_made(struct visit *visit, uint64_t id)
{
    const struct incident *in = &visit->delivery->in;
    bool is_as_asked = visit->delivery->asked ==
                       (in->is_private ? ASKED_PRIVATE : ASKED_PUBLIC);
    enum err err = ERR_OK;
    if (!is_as_asked)
        err = store_want(visit->store, EFFECT_ACCESS, in->id, 0, NULL,
                         visit->now_ms);
    if (!is_as_asked && err == ERR_OK)
        err = store_want(visit->store, EFFECT_RENAME, in->id, 0, NULL,
                         visit->now_ms);
    return err == ERR_OK ? visit_made(visit, id) : visit_store_failed(visit);
}

enum delivery_verdict channel_make(struct visit *visit,
                                   const struct channel_plan *plan)
{
    struct delivery *delivery = visit->delivery;
    const struct rest_answer *answer = visit->answer;
    uint64_t id;

    switch (delivery->step) {
    case 0:
        if (visit_is_repeat(visit))
            return visit_call(visit, LOOK,
                              rest_guild_channels(delivery->in.guild_id));
        return prepare(visit, plan);
    case LOOK:
        if (answer->fate != REST_DONE)
            return visit_refused(visit, &plan->refusal);
        id = channel_find(visit, plan);
        return id != 0 ? plan->made(visit, id) : prepare(visit, plan);
    case ROLES:
        if (answer->fate != REST_DONE)
            return visit_refused(visit, &plan->refusal);
        return create(visit, plan, CREATE);
    default:
        if (answer->fate == REST_DONE)
            return plan->made(visit, json_get_id(answer->json, "id"));
        if (answer->code == NAME_REFUSED && delivery->step == CREATE &&
            plan->has_plain_name)
            return create(visit, plan, CREATE_PLAIN);
        if (refused_for_good(answer) && narrow(visit, plan))
            return prepare(visit, plan);
        if (refused_for_good(answer) && plan->instead != NULL)
            return plan->instead(visit, &plan->refusal);
        return visit_refused(visit, &plan->refusal);
    }
}
