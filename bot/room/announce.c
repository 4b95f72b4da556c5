#include "bot/room/announced.h"
#include "bot/room/deliver.h"

#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One line in the announce channel, as long as the incident is public: a row
 * with a target takes that message away. */

enum { LOOK = 1, POST, EDIT, REMOVE };

/* Its rooms may be others by the time that it is looked for; its name stays. */
static void add_end(struct buf *out, const struct incident *in)
{
    buf_add_text(out, " · ");
    incident_print_name(in, out);
}

/* NULL while it hurts. Of which other it is a duplicate is not said: that may
 * be private by now. */
static const char *how_it_stands(const struct incident *in)
{
    if (in->state == STATE_CANCELLED)
        return in->duplicate_of == 0 ? "Cancelled" : "Cancelled as a duplicate";
    if (in->state == STATE_MITIGATED)
        return "Mitigated";
    return incident_is_live(in) ? NULL : "Resolved";
}

static void add_rooms(struct buf *out, const struct incident *in)
{
    bool is_live = incident_is_live(in);
    if (in->live_channel_id != 0)
        buf_addf(
            out, " · %s <#%" PRIu64 ">",
            is_live ? "follow it in" : "what happened:", in->live_channel_id);
    if (is_live && in->war_channel_id != 0)
        buf_addf(out, " · help in <#%" PRIu64 ">", in->war_channel_id);
}

/* `**SEV1** Global outage · declared 2 minutes ago by nova · follow it in
 * #inc-12-live · help in #inc-12-global-outage · INC-12`; when it is mitigated
 * or over, that stands before it; when over, nobody is sent to help. */
static cJSON *announcement(const struct incident *incident)
{
    struct incident clean;
    const struct incident *in = &clean;
    struct buf text = BUF_INIT(8000);
    incident_without_secrets(incident, &clean);
    if (how_it_stands(in) != NULL)
        buf_addf(&text, "**%s** · ", how_it_stands(in));
    if (in->is_drill)
        buf_add_text(&text, "**Drill** · ");
    buf_addf(&text, "**%s** · **", word_of(&severity_words, (int)in->severity));
    markdown_add_line(&text, str_of(in->title));
    buf_add_text(&text, "** · declared ");
    markdown_add_timestamp(&text, in->milestones[MILESTONE_DECLARED].from_ms,
                           'R');
    if (in->declared_by.name[0] != '\0') {
        buf_add_text(&text, " by ");
        markdown_add_line(&text, str_of(in->declared_by.name));
    }
    add_rooms(&text, in);
    add_end(&text, in);
    cJSON *message = message_new(buf_str(&text));
    buf_release(&text);
    return message;
}

static bool is_its_line(const cJSON *message, const void *context)
{
    const struct incident *in = context;
    char end[48] = "";
    struct buf text = BUF_IN(end);
    add_end(&text, in);
    return str_ends(json_text(message, "content"), end);
}

/* All tries of one wish share a nonce; a later wish has another: a line that
 * was taken away, as when the incident was private for a while, must not
 * swallow it. */
static enum delivery_verdict post(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    char key[64];
    (void)snprintf(key, sizeof key, "announce/%" PRId64 "/%" PRId64, in->id,
                   visit->delivery->row.first_attempt_ms);
    return visit_announce(visit, POST, announcement(in), key);
}

/* These two: of the line `made_id`. */
static enum delivery_verdict edit(struct visit *visit)
{
    const struct delivery *delivery = visit->delivery;
    return visit_call(visit, EDIT,
                      rest_message_edit(announce_channel(visit),
                                        delivery->made_id,
                                        announcement(&delivery->in)));
}

static enum delivery_verdict remove_line(struct visit *visit)
{
    return visit_call(visit, REMOVE,
                      rest_message_delete(announce_channel(visit),
                                          visit->delivery->made_id,
                                          "The incident is private now"));
}

/* As the incident is by now: it may have become private on the way. */
static enum delivery_verdict settle(struct visit *visit)
{
    return visit->delivery->in.is_private ? remove_line(visit) : edit(visit);
}

static enum delivery_verdict settle_line(struct visit *visit, uint64_t id)
{
    visit->delivery->made_id = id;
    return settle(visit);
}

static enum delivery_verdict look(struct visit *visit)
{
    return visit_look(visit, LOOK, announce_channel(visit),
                      visit->delivery->row.first_attempt_ms);
}

static enum delivery_verdict start(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    if (visit->delivery->row.target != 0) {
        visit->delivery->made_id = (uint64_t)visit->delivery->row.target;
        return remove_line(visit);
    }
    /* A try before it became private may stand there. */
    if (in->is_private)
        return visit_is_repeat(visit) ? look(visit) : DELIVERY_DONE;
    if (in->announce_message_id != 0)
        return settle_line(visit, in->announce_message_id);
    if (visit->set->announce_channel_id == 0)
        return DELIVERY_DONE;
    if (visit_is_repeat(visit))
        return look(visit);
    if (in->war_channel_id != 0)
        return post(visit);
    /* No failure: the room asks for it once it is there. */
    visit->delivery->again_ms = visit->now_ms + MS_PER_MINUTE;
    return DELIVERY_AGAIN;
}

