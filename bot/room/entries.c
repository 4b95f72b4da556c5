#include "bot/room/batch.h"
#include "bot/room/deliver.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "storage/rooms.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The entries of the record as messages of a room: each message holds what the
 * room shows of a range of events, and is planned durably before it is sent; so
 * a kill anywhere neither loses nor repeats an entry. What is corrected or
 * struck later is edited in the message that holds it. To find that, only the
 * events since the room was last in line are read. */

enum { LOOK = 1, POST, EDIT };

/* Edits of messages older than an hour are limited to about 3 per 6 s in a
 * channel, where no header tells it (30046); the live card is one, too. */
#define OLD_MS      MS_PER_HOUR
#define OLD_EDIT_MS (5 * MS_PER_SECOND)

/* Discord docs, JSON Error Codes: what a message says is not allowed. */
#define BLOCKED_BY_AUTOMOD 200000
#define BLOCKED_AS_HARMFUL 240000

struct rooms_work {
    struct visit *visit;
    struct room_view view;
    uint64_t channel;
    struct batch batch;
};

static struct rooms_work work_on(struct visit *visit, enum room room)
{
    const struct incident *in = &visit->delivery->in;
    return (struct rooms_work){
        .visit = visit,
        .view = {.store = visit->store,
                 .in = in,
                 .room = room,
                 .delay_ms = room == ROOM_LIVE ? visit->set->live_delay_ms : 0,
                 .role_names = visit->set->role_names},
        .channel = room_channel(in, room),
    };
}

/* What the message holds as it is to be shown now; without words where Discord
 * has refused just these. */
static enum err compose(struct rooms_work *work,
                        const struct room_message *message)
{
    struct batch *batch = &work->batch;
    batch->is_withheld = false;
    enum err err = batch_again(batch, message->first_seq, message->last_seq);
    struct sha256 hash = batch_hash(batch);
    if (err != ERR_OK || memcmp(&hash, &message->refused, sizeof hash) != 0)
        return err;
    batch->is_withheld = true;
    return batch_again(batch, message->first_seq, message->last_seq);
}

/* ---- what is to be done next ---- */

/* A walk over the events since the room was last in line. */
struct walk {
    struct rooms_work *work;
    int64_t shown_seq; /* the newest message's last */
    int64_t from_seq, settled_seq;
    enum { NOTHING, TO_EDIT, TO_POST } found;
    struct room_message message; /* TO_EDIT; its new text is in the batch */
    bool holds;                  /* an entry waits for its time */
    int64_t due_ms;              /* when it comes; INT64_MAX: none waits */
    const struct event *event;
    enum err err;
};

static void meet_shown(const struct shown *shown, void *context)
{
    struct walk *walk = context;
    const struct visit *visit = walk->work->visit;
    int64_t delay_ms = walk->work->view.delay_ms;
    int64_t recorded_ms = shown->event.recorded_at_ms;
    int64_t due_ms = recorded_ms + delay_ms;
    if (due_ms <= visit->now_ms || recorded_ms > visit->now_ms) {
        if (!walk->holds)
            walk->found = TO_POST;
        return;
    }
    walk->holds = true;
    if (due_ms < walk->due_ms)
        walk->due_ms = due_ms;
}

static bool meet_target(const struct event *target, void *context)
{
    struct walk *walk = context;
    walk->err = shown_read(&walk->work->view, target, meet_shown, walk);
    return false;
}

/* An entry that was corrected or struck: the message that holds it may differ.
 * One that was not shown so far may be now. */
static void meet_touched(struct walk *walk, int64_t seq)
{
    struct rooms_work *work = walk->work;
    const struct incident *in = work->view.in;
    struct room_message *message = &walk->message;
    if (seq > walk->shown_seq) {
        if (seq <= walk->from_seq) /* else it is met on the way */
            walk->err =
                store_event(work->view.store, in->id, seq, meet_target, walk);
        return;
    }
    walk->err = store_room_message_with(work->view.store, in->id,
                                        work->view.room, seq, message);
    if (walk->err != ERR_OK)
        return;
    walk->err = compose(work, message);
    struct sha256 hash = batch_hash(&work->batch);
    if (walk->err == ERR_OK &&
        memcmp(&hash, &message->content, sizeof hash) != 0)
        walk->found = TO_EDIT;
}

