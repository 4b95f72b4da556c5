#include "bot/road/road.h"

static enum err want_effects(struct store *store, const struct incident *in,
                             const struct outcome *outcome, int64_t now_ms)
{
    for (int i = 0; i < outcome->effect_count; i++) {
        const struct effect *effect = &outcome->effects[i];
        enum err err = store_want(store, effect->kind, in->id, effect->target,
                                  effect->url, now_ms);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

enum err road_take(struct store *store, const struct incident *before,
                   const struct request *request, int64_t now_ms,
                   struct incident *after, struct outcome *outcome)
{
    incident_step(before, request, now_ms, outcome);
    *after = *before;
    if (outcome->verdict != VERDICT_ACCEPTED)
        return ERR_OK;
    for (int i = 0; i < outcome->event_count; i++)
        incident_apply(after, &outcome->events[i]);
    enum err err = store_append(store, before, after, outcome->events,
                                outcome->event_count);
    return err == ERR_OK ? want_effects(store, after, outcome, now_ms) : err;
}
