#include "bot/room/channel.h"
#include "bot/room/overwrites.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* When Discord will not have another channel, a thread serves, or the channel
 * where the incident was declared. That room is borrowed: as soon as a war room
 * can be made, everything moves there. */

enum {
    LOOK_THREADS = CHANNEL_STEPS,
    THREAD,
    NEWS_THREAD,
    SAY_WHERE,
    TAKE_CARD
};

#define THREAD_PUBLIC        11
#define THREAD_OF_NEWS       10    /* of a channel of announcements: no other */
#define THREAD_ARCHIVE_AFTER 10080 /* minutes: Discord's longest */

/* A public war room keeps what its category, or the server, allows. */
static cJSON *overwrites(const struct visit *visit)
{
    const struct rest_answer *answer = visit->answer;
    if (!visit->delivery->in.is_private)
        return NULL;
    return overwrites_private(visit, answer == NULL ? NULL : answer->json);
}

/* ---- what serves instead ---- */

/* `step` is THREAD or NEWS_THREAD. */
static enum delivery_verdict make_thread(struct visit *visit, int step)
{
    struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
    cJSON *body = json_object();
    channel_name_add(&name, &visit->delivery->in, ROOM_WAR, true);
    json_set_text(body, "name", buf_str(&name));
    json_set_number(body, "type",
                    step == THREAD ? THREAD_PUBLIC : THREAD_OF_NEWS);
    json_set_number(body, "auto_archive_duration", THREAD_ARCHIVE_AFTER);
    buf_release(&name);
    return visit_call(
        visit, step,
        rest_thread_create(visit->delivery->in.origin_channel_id, body,
                           "There is no channel left for the war room"));
}

/* The words of the refusal stay in delivery->words until it is known what
 * serves instead. */
static enum delivery_verdict instead(struct visit *visit,
                                     const struct refusal *refusal)
{
    const struct incident *in = &visit->delivery->in;
    struct refusal reason = *refusal;
    if (in->war_channel_id != 0)
        return DELIVERY_DONE; /* still: it is on the record */
    if (in->is_private || in->origin_channel_id == 0)
        return visit_refused(visit, refusal);
    reason.next = "";
    visit_say_refused(visit, &reason);
    return visit_is_repeat(visit)
               ? visit_call(visit, LOOK_THREADS,
                            rest_active_threads(in->guild_id))
               : make_thread(visit, THREAD);
}

static void say_next(struct visit *visit, const char *next)
{
    char *words = visit->delivery->words;
    size_t n = strlen(words);
    (void)snprintf(words + n, sizeof visit->delivery->words - n, "%s", next);
}

static enum delivery_verdict serves(struct visit *visit, uint64_t id)
{
    enum delivery_verdict verdict;
    say_next(visit, "The incident goes on in this thread.");
    verdict = visit_made(visit, id);
    if (verdict == DELIVERY_DONE)
        visit->delivery->result.draft.text = str_of(visit->delivery->words);
    return verdict;
}

static uint64_t find_thread(const struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
    const cJSON *thread;
    uint64_t found = 0;
    channel_name_add(&name, in, ROOM_WAR, true);
    cJSON_ArrayForEach(thread, json_get(visit->answer->json, "threads"))
    {
        if (str_eq(json_text(thread, "name"), buf_str(&name)) &&
            json_get_id(thread, "owner_id") == visit->set->bot_user_id &&
            json_get_id(thread, "parent_id") == in->origin_channel_id)
            found = json_get_id(thread, "id");
    }
    buf_release(&name);
    return found;
}

/* "Cannot execute action on this channel type", or a field is wrong: the type.
 */
static bool is_of_other_kind(const struct rest_answer *answer)
{
    return answer->code == 50024 || answer->code == 50035;
}

static enum delivery_verdict take_thread(struct visit *visit)
{
    const struct rest_answer *answer = visit->answer;
    uint64_t found;
    if (answer->fate == REST_UNREACHABLE)
        return visit_retry(visit, "Discord does not answer.");
    if (visit->delivery->step == LOOK_THREADS) {
        found = answer->fate == REST_DONE ? find_thread(visit) : 0;
        return found != 0 ? serves(visit, found) : make_thread(visit, THREAD);
    }
    if (answer->fate == REST_DONE)
        return serves(visit, json_get_id(answer->json, "id"));
    if (visit->delivery->step == THREAD && is_of_other_kind(answer))
        return make_thread(visit, NEWS_THREAD);
    say_next(visit, "The incident goes on in the channel where it was "
                    "declared.");
    return visit_failed(visit);
}

/* ---- moving ---- */

static enum delivery_verdict say_where(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    char key[80], text[120];
    (void)snprintf(key, sizeof key, "moved/%" PRId64 "/%" PRIu64, in->id,
                   visit->delivery->made_id);
    (void)snprintf(text, sizeof text,
                   "**INC-%" PRId64 "** goes on in <#%" PRIu64 ">.", in->id,
                   visit->delivery->made_id);
    return visit_post(visit, SAY_WHERE, in->war_channel_id,
                      message_new(str_of(text)), key);
}

static enum delivery_verdict made(struct visit *visit, uint64_t id)
{
    const struct incident *in = &visit->delivery->in;
    if (id == 0 || !in->war_is_borrowed || incident_room(in) == 0)
        return channel_made(visit, id);
    visit->delivery->made_id = id;
    return say_where(visit);
}

/* That the old place cannot be told, or cleared, hinders nobody. */
static enum delivery_verdict told_where(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    if (visit->delivery->step == SAY_WHERE && in->card_message_id != 0)
        return visit_call(visit, TAKE_CARD,
                          rest_message_delete(in->war_channel_id,
                                              in->card_message_id,
                                              "The war room has the card now"));
    return channel_made(visit, visit->delivery->made_id);
}

enum delivery_verdict deliver_war_room(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    bool is_held = in->is_private;
    struct channel_plan plan = {
        .room = ROOM_WAR,
        .has_plain_name = !is_held,
        .asks_roles = is_held && overwrites_ask_roles(visit),
        .narrow_most = is_held ? WITHOUT_NAMED_PERSONS : AS_WISHED,
        .refusal = {"The war room could not be made",
                    is_held ? ROOM_PERMISSIONS : "Manage Channels",
                    is_held ? "The record goes on without a room; commands "
                              "answer in private."
                            : "The incident goes on in the channel where it "
                              "was declared."},
        .overwrites = overwrites,
        .made = made,
        .instead = instead,
    };
    if (own_war_room(in) != 0)
        return DELIVERY_DONE;
    if (visit->delivery->step < CHANNEL_STEPS)
        return channel_make(visit, &plan);
    return visit->delivery->step <= NEWS_THREAD ? take_thread(visit)
                                                : told_where(visit);
}
