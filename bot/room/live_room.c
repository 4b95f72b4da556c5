#include "bot/room/channel.h"
#include "bot/room/overwrites.h"

static cJSON *overwrites(const struct visit *visit)
{
    return overwrites_live(visit, false);
}

/* It may have been made, or be on its way, when the incident became private:
 * then it is not left to everybody's eyes, but none is made. */
enum delivery_verdict deliver_live_room(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    const struct channel_plan plan = {
        .room = ROOM_LIVE,
        .is_unwanted = in->is_private,
        .narrow_most = OUTSIDE_CATEGORY,
        .refusal = {"The live room could not be made", ROOM_PERMISSIONS,
                    "Nothing is lost: the record goes on without it."},
        .overwrites = overwrites,
        .made = channel_made,
    };
    bool was_asked = visit->delivery->step != 0 || visit_is_repeat(visit);
    if (in->live_channel_id != 0 || (in->is_private && !was_asked))
        return DELIVERY_DONE;
    return channel_make(visit, &plan);
}
