#include "bot/room/deliver.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Our clock and Discord's may differ; what was sent is looked for from this
 * long before on. */
#define LOOK_BACK_MS  (5 * MS_PER_MINUTE)
#define LOOK_MESSAGES 100
/* What was made so lately is not known everywhere at Discord. */
#define NEW_ROOM_MS    (30 * MS_PER_SECOND)
#define NEW_MESSAGE_MS (3 * MS_PER_SECOND)
#define ALLOWED_MS     (5 * MS_PER_MINUTE) /* people have mended it by then */

#define THREAD_ARCHIVED 50083 /* Discord docs, JSON Error Codes */

enum { OPEN_THREAD = 100 }; /* a step that no kind has */

/* ---- how a visit ends ---- */

enum delivery_verdict visit_call(struct visit *visit, int step,
                                 struct rest_call call)
{
    visit->delivery->step = step;
    visit->delivery->called_id = call.major_id;
    rest_call_release(&visit->delivery->call);
    visit->delivery->call = call;
    return DELIVERY_CALL;
}

static struct event *result_begin(struct visit *visit)
{
    struct delivery *delivery = visit->delivery;
    delivery->has_result = true;
    delivery->result = (struct request){
        .kind = REQUEST_EFFECT,
        .draft = {.kind = EVENT_TASK,
                  .source = SOURCE_SYSTEM,
                  .visibility = VISIBILITY_ROOM,
                  .effect = delivery->row.kind,
                  .target = delivery->row.target},
    };
    return &delivery->result.draft;
}

enum delivery_verdict visit_made(struct visit *visit, uint64_t id)
{
    if (id == 0)
        return visit_retry(visit, "Discord's answer had no id in it.");
    result_begin(visit)->ref_id = id;
    return DELIVERY_DONE;
}

enum delivery_verdict visit_lost(struct visit *visit, enum effect_kind effect,
                                 int64_t target, uint64_t id)
{
    struct event *draft = result_begin(visit);
    visit->delivery->result.kind = REQUEST_LOST;
    draft->effect = effect;
    draft->target = target;
    draft->ref_id = id;
    return DELIVERY_DONE;
}

enum delivery_verdict visit_retry(struct visit *visit, const char *words)
{
    str_copy_to(visit->delivery->words, str_of(words));
    return DELIVERY_RETRY;
}

enum delivery_verdict visit_store_failed(struct visit *visit)
{
    return visit_retry(visit, store_why(visit->store));
}

enum delivery_verdict visit_again_when_allowed(struct visit *visit)
{
    visit->delivery->again_ms = visit->now_ms + ALLOWED_MS;
    return DELIVERY_AGAIN;
}

enum delivery_verdict visit_refused_until_allowed(struct visit *visit,
                                                  const struct refusal *refusal)
{
    enum delivery_verdict verdict = visit_refused(visit, refusal);
    return verdict == DELIVERY_FAILED && visit->answer->fate == REST_FORBIDDEN
               ? visit_again_when_allowed(visit)
               : verdict;
}

struct last_word {
    const char *words;
    bool is_same;
};

static bool compare_last_word(const struct event *task, void *context)
{
    struct last_word *last = context;
    last->is_same = task->failed && str_is(task->text, last->words);
    return false;
}

/* Each new entry wishes its room in line again. A room that stays broken is
 * recorded once, not once an entry. */
enum delivery_verdict visit_failed(struct visit *visit)
{
    struct delivery *delivery = visit->delivery;
    struct last_word last = {.words = delivery->words};
    enum err err =
        store_last_task(visit->store, delivery->in.id, delivery->row.kind,
                        delivery->row.target, compare_last_word, &last);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return visit_store_failed(visit);
    delivery->has_result = false; /* of another room, refused before this one */
    if (!last.is_same) {
        struct event *draft = result_begin(visit);
        draft->failed = true;
        draft->text = str_of(delivery->words);
    }
    return DELIVERY_FAILED;
}

static bool tell_failed(const struct event *task, void *context)
{
    *(bool *)context = task->failed;
    return false;
}

enum err effect_failed_last(struct store *store, int64_t incident_id,
                            enum effect_kind effect, int64_t target, bool *out)
{
    bool failed = false;
    enum err err = store_last_task(store, incident_id, effect, target,
                                   tell_failed, &failed);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return err;
    *out = failed;
    return ERR_OK;
}

#define PERMISSION_MISSING 50013

