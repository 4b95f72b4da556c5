#include "bot/room/channel.h"
#include "bot/room/overwrites.h"

#include "bot/discord/json.h"

/* Brings who may see and write in line with the record, in both rooms, and puts
 * them out of the way when the incident is long over. What is to be hidden
 * comes first. */

enum { ROLES = 1, CATEGORY, WAR, LIVE };

static uint64_t channel_of(const struct incident *in, int step)
{
    return step == WAR ? own_war_room(in) : in->live_channel_id;
}

/* Where it stands from now on; nothing when it stays. */
static void set_place(const struct visit *visit, cJSON *body)
{
    const struct incident *in = &visit->delivery->in;
    uint64_t archive = visit->set->archive_category_id;
    uint64_t place =
        incident_is_archived(in) ? archive : visit->set->category_id;
    if (archive == 0 || in->remind_archive.last_ms == 0 ||
        visit->delivery->narrowed >= OUTSIDE_CATEGORY)
        return;
    if (place != 0)
        json_set_id(body, "parent_id", place);
    else
        json_set(body, "parent_id", cJSON_CreateNull());
}

/* `given`: the guild's roles, or the category, as answered; or NULL. */
static enum delivery_verdict patch(struct visit *visit, int step,
                                   const cJSON *given)
{
    const struct incident *in = &visit->delivery->in;
    cJSON *body = json_object(), *list;
    if (step == LIVE)
        list = overwrites_live(visit, in->is_private);
    else
        list = in->is_private
                   ? overwrites_private(visit, given)
                   : overwrites_copy(given, visit->delivery->is_within_ours);
    if (step == WAR && incident_is_archived(in))
        overwrites_silence(visit, list);
    json_set(body, "permission_overwrites", list);
    set_place(visit, body);
    return visit_call(visit, step,
                      rest_channel_edit(channel_of(in, step), body,
                                        "As the incident's record says"));
}

/* What the war room's list needs to know comes first. */
static enum delivery_verdict war(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    if (in->is_private && overwrites_ask_roles(visit))
        return visit_call(visit, ROLES, rest_guild_roles(in->guild_id));
    if (!in->is_private && visit->set->category_id != 0)
        return visit_call(visit, CATEGORY,
                          rest_channel_get(visit->set->category_id));
    return patch(visit, WAR, NULL);
}

/* The room after `step`; 0: the first. */
static enum delivery_verdict next(struct visit *visit, int step)
{
    const struct incident *in = &visit->delivery->in;
    const int order[] = {in->is_private ? LIVE : WAR,
                         in->is_private ? WAR : LIVE};
    int i = step == 0 ? 0 : step == order[0] ? 1 : 2;
    while (i < 2 && channel_of(in, order[i]) == 0)
        i++;
    if (i < 2)
        return order[i] == WAR ? war(visit) : patch(visit, LIVE, NULL);
    if (visit->delivery->words[0] == '\0')
        return DELIVERY_DONE;
    /* Nobody looks for what failed of an incident that is long over. */
    return visit->delivery->row.kind == EFFECT_ARCHIVE
               ? visit_again_when_allowed(visit)
               : DELIVERY_FAILED;
}

static enum delivery_verdict refused(struct visit *visit, int step)
{
    const struct incident *in = &visit->delivery->in;
    const struct refusal refusal = {
        step == LIVE ? "Who may see the live room could not be changed"
                     : "Who may see the war room could not be changed",
        "Manage Roles",
        in->is_private
            ? "Change the channel's permissions by hand: only the people of "
              "this incident should see it."
            : "Change the channel's permissions by hand."};
    if (step != LIVE && step != WAR)
        step = WAR;
    enum delivery_verdict verdict = visit_refused_in(
        visit, &refusal, step == LIVE ? EFFECT_LIVE_ROOM : EFFECT_WAR_ROOM);
    /* It is gone: the other room is still to come. */
    if (verdict == DELIVERY_DONE &&
        store_want(visit->store, visit->delivery->row.kind, in->id, 0, NULL,
                   visit->now_ms) != ERR_OK)
        return visit_store_failed(visit);
    return verdict == DELIVERY_FAILED ? next(visit, step) : verdict;
}

enum delivery_verdict deliver_access(struct visit *visit)
{
    struct delivery *delivery = visit->delivery;
    const struct rest_answer *answer = visit->answer;
    if (delivery->step == 0)
        return next(visit, 0);
    if (answer->fate == REST_DONE)
        return delivery->step < WAR ? patch(visit, WAR, answer->json)
                                    : next(visit, delivery->step);
    /* The category was deleted: nothing is left to be copied. */
    if (answer->fate == REST_GONE && delivery->step == CATEGORY)
        return patch(visit, WAR, NULL);
    /* The category is full or gone, or an id belongs to nobody here. */
    if (answer->fate == REST_REJECTED &&
        delivery->narrowed < WITHOUT_NAMED_PERSONS) {
        delivery->narrowed++;
        return delivery->step == LIVE ? patch(visit, LIVE, NULL) : war(visit);
    }
    /* The category may allow or deny what opsroom itself does not have. */
    bool is_copied = !delivery->in.is_private && visit->set->category_id != 0;
    if (answer->fate == REST_FORBIDDEN && delivery->step == WAR && is_copied &&
        !delivery->is_within_ours) {
        delivery->is_within_ours = true;
        return war(visit);
    }
    return refused(visit, delivery->step);
}
