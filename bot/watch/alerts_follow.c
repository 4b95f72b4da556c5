#include "bot/watch/alerts_follow.h"

#include "bot/base/mem.h"
#include "bot/road/damage.h"
#include "bot/watch/alerts_card.h"
#include "bot/watch/alerts_record.h"
#include "storage/alert_cards.h"

#include <stdlib.h>

#define HOPS_MOST 8 /* a duplicate of a duplicate */

struct following {
    struct store *store;
    int64_t now_ms;
    int64_t incident_id, heir; /* looked at last */
    int64_t ids[FOLLOWED_A_TURN], heirs[FOLLOWED_A_TURN];
    struct followed followed;
    enum err err;
};

/* ---- who goes on ---- */

/* 0: nobody. *waits: not yet, it is over; or what responders alone know would
 * come to where all read it. */
static enum err find_heir(struct store *store, int64_t id, int64_t *out,
                          bool *waits)
{
    struct incident *in = mem_alloc(sizeof *in);
    enum err err = store_incident(store, id, in);
    bool was_private = in->is_private;
    int64_t heir = 0;
    for (int i = 0; i < HOPS_MOST && err == ERR_OK && in->duplicate_of != 0;
         i++) {
        heir = in->duplicate_of;
        err = store_incident(store, heir, in);
    }
    bool goes_on = err == ERR_OK && heir != 0 && !incident_is_final(in) &&
                   (in->is_private || !was_private);
    *out = goes_on ? heir : 0;
    *waits = *waits || (err == ERR_OK && heir != 0 && !goes_on);
    free(in);
    return damage_passed(store, heir != 0 ? heir : id, err);
}

static bool note_follower(const struct stored_alert *stored, void *context)
{
    struct following *following = context;
    struct followed *followed = &following->followed;
    if (stored->incident_id == 0)
        return true;
    if (stored->incident_id != following->incident_id) {
        following->incident_id = stored->incident_id;
        following->err = find_heir(following->store, stored->incident_id,
                                   &following->heir, &followed->waits);
    }
    if (following->heir != 0) {
        following->ids[followed->count] = stored->id;
        following->heirs[followed->count++] = following->heir;
    }
    return following->err == ERR_OK && followed->count < FOLLOWED_A_TURN;
}

/* ---- following ---- */

/* A card that named the duplicate names the other one. */
static enum err move_card(struct store *store, int64_t id, int64_t from,
                          int64_t heir, int64_t now_ms)
{
    struct alert_card card;
    enum err err = store_alert_card(store, id, &card);
    if (err == ERR_OK && card.state == ALERT_CARD_DECLARED &&
        card.incident_id == from) {
        card.incident_id = heir;
        card.by_name[0] = '\0'; /* they declared the other one */
        err = store_put_alert_card(store, &card, &card.id);
    }
    return err == ERR_OK ? alerts_want_card(store, id, now_ms) : err;
}

/* The duplicate keeps what it told, and is never told that it is over: it is
 * not, should somebody reopen it. */
static enum err leave(struct following *following,
                      const struct stored_alert *stored)
{
    struct store *store = following->store;
    enum err err =
        store_end_alert(store, stored->id, following->now_ms, ALERT_END_TOLD);
    return err == ERR_OK ? store_put_alert_on_card(store, stored->id, 0) : err;
}

static enum err follow(struct following *following,
                       const struct stored_alert *stored)
{
    struct store *store = following->store;
    int64_t heir = following->heir;
    struct stored_alert anew = {.alert = stored->alert,
                                .received_ms = following->now_ms,
                                .card = stored->card};
    anew.alert.started_ms = stored_alert_began_ms(stored);
    bool linked = false;
    enum err err = leave(following, stored);
    if (err == ERR_OK)
        err = store_put_alert(store, &anew.alert, anew.received_ms, &anew.id);
    if (err == ERR_OK)
        err = alerts_link(store, &anew, heir, following->now_ms, &linked);
    if (err != ERR_OK || anew.card == 0)
        return err;
    err = store_put_alert_on_card(store, anew.id, anew.card);
    return err == ERR_OK ? move_card(store, anew.card, stored->incident_id,
                                     heir, following->now_ms)
                         : err;
}

static bool follow_one(const struct stored_alert *stored, void *context)
{
    struct following *following = context;
    following->err = follow(following, stored);
    return false;
}

enum err alerts_follow(struct store *store, int64_t now_ms,
                       struct followed *out)
{
    struct following following = {.store = store, .now_ms = now_ms};
    enum err err = store_each_firing_alert(store, note_follower, &following);
    if (err == ERR_OK)
        err = following.err;
    /* Oldest first, which gives the entry its time. */
    for (int i = following.followed.count - 1; i >= 0 && err == ERR_OK; i--) {
        following.heir = following.heirs[i];
        err = store_alert(store, following.ids[i], follow_one, &following);
        if (err == ERR_OK)
            err = damage_passed(store, following.heir, following.err);
    }
    if (err == ERR_OK)
        *out = following.followed;
    return err;
}
