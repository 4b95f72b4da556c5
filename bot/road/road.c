#include "bot/road/road.h"

#include "bot/road/damage.h"
#include "storage/alert_cards.h"
#include "storage/outbox.h"
#include "storage/rooms.h"

/* A card of alerts belongs to no incident. */
static int64_t incident_of(const struct incident *in,
                           const struct effect *effect)
{
    return effect->kind == EFFECT_ALERT_CARD ? 0 : in->id;
}

static enum err want_effects(struct store *store, const struct incident *in,
                             const struct outcome *outcome, int64_t now_ms)
{
    for (int i = 0; i < outcome->effect_count; i++) {
        const struct effect *effect = &outcome->effects[i];
        enum err err = store_want(store, effect->kind, incident_of(in, effect),
                                  effect->target, effect->fetch, now_ms);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

static enum err keep_file(struct store *store, const struct request *request)
{
    struct sha256 hash;
    return request->file_bytes.n == 0
               ? ERR_OK
               : store_put_attachment(store, request->file_bytes, &hash);
}

/* An incident was declared from these alerts, or somebody ignores them. */
static enum err settle_card(struct store *store, const struct incident *after,
                            const struct request *request)
{
    struct alert_card card;
    if (request->alert_card == 0)
        return ERR_OK;
    enum err err = store_alert_card(store, request->alert_card, &card);
    if (err != ERR_OK)
        return err;
    card.state = request->kind == REQUEST_IGNORE ? ALERT_CARD_IGNORED
                                                 : ALERT_CARD_DECLARED;
    card.incident_id = after->id;
    str_copy_to(card.by_name, request->draft.actor.name);
    return store_put_alert_card(store, &card, &card.id);
}

#define CARDS_RENEWED 50 /* the newest */

struct renewing {
    int64_t ids[CARDS_RENEWED];
    int count;
};

static bool note_card(const struct alert_card *card, void *context)
{
    struct renewing *renewing = context;
    renewing->ids[renewing->count++] = card->id;
    return renewing->count < CARDS_RENEWED;
}

/* Cards in the announce channel name the incident that has their alerts, and
 * its live room; of a private one, nothing. */
static enum err renew_cards(struct store *store, const struct incident *before,
                            const struct incident *after, int64_t now_ms)
{
    struct renewing renewing = {.count = 0};
    if (before->is_private == after->is_private &&
        before->live_channel_id == after->live_channel_id)
        return ERR_OK;
    enum err err =
        store_each_alert_card_of(store, after->id, note_card, &renewing);
    for (int i = 0; i < renewing.count && err == ERR_OK; i++)
        err = store_want(store, EFFECT_ALERT_CARD, 0, renewing.ids[i], NULL,
                         now_ms);
    return err;
}

static enum err renew_live_room(struct store *store, const struct incident *in,
                                int64_t other_id, int64_t now_ms)
{
    if (in->live_channel_id == 0)
        return ERR_OK;
    enum err err = store_room_look_again(store, in->id, ROOM_LIVE, other_id);
    if (err == ERR_OK)
        err = store_want(store, EFFECT_LIVE, in->id, 0, NULL, now_ms);
    return err == ERR_OK
               ? store_want(store, EFFECT_LIVE_CARD, in->id, 0, NULL, now_ms)
               : err;
}

static enum err renew_naming(struct store *store, int64_t id, int64_t other_id,
                             int64_t now_ms)
{
    struct incident in;
    enum err err = store_incident(store, id, &in);
    if (err == ERR_OK)
        err = renew_live_room(store, &in, other_id, now_ms);
    if (err == ERR_OK && incident_page_follows(&in))
        err = store_want(store, EFFECT_POSTMORTEM, id, 0, NULL, now_ms);
    return damage_passed(store, id, err);
}

/* Pages and live rooms name what they are linked with unless it is private. Its
 * own record need not tell which do: it may have been final, or the other one
 * private, when that was linked. */
static enum err renew_all_naming(struct store *store,
                                 const struct incident *before,
                                 const struct incident *after, int64_t now_ms)
{
    int64_t id = 0;
    enum err err = before->is_private == after->is_private
                       ? ERR_NOT_FOUND
                       : store_next_naming(store, after->id, &id);
    while (err == ERR_OK) {
        err = renew_naming(store, id, after->id, now_ms);
        if (err == ERR_OK)
            err = store_next_naming(store, after->id, &id);
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err take_one(struct store *store, const struct incident *before,
                         const struct request *request, int64_t now_ms,
                         struct incident *after, struct outcome *outcome)
{
    struct subject subject;
    enum err err = store_subject(store, before, request, &subject);
    if (err != ERR_OK)
        return err;
    incident_step(before, request, &subject, now_ms, outcome);
    *after = *before;
    if (outcome->verdict != VERDICT_ACCEPTED)
        return ERR_OK;
    for (int i = 0; i < outcome->event_count; i++)
        incident_apply(after, &outcome->events[i]);
    if (outcome->event_count > 0)
        err = store_append(store, before, after, outcome->events,
                           outcome->event_count);
    if (err == ERR_OK)
        err = keep_file(store, request);
    if (err == ERR_OK)
        err = settle_card(store, after, request);
    if (err == ERR_OK)
        err = renew_cards(store, before, after, now_ms);
    if (err == ERR_OK)
        err = renew_all_naming(store, before, after, now_ms);
    return err == ERR_OK ? want_effects(store, after, outcome, now_ms) : err;
}

/* The other incident's own word on it; that it has this already is no reason
 * not to keep what was asked for. */
static enum err tell_other(struct store *store, const struct outcome *outcome,
                           int64_t now_ms)
{
    struct incident other, after;
    struct outcome told;
    const struct request request = {.kind = REQUEST_LINK,
                                    .draft = outcome->other_draft};
    enum err err = store_incident(store, outcome->other_id, &other);
    return err == ERR_OK
               ? take_one(store, &other, &request, now_ms, &after, &told)
               : err;
}

enum err road_take(struct store *store, const struct incident *before,
                   const struct request *request, int64_t now_ms,
                   struct incident *after, struct outcome *outcome)
{
    enum err err = take_one(store, before, request, now_ms, after, outcome);
    if (err != ERR_OK || outcome->verdict != VERDICT_ACCEPTED ||
        outcome->other_id == 0)
        return err;
    return tell_other(store, outcome, now_ms);
}
