/*
 * Discord did not do what was asked: why, in words for people, and whether to
 * try again.
 */
#include "bot/room/deliver.h"

#include "bot/discord/json.h"

/* What was made so lately is not known everywhere at Discord. */
#define NEW_ROOM_MS (30 * MS_PER_SECOND)

/* ---- words ---- */

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

/* ---- what follows ---- */

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

enum delivery_verdict visit_refused(struct visit *visit,
                                    const struct refusal *refusal)
{
    return visit_refused_in(visit, refusal,
                            room_of_effect(visit->delivery->row.kind));
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
    if (lost != 0 && visit_age_ms(visit, lost) < NEW_ROOM_MS)
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

enum delivery_verdict visit_refused_until_allowed(struct visit *visit,
                                                  const struct refusal *refusal)
{
    enum delivery_verdict verdict = visit_refused(visit, refusal);
    return verdict == DELIVERY_FAILED && visit->answer->fate == REST_FORBIDDEN
               ? visit_again_when_allowed(visit)
               : verdict;
}
