#include "bot/room/announced.h"
#include "bot/room/deliver.h"
#include "storage/discord.h"

enum delivery_verdict visit_announce(struct visit *visit, int step,
                                     cJSON *message, const char *key)
{
    uint64_t channel = visit->set->announce_channel_id;
    if (channel == 0) {
        cJSON_Delete(message);
        return DELIVERY_DONE;
    }
    if (store_put_announced_in(visit->store, channel) != ERR_OK) {
        cJSON_Delete(message);
        return visit_store_failed(visit);
    }
    return visit_post(visit, step, channel, message, key);
}

uint64_t announce_channel(const struct visit *visit)
{
    return visit->delivery->older_channel != 0
               ? visit->delivery->older_channel
               : visit->set->announce_channel_id;
}

enum delivery_verdict visit_where_announced(struct visit *visit,
                                            visit_fn *begin)
{
    return visit->set->announce_channel_id != 0
               ? begin(visit)
               : visit_elsewhere(visit, begin, NULL);
}

enum delivery_verdict visit_elsewhere(struct visit *visit, visit_fn *again,
                                      visit_fn *nowhere)
{
    uint64_t *older = &visit->delivery->older_channel;
    enum err err = store_next_announced_in(
        visit->store, *older, visit->set->announce_channel_id, older);
    if (err == ERR_NOT_FOUND) {
        *older = 0;
        return nowhere == NULL ? DELIVERY_DONE : nowhere(visit);
    }
    return err == ERR_OK ? again(visit) : visit_store_failed(visit);
}

enum delivery_verdict visit_past_shut(struct visit *visit, visit_fn *again,
                                      visit_fn *nowhere)
{
    const struct rest_answer *answer = visit->answer;
    visit->delivery->shut = (struct rest_answer){
        .fate = answer->fate,
        .status = answer->status,
        .code = answer->code,
        .maybe_done = answer->maybe_done,
    };
    return visit_elsewhere(visit, again, nowhere);
}

bool visit_was_shut(struct visit *visit)
{
    if (visit->delivery->shut.fate == REST_DONE)
        return false;
    visit->answer = &visit->delivery->shut;
    return true;
}

bool is_not_here(const struct visit *visit)
{
    return visit->answer->fate == REST_GONE &&
           (visit->answer->code == 10008 ||
            visit->delivery->older_channel != 0);
}

bool is_barred(const struct visit *visit)
{
    return visit->answer->fate == REST_FORBIDDEN ||
           (visit->answer->fate == REST_GONE && !is_not_here(visit));
}

bool is_shut(const struct visit *visit)
{
    return visit->delivery->older_channel != 0 &&
           (visit->answer->fate == REST_GONE ||
            visit->answer->fate == REST_FORBIDDEN);
}
