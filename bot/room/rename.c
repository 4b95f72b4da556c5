#include "bot/room/channel.h"
#include "bot/room/deliver.h"

#include "bot/discord/json.h"

/* Names and topics follow title and severity. Discord takes two changes of them
 * in ten minutes and says so in no header: what is so already is not sent. */

enum { LOOK_WAR = 1, WAR, WAR_PLAIN, LOOK_LIVE, LIVE };

static cJSON *wanted(const struct visit *visit, enum room room, bool is_plain)
{
    cJSON *body = json_object();
    struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
    struct buf topic = BUF_INIT(CHANNEL_TOPIC_BYTES);
    channel_name_add(&name, &visit->delivery->in, room, is_plain);
    channel_topic_add(&topic, visit, room, is_plain);
    json_set_text(body, "name", buf_str(&name));
    json_set_text(body, "topic", buf_str(&topic));
    buf_release(&name);
    buf_release(&topic);
    return body;
}

static bool is_so(const cJSON *channel, const cJSON *body)
{
    return str_eq(json_text(channel, "name"), json_text(body, "name")) &&
           str_eq(json_text(channel, "topic"), json_text(body, "topic"));
}

static enum delivery_verdict change(struct visit *visit, int step, cJSON *body)
{
    const struct incident *in = &visit->delivery->in;
    uint64_t id = step == LIVE ? in->live_channel_id : own_war_room(in);
    return visit_call(
        visit, step,
        rest_channel_rename(id, body, "The incident's title or severity"));
}

static enum delivery_verdict look_live(struct visit *visit)
{
    uint64_t live = visit->delivery->in.live_channel_id;
    return live == 0 ? delivery_end(visit->delivery)
                     : visit_call(visit, LOOK_LIVE, rest_channel_get(live));
}

static enum delivery_verdict looked(struct visit *visit)
{
    bool is_war = visit->delivery->step == LOOK_WAR;
    const cJSON *channel = visit->answer->json;
    cJSON *body = wanted(visit, is_war ? ROOM_WAR : ROOM_LIVE, false);
    if (!is_so(channel, body))
        return change(visit, is_war ? WAR : LIVE, body);
    cJSON_Delete(body);
    return is_war ? look_live(visit) : delivery_end(visit->delivery);
}

/* When the room is gone, or stays as it is, the other one is still to come: it
 * may show a title that is private now. */
static enum delivery_verdict refused(struct visit *visit,
                                     const struct refusal *refusal,
                                     enum effect_kind room)
{
    enum delivery_verdict verdict = visit_refused_in(visit, refusal, room);
    if (verdict == DELIVERY_FAILED && room == EFFECT_WAR_ROOM)
        return look_live(visit);
    return verdict == DELIVERY_DONE && store_want(visit->store, EFFECT_RENAME,
                                                  visit->delivery->in.id, 0,
                                                  NULL, visit->now_ms) != ERR_OK
               ? visit_store_failed(visit)
               : verdict;
}

enum delivery_verdict deliver_rename(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    const struct refusal refusal = {
        "The room could not be renamed", "Manage Channels",
        in->is_private
            ? "Rename it by hand, and empty its topic: clients can read both "
              "of channels that they are not let into."
            : "The card and the entries say what it is called now."};
    int step = visit->delivery->step;
    if (step == 0)
        return own_war_room(in) == 0
                   ? look_live(visit)
                   : visit_call(visit, LOOK_WAR,
                                rest_channel_get(own_war_room(in)));
    if (visit->answer->fate == REST_DONE) {
        if (step == LOOK_WAR || step == LOOK_LIVE)
            return looked(visit);
        return step == LIVE ? delivery_end(visit->delivery) : look_live(visit);
    }
    if (step == WAR && visit->answer->code == NAME_REFUSED)
        return change(visit, WAR_PLAIN, wanted(visit, ROOM_WAR, true));
    return refused(visit, &refusal,
                   step < LOOK_LIVE ? EFFECT_WAR_ROOM : EFFECT_LIVE_ROOM);
}
