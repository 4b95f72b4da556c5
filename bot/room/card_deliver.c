#include "bot/room/deliver.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "storage/rooms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBES_BYTES 4000

/* A card is posted once and edited ever after, when it differs. Message 0 of a
 * room remembers what was sent last. The war room's is on the record, too, and
 * moves down once an hour: edits of older messages have a limit that shows in
 * no header (30046), and people scroll less. The live room's stays on top. */

enum { LOOK = 1, POST, EDIT, REMOVE };

#define OLD_MS (55 * MS_PER_MINUTE)

struct card {
    struct visit *visit;
    enum room room;
    uint64_t channel;
    uint64_t stands; /* the message's id; 0: there is none */
    struct room_message *kept;
};

/* The one that stands, by its footer: the incident's name. */
static bool is_its_card(const cJSON *message, const void *context)
{
    const struct card *card = context;
    const cJSON *embed = cJSON_GetArrayItem(json_get(message, "embeds"), 0);
    struct str text = json_text(json_get(embed, "footer"), "text");
    struct buf name = BUF_INIT(60);
    incident_print_name(&card->visit->delivery->in, &name);
    bool is = json_get_id(message, "id") != card->stands &&
              str_eq(text, buf_str(&name));
    buf_release(&name);
    return is;
}

/* As it is now; the caller owns it. NULL: the store failed. */
static cJSON *render(const struct card *card, struct sha256 *hash)
{
    struct store *store = card->visit->store;
    struct incident shown = card->visit->delivery->in, *in = &shown;
    const struct room_settings *set = card->visit->set;
    struct card_parts parts = {
        .role_names = set->role_names,
        .page_is_withheld = incident_page_is_withheld(in, set->private_pages),
    };
    if (card->room == ROOM_LIVE &&
        !incident_is_for_all(store, in->duplicate_of))
        in->duplicate_of = 0;
    struct buf probes = BUF_INIT(PROBES_BYTES);
    if (store_open_counts(store, in->id, &parts.open) != ERR_OK)
        return NULL;
    if (set->add_probes != NULL)
        set->add_probes(in, &probes, set->probes_context);
    parts.probes = buf_str(&probes);
    cJSON *message = card_message(in, &parts, card->room);
    buf_release(&probes);
    char *text = json_print(message);
    *hash = sha256_of(str_of(text));
    free(text);
    return message;
}

static enum err load(struct card *card)
{
    const struct incident *in = &card->visit->delivery->in;
    struct room_message *kept = card->kept;
    enum err err =
        store_room_message(card->visit->store, in->id, card->room, 0, kept);
    if (err == ERR_NOT_FOUND) {
        *kept = (struct room_message){.ordinal = 0};
        err = ERR_OK;
    }
    card->stands =
        card->room == ROOM_WAR ? in->card_message_id : kept->message_id;
    return err;
}

static enum err keep(const struct card *card)
{
    return store_put_room_message(card->visit->store,
                                  card->visit->delivery->in.id, card->room,
                                  card->kept);
}

static bool count_task(const struct event *task, void *context)
{
    *(int64_t *)context = task->seq;
    return false;
}

/* Each card has a nonce of its own: an older one's would be answered with that
 * message, or with its deletion. */
static enum delivery_verdict post(struct card *card)
{
    struct visit *visit = card->visit;
    const struct incident *in = &visit->delivery->in;
    int64_t before = card->kept->lost;
    char key[96];
    enum err err = ERR_OK;
    if (card->room == ROOM_WAR)
        err = store_last_task(visit->store, in->id, EFFECT_CARD, 0, count_task,
                              &before);
    cJSON *message = render(card, &card->kept->content);
    if ((err != ERR_OK && err != ERR_NOT_FOUND) || message == NULL) {
        cJSON_Delete(message);
        return visit_store_failed(visit);
    }
    (void)snprintf(key, sizeof key, "card/%" PRId64 "/%" PRIu64 "/%" PRId64,
                   in->id, card->channel, before);
    return visit_post(visit, POST, card->channel, message, key);
}

static enum delivery_verdict edit(struct card *card, uint64_t id)
{
    cJSON *message = render(card, &card->kept->content);
    if (message == NULL)
        return visit_store_failed(card->visit);
    card->visit->delivery->made_id = id;
    return visit_call(card->visit, EDIT,
                      rest_message_edit(card->channel, id, message));
}