/* Discord docs, JSON Error Codes: those a room can meet. */
static const char *code_words(int code)
{
    switch (code) {
    case 10003:
        return "the channel was deleted";
    case 10004:
        return "opsroom is no longer in this server";
    case 10008:
        return "the message was deleted";
    case 20031:
        return "Discord does not allow a word of the server's name";
    case 30003:
        return "the channel holds as many pins as Discord allows";
    case 30013:
        return "the server has 500 channels, the most Discord allows";
    case 200000:
        return "a word of it is not allowed in this server (AutoMod)";
    case 240000:
        return "Discord takes a link in it for harmful";
    case 50001:
        return "opsroom may not see the channel (View Channel)";
    case 60003:
        return "the server asks its moderators for two-factor authentication, "
               "and whoever owns opsroom's application at Discord has to "
               "switch it on, too";
    default:
        return NULL;
    }
}

/* In the tree of errors of 50035. */
static const char *category_words(const cJSON *answer)
{
    const cJSON *category = json_get(json_get(answer, "errors"), "parent_id");
    const cJSON *first = cJSON_GetArrayItem(json_get(category, "_errors"), 0);
    if (category == NULL)
        return NULL;
    return str_is(json_text(first, "code"), "CHANNEL_PARENT_MAX_CHANNELS")
               ? "its category holds 50 channels, the most Discord allows"
               : "this server does not have its category, discord.category in "
                 "the settings";
}

uint64_t room_channel(const struct incident *in, enum room room)
{
    if (room == ROOM_WAR)
        return incident_room(in);
    return in->is_private ? 0 : in->live_channel_id;
}

uint64_t own_war_room(const struct incident *in)
{
    return in->war_is_borrowed ? 0 : in->war_channel_id;
}

/* Which room of ours the effect happens in; EFFECT_NONE: in none, or in
 * several. */
static enum effect_kind room_effect(enum effect_kind kind)
{
    switch ((int)kind) {
    case EFFECT_CARD:
    case EFFECT_PIN:
    case EFFECT_ROOM:
    case EFFECT_REMIND:
        return EFFECT_WAR_ROOM;
    case EFFECT_LIVE_CARD:
    case EFFECT_LIVE:
        return EFFECT_LIVE_ROOM;
    default:
        return EFFECT_NONE;
    }
}

/* Discord does not know the channel of that room. */
static bool is_gone(const struct visit *visit, enum effect_kind room)
{
    return visit->answer->fate == REST_GONE && visit->answer->code == 10003 &&
           room != EFFECT_NONE;
}

static uint64_t room_now(const struct visit *visit, enum effect_kind room)
{
    const struct incident *in = &visit->delivery->in;
    return room == EFFECT_LIVE_ROOM ? in->live_channel_id : in->war_channel_id;
}

/* That channel, if it was one that we made. */
static uint64_t lost_room(const struct visit *visit, enum effect_kind room)
{
    uint64_t id = is_gone(visit, room) ? room_now(visit, room) : 0;
    return id == visit->delivery->in.origin_channel_id ? 0 : id;
}

int64_t visit_discord_ms(const struct visit *visit)
{
    return visit->now_ms - visit->set->ahead_ms;
}

static bool is_newer_than(const struct visit *visit, uint64_t id,
                          int64_t age_ms)
{
    return visit_discord_ms(visit) - snowflake_ms(id) < age_ms;
}

bool visit_is_new(const struct visit *visit, uint64_t message_id)
{
    return is_newer_than(visit, message_id, NEW_MESSAGE_MS);
}

enum delivery_verdict visit_refused(struct visit *visit,
                                    const struct refusal *refusal)
{
    return visit_refused_in(visit, refusal,
                            room_effect(visit->delivery->row.kind));
}

enum delivery_verdict visit_refused_in(struct visit *visit,
                                       const struct refusal *refusal,
                                       enum effect_kind room)
{
    uint64_t lost = lost_room(visit, room);
    /* Lost before, and in the meantime there is another, or none yet. */
    if (is_gone(visit, room) &&
        room_now(visit, room) != visit->delivery->called_id)
        return visit_retry(visit, "The room is another one by now.");
    if (lost != 0 && is_newer_than(visit, lost, NEW_ROOM_MS))
        return visit_retry(visit, "Discord does not know the channel yet.");
    if (lost != 0)
        return visit_lost(visit, room, 0, lost);
    const struct rest_answer *answer = visit->answer;
    visit_say_refused(visit, refusal);
    bool is_final = answer->fate == REST_FORBIDDEN ||
                    answer->fate == REST_REJECTED || answer->fate == REST_GONE;
    /* An attempt before this one may stand there: only a retry looks. */
    return is_final && !answer->maybe_done ? visit_failed(visit)
                                           : DELIVERY_RETRY;
}

enum delivery_verdict delivery_end(const struct delivery *delivery)
{
    return delivery->words[0] == '\0' ? DELIVERY_DONE : DELIVERY_FAILED;
}

