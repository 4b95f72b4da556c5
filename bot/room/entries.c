#include "bot/room/deliver.h"

#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The entries of the record as messages of a room: each message holds the
 * entries first_seq..last_seq that belong there, and is planned durably before
 * it is sent. The newest message tells how far the room is, and whether Discord
 * has confirmed it; so a kill anywhere neither loses nor repeats an entry. */

enum { LOOK = 1, POST };

/* Discord forgets a nonce after "the past few minutes". A planned message older
 * than this is looked for before it is sent again. */
#define NONCE_TRUST_MS (60 * MS_PER_SECOND)

#define PINGS           10
#define MESSAGE_DELETED 1 /* an id for one that stood and was deleted */

struct batch {
    const struct incident *in;
    enum room room;
    int64_t most_seq; /* entries after it wait for the next message */
    struct buf text;
    int64_t first_seq, last_seq; /* 0: nothing to say */
    uint64_t pings[PINGS];
    int ping_count;
};

static void add_ping(struct batch *batch, const struct event *event)
{
    if (batch->room == ROOM_WAR && event->kind == EVENT_ROLE &&
        event->holder.type == ACTOR_MEMBER &&
        event->holder.id != event->actor.id && batch->ping_count < PINGS)
        batch->pings[batch->ping_count++] = event->holder.id;
}

static bool add_entry(const struct event *event, void *context)
{
    struct batch *batch = context;
    if (event->seq > batch->most_seq)
        return false;
    if (!entry_belongs(batch->in, event, batch->room))
        return true;
    size_t before = batch->text.n;
    if (before > 0)
        buf_add_char(&batch->text, '\n');
    entry_add(&batch->text, event);
    if (utf16_units(buf_str(&batch->text)) > MESSAGE_UNITS) {
        buf_cut(&batch->text, before);
        return false;
    }
    add_ping(batch, event);
    if (batch->first_seq == 0)
        batch->first_seq = event->seq;
    batch->last_seq = event->seq;
    return true;
}

static enum err batch_fill(struct batch *batch, struct store *store,
                           int64_t after_seq)
{
    batch->text = BUF_INIT((size_t)MESSAGE_UNITS * 8);
    return store_each_event(store, batch->in->id, EVENTS_BY_SEQ, after_seq,
                            add_entry, batch);
}

struct search {
    const struct incident *in;
    enum room room;
    bool found;
};

static bool find_entry(const struct event *event, void *context)
{
    struct search *search = context;
    search->found = entry_belongs(search->in, event, search->room);
    return !search->found;
}

static uint64_t room_channel(const struct incident *in, enum room room)
{
    if (room == ROOM_WAR)
        return incident_room(in);
    return in->is_private ? 0 : in->live_channel_id;
}

static enum delivery_verdict post_batch(struct visit *visit,
                                        const struct batch *batch)
{
    const struct incident *in = &visit->delivery->in;
    cJSON *message = message_new(buf_str(&batch->text));
    char key[64];
    for (int i = 0; i < batch->ping_count; i++)
        message_allow_user(message, batch->pings[i]);
    message_set_flags(message, batch->ping_count == 0
                                   ? FLAG_SILENT | FLAG_NO_PREVIEWS
                                   : FLAG_NO_PREVIEWS);
    (void)snprintf(key, sizeof key, "%s/%" PRId64 "/%" PRId64,
                   batch->room == ROOM_WAR ? "war" : "live", in->id,
                   visit->delivery->planned.ordinal);
    return visit_post(visit, POST, room_channel(in, batch->room), message, key);
}

/* Writes down what is about to be sent, then sends it. */
static enum delivery_verdict plan_and_send(struct visit *visit,
                                           const struct batch *batch)
{
    struct room_message *planned = &visit->delivery->planned;
    planned->first_seq = batch->first_seq;
    planned->last_seq = batch->last_seq;
    planned->message_id = 0;
    planned->content = sha256_of(buf_str(&batch->text));
    if (store_put_room_message(visit->store, visit->delivery->in.id,
                               batch->room, planned) != ERR_OK)
        return visit_store_failed(visit);
    return post_batch(visit, batch);
}

static enum delivery_verdict next_message(struct visit *visit,
                                          struct batch *batch)
{
    struct room_message *planned = &visit->delivery->planned;
    if (batch_fill(batch, visit->store, planned->last_seq) != ERR_OK)
        return visit_store_failed(visit);
    if (batch->first_seq == 0)
        return DELIVERY_DONE;
    planned->ordinal++;
    planned->planned_ms = visit->now_ms;
    return plan_and_send(visit, batch);
}

