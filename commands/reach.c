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

bool reach_may_know(const struct call *call, const struct incident *in)
{
    /* 0 when others read in that channel, too. */
    uint64_t room = incident_room(in);
    uint64_t user_id = call->caller.id;
    if (in->guild_id != call->guild_id)
        return false;
    return !in->is_private || in->declared_by.id == user_id ||
           (room != 0 &&
            (room == call->channel_id || room == call->parent_id)) ||
           has_role_in(in, user_id) ||
           access_allows(&call->config->access, RIGHT_ADMIN, user_id,
                         call->roles, (size_t)call->role_count);
}