/* With what belongs to it: that is shown where the entry is. */
static void meet_corrected(struct walk *walk, int64_t seq)
{
    const struct room_view *view = &walk->work->view;
    int64_t evidence = 0;
    enum err err = ERR_OK;
    meet_touched(walk, seq);
    while (walk->err == ERR_OK && walk->found == NOTHING && err == ERR_OK) {
        err = store_next_evidence(view->store, view->in->id, seq, &evidence);
        if (err == ERR_OK)
            meet_touched(walk, evidence);
        else if (err != ERR_NOT_FOUND)
            walk->err = err;
    }
}

static bool meet(const struct event *event, void *context)
{
    struct walk *walk = context;
    if (event->kind == EVENT_EDIT)
        meet_corrected(walk, event->target);
    else if (event->kind == EVENT_STRIKE)
        meet_touched(walk, event->target);
    else if (event->seq > walk->shown_seq)
        walk->err = shown_read(&walk->work->view, event, meet_shown, walk);
    else if (event->other_id != 0) /* may be private, or public, since */
        meet_touched(walk, event->seq);
    if (walk->err != ERR_OK || walk->found != NOTHING)
        return false;
    if (!walk->holds)
        walk->settled_seq = event->seq;
    return true;
}

static enum err walk_on(struct rooms_work *work, struct walk *walk)
{
    struct store *store = work->view.store;
    const struct incident *in = work->view.in;
    enum room room = work->view.room;
    struct room_message last = {.last_seq = 0};
    *walk = (struct walk){.work = work, .due_ms = INT64_MAX};
    enum err err = store_last_room_message(store, in->id, room, &last);
    if (err == ERR_OK || err == ERR_NOT_FOUND)
        err = store_room_settled(store, in->id, room, &walk->from_seq);
    if (err != ERR_OK)
        return err;
    walk->shown_seq = last.last_seq;
    walk->settled_seq = walk->from_seq;
    err = store_each_event(store, in->id, EVENTS_BY_SEQ, walk->from_seq, meet,
                           walk);
    if (err == ERR_OK)
        err = walk->err;
    if (err == ERR_OK && walk->settled_seq > walk->from_seq)
        err = store_put_room_settled(store, in->id, room, walk->settled_seq);
    return err;
}

/* Nothing is left to do now. */
static enum delivery_verdict rest(struct rooms_work *work,
                                  const struct walk *walk)
{
    int64_t latest_ms = work->visit->now_ms + OUTBOX_WAIT_MOST_MS;
    if (!walk->holds)
        return DELIVERY_DONE;
    work->visit->delivery->again_ms =
        walk->due_ms < latest_ms ? walk->due_ms : latest_ms;
    return DELIVERY_AGAIN;
}

/* ---- sending ---- */

static enum err put(struct rooms_work *work)
{
    return store_put_room_message(work->view.store, work->view.in->id,
                                  work->view.room,
                                  &work->visit->delivery->planned);
}

static enum delivery_verdict post(struct rooms_work *work)
{
    const struct room_message *planned = &work->visit->delivery->planned;
    cJSON *message = message_new(buf_str(&work->batch.text));
    bool pings = planned->lost == 0 && work->batch.ping_count > 0;
    char key[96];
    for (int i = 0; pings && i < work->batch.ping_count; i++)
        message_allow_user(message, work->batch.pings[i]);
    message_set_flags(message, pings ? FLAG_NO_PREVIEWS
                                     : FLAG_SILENT | FLAG_NO_PREVIEWS);
    (void)snprintf(key, sizeof key, "entries/%" PRIu64 "/%" PRId64 "/%" PRId64,
                   work->channel, planned->ordinal, planned->lost);
    return visit_post(work->visit, POST, work->channel, message, key);
}

/* What is in the batch is about to be sent. */
static void note_sending(struct rooms_work *work)
{
    struct delivery *delivery = work->visit->delivery;
    delivery->planned.content = batch_hash(&work->batch);
    delivery->is_withheld = work->batch.is_withheld;
}

/* Writes down what is about to be sent, then sends it. */
static enum delivery_verdict plan_and_send(struct rooms_work *work)
{
    work->visit->delivery->planned.message_id = 0;
    note_sending(work);
    return put(work) == ERR_OK ? post(work) : visit_store_failed(work->visit);
}

