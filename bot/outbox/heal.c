#include "bot/outbox/heal.h"

#include "bot/road/damage.h"
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

struct wanted_issues {
    struct store *store;
    int64_t now_ms;
    enum err err;
};

static bool heal_issue(const struct stored_item *stored, void *context)
{
    struct wanted_issues *wanted = context;
    bool failed = false;
    wanted->err = effect_failed_last(wanted->store, stored->incident_id,
                                     EFFECT_ISSUE, stored->item.seq, &failed);
    if (wanted->err == ERR_OK && failed)
        wanted->err =
            store_want(wanted->store, EFFECT_ISSUE, stored->incident_id,
                       stored->item.seq, NULL, wanted->now_ms);
    return wanted->err == ERR_OK;
}

/* The review, too, is over some day: what the repository or the forge refused
 * may go now. */
static enum err heal_review(struct store *store, const struct incident *in,
                            int64_t now_ms)
{
    const struct item_filter filter = {.incident_id = in->id,
                                       .open_only = true};
    struct wanted_issues wanted = {.store = store, .now_ms = now_ms};
    enum err err = want_failed(store, in->id, EFFECT_POSTMORTEM, now_ms);
    if (err != ERR_OK || in->postmortem_ref[0] == '\0')
        return err;
    /* Without a forge so far: the settings may name one by now. */
    err = in->state == STATE_REVIEW && in->pull_state == PULL_NONE
              ? store_want(store, EFFECT_PULL, in->id, 0, NULL, now_ms)
              : want_failed(store, in->id, EFFECT_PULL, now_ms);
    if (err == ERR_OK)
        err = store_each_item(store, &filter, heal_issue, &wanted);
    return err == ERR_OK ? wanted.err : err;
}

/* What there is shows how it ended, and to nobody who may not see it; no room
 * is made any more. */
static enum err heal_one(struct store *store, int64_t id, int64_t now_ms)
{
    static const enum effect_kind kinds[] = {
        EFFECT_CARD, EFFECT_PIN,      EFFECT_LIVE_CARD, EFFECT_ROOM,
        EFFECT_LIVE, EFFECT_ANNOUNCE, EFFECT_ACCESS,    EFFECT_RENAME};
    struct incident in;
    enum err err = store_incident(store, id, &in);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && err == ERR_OK; i++)
        err = want_failed(store, id, kinds[i], now_ms);
    if (err == ERR_OK && !incident_is_live(&in))
        return heal_review(store, &in, now_ms);
    if (err == ERR_OK)
        err = want_failed(store, id, EFFECT_LIVE_ROOM, now_ms);
    return err == ERR_OK && in.war_is_borrowed
               ? store_want(store, EFFECT_WAR_ROOM, id, 0, NULL, now_ms)
               : err;
}

enum err heal_want(struct store *store, int64_t now_ms)
{
    int64_t ids[INCIDENTS_MOST];
    int count = 0;
    enum err err = store_watched(store, ids, INCIDENTS_MOST, &count);
    for (int i = 0; i < count && i < INCIDENTS_MOST && err == ERR_OK; i++)
        err = damage_passed(store, ids[i], heal_one(store, ids[i], now_ms));
    return err;
}
