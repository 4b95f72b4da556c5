#include "bot/alerts_card.h"

#include "bot/base/civil.h"

/* Onto the same card: whatever comes in one go, and what is about the same
 * service while people may still be reading. */
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

enum err alerts_find_card(struct store *store, const struct alert *alert,
                          int64_t now_ms, struct alert_card *out)
{
    struct alert_card card;
    struct same_service same = {alert->service, false};
    enum err err = store_last_alert_card(store, &card);
    if (err == ERR_NOT_FOUND ||
        (err == ERR_OK && card.state != ALERT_CARD_OPEN))
        return ERR_OK;
    if (err != ERR_OK)
        return err;
    int64_t age_ms = now_ms - card.newest_ms;
    if (age_ms < 0) /* a clock that was put back since: nobody knows */
        return ERR_OK;
    if (age_ms > CARD_GO_MS && age_ms <= CARD_SERVICE_MS)
        err = store_each_alert_on_card(store, card.id, compare_service, &same);
    if (err == ERR_OK && (age_ms <= CARD_GO_MS || same.is_same))
        *out = card;
    return err;
}
