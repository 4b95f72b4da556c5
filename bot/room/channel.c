#include "bot/room/deliver.h"

#include "bot/discord/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A channel has no nonce. The end of its topic names the room, the incident and
 * the database: a repeat looks for that before it creates a second one. */

enum { LOOK = 1, ROLES, CREATE, CREATE_PLAIN };

/* "Your server name or channel names contain words that are not allowed". */
#define NAME_REFUSED 20031

#define MARK_BYTES 80

static void mark_make(char out[static MARK_BYTES], const struct visit *visit,
                      const struct channel_plan *plan)
{
    (void)snprintf(out, MARK_BYTES, "(opsroom INC-%" PRId64 " %s %.8s)",
                   visit->delivery->in.id, plan->room,
                   store_instance(visit->store));
}

static uint64_t channel_find(const cJSON *channels, const char *mark)
{
    const cJSON *channel;
    cJSON_ArrayForEach(channel, channels)
    {
        if (str_ends(json_text(channel, "topic"), mark))
            return id_of(channel);
    }
    return 0;
}

static void set_plain_name(const struct incident *in, cJSON *body)
{
    struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
    channel_name_add(&name, in, true);
    cJSON_DeleteItemFromObjectCaseSensitive(body, "name");
    json_set_text(body, "name", buf_str(&name));
    buf_release(&name);
}

/* `step` is CREATE or CREATE_PLAIN. */
static enum delivery_verdict create(struct visit *visit,
                                    const struct channel_plan *plan, int step)
{
    const struct incident *in = &visit->delivery->in;
    char mark[MARK_BYTES], topic[512];
    cJSON *body = json_object();

    plan->fill(visit, body);
    if (step == CREATE_PLAIN)
        set_plain_name(in, body);
    json_set_number(body, "type", 0);
    mark_make(mark, visit, plan);
    (void)snprintf(topic, sizeof topic, "%s%s %s", plan->about,
                   step == CREATE_PLAIN ? " Discord does not allow a word of "
                                          "the title as a name."
                                        : "",
                   mark);
    json_set_text(body, "topic", str_of(topic));
    if (visit->set->category_id != 0 &&
        visit->delivery->narrowed < OUTSIDE_CATEGORY)
        json_set_id(body, "parent_id", visit->set->category_id);
    char reason[64];
    (void)snprintf(reason, sizeof reason, "The %s room of INC-%" PRId64,
                   plan->room, in->id);
    return visit_call(visit, step,
                      rest_channel_create(in->guild_id, body, reason));
}

static struct rest_call guild_roles(uint64_t guild_id)
{
    struct rest_call call = {.method = REST_GET,
                             .route = "GET /guilds/:id/roles",
                             .major_id = guild_id,
                             .repeat = REST_REPEAT_SAFE};
    (void)snprintf(call.path, sizeof call.path, "/guilds/%" PRIu64 "/roles",
                   guild_id);
    return call;
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
    if (plan->asks_roles)
        return visit_call(visit, ROLES,
                          guild_roles(visit->delivery->in.guild_id));
    return create(visit, plan, CREATE);
}

enum delivery_verdict channel_make(struct visit *visit,
                                   const struct channel_plan *plan)
{
    struct delivery *delivery = visit->delivery;
    const struct rest_answer *answer = visit->answer;
    char mark[MARK_BYTES];
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
        mark_make(mark, visit, plan);
        id = channel_find(answer->json, mark);
        return id != 0 ? visit_made(visit, id) : prepare(visit, plan);
    case ROLES:
        if (answer->fate != REST_DONE)
            return visit_refused(visit, &plan->refusal);
        return create(visit, plan, CREATE);
    default:
        if (answer->fate == REST_DONE)
            return visit_made(visit, id_of(answer->json));
        if (answer->code == NAME_REFUSED && delivery->step == CREATE &&
            plan->has_plain_name)
            return create(visit, plan, CREATE_PLAIN);
        if (refused_for_good(answer) && narrow(visit, plan))
            return prepare(visit, plan);
        return visit_refused(visit, &plan->refusal);
    }
}

void channel_add_overwrite(cJSON *body, uint64_t id, bool is_member,
                           const char *allow, const char *deny)
{
    cJSON *overwrite = json_object();
    if (json_get(body, "permission_overwrites") == NULL)
        json_set(body, "permission_overwrites", json_array());
    json_set_id(overwrite, "id", id);
    json_set_number(overwrite, "type", is_member ? 1 : 0);
    json_set_text(overwrite, "allow", str_of(allow));
    json_set_text(overwrite, "deny", str_of(deny));
    json_add(cJSON_GetObjectItemCaseSensitive(body, "permission_overwrites"),
             overwrite);
}
