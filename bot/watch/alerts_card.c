#include "bot/watch/alerts_card.h"

#include "bot/base/civil.h"
#include "storage/alert_cards.h"
#include "storage/outbox.h"

/* Onto the same card: whatever comes in one go, and what is about the same
 * service while people may still be reading. Warnings have cards of their own:
 * an incident that is declared later has what fires, and not them. */
#define CARD_GO_MS      (10 * MS_PER_SECOND)
#define CARD_SERVICE_MS (30 * MS_PER_MINUTE)

struct same_service {
    struct str service;
    bool is_same;
};

static bool compare_service(const struct stored_alert *stored, void *context)
{
    struct same_service *same = context;
    same->is_same = str_eq_nocase(stored->alert.service, same->service);
    return !same->is_same;
}

/* *out stays as it is when none is fit. */
static enum err find_card(struct store *store, const struct alert *alert,
                          int64_t now_ms, struct alert_card *out)
{
    struct alert_card card;
    struct same_service same = {alert->service, false};
    bool warns = false;
    enum err err = store_last_alert_card(store, &card);
    if (err == ERR_NOT_FOUND ||
        (err == ERR_OK && card.state != ALERT_CARD_OPEN))
        return ERR_OK;
    if (err != ERR_OK)
        return err;
    int64_t age_ms = now_ms - card.newest_ms;
    if (age_ms < 0) /* a clock that was put back since: nobody knows */
        return ERR_OK;
    err = store_card_warns(store, card.id, &warns);
    if (err != ERR_OK || warns != alert->is_warning)
        return err;
    if (age_ms > CARD_GO_MS && age_ms <= CARD_SERVICE_MS)
        err = store_each_alert_on_card(store, card.id, compare_service, &same);
    if (err == ERR_OK && (age_ms <= CARD_GO_MS || same.is_same))
        *out = card;
    return err;
}

enum err alerts_want_card(struct store *store, int64_t card, int64_t now_ms)
{
    return store_want(store, EFFECT_ALERT_CARD, 0, card, NULL, now_ms);
}

enum err alerts_put_on_card(struct store *store,
                            const struct stored_alert *stored, int64_t now_ms)
{
    struct alert_card card = {.opened_ms = now_ms};
    enum err err = find_card(store, &stored->alert, now_ms, &card);
    card.newest_ms = now_ms;
    if (err == ERR_OK)
        err = store_put_alert_card(store, &card, &card.id);
    if (err == ERR_OK)
        err = store_put_alert_on_card(store, stored->id, card.id);
    return err == ERR_OK ? alerts_want_card(store, card.id, now_ms) : err;
}

enum err alerts_settle_card(struct store *store, int64_t id,
                            int64_t incident_id, int64_t now_ms)
{
    struct alert_card card;
    bool any = false;
    enum err err = store_alert_card(store, id, &card);
    if (err == ERR_OK)
        err = store_card_has_homeless(store, id, &any);
    if (err == ERR_OK && card.state == ALERT_CARD_OPEN && !any) {
        card.state = ALERT_CARD_DECLARED;
        card.incident_id = incident_id;
        err = store_put_alert_card(store, &card, &card.id);
    }
    return err == ERR_OK ? alerts_want_card(store, id, now_ms) : err;
}
