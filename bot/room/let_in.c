#include "bot/room/deliver.h"

#include "bot/discord/json.h"

/* The call that is under way is for the holder before this place. To let
 * somebody in twice is to let them in once. */
enum delivery_verdict deliver_let_in(struct visit *visit)
{
    static const struct refusal refusal = {
        "Somebody who has a role could not be let into the room",
        "Manage Roles", "Let them in by hand: edit the channel's permissions."};
    const struct incident *in = &visit->delivery->in;
    uint64_t room = incident_room(in);

    if (!in->is_private || room == 0)
        return DELIVERY_DONE;
    if (visit->answer != NULL && visit->answer->fate != REST_DONE)
        return visit_refused(visit, &refusal);
    for (int place = visit->delivery->step; place < ROLE_HOLDERS; place++) {
        const struct role_holder *holder = &in->holders[place];
        if (holder->role == ROLE_NONE || holder->type != ACTOR_MEMBER)
            continue;
        cJSON *body = json_object();
        json_set_number(body, "type", 1); /* a member */
        json_set_text(body, "allow", STR(BITS_TAKE_PART));
        json_set_text(body, "deny", STR("0"));
        return visit_call(visit, place + 1,
                          rest_overwrite_put(room, holder->user_id, body,
                                             "Has a role in the incident"));
    }
    return DELIVERY_DONE;
}