static enum delivery_verdict not_found(struct visit *visit)
{
    return visit->delivery->in.is_private ? DELIVERY_DONE : post(visit);
}

static enum delivery_verdict looked(struct visit *visit)
{
    uint64_t id = listing_find(visit, is_its_line, &visit->delivery->in);
    if (id != 0)
        return settle_line(visit, id);
    return listing_goes_on(visit, announce_channel(visit))
               ? DELIVERY_CALL
               : visit_elsewhere(visit, look, not_found);
}

static enum delivery_verdict take_answer(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    uint64_t id = json_get_id(visit->answer->json, "id");
    switch (visit->delivery->step) {
    case LOOK:
        return looked(visit);
    case POST:
        /* The nonce may have given us an earlier try, as it was then. */
        return (in->is_private || visit_is_repeat(visit)) && id != 0
                   ? settle_line(visit, id)
                   : visit_made(visit, id);
    default:
        visit->delivery->shut.fate = REST_DONE; /* it stands here */
        id = visit->delivery->made_id;
        if (in->is_private)
            return remove_line(visit);
        return id == in->announce_message_id ? DELIVERY_DONE
                                             : visit_made(visit, id);
    }
}

/* What is private stands where everybody reads: nobody else would come back to
 * it. */
static enum delivery_verdict withdraw_later(struct visit *visit)
{
    struct delivery *delivery = visit->delivery;
    int64_t id = (int64_t)delivery->made_id;
    if (delivery->row.target != 0)
        return visit_again_when_allowed(visit);
    return store_want(visit->store, EFFECT_ANNOUNCE, delivery->in.id, id, NULL,
                      visit->now_ms) == ERR_OK
               ? DELIVERY_DONE
               : visit_store_failed(visit);
}

static enum delivery_verdict removal_refused(struct visit *visit)
{
    static const struct refusal refusal = {
        "The announcement could not be taken back", "View Channel",
        "Delete it by hand: the incident is private now."};
    enum delivery_verdict verdict = visit_refused(visit, &refusal);
    return verdict == DELIVERY_FAILED ? withdraw_later(visit) : verdict;
}

static enum delivery_verdict not_removed(struct visit *visit)
{
    return visit_was_shut(visit) ? removal_refused(visit) : DELIVERY_DONE;
}

static enum delivery_verdict withdraw(struct visit *visit)
{
    switch ((int)visit->answer->fate) {
    case REST_DONE:
        return DELIVERY_DONE;
    case REST_GONE:
        return visit_elsewhere(visit, remove_line, not_removed);
    case REST_FORBIDDEN:
        return visit_past_shut(visit, remove_line, not_removed);
    default:
        return removal_refused(visit);
    }
}

/* Found where an earlier try had posted it, and refused to be edited: that it
 * stands is known from now on, or it would be posted once more. */
static enum delivery_verdict refused(struct visit *visit)
{
    static const struct refusal refusal = {
        "The incident could not be announced", "Send Messages",
        "Tell people yourself, and see discord.announce_channel in the "
        "settings."};
    struct delivery *delivery = visit->delivery;
    enum delivery_verdict verdict = visit_refused(visit, &refusal);
    if (verdict != DELIVERY_FAILED || delivery->step != EDIT ||
        delivery->made_id == delivery->in.announce_message_id)
        return verdict;
    return store_want(visit->store, EFFECT_ANNOUNCE, delivery->in.id, 0, NULL,
                      visit->now_ms) == ERR_OK
               ? visit_made(visit, delivery->made_id)
               : visit_store_failed(visit);
}

static enum delivery_verdict deleted(struct visit *visit)
{
    uint64_t known = visit->delivery->in.announce_message_id;
    return known != 0
               ? visit_lost(visit, EFFECT_ANNOUNCE, 0, known)
               : visit_retry(visit, "The announcement was deleted at once.");
}

static enum delivery_verdict not_edited(struct visit *visit)
{
    return visit_was_shut(visit) ? refused(visit) : deleted(visit);
}

enum delivery_verdict deliver_announce(struct visit *visit)
{
    if (visit->delivery->row.target == ANNOUNCE_DIGESTS)
        return deliver_digests(visit);
    if (visit->answer == NULL)
        return visit_where_announced(visit, start);
    if (visit->delivery->step == REMOVE)
        return withdraw(visit);
    if (visit->answer->fate == REST_DONE)
        return take_answer(visit);
    if (visit->delivery->step == LOOK && is_shut(visit))
        return visit_elsewhere(visit, look, not_found);
    if (visit->delivery->step == EDIT && is_not_here(visit))
        return visit_elsewhere(visit, settle, not_edited);
    if (visit->delivery->step == EDIT && is_barred(visit))
        return visit_past_shut(visit, settle, not_edited);
    return is_not_here(visit) ? deleted(visit) : refused(visit);
}