/* To be posted, or posted without our knowing. */
static enum delivery_verdict post_or_look(struct card *card)
{
    const struct outbox_row *row = &card->visit->delivery->row;
    if (visit_is_repeat(card->visit))
        return visit_look(card->visit, LOOK, card->channel,
                          row->first_attempt_ms);
    return post(card);
}

/* Or was when it was first tried, by a clock that was put back since: then
 * another one may be posted already. */
static bool is_old(const struct card *card)
{
    const struct visit *visit = card->visit;
    int64_t now_ms = visit_discord_ms(visit);
    if (visit_is_repeat(visit) &&
        visit->delivery->row.first_attempt_ms > now_ms)
        now_ms = visit->delivery->row.first_attempt_ms;
    return now_ms - snowflake_ms(card->stands) > OLD_MS;
}

static enum delivery_verdict start(struct card *card)
{
    struct visit *visit = card->visit;
    struct sha256 now;
    if (card->stands == 0)
        return post_or_look(card);
    cJSON *message = render(card, &now);
    if (message == NULL)
        return visit_store_failed(visit);
    cJSON_Delete(message);
    /* A try before may have posted another one, and told what is no longer so.
     */
    if (!visit_is_repeat(visit) && card->kept->message_id == card->stands &&
        memcmp(&now, &card->kept->content, sizeof now) == 0)
        return visit_done_after_all(visit);
    return is_old(card) && card->room == ROOM_WAR ? post_or_look(card)
                                                  : edit(card, card->stands);
}

/* It stands, as it was rendered. One that it follows is to be taken away. */
static enum delivery_verdict made(struct card *card, uint64_t id)
{
    struct visit *visit = card->visit;
    const struct outbox_row *row = &visit->delivery->row;
    if (id == 0)
        return visit_retry(visit, "Discord's answer had no id in it.");
    card->kept->message_id = id;
    enum err err = keep(card);
    if (err == ERR_OK && card->stands != 0 && card->stands != id)
        err = store_want(visit->store, row->kind, row->incident_id,
                         (int64_t)card->stands, NULL, visit->now_ms);
    if (err != ERR_OK)
        return visit_store_failed(visit);
    return card->room == ROOM_LIVE || card->stands == id
               ? DELIVERY_DONE
               : visit_made(visit, id);
}

static enum delivery_verdict posted(struct card *card)
{
    struct visit *visit = card->visit;
    uint64_t id = json_get_id(visit->answer->json, "id");
    /* The nonce may have given us an earlier try, as it was then. */
    return visit_is_repeat(visit) && id != 0 ? edit(card, id) : made(card, id);
}

static enum delivery_verdict looked(struct card *card)
{
    uint64_t id = listing_find(card->visit, is_its_card, card);
    if (id != 0)
        return edit(card, id);
    if (listing_goes_on(card->visit, card->channel))
        return DELIVERY_CALL;
    /* Its answer may have told that the clock is ahead. */
    return card->stands != 0 && !is_old(card) ? edit(card, card->stands)
                                              : post(card);
}

static enum delivery_verdict message_is_gone(struct card *card)
{
    struct visit *visit = card->visit;
    uint64_t id = visit->delivery->made_id;
    /* Posted by a try whose answer was lost, and deleted since. */
    if (visit->delivery->step != EDIT || id != card->stands)
        return visit_retry(visit, "The card was deleted at once.");
    if (visit_is_new(visit, id))
        return visit_retry(visit, "Discord does not know the card yet.");
    return card->room == ROOM_WAR ? visit_lost(visit, EFFECT_CARD, 0, id)
                                  : visit_lost(visit, EFFECT_LIVE, 0, id);
}

/* Found where an earlier try had posted it, and refused to be edited: that it
 * stands is known from now on, or it would be posted once more. */
static enum delivery_verdict refused(struct card *card,
                                     const struct refusal *refusal)
{
    struct visit *visit = card->visit;
    const struct outbox_row *row = &visit->delivery->row;
    uint64_t id = visit->delivery->made_id;
    enum delivery_verdict verdict = visit_refused(visit, refusal);
    if (verdict != DELIVERY_FAILED || visit->delivery->step != EDIT ||
        id == card->stands)
        return verdict;
    card->kept->content = (struct sha256){{0}};
    return store_want(visit->store, row->kind, row->incident_id, 0, NULL,
                      visit->now_ms) == ERR_OK
               ? made(card, id)
               : visit_store_failed(visit);
}

