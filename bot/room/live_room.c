#include "bot/room/overwrites.h"

static cJSON *overwrites(const struct visit *visit)
{
    return overwrites_live(visit, false);
}

enum delivery_verdict deliver_live_room(struct visit *visit)
{
    static const struct channel_plan plan = {
        .room = ROOM_LIVE,
        .narrow_most = OUTSIDE_CATEGORY,
        .refusal = {"The live room could not be made", "Manage Channels",
                    "Nothing is lost: the record goes on without it."},
        .overwrites = overwrites,
        .made = channel_made,
    };
    const struct incident *in = &visit->delivery->in;
    if (in->is_private || in->live_channel_id != 0)
        return DELIVERY_DONE;
    return channel_make(visit, &plan);
}
