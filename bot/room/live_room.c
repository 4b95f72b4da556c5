#include "bot/room/deliver.h"

#include "bot/discord/json.h"

#include <inttypes.h>
#include <stdio.h>

/* Everybody may read, nobody but the bot may write. The bot itself must hold
 * every bit it allows or denies (Discord docs, Permissions). */
#define BITS_READ  "66560"        /* VIEW_CHANNEL, READ_MESSAGE_HISTORY */
#define BITS_WRITE "377957124160" /* SEND_MESSAGES, ADD_REACTIONS, threads */

static void fill(const struct visit *visit, cJSON *body)
{
    const struct incident *in = &visit->delivery->in;
    char name[40];
    (void)snprintf(name, sizeof name, "inc-%" PRId64 "-live", in->id);
    json_set_text(body, "name", str_of(name));
    /* The role that everybody has carries the guild's id. */
    channel_add_overwrite(body, in->guild_id, false, BITS_READ, BITS_WRITE);
    channel_add_overwrite(body, visit->set->bot_user_id, true, BITS_BOT, "0");
}

enum delivery_verdict deliver_live_room(struct visit *visit)
{
    static const struct channel_plan plan = {
        .room = "live",
        .about = "What happens, as the responders put it on the record. Read "
                 "only.",
        .narrow_most = OUTSIDE_CATEGORY,
        .refusal = {"The live room could not be made", "Manage Channels",
                    "Nothing is lost: the record goes on without it."},
        .fill = fill,
    };
    const struct incident *in = &visit->delivery->in;
    if (in->is_private || in->live_channel_id != 0)
        return DELIVERY_DONE;
    return channel_make(visit, &plan);
}
