#include "bot/outbox/heal.h"

#include "bot/room/room.h"

#define INCIDENTS_MOST 200

static enum err want_failed(struct store *store, int64_t id,
                            enum effect_kind kind, int64_t now_ms)
{
    bool failed;
    enum err err = effect_failed_last(store, id, kind, 0, &failed);
    return err == ERR_OK && failed
               ? store_want(store, kind, id, 0, NULL, now_ms)
               : err;
}

static enum err heal_one(struct store *store, int64_t id, int64_t now_ms)
{
    static const enum effect_kind kinds[] = {
        EFFECT_LIVE_ROOM, EFFECT_CARD,   EFFECT_PIN,
        EFFECT_LIVE_CARD, EFFECT_ROOM,   EFFECT_LIVE,
        EFFECT_ANNOUNCE,  EFFECT_ACCESS, EFFECT_RENAME};
    struct incident in;
    enum err err = store_incident(store, id, &in);
    if (err != ERR_OK || !incident_is_live(&in))
        return err;
    if (in.war_is_borrowed)
        err = store_want(store, EFFECT_WAR_ROOM, id, 0, NULL, now_ms);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && err == ERR_OK; i++)
        err = want_failed(store, id, kinds[i], now_ms);
    return err;
}

enum err heal_want(struct store *store, int64_t now_ms)
{
    int64_t ids[INCIDENTS_MOST];
    int count = 0;
    enum err err = store_watched(store, ids, INCIDENTS_MOST, &count);
    for (int i = 0; i < count && i < INCIDENTS_MOST && err == ERR_OK; i++)
        err = heal_one(store, ids[i], now_ms);
    return err;
}
