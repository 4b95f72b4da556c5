#include "bot/room/deliver.h"

#include "bot/discord/interaction.h"

/* What was made so lately is not known everywhere at Discord. */
#define NEW_MESSAGE_MS (3 * MS_PER_SECOND)
#define ALLOWED_MS     (5 * MS_PER_MINUTE) /* people have mended it by then */

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

/* ---- what it goes by ---- */

int64_t visit_discord_ms(const struct visit *visit)
{
    return visit->now_ms - visit->set->ahead_ms;
}

int64_t visit_age_ms(const struct visit *visit, uint64_t id)
{
    return visit_discord_ms(visit) - snowflake_ms(id);
}

bool visit_is_new(const struct visit *visit, uint64_t message_id)
{
    return visit_age_ms(visit, message_id) < NEW_MESSAGE_MS;
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

enum effect_kind room_of_effect(enum effect_kind kind)
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
