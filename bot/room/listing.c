/*
 * Posting, and looking whether it was posted before.
 */
#include "bot/room/deliver.h"

#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Our clock and Discord's may differ; what was sent is looked for from this
 * long before on. */
#define LOOK_BACK_MS  (5 * MS_PER_MINUTE)
#define LOOK_MESSAGES 100

enum delivery_verdict visit_post(struct visit *visit, int step,
                                 uint64_t channel_id, cJSON *message,
                                 const char *key)
{
    char nonce[NONCE_BYTES];
    nonce_make(nonce, store_instance(visit->store), key);
    message_set_nonce(message, nonce);
    return visit_call(visit, step, rest_message_create(channel_id, message));
}

bool visit_is_repeat(const struct visit *visit)
{
    return visit->delivery->row.attempts > 0;
}

static enum delivery_verdict look_after(struct visit *visit, int step,
                                        uint64_t channel_id, uint64_t after)
{
    struct rest_call call = rest_messages_list(channel_id, LOOK_MESSAGES);
    size_t n = strlen(call.path);
    (void)snprintf(call.path + n, sizeof call.path - n, "&after=%" PRIu64,
                   after);
    return visit_call(visit, step, call);
}

enum delivery_verdict visit_look(struct visit *visit, int step,
                                 uint64_t channel_id, int64_t since_ms)
{
    const int64_t discord_began_ms = INT64_C(1420070400000);
    int64_t now_ms = visit_discord_ms(visit);
    /* Later than now: our clock was put back since, nobody knows how far. */
    int64_t first_ms =
        since_ms <= now_ms ? since_ms - LOOK_BACK_MS : now_ms - MS_PER_DAY;
    visit->delivery->since_ms = since_ms;
    visit->delivery->ahead_ms = visit->set->ahead_ms;
    if (visit->set->ahead_ms > 0) /* perhaps it was not known then */
        first_ms -= visit->set->ahead_ms;
    int64_t ms = first_ms - discord_began_ms;
    uint64_t after = ms <= 0 ? 0 : (uint64_t)ms << 22;
    /* A channel is older than what is in it. */
    return look_after(visit, step, channel_id,
                      after < channel_id ? channel_id - 1 : after);
}

bool listing_goes_on(struct visit *visit, uint64_t channel_id)
{
    const cJSON *message;
    uint64_t newest = 0;
    const struct delivery *delivery = visit->delivery;
    if (visit->set->ahead_ms - delivery->ahead_ms > LOOK_BACK_MS) {
        (void)visit_look(visit, delivery->step, channel_id, delivery->since_ms);
        return true;
    }
    if (cJSON_GetArraySize(visit->answer->json) < LOOK_MESSAGES)
        return false;
    cJSON_ArrayForEach(message, visit->answer->json)
    {
        uint64_t id = json_get_id(message, "id");
        newest = id > newest ? id : newest;
    }
    (void)look_after(visit, visit->delivery->step, channel_id, newest);
    return true;
}

uint64_t listing_find(const struct visit *visit, message_is_fn *is,
                      const void *context)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, visit->answer->json)
    {
        if (json_get_id(json_get(message, "author"), "id") ==
                visit->set->bot_user_id &&
            is(message, context))
            return json_get_id(message, "id");
    }
    return 0;
}
