#include "bot/room/deliver.h"

#include "bot/discord/json.h"

#include <assert.h>
#include <stdlib.h>

#define THREAD_ARCHIVED 50083 /* Discord docs, JSON Error Codes */

enum { OPEN_THREAD = 100 }; /* a step that no kind has */

/* ---- a thread that serves as the war room ---- */

/* What is sent to an archived thread opens it; edits and pins are refused. Only
 * for kinds that may be begun anew at any step. */
static bool is_archived(const struct visit *visit)
{
    return visit->answer != NULL && visit->answer->code == THREAD_ARCHIVED &&
           !visit->delivery->was_opened &&
           room_of_effect(visit->delivery->row.kind) == EFFECT_WAR_ROOM;
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