static enum delivery_verdict next_message(struct rooms_work *work)
{
    struct visit *visit = work->visit;
    struct room_message *planned = &visit->delivery->planned;
    enum err err = store_last_room_message(visit->store, work->view.in->id,
                                           work->view.room, planned);
    if (err == ERR_NOT_FOUND)
        *planned = (struct room_message){.ordinal = 0};
    else if (err != ERR_OK)
        return visit_store_failed(visit);
    work->batch.is_withheld = false; /* of another one, on the walk */
    if (batch_fill(&work->batch, planned->last_seq,
                   visit->now_ms - work->view.delay_ms) != ERR_OK)
        return visit_store_failed(visit);
    if (work->batch.last_seq == 0)
        return DELIVERY_DONE;
    *planned = (struct room_message){.ordinal = planned->ordinal + 1,
                                     .first_seq = work->batch.first_seq,
                                     .last_seq = work->batch.last_seq,
                                     .planned_ms = visit_discord_ms(visit)};
    return plan_and_send(work);
}

/* A message was planned and is not known to stand. The nonce would tell, but
 * only for a while, and how long ago that was is not sure: the clock may have
 * been put back. */
static enum delivery_verdict same_message(struct rooms_work *work)
{
    struct visit *visit = work->visit;
    struct room_message *planned = &visit->delivery->planned;
    if (planned->planned_ms != 0 && !visit->delivery->looked)
        return visit_look(visit, LOOK, work->channel, planned->planned_ms);
    if (planned->planned_ms == 0)
        planned->planned_ms = visit_discord_ms(visit);
    if (compose(work, planned) != ERR_OK)
        return visit_store_failed(visit);
    return plan_and_send(work);
}

static enum delivery_verdict edit(struct rooms_work *work,
                                  const struct room_message *message)
{
    struct room_message *planned = &work->visit->delivery->planned;
    *planned = *message;
    note_sending(work);
    if (work->visit->now_ms - snowflake_ms(planned->message_id) > OLD_MS)
        work->visit->delivery->again_ms = work->visit->now_ms + OLD_EDIT_MS;
    return visit_call(
        work->visit, EDIT,
        rest_message_edit(work->channel, planned->message_id,
                          message_new(buf_str(&work->batch.text))));
}

/* ---- steps ---- */

/* The card comes first in the live room, unless it cannot be shown. False: it
 * is wanted, and waited for. */
static enum err card_stands(const struct rooms_work *work, bool *out)
{
    struct store *store = work->view.store;
    int64_t id = work->view.in->id;
    struct room_message card;
    enum err err = store_room_message(store, id, ROOM_LIVE, 0, &card);
    *out = work->view.room == ROOM_WAR || err == ERR_OK;
    if (*out || err != ERR_NOT_FOUND)
        return *out ? ERR_OK : err;
    err = effect_failed_last(store, id, EFFECT_LIVE_CARD, 0, out);
    return err != ERR_OK || *out ? err
                                 : store_want(store, EFFECT_LIVE_CARD, id, 0,
                                              NULL, work->visit->now_ms);
}

static enum delivery_verdict start(struct rooms_work *work)
{
    struct visit *visit = work->visit;
    struct walk walk;
    bool may_begin;
    if (card_stands(work, &may_begin) != ERR_OK)
        return visit_store_failed(visit);
    if (!may_begin)
        return DELIVERY_AGAIN;
    enum err err =
        store_unsent_room_message(visit->store, work->view.in->id,
                                  work->view.room, &visit->delivery->planned);
    if (err == ERR_OK)
        return same_message(work);
    if (err != ERR_NOT_FOUND || walk_on(work, &walk) != ERR_OK)
        return visit_store_failed(visit);
    if (walk.found == TO_EDIT)
        return edit(work, &walk.message);
    return walk.found == TO_POST ? next_message(work) : rest(work, &walk);
}

/* The message stands as planned; is there more? */
static enum delivery_verdict stands(struct rooms_work *work)
{
    struct visit *visit = work->visit;
    struct room_message unsent;
    struct walk walk;
    if (put(work) != ERR_OK)
        return visit_store_failed(visit);
    enum err err = store_unsent_room_message(visit->store, work->view.in->id,
                                             work->view.room, &unsent);
    if (err == ERR_OK)
        return DELIVERY_AGAIN;
    if (err != ERR_NOT_FOUND || walk_on(work, &walk) != ERR_OK)
        return visit_store_failed(visit);
    return walk.found == NOTHING ? rest(work, &walk) : DELIVERY_AGAIN;
}

static bool says_the_same(const cJSON *message, const void *context)
{
    const struct room_message *planned = context;
    struct sha256 hash = sha256_of(json_text(message, "content"));
    return memcmp(&hash, &planned->content, sizeof hash) == 0;
}

