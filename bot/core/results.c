#include "bot/core/rules.h"

#include <assert.h>
#include <inttypes.h>

/* What the record already holds of an effect: a channel or a message, or 0. */
static uint64_t known_id(const struct incident *in, enum effect_kind effect)
{
    switch ((int)effect) {
    case EFFECT_WAR_ROOM:
        return in->war_channel_id;
    case EFFECT_LIVE_ROOM:
        return in->live_channel_id;
    case EFFECT_CARD:
        return in->card_message_id;
    case EFFECT_ANNOUNCE:
        return in->announce_message_id;
    default:
        return 0;
    }
}

static bool known_already(struct step *step)
{
    return already(step, "INC-%" PRId64 ": %s is known already.", step->in->id,
                   word_of(&effect_kind_words, (int)step->event.effect));
}

/* The announcement links both rooms: the later one brings it about. What was
 * announced without a live room links the war room that was. */
static void want_announced(struct step *step)
{
    if (step->in->live_channel_id != 0 || step->in->announce_message_id != 0)
        want(step, EFFECT_ANNOUNCE);
}

/* A failure does not undo what was done before it. */
static void decide_failure(struct step *step)
{
    struct event *event = &step->event;
    bool makes_once = event->effect == EFFECT_WAR_ROOM ||
                      event->effect == EFFECT_LIVE_ROOM ||
                      event->effect == EFFECT_ANNOUNCE;
    if (makes_once && known_id(step->in, event->effect) != 0) {
        known_already(step);
        return;
    }
    emit(step, event);
    if (event->effect == EFFECT_WAR_ROOM) {
        /* The channel it was declared in serves instead. */
        want(step, EFFECT_CARD);
        want(step, EFFECT_ROOM);
        want_announced(step);
        return;
    }
    if (event->effect == EFFECT_LIVE_ROOM)
        want(step, EFFECT_ANNOUNCE);
    if (event->effect != EFFECT_ROOM) /* that is where it is said */
        want(step, EFFECT_ROOM);
}

/* The downloaded bytes become evidence of the entry they came with, also when
 * the incident was closed in the meantime: they were promised. */
static void decide_fetched(struct step *step)
{
    struct event *event = &step->event;
    if (event->target < 1 || event->target > step->in->last_seq ||
        event->file_sha256.n == 0) {
        refuse(step, "There is no entry #%" PRId64 " for this file.",
               event->target);
        return;
    }
    if (!fits(step, "The file's name", event->file_name, CHANGE_UNITS))
        return;
    event->kind = EVENT_EVIDENCE;
    event->effect = EFFECT_NONE;
    emit(step, event);
    want_shown(step, event->visibility);
}

/* Text without a commit: what stands against the record, or no longer hinders
 * it. */
static void tell_more(struct step *step)
{
    const struct request *request = step->request;
    assert(request->told_count < OUTCOME_EVENTS);
    for (int i = 0; i < request->told_count; i++) {
        struct event event = step->event;
        event.ref = STR_NONE;
        event.text = request->told[i].text;
        event.origin = request->told[i].origin;
        event.state_from = event.state_to = STATE_NONE;
        emit(step, &event);
    }
    want(step, EFFECT_ROOM);
}

static bool told_fits(struct step *step)
{
    for (int i = 0; i < step->request->told_count; i++)
        if (!fits(step, "The result", step->request->told[i].text, TEXT_UNITS))
            return false;
    return true;
}

