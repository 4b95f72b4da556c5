#include "storage/alert_cards.h"

#include "storage/store_internal.h"

#include <inttypes.h>

#define STATE_WORD(name, word) word,
static const char *const card_state_all[] = {ALERT_CARD_STATE_LIST(STATE_WORD)};
static const struct words card_state_words = {card_state_all,
                                              COUNT(card_state_all)};

#define SELECT_CARD                                                            \
    "SELECT id, state, opened_ms, newest_ms, incident, by_name, message_id"    \
    " FROM alert_card"

static bool card_of_row(const struct query *query, struct alert_card *card)
{
    int state = word_find(&card_state_words, row_text(query, 1));
    *card = (struct alert_card){
        .id = row_int(query, 0),
        .state = state < 0 ? ALERT_CARD_OPEN : (enum alert_card_state)state,
        .opened_ms = row_int(query, 2),
        .newest_ms = row_int(query, 3),
        .incident_id = row_int(query, 4),
        .message_id = row_id(query, 6)};
    str_copy_to(card->by_name, row_text(query, 5));
    return state >= 0;
}

static enum err card_damaged(struct query *query, int64_t id)
{
    return query_end_damaged(
        query, "card of alerts %" PRId64 ": state is damaged", id);
}

static enum err each_card(struct query *query, store_alert_card_fn *each,
                          void *context)
{
    struct alert_card card;
    while (query_row(query)) {
        if (!card_of_row(query, &card))
            return card_damaged(query, card.id);
        if (!each(&card, context))
            break;
    }
    return query_end(query);
}

enum err store_each_open_alert_card(struct store *store,
                                    store_alert_card_fn *each, void *context)
{
    struct query query =
        query_new(store, SELECT_CARD " WHERE state = 'open' AND id IN (SELECT"
                                     " card FROM alert INDEXED BY"
                                     " alert_homeless WHERE ended_ms = 0 AND"
                                     " incident = 0) ORDER BY id DESC");
    return each_card(&query, each, context);
}

enum err store_each_alert_card_of(struct store *store, int64_t incident_id,
                                  store_alert_card_fn *each, void *context)
{
    struct query query =
        query_new(store, SELECT_CARD " WHERE state = 'declared' AND incident ="
                                     " ? ORDER BY id DESC");
    query_int(&query, incident_id);
    return each_card(&query, each, context);
}

static enum err read_card(struct query *query, struct alert_card *out)
{
    struct alert_card card = {.id = 0};
    if (query_row(query) && !card_of_row(query, &card))
        return card_damaged(query, card.id);
    enum err err = query_end_found(query);
    if (err == ERR_OK)
        *out = card;
    return err;
}

enum err store_alert_card(struct store *store, int64_t id,
                          struct alert_card *out)
{
    struct query query = query_new(store, SELECT_CARD " WHERE id = ?");
    query_int(&query, id);
    return read_card(&query, out);
}

enum err store_last_alert_card(struct store *store, struct alert_card *out)
{
    struct query query =
        query_new(store, SELECT_CARD " ORDER BY id DESC LIMIT 1");
    return read_card(&query, out);
}

enum err store_settled_cards(struct store *store, int64_t *count)
{
    struct query query = query_new(
        store, "SELECT count(*) FROM alert_card WHERE state = 'declared'");
    return query_end_int(&query, count);
}

enum err store_put_alert_card(struct store *store,
                              const struct alert_card *card, int64_t *id)
{
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO alert_card (id, state, opened_ms,"
               " newest_ms, incident, by_name, message_id)"
               " VALUES (?, ?, ?, ?, ?, ?, ?)");
    if (card->id == 0)
        query_skip(&query);
    else
        query_int(&query, card->id);
    query_text(&query, str_of(word_of(&card_state_words, (int)card->state)));
    query_int(&query, card->opened_ms);
    query_int(&query, card->newest_ms);
    query_int(&query, card->incident_id);
    query_text(&query, str_of(card->by_name));
    query_id(&query, card->message_id);
    enum err err = query_run(&query);
    if (err == ERR_OK)
        *id = sqlite3_last_insert_rowid(store->db);
    return err;
}

/* ---- the alerts on a card ---- */

enum err store_put_alert_on_card(struct store *store, int64_t id, int64_t card)
{
    struct query query =
        query_new(store, "UPDATE alert SET card = ? WHERE id = ?");
    query_int(&query, card);
    query_int(&query, id);
    return query_run(&query);
}

enum err store_count_alerts_on_card(struct store *store, int64_t card,
                                    struct alert_counts *out)
{
    struct query query =
        query_new(store, "SELECT count(*), count(*) FILTER (WHERE ended_ms = 0)"
                         ", count(DISTINCT service COLLATE NOCASE)"
                         " FROM alert WHERE card = ? AND card <> 0");
    query_int(&query, card);
    bool found = query_row(&query);
    if (found)
        *out = (struct alert_counts){row_int(&query, 0), row_int(&query, 1),
                                     row_int(&query, 2)};
    return query_end(&query);
}

/* Those that are homeless are few, or they are this card's. */
enum err store_card_has_homeless(struct store *store, int64_t card, bool *any)
{
    struct query query =
        query_new(store, "SELECT 1 FROM alert INDEXED BY alert_homeless"
                         " WHERE ended_ms = 0 AND incident = 0 AND card = ?"
                         " LIMIT 1");
    query_int(&query, card);
    bool found = query_row(&query);
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *any = found;
    return err;
}

enum err store_card_warns(struct store *store, int64_t card, bool *out)
{
    struct query query =
        query_new(store, "SELECT is_warning FROM alert WHERE card = ?"
                         " AND card <> 0 LIMIT 1");
    query_int(&query, card);
    bool warns = query_row(&query) && row_int(&query, 0) != 0;
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = warns;
    return err;
}