void visit_say_refused(struct visit *visit, const struct refusal *refusal)
{
    const struct rest_answer *answer = visit->answer;
    const char *known = code_words(answer->code);
    struct buf words = BUF_INIT(1000);
    if (known == NULL)
        known = category_words(answer->json);

    buf_addf(&words, "%s: ", refusal->what);
    if (known != NULL)
        buf_add_text(&words, known);
    else if (answer->code == PERMISSION_MISSING)
        buf_addf(&words, "opsroom lacks the permission %s",
                 refusal->permission);
    else if (answer->fate == REST_FORBIDDEN || answer->fate == REST_REJECTED ||
             answer->fate == REST_GONE)
        buf_addf(&words, "Discord refused it (status %d)", answer->status);
    else
        buf_add_text(&words, "Discord does not answer");
    if (answer->code != 0)
        buf_addf(&words, " (Discord %d)", answer->code);
    buf_addf(&words, ". %s", refusal->next);
    str_copy_to(visit->delivery->words, buf_str(&words));
    buf_release(&words);
}

/* ---- messages ---- */

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

/* ---- a thread that serves as the war room ---- */

/* What is sent to an archived thread opens it; edits and pins are refused. Only
 * for kinds that may be begun anew at any step. */
static bool is_archived(const struct visit *visit)
{
    return visit->answer != NULL && visit->answer->code == THREAD_ARCHIVED &&
           !visit->delivery->was_opened &&
           room_effect(visit->delivery->row.kind) == EFFECT_WAR_ROOM;
}

static enum delivery_verdict open_thread(struct visit *visit)
{
    cJSON *body = json_object();
    json_set(body, "archived", cJSON_CreateFalse());
    visit->delivery->was_opened = true;
    return visit_call(visit, OPEN_THREAD,
                      rest_channel_edit(visit->delivery->called_id, body,
                                        "The incident goes on here"));
}

static bool has_opened(struct visit *visit)
{
    if (visit->answer->fate != REST_DONE)
        return false;
    visit->delivery->step = 0;
    visit->answer = NULL;
    return true;
}

/* ---- any kind ---- */

enum delivery_verdict visit_done_after_all(struct visit *visit)
{
    struct delivery *delivery = visit->delivery;
    bool had_failed;
    if (effect_failed_last(visit->store, delivery->in.id, delivery->row.kind,
                           delivery->row.target, &had_failed) != ERR_OK)
        return visit_store_failed(visit);
    if (had_failed)
        result_begin(visit)->text = STR("What hindered it is out of the way.");
    return DELIVERY_DONE;
}

static enum delivery_verdict deliver_kind(struct visit *visit)
{
    switch ((int)visit->delivery->row.kind) {
    case EFFECT_WAR_ROOM:
        return deliver_war_room(visit);
    case EFFECT_LIVE_ROOM:
        return deliver_live_room(visit);
    case EFFECT_CARD:
        return deliver_card(visit, ROOM_WAR);
    case EFFECT_LIVE_CARD:
        return deliver_card(visit, ROOM_LIVE);
    case EFFECT_PIN:
        return deliver_pin(visit);
    case EFFECT_ACCESS:
    case EFFECT_ARCHIVE:
        return deliver_access(visit);
    case EFFECT_RENAME:
        return deliver_rename(visit);
    case EFFECT_REMIND:
        return deliver_remind(visit);
    case EFFECT_LIVE:
        return deliver_entries(visit, ROOM_LIVE);
    case EFFECT_ROOM:
        return deliver_entries(visit, ROOM_WAR);
    case EFFECT_ANNOUNCE:
        return deliver_announce(visit);
    case EFFECT_ALERT_CARD:
        return deliver_alert_card(visit);
    default:
        abort(); /* no effect of a room's */
    }
}

static enum delivery_verdict deliver(struct visit *visit)
{
    static const struct refusal refusal = {
        "The thread could not be opened again", "Manage Threads",
        "Somebody closed it; open it by hand to go on there."};
    if (is_archived(visit))
        return open_thread(visit);
    if (visit->delivery->step == OPEN_THREAD && !has_opened(visit))
        return visit_refused(visit, &refusal);
    return deliver_kind(visit);
}

enum delivery_verdict room_deliver(struct delivery *delivery,
                                   struct store *store,
                                   const struct room_settings *settings,
                                   const struct rest_answer *answer,
                                   int64_t now_ms)
{
    struct visit visit = {delivery, store, settings, answer, now_ms};
    assert((answer == NULL) == (delivery->step == 0));
    enum delivery_verdict verdict = deliver(&visit);
    bool is_in_line = (verdict == DELIVERY_DONE || verdict == DELIVERY_AGAIN) &&
                      !delivery->has_result && answer != NULL &&
                      answer->fate == REST_DONE && delivery->words[0] == '\0';
    if (is_in_line && visit_done_after_all(&visit) != DELIVERY_DONE)
        return DELIVERY_RETRY;
    return verdict;
}