static void decide_postmortem(struct step *step)
{
    struct event *event = &step->event;
    const struct incident *in = step->in;
    bool resolved = in->state == STATE_RESOLVED;
    bool is_known = !resolved && str_is(event->ref, in->postmortem_commit) &&
                    str_is(event->text, in->postmortem_ref);
    if (!told_fits(step))
        return;
    if (is_known && step->request->told_count > 0) {
        tell_more(step);
        return;
    }
    if (is_known) {
        known_already(step);
        return;
    }
    if (resolved) {
        event->state_from = STATE_RESOLVED;
        event->state_to = STATE_REVIEW;
    }
    emit(step, event);
    want(step, EFFECT_CARD);
    want(step, EFFECT_LIVE);
    want(step, EFFECT_PULL);
    want(step, EFFECT_POLL);
    /* Cancelled while its first page was on its way, which does not say so. */
    if (in->state == STATE_CANCELLED && in->postmortem_ref[0] == '\0')
        want(step, EFFECT_POSTMORTEM);
    tell_more(step);
}

/* The world is in line with the record: nothing new, but for what had failed
 * before; text says so. */
static void decide_in_line(struct step *step)
{
    if (step->event.text.n == 0) {
        known_already(step);
        return;
    }
    emit(step, &step->event);
    want(step, EFFECT_ROOM);
}

/* Somebody wants to see it. Nothing is recorded before it is read. */
void decide_chart(struct step *step)
{
    if (!is_open_to_entries(step))
        return;
    if (step->in->services[0] == '\0')
        refuse(step,
               "INC-%" PRId64 " is about no service yet, so there is nothing "
               "to draw. Name one: `/incident link` with its service.",
               step->in->id);
    else
        want(step, EFFECT_CHART);
}

/* What probes measured around the incident is frozen as a file of its own. The
 * same again, when a chart is asked for twice, is no news. */
static void decide_measured(struct step *step)
{
    struct event *event = &step->event;
    if (event->file_sha256.n == 0) {
        decide_in_line(step);
        return;
    }
    event->kind = EVENT_EVIDENCE;
    event->effect = EFFECT_NONE;
    event->source = SOURCE_PROBE;
    event->target = 0;
    if (step->subject->same_origin != 0) {
        known_already(step);
        return;
    }
    if (!entry_is_sound(step))
        return;
    int64_t seq = emit(step, event);
    want_shown(step, event->visibility);
    want_of(step, &(struct effect){.kind = EFFECT_CHART, .target = seq});
}

/* The pull request was opened, merged, or closed. Merged, it ends the review;
 * what was reopened meanwhile goes on. */
static void decide_pull(struct step *step)
{
    struct event *event = &step->event;
    const struct incident *in = step->in;
    if (event->pull_state == PULL_NONE) {
        decide_in_line(step);
        return;
    }
    uint64_t number = 0;
    bool is_other = event->pull_state == PULL_OPEN &&
                    str_to_u64(event->ref, &number) &&
                    number != (uint64_t)in->pull_number;
    /* Without pull requests, the second review is merged like the first. */
    bool ends_review =
        event->pull_state == PULL_MERGED && in->state == STATE_REVIEW;
    if (event->pull_state == in->pull_state && !is_other && !ends_review) {
        known_already(step);
        return;
    }
    if (!fits(step, "The link", event->link, FORGE_URL_BYTES - 1))
        return;
    if (ends_review) {
        event->state_from = STATE_REVIEW;
        event->state_to = STATE_CLOSED;
    }
    emit(step, event);
    want(step, EFFECT_CARD);
    want(step, EFFECT_ROOM);
    want(step, EFFECT_LIVE);
    if (event->pull_state == PULL_OPEN)
        want(step, EFFECT_POLL);
    /* Opened again: nothing was written into it while it was closed. */
    if (event->pull_state == PULL_OPEN && in->pull_state == PULL_CLOSED &&
        !is_other)
        want(step, EFFECT_PULL);
}

/* An action item has its issue. The page shows it. */
static void decide_issue(struct step *step)
{
    struct event *event = &step->event;
    const struct action_item *item = &step->subject->item;
    if (event->pull_state == PULL_NONE) {
        decide_in_line(step);
        return;
    }
    if (item->seq == 0 || item->issue_number != 0) {
        known_already(step);
        return;
    }
    if (!fits(step, "The link", event->link, FORGE_URL_BYTES - 1))
        return;
    emit(step, event);
    want_shown(step, VISIBILITY_ROOM);
    want(step, EFFECT_POLL);
}