/* The newest message was planned and not confirmed: it may stand. The nonce
 * answers that for a while, and only for the same bytes. */
static enum delivery_verdict same_message(struct visit *visit,
                                          struct batch *batch)
{
    struct room_message *planned = &visit->delivery->planned;
    batch->most_seq = planned->last_seq;
    if (batch_fill(batch, visit->store, planned->first_seq - 1) != ERR_OK)
        return visit_store_failed(visit);
    struct sha256 now = sha256_of(buf_str(&batch->text));
    bool is_same = memcmp(&now, &planned->content, sizeof now) == 0;
    int64_t age_ms = visit->now_ms - planned->planned_ms;
    bool is_fresh = age_ms >= 0 && age_ms <= NONCE_TRUST_MS;
    if (!visit->delivery->looked && !(is_same && is_fresh))
        return visit_look(visit, LOOK, room_channel(batch->in, batch->room),
                          planned->planned_ms);
    if (batch->first_seq == 0)
        return next_message(visit, batch);
    return plan_and_send(visit, batch);
}

static enum delivery_verdict start(struct visit *visit, struct batch *batch)
{
    struct room_message *planned = &visit->delivery->planned;
    enum err err = store_last_room_message(visit->store, batch->in->id,
                                           batch->room, planned);
    if (err == ERR_NOT_FOUND)
        *planned = (struct room_message){.ordinal = 0};
    else if (err != ERR_OK)
        return visit_store_failed(visit);
    if (planned->ordinal > 0 && planned->message_id == 0)
        return same_message(visit, batch);
    return next_message(visit, batch);
}

static enum delivery_verdict stands(struct visit *visit, enum room room,
                                    uint64_t message_id)
{
    struct delivery *delivery = visit->delivery;
    struct search search = {&delivery->in, room, false};
    delivery->planned.message_id = message_id;
    if (store_put_room_message(visit->store, delivery->in.id, room,
                               &delivery->planned) != ERR_OK ||
        store_each_event(visit->store, delivery->in.id, EVENTS_BY_SEQ,
                         delivery->planned.last_seq, find_entry,
                         &search) != ERR_OK)
        return visit_store_failed(visit);
    return search.found ? DELIVERY_AGAIN : DELIVERY_DONE;
}

static bool says_the_same(const cJSON *message, const void *context)
{
    const struct room_message *planned = context;
    struct sha256 hash = sha256_of(json_text(message, "content"));
    return memcmp(&hash, &planned->content, sizeof hash) == 0;
}

static enum delivery_verdict looked(struct visit *visit, struct batch *batch)
{
    struct delivery *delivery = visit->delivery;
    uint64_t id = listing_find(visit, says_the_same, &delivery->planned);
    if (id != 0)
        return stands(visit, batch->room, id);
    if (listing_goes_on(visit, room_channel(batch->in, batch->room)))
        return DELIVERY_CALL;
    delivery->looked = true;
    return same_message(visit, batch);
}

enum delivery_verdict deliver_entries(struct visit *visit, enum room room)
{
    static const struct refusal refusals[ROOM_COUNT] = {
        {"The entries could not be shown in the war room", "Send Messages",
         "They are kept; /incident status tells how it stands."},
        {"The entries could not be shown in the live room", "Send Messages",
         "They are kept in the record."},
    };
    const struct rest_answer *answer = visit->answer;
    struct batch batch = {
        .in = &visit->delivery->in, .room = room, .most_seq = INT64_MAX};
    enum delivery_verdict verdict;

    if (room_channel(batch.in, room) == 0)
        return DELIVERY_DONE;
    if (visit->delivery->step == 0)
        verdict = start(visit, &batch);
    else if (answer->fate == REST_DONE && visit->delivery->step == LOOK)
        verdict = looked(visit, &batch);
    else if (answer->fate == REST_DONE && id_of(answer->json) != 0)
        verdict = stands(visit, room, id_of(answer->json));
    else if (answer->fate == REST_GONE && answer->code == 10008)
        verdict = stands(visit, room, MESSAGE_DELETED);
    else
        verdict = visit_refused(visit, &refusals[room]);
    buf_release(&batch.text);
    return verdict;
}
