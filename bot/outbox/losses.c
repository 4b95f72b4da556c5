#include "bot/outbox/losses.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/road/damage.h"
#include "bot/road/road.h"
#include "storage/rooms.h"

#include <stdlib.h>

/* They pile up only while the disk fails. What is forgotten is found when
 * something is to be written there. */
#define LOSSES_MOST 8192

void losses_add(struct losses *losses, struct loss loss)
{
    if (losses->count == LOSSES_MOST)
        return;
    if (losses->count == losses->room) {
        losses->room = losses->room == 0 ? 16 : losses->room * 2;
        losses->all =
            mem_resize(losses->all, (size_t)losses->room * sizeof *losses->all);
    }
    losses->all[losses->count++] = loss;
}

/* Anybody's messages are deleted all day long. */
#define UNKNOWN_MOST 64

void losses_clear(struct losses *losses, bool may_be_ours)
{
    int kept = 0;
    for (int i = 0; may_be_ours && i < losses->count; i++)
        if (losses->all[i].is_unknown && kept < UNKNOWN_MOST)
            losses->all[kept++] = losses->all[i];
    losses->count = kept;
}

void losses_release(struct losses *losses)
{
    free(losses->all);
    *losses = (struct losses){.count = 0};
}

/* Which effect made it, and for which incident; ERR_NOT_FOUND: not ours. */
static enum err find_message(struct store *store, const struct loss *loss,
                             int64_t *id, struct event *draft)
{
    enum room room;
    int64_t ordinal;
    draft->ref_id = loss->message_id;
    enum err err =
        store_room_message_of(store, loss->message_id, id, &room, &ordinal);
    if (err == ERR_OK) {
        draft->effect = room == ROOM_LIVE ? EFFECT_LIVE
                        : ordinal == 0    ? EFFECT_CARD
                                          : EFFECT_ROOM;
        draft->target = draft->effect == EFFECT_CARD ? 0 : ordinal;
    } else if (err == ERR_NOT_FOUND) {
        draft->effect = EFFECT_ANNOUNCE;
        err = store_incident_announced(store, loss->message_id, id);
    }
    return err;
}

static enum err find_channel(struct store *store, const struct loss *loss,
                             int64_t *id, struct event *draft)
{
    struct incident in;
    enum err err =
        store_incident_of_channel(store, loss->guild_id, loss->channel_id, id);
    if (err == ERR_OK)
        err = store_incident(store, *id, &in);
    if (err != ERR_OK)
        return err;
    draft->ref_id = loss->channel_id;
    draft->effect = in.live_channel_id == loss->channel_id ? EFFECT_LIVE_ROOM
                                                           : EFFECT_WAR_ROOM;
    return ERR_OK;
}

static enum err take_one(struct store *store, struct loss *loss, int64_t now_ms)
{
    struct request request = {.kind = REQUEST_LOST};
    struct incident in, after;
    struct outcome outcome;
    int64_t id = 0;
    enum err err = loss->message_id == 0
                       ? find_channel(store, loss, &id, &request.draft)
                       : find_message(store, loss, &id, &request.draft);
    loss->is_unknown = err == ERR_NOT_FOUND;
    if (err == ERR_OK)
        err = store_incident(store, id, &in);
    if (err != ERR_OK)
        return err == ERR_NOT_FOUND ? ERR_OK : damage_passed(store, id, err);
    err = road_take(store, &in, &request, now_ms, &after, &outcome);
    if (err == ERR_OK && outcome.verdict == VERDICT_ACCEPTED)
        log_info("deleted_by_hand", LOG_INT("incident", id),
                 LOG_TEXT("effect", word_of(&effect_kind_words,
                                            (int)request.draft.effect)));
    return err;
}

enum err losses_take(struct losses *losses, struct store *store, int64_t now_ms)
{
    enum err err = ERR_OK;
    for (int i = 0; i < losses->count && err == ERR_OK; i++)
        err = take_one(store, &losses->all[i], now_ms);
    return err;
}
