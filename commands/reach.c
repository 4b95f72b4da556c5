#include "commands/reach.h"

static bool has_role_in(const struct incident *in, uint64_t user_id)
{
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role != ROLE_NONE &&
            in->holders[i].type == ACTOR_MEMBER &&
            in->holders[i].user_id == user_id)
            return true;
    return false;
}

bool reach_in_room(const struct call *call, const struct incident *in)
{
    uint64_t room = incident_room(in);
    return room != 0 && (room == call->channel_id || room == call->parent_id);
}

bool reach_may_know(const struct call *call, const struct incident *in)
{
    uint64_t user_id = call->caller.id;
    if (in->guild_id != call->guild_id)
        return false;
    return !in->is_private || in->declared_by.id == user_id ||
           reach_in_room(call, in) || has_role_in(in, user_id) ||
           call_has(call, RIGHT_ADMIN);
}

enum err reach_room(const struct call *call, struct incident *out)
{
    const uint64_t channels[] = {call->channel_id, call->parent_id};
    struct incident in;
    int64_t id = 0;
    enum err err = ERR_NOT_FOUND;
    for (int i = 0; i < 2 && err == ERR_NOT_FOUND; i++)
        err = store_incident_of_channel(call->store, call->guild_id,
                                        channels[i], &id);
    if (err == ERR_OK)
        err = store_incident(call->store, id, &in);
    if (err == ERR_OK && !reach_may_know(call, &in))
        err = ERR_NOT_FOUND;
    if (err == ERR_OK)
        *out = in;
    return err;
}