static enum delivery_verdict take_answer(struct card *card)
{
    static const struct refusal refusal = {"The card could not be shown",
                                           "Send Messages and Embed Links",
                                           "/incident status tells the same."};
    const struct rest_answer *answer = card->visit->answer;
    if (answer->fate == REST_GONE && answer->code == 10008)
        return message_is_gone(card);
    if (answer->fate != REST_DONE)
        return refused(card, &refusal);
    switch (card->visit->delivery->step) {
    case LOOK:
        return looked(card);
    case POST:
        return posted(card);
    default:
        return made(card, card->visit->delivery->made_id);
    }
}

/* Deleting it unpins it. What its buttons say is no longer so. */
static enum delivery_verdict remove_old(struct card *card, uint64_t id)
{
    struct visit *visit = card->visit;
    if (visit->answer == NULL)
        return visit_call(visit, REMOVE,
                          rest_message_delete(card->channel, id,
                                              "A newer card stands below"));
    if (visit->answer->fate == REST_UNREACHABLE)
        return visit_retry(visit, "The old card could not be deleted yet.");
    return visit->answer->fate == REST_FORBIDDEN
               ? visit_again_when_allowed(visit)
               : DELIVERY_DONE;
}

/* As it was when it was posted: it is to be edited once the room is open. */
static enum delivery_verdict keep_hidden(struct card *card, uint64_t id)
{
    card->kept->message_id = id;
    card->kept->content = (struct sha256){{0}};
    return keep(card) == ERR_OK ? DELIVERY_DONE
                                : visit_store_failed(card->visit);
}

static enum delivery_verdict look_while_closed(struct card *card)
{
    struct visit *visit = card->visit;
    if (!visit_is_repeat(visit))
        return DELIVERY_DONE;
    if (load(card) != ERR_OK)
        return visit_store_failed(visit);
    return card->stands != 0
               ? DELIVERY_DONE
               : visit_look(visit, LOOK, visit->delivery->in.live_channel_id,
                            visit->delivery->row.first_attempt_ms);
}

/* The room is closed to it, as when the incident became private; what arrived
 * before, or may have, is known all the same, so that it is not posted again.
 */
static enum delivery_verdict room_is_closed(struct card *card)
{
    struct visit *visit = card->visit;
    const struct rest_answer *answer = visit->answer;
    uint64_t channel = visit->delivery->in.live_channel_id;
    int step = visit->delivery->step;
    if (card->room == ROOM_WAR || channel == 0 ||
        visit->delivery->row.target != 0)
        return DELIVERY_DONE;
    if (step == 0)
        return look_while_closed(card);
    if (step != POST && step != LOOK)
        return DELIVERY_DONE;
    if (answer->fate == REST_UNREACHABLE)
        return visit_retry(visit, "Whether the card arrived is not known yet.");
    uint64_t id = answer->fate != REST_DONE ? 0
                  : step == POST            ? json_get_id(answer->json, "id")
                                 : listing_find(visit, is_its_card, card);
    if (id != 0)
        return keep_hidden(card, id);
    return step == LOOK && answer->fate == REST_DONE &&
                   listing_goes_on(visit, channel)
               ? DELIVERY_CALL
               : DELIVERY_DONE;
}

enum delivery_verdict deliver_card(struct visit *visit, enum room room)
{
    struct delivery *delivery = visit->delivery;
    struct card card = {.visit = visit,
                        .room = room,
                        .channel = room_channel(&delivery->in, room),
                        .kept = &delivery->planned};
    if (card.channel == 0)
        return room_is_closed(&card);
    if (delivery->row.target != 0)
        return remove_old(&card, (uint64_t)delivery->row.target);
    if (delivery->step == 0) {
        if (load(&card) != ERR_OK)
            return visit_store_failed(visit);
        return start(&card);
    }
    card.stands =
        room == ROOM_WAR ? delivery->in.card_message_id : card.kept->message_id;
    return take_answer(&card);
}