static void decide_made(struct step *step)
{
    struct event *event = &step->event;
    if (event->effect != EFFECT_WAR_ROOM && event->text.n > 0 &&
        event->ref_id == 0) {
        decide_in_line(step);
        return;
    }
    if (event->ref_id == 0 ||
        known_id(step->in, event->effect) == event->ref_id) {
        known_already(step);
        return;
    }
    emit(step, event);
    if (event->effect == EFFECT_WAR_ROOM) {
        want(step, EFFECT_CARD);
        want(step, EFFECT_ROOM);
        want_announced(step);
    } else if (event->effect == EFFECT_LIVE_ROOM) {
        want(step, EFFECT_CARD); /* links it */
        want(step, EFFECT_LIVE);
        want(step, EFFECT_ANNOUNCE);
    } else if (event->effect == EFFECT_CARD) {
        want(step, EFFECT_PIN);
    }
}

/* ---- what a person deleted in Discord ---- */

/* A room or message of ours that is gone is made again while the incident goes
 * on; afterwards somebody tidied up. A message within a room is known by its
 * ordinal, `target`. */
void decide_loss(struct step *step)
{
    struct event *event = &step->event;
    const struct incident *in = step->in;
    bool is_within =
        event->effect == EFFECT_ROOM || event->effect == EFFECT_LIVE;
    event->kind = EVENT_TASK;
    event->source = SOURCE_SYSTEM;
    event->lost = true;
    event->failed = false;
    if (event->ref_id == 0 ||
        (!is_within && known_id(in, event->effect) != event->ref_id)) {
        known_already(step);
        return;
    }
    emit(step, event);
    if (!incident_keeps_rooms(in))
        return;
    /* Both link the live room, and it may be long until there is another. */
    bool is_live_room = event->effect == EFFECT_LIVE_ROOM;
    bool is_live_card = event->effect == EFFECT_LIVE && event->target == 0;
    if (is_live_room || is_live_card)
        want(step, EFFECT_CARD);
    if (is_live_room)
        want(step, EFFECT_ANNOUNCE);
    /* Of the card, too: this event hides that the entries had failed. */
    want(step, event->effect);
    if (!is_within)
        want(step, EFFECT_ROOM); /* says so */
}

void decide_result(struct step *step)
{
    struct event *event = &step->event;
    event->kind = EVENT_TASK;
    event->source = SOURCE_SYSTEM;
    event->state_from = event->state_to = STATE_NONE;
    if (!fits(step, "The result", event->text, TEXT_UNITS) || !names_fit(step))
        return;
    if (event->failed) {
        decide_failure(step);
        return;
    }
    switch (event->effect) {
    case EFFECT_FETCH:
        decide_fetched(step);
        break;
    case EFFECT_CHART:
        decide_measured(step);
        break;
    case EFFECT_POSTMORTEM:
        decide_postmortem(step);
        break;
    case EFFECT_WAR_ROOM:
    case EFFECT_LIVE_ROOM:
    case EFFECT_CARD:
    case EFFECT_ANNOUNCE:
        decide_made(step);
        break;
    case EFFECT_LIVE_CARD:
    case EFFECT_PIN:
    case EFFECT_ACCESS:
    case EFFECT_LIVE:
    case EFFECT_ROOM:
    case EFFECT_RENAME:
    case EFFECT_REMIND:
    case EFFECT_ARCHIVE:
    case EFFECT_POLL: /* its news are the other two's */
        decide_in_line(step);
        break;
    case EFFECT_PULL:
        decide_pull(step);
        break;
    case EFFECT_ISSUE:
        decide_issue(step);
        break;
    case EFFECT_ALERT_CARD: /* of no incident, so none records it */
        known_already(step);
        break;
    case EFFECT_NONE:
    case EFFECT_KIND_COUNT:
        assert(false);
        break;
    }
}
