#include "bot/watch/alert_homes.h"

#include "bot/road/damage.h"

#include <inttypes.h>
#include <string.h>

enum err alert_homes_read(struct alert_homes *homes)
{
    struct store *store = homes->store;
    int count = 0;
    enum err err = store_live(store, homes->live, HOMES, &count);
    homes->count = 0;
    for (int i = 0; i < count && err == ERR_OK; i++) {
        enum err read = store_incident(store, homes->live[i], &homes->in);
        err = damage_passed(store, homes->live[i], read);
        if (read != ERR_OK)
            continue;
        struct home *home = &homes->all[homes->count++];
        home->id = homes->in.id;
        home->is_drill = homes->in.is_drill;
        home->declared_ms = homes->in.milestones[MILESTONE_DECLARED].from_ms;
        memcpy(home->services, homes->in.services, sizeof home->services);
    }
    return err;
}

/* What warned before an incident was declared is not what it is about. */
static int64_t home_of_service(const struct alert_homes *homes,
                               const struct stored_alert *stored)
{
    struct str service = stored->alert.service;
    for (int i = 0; i < homes->count && service.n > 0; i++) {
        const struct home *home = &homes->all[i];
        if (home->is_drill || (stored->alert.is_warning &&
                               stored->received_ms < home->declared_ms))
            continue;
        struct str rest = str_of(home->services), name;
        while (incident_next_service(&rest, &name))
            if (services_are_related(homes->services, name, service))
                return home->id;
    }
    return 0;
}

enum err alert_homes_digest(const struct alert_homes *homes, struct sha256 *out)
{
    int64_t cards;
    enum err err = store_settled_cards(homes->store, &cards);
    if (err != ERR_OK)
        return err;
    struct buf text = BUF_INIT((size_t)HOMES * (SERVICES_BYTES + 24));
    for (int i = 0; i < homes->count; i++)
        buf_addf(&text, "%" PRId64 " %s\n", homes->all[i].id,
                 homes->all[i].services);
    buf_addf(&text, "%" PRId64, cards);
    *out = sha256_of(buf_str(&text));
    buf_release(&text);
    return ERR_OK;
}

enum err alert_home(struct alert_homes *homes,
                    const struct stored_alert *stored, int64_t *out)
{
    struct alert_card *card = &homes->card;
    enum err err = ERR_OK;
    if (stored->card != 0 && stored->card != card->id)
        err = store_alert_card(homes->store, stored->card, card);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return err;
    bool has_card = stored->card != 0 && err == ERR_OK;
    bool is_declared = has_card && card->state == ALERT_CARD_DECLARED;
    /* Whoever ignored it was told that no incident gets it; whoever deleted the
     * card was told nothing. */
    bool is_ignored = has_card && card->state == ALERT_CARD_IGNORED &&
                      card->by_name[0] != '\0';
    int64_t home = is_declared ? card->incident_id : 0;
    *out = home != 0 || is_ignored ? home : home_of_service(homes, stored);
    return ERR_OK;
}

void alert_homes_look_again(struct alert_homes *homes)
{
    homes->card.id = 0;
}