static enum delivery_verdict looked(struct rooms_work *work)
{
    struct delivery *delivery = work->visit->delivery;
    uint64_t id = listing_find(work->visit, says_the_same, &delivery->planned);
    if (id != 0) {
        delivery->planned.message_id = id;
        return stands(work);
    }
    if (listing_goes_on(work->visit, work->channel))
        return DELIVERY_CALL;
    delivery->looked = true;
    return same_message(work);
}

static enum delivery_verdict posted(struct rooms_work *work)
{
    struct visit *visit = work->visit;
    struct room_message *planned = &visit->delivery->planned;
    const cJSON *json = visit->answer->json;
    planned->message_id = json_get_id(json, "id");
    if (planned->message_id == 0)
        return visit_retry(visit, "Discord's answer had no id in it.");
    /* The nonce may have given us an earlier try, as it was then. */
    if (!visit_is_repeat(visit) || says_the_same(json, planned))
        return stands(work);
    if (put(work) != ERR_OK || compose(work, planned) != ERR_OK)
        return visit_store_failed(visit);
    return edit(work, planned);
}

/* Posted by a try whose answer was lost, and deleted since. */
static enum delivery_verdict post_anew(struct rooms_work *work)
{
    struct room_message *planned = &work->visit->delivery->planned;
    planned->lost++;
    planned->planned_ms = visit_discord_ms(work->visit);
    if (compose(work, planned) != ERR_OK)
        return visit_store_failed(work->visit);
    return plan_and_send(work);
}

static enum delivery_verdict message_is_gone(struct rooms_work *work)
{
    struct visit *visit = work->visit;
    const struct room_message *planned = &visit->delivery->planned;
    if (visit->delivery->step == POST)
        return post_anew(work);
    if (visit_is_new(visit, planned->message_id))
        return visit_retry(visit, "Discord does not know the message yet.");
    return visit_lost(visit, visit->delivery->row.kind, planned->ordinal,
                      planned->message_id);
}

/* Phishing pages and words that a server does not allow are what some incidents
 * are about. The one entry that has them is shown without; to find it, entries
 * go out one at a time. */
static enum delivery_verdict is_blocked(struct rooms_work *work)
{
    struct delivery *delivery = work->visit->delivery;
    struct room_message *planned = &delivery->planned;
    bool may_split = delivery->step == POST && !delivery->is_alone;
    work->batch.is_alone = may_split;
    work->batch.is_withheld = !may_split;
    delivery->is_alone = true;
    if (!may_split)
        planned->refused = planned->content;
    enum err err =
        may_split ? batch_fill(&work->batch, planned->first_seq - 1, INT64_MAX)
                  : ERR_OK;
    /* Nothing of it may be left to be shown: somebody was faster. */
    if (err == ERR_OK && (!may_split || work->batch.last_seq == 0))
        err = batch_again(&work->batch, planned->first_seq, planned->last_seq);
    if (err != ERR_OK)
        return visit_store_failed(work->visit);
    planned->last_seq = work->batch.last_seq;
    if (delivery->step == POST)
        return plan_and_send(work);
    const struct room_message standing = *planned;
    return edit(work, &standing);
}

static bool blocks(const struct rooms_work *work)
{
    int code = work->visit->answer->code;
    return (code == BLOCKED_BY_AUTOMOD || code == BLOCKED_AS_HARMFUL) &&
           !work->visit->delivery->is_withheld;
}

static enum delivery_verdict take_answer(struct rooms_work *work)
{
    static const struct refusal refusals[ROOM_COUNT] = {
        {"The entries could not be shown in the war room", "Send Messages",
         "They are kept; /incident status tells how it stands."},
        {"The entries could not be shown in the live room", "Send Messages",
         "They are kept in the record."},
    };
    struct visit *visit = work->visit;
    const struct rest_answer *answer = visit->answer;
    if (answer->fate == REST_GONE && answer->code == 10008)
        return message_is_gone(work);
    if (answer->fate != REST_DONE && blocks(work))
        return is_blocked(work);
    if (answer->fate != REST_DONE)
        return visit_refused(visit, &refusals[work->view.room]);
    if (visit->delivery->step == LOOK)
        return looked(work);
    return visit->delivery->step == POST ? posted(work) : stands(work);
}

enum delivery_verdict deliver_entries(struct visit *visit, enum room room)
{
    struct rooms_work work = work_on(visit, room);
    enum delivery_verdict verdict;
    if (work.channel == 0)
        return DELIVERY_DONE;
    work.batch.view = &work.view;
    verdict = visit->delivery->step == 0 ? start(&work) : take_answer(&work);
    buf_release(&work.batch.text);
    return verdict;
}
