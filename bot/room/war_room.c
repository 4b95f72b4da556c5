#include "bot/room/overwrites.h"

/* A public war room keeps what its category, or the server, allows. */
static cJSON *overwrites(const struct visit *visit)
{
    const struct rest_answer *answer = visit->answer;
    if (!visit->delivery->in.is_private)
        return NULL;
    return overwrites_private(visit, answer == NULL ? NULL : answer->json);
}

enum delivery_verdict deliver_war_room(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    bool is_held = in->is_private;
    struct channel_plan plan = {
        .room = ROOM_WAR,
        .has_plain_name = !is_held,
        .asks_roles = is_held && overwrites_ask_roles(visit),
        .narrow_most = is_held ? WITHOUT_NAMED_PERSONS : AS_WISHED,
        .refusal = {"The war room could not be made", "Manage Channels",
                    is_held ? "The record goes on without a room; commands "
                              "answer in private."
                            : "The incident goes on in the channel where it "
                              "was declared."},
        .overwrites = overwrites,
    };
    if (in->war_channel_id != 0)
        return DELIVERY_DONE;
    return channel_make(visit, &plan);
}
