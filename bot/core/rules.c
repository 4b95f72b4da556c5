#include "bot/core/rules.h"

#include "bot/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define FUTURE_MS    (5 * MS_PER_MINUTE) /* people's clocks differ */
#define PROMISE_MIN  10080               /* a week: the longest promise */
#define PHRASE_BYTES 160

/* ---- taking a decision down ---- */

static void __attribute__((format(printf, 3, 0)))
end(struct step *step, enum verdict verdict, const char *format, va_list args)
{
    struct outcome *out = step->out;
    out->verdict = verdict;
    out->event_count = 0;
    out->effect_count = 0;
    (void)vsnprintf(out->words, sizeof out->words, format, args);
}

bool refuse(struct step *step, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    end(step, VERDICT_REFUSED, format, args);
    va_end(args);
    return false;
}

bool already(struct step *step, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    end(step, VERDICT_ALREADY, format, args);
    va_end(args);
    return false;
}

int64_t emit(struct step *step, const struct event *event)
{
    struct outcome *out = step->out;
    assert(out->event_count < OUTCOME_EVENTS);
    struct event *place = &out->events[out->event_count++];
    *place = *event;
    place->seq = step->in->last_seq + out->event_count;
    return place->seq;
}

/* As it is after this step. */
static bool is_private(const struct step *step)
{
    enum request_kind kind = step->request->kind;
    return kind == REQUEST_DECLARE || kind == REQUEST_SET
               ? step->event.is_private
               : step->in->is_private;
}

void want_of(struct step *step, const struct effect *effect)
{
    struct outcome *out = step->out;
    bool is_public =
        effect->kind == EFFECT_LIVE_ROOM || effect->kind == EFFECT_LIVE_CARD ||
        effect->kind == EFFECT_LIVE || effect->kind == EFFECT_ANNOUNCE;
    if (is_public && is_private(step))
        return;
    assert(out->effect_count < OUTCOME_EFFECTS);
    out->effects[out->effect_count++] = *effect;
}

void want(struct step *step, enum effect_kind kind)
{
    want_of(step, &(struct effect){.kind = kind});
    if (kind == EFFECT_CARD)
        want_of(step, &(struct effect){.kind = EFFECT_LIVE_CARD});
}

static bool has_page(const struct step *step)
{
    return step->in->postmortem_ref[0] != '\0';
}

void want_shown(struct step *step, enum visibility visibility)
{
    want(step, EFFECT_CARD);
    if (visibility != VISIBILITY_PRIVATE)
        want(step, EFFECT_ROOM);
    if (visibility == VISIBILITY_LIVE)
        want(step, EFFECT_LIVE);
    if (incident_page_follows(step->in))
        want(step, EFFECT_POSTMORTEM);
}

/* ---- checks that several requests share ---- */

bool is_blank(struct str text)
{
    return str_trim(text).n == 0;
}

bool fits(struct step *step, const char *what, struct str text, size_t units)
{
    size_t has = utf16_units(text);
    if (has <= units)
        return true;
    return refuse(step,
                  "%s has %zu characters; at most %zu fit. Nothing was "
                  "recorded: shorten it and send it again.",
                  what, has, units);
}

bool names_fit(struct step *step)
{
    return fits(step, "The name", step->event.actor.name, NAME_UNITS) &&
           fits(step, "The recorder's name", step->event.recorder.name,
                NAME_UNITS) &&
           fits(step, "The name", step->event.holder.name, NAME_UNITS);
}

bool service_fits(struct step *step)
{
    struct str service = step->event.service;
    size_t has = strlen(step->in->services);
    if (service.n >= SERVICE_BYTES)
        return refuse(step, "The service's name has %zu bytes; at most %d fit.",
                      service.n, SERVICE_BYTES - 1);
    if (incident_has_service(step->in, service) ||
        has + service.n + 1 < SERVICES_BYTES)
        return true;
    return refuse(step,
                  "INC-%" PRId64 " is about so many services already that no "
                  "more fit.",
                  step->in->id);
}

void print_utc(struct when when, struct buf *out)
{
    when_print_utc(&when, true, out);
    buf_add_text(out, " UTC");
}

bool not_in_future(struct step *step, const struct when *when)
{
    char text[PHRASE_BYTES] = "";
    struct buf time = BUF_IN(text);
    if (!when_is_set(when) || when->from_ms <= step->now_ms + FUTURE_MS)
        return true;
    print_utc(*when, &time);
    return refuse(step,
                  "%s is in the future. Give the time when it happened, "
                  "such as 18:53, 5m ago or 2022-12-13 18:53.",
                  text);
}

/* "resolved", "in review": after "INC-12 is". */
const char *state_phrase(enum incident_state state)
{
    return state == STATE_REVIEW ? "in review"
                                 : word_of(&state_words, (int)state);
}

/* "since 2022-12-13 18:53 UTC", as precisely as it was told. */
static void print_since(const struct incident *in, struct buf *out)
{
    buf_add_text(out, "since ");
    print_utc(incident_since(in), out);
}

/* ---- alerts of no incident ---- */

void want_alert_card(struct step *step)
{
    want_of(step, &(struct effect){.kind = EFFECT_ALERT_CARD,
                                   .target = step->request->alert_card});
}

bool card_is_open(struct step *step)
{
    const struct subject *subject = step->subject;
    if (!subject->card_exists)
        return refuse(step, "There are no alerts of that number. `/alert list` "
                            "shows what fires.");
    if (subject->card_is_open)
        return true;
    return already(step, "Somebody has seen to these alerts already.");
}

static void decide_ignore(struct step *step)
{
    if (card_is_open(step))
        want_alert_card(step);
}

/* ---- declare ---- */

static void decide_declare(struct step *step)
{
    struct event *event = &step->event;
    assert(step->in->state == STATE_NONE && step->request->new_id > 0);
    event->kind = EVENT_DECLARED;
    if (is_blank(event->text)) {
        refuse(step, "An incident needs a title: what do people see? For "
                     "example: `/incident declare title:Logins fail with 504`");
        return;
    }
    if (!fits(step, "The title", event->text, TITLE_UNITS) ||
        !fits(step, "The impact", event->impact, IMPACT_UNITS) ||
        !names_fit(step) || !service_fits(step) ||
        (step->request->alert_card != 0 && !card_is_open(step)) ||
        !not_in_future(step, &event->occurred) ||
        !not_in_future(step, &event->impact_from))
        return;
    if (event->severity == SEVERITY_NONE)
        event->severity = SEVERITY_3;
    if (event->type == TYPE_SECURITY)
        event->is_private = true;
    event->declared_id = step->request->new_id;
    event->declared_guild_id = step->request->guild_id;
    event->declared_channel_id = step->request->origin_channel_id;
    emit(step, event);
    want(step, EFFECT_WAR_ROOM);
    want(step, EFFECT_LIVE_ROOM);
    if (step->request->alert_card != 0)
        want_alert_card(step);
}

/* ---- move, and update without a move ---- */

static bool is_over(enum incident_state state)
{
    return state == STATE_RESOLVED || state == STATE_REVIEW ||
           state == STATE_CLOSED;
}

/* A second /resolve loses no words: it says where to put them. */
static bool not_repeated(struct step *step)
{
    const struct incident *in = step->in;
    const struct event *event = &step->event;
    char text[PHRASE_BYTES] = "";
    struct buf since = BUF_IN(text);
    print_since(in, &since);
    if (event->state_to == STATE_RESOLVED && is_over(in->state))
        return already(step,
                       "INC-%" PRId64 " is already %s, %s. To add to the "
                       "record, use `/timeline add` or `/incident update`.",
                       in->id, state_phrase(in->state), text);
    if (event->state_to == in->state && is_blank(event->text) &&
        is_blank(event->impact))
        return already(step, "INC-%" PRId64 " is already %s, %s.", in->id,
                       state_phrase(in->state), text);
    return true;
}

static bool is_reopening(const struct step *step)
{
    return step->event.state_to == STATE_INVESTIGATING &&
           !incident_is_live(step->in);
}

static const char *way_on(enum incident_state from, enum incident_state to)
{
    if (!state_is_live(from))
        return "`/incident reopen` comes first.";
    if (to == STATE_CANCELLED)
        return "`/incident update state:investigating` comes first, then "
               "`/incident cancel`.";
    return "`/resolve` ends it.";
}

static bool move_is_legal(struct step *step)
{
    const struct incident *in = step->in;
    enum incident_state to = step->event.state_to;
    char text[PHRASE_BYTES] = "";
    struct buf legal = BUF_IN(text);
    if (in->state == STATE_RESOLVED && to == STATE_CLOSED)
        return refuse(step,
                      "INC-%" PRId64 " is resolved, and may stay so. Only a "
                      "review is closed: it begins when the postmortem's "
                      "branch is written, if the settings name a repository.",
                      in->id);
    if (!state_may_move(in->state, to)) {
        state_print_moves(in->state, &legal);
        return refuse(step,
                      "INC-%" PRId64 " is %s and cannot become %s. From here "
                      "it may become: %s. %s",
                      in->id, state_phrase(in->state),
                      word_of(&state_words, (int)to), text,
                      way_on(in->state, to));
    }
    bool needs_reason =
        is_reopening(step) || to == STATE_CANCELLED || to == STATE_CLOSED;
    if (needs_reason && is_blank(step->event.text))
        return refuse(step,
                      "To make INC-%" PRId64 " %s, say why: give a message.",
                      in->id, word_of(&state_words, (int)to));
    return true;
}

static bool update_is_legal(struct step *step)
{
    const struct incident *in = step->in;
    if (is_blank(step->event.text) && is_blank(step->event.impact))
        return refuse(step, "There is nothing to record. Give a message, a "
                            "new state, or the impact.");
    if (incident_is_final(in))
        return refuse(step,
                      "INC-%" PRId64 " is %s. To go on, reopen it first: "
                      "`/incident reopen` with the reason.",
                      in->id, state_phrase(in->state));
    return true;
}

/* Of two that are duplicates of each other neither would go on. */
static bool leaves_one_open(struct step *step)
{
    if (!step->subject->other_is_duplicate)
        return true;
    return refuse(step,
                  "INC-%" PRId64 " is cancelled as a duplicate of this one "
                  "already, so nobody would work on either. To go on there, "
                  "reopen it first: `/incident reopen`.",
                  step->event.other_id);
}

/* Who deleted them when it was over had tidied up. */
static void want_rooms_again(struct step *step)
{
    if (step->in->war_channel_id == 0)
        want(step, EFFECT_WAR_ROOM);
    if (step->in->live_channel_id == 0)
        want(step, EFFECT_LIVE_ROOM);
}

/* Who only follows is told of a move when it hurts no more, or again. */
static bool is_announced(enum incident_state from, enum incident_state to)
{
    return state_is_live(from) != state_is_live(to) ||
           (from == STATE_MITIGATED) != (to == STATE_MITIGATED);
}

static void decide_move(struct step *step)
{
    struct event *event = &step->event;
    enum incident_state from = step->in->state;
    event->kind = EVENT_STATE;
    if (!not_repeated(step))
        return;
    if (event->state_to == STATE_NONE)
        event->state_to = from;
    event->state_from = from;
    bool moves = event->state_to != from;
    size_t units =
        event->state_to == STATE_RESOLVED ? SUMMARY_UNITS : TEXT_UNITS;
    if (!(moves ? move_is_legal(step) : update_is_legal(step)) ||
        !fits(step, "The message", event->text, units) ||
        !fits(step, "The impact", event->impact, IMPACT_UNITS) ||
        !names_fit(step) || !not_in_future(step, &event->occurred))
        return;
    if (event->next_in_min < 0 || event->next_in_min > PROMISE_MIN) {
        refuse(step, "The next update can be promised in 1 to %d minutes.",
               PROMISE_MIN);
        return;
    }
    if (event->state_to != STATE_CANCELLED)
        event->other_id = 0;
    if (event->other_id != 0 &&
        !(point_back(step, "is a duplicate of this one") &&
          leaves_one_open(step)))
        return;
    emit(step, event);
    want(step, EFFECT_CARD);
    want(step, EFFECT_ROOM);
    want(step, EFFECT_LIVE);
    if (is_announced(from, event->state_to))
        want(step, EFFECT_ANNOUNCE);
    if (is_reopening(step))
        want_rooms_again(step);
    if (is_reopening(step) && step->in->remind_archive.last_ms != 0)
        want(step, EFFECT_ACCESS); /* people may write there again */
    if (moves && event->state_to == STATE_RESOLVED && step->in->services[0])
        want(step, EFFECT_CHART);
    if (event->state_to == STATE_RESOLVED ||
        (event->state_to == STATE_CANCELLED && has_page(step)) ||
        (event->state_to == STATE_REVIEW && !moves))
        want(step, EFFECT_POSTMORTEM);
}

/* ---- the one way in ---- */

static bool exists(struct step *step)
{
    if (step->in->state != STATE_NONE)
        return true;
    return refuse(step, "There is no such incident. `/incident declare` starts "
                        "one.");
}

static void decide(struct step *step)
{
    switch (step->request->kind) {
    case REQUEST_DECLARE:
        decide_declare(step);
        break;
    case REQUEST_MOVE:
        decide_move(step);
        break;
    case REQUEST_ASSIGN:
        decide_assign(step);
        break;
    case REQUEST_ADD:
        decide_entry(step);
        break;
    case REQUEST_EFFECT:
        decide_result(step);
        break;
    case REQUEST_EDIT:
        decide_edit(step);
        break;
    case REQUEST_STRIKE:
        decide_strike(step);
        break;
    case REQUEST_SETTLE:
        decide_settlement(step);
        break;
    case REQUEST_ITEM:
        decide_item(step);
        break;
    case REQUEST_HANDOFF:
        decide_handoff(step);
        break;
    case REQUEST_LINK:
        decide_link(step);
        break;
    case REQUEST_SET:
        decide_set(step);
        break;
    case REQUEST_SNOOZE:
        decide_snooze(step);
        break;
    case REQUEST_REMIND:
        decide_reminder(step);
        break;
    case REQUEST_WRITE:
        decide_section(step);
        break;
    case REQUEST_LOST:
        decide_loss(step);
        break;
    case REQUEST_IGNORE:
        decide_ignore(step);
        break;
    case REQUEST_CHART:
        decide_chart(step);
        break;
    case REQUEST_KIND_COUNT:
        assert(false);
        break;
    }
}

void incident_step(const struct incident *in, const struct request *request,
                   const struct subject *subject, int64_t now_ms,
                   struct outcome *out)
{
    static const struct subject unknown;
    *out = (struct outcome){.verdict = VERDICT_ACCEPTED};
    struct step step = {.in = in,
                        .request = request,
                        .subject = subject == NULL ? &unknown : subject,
                        .now_ms = now_ms,
                        .event = request->draft,
                        .out = out};
    struct event *event = &step.event;
    event->recorded_at_ms = now_ms;
    if (is_blank(event->text))
        event->text = STR_NONE;
    if (!when_is_set(&event->occurred))
        event->occurred = when_exact(now_ms);
    /* An entry may be nobody's, and a machine's result is. */
    bool may_be_nobodys =
        request->kind == REQUEST_ADD || request->kind == REQUEST_EDIT ||
        request->kind == REQUEST_EFFECT || request->kind == REQUEST_REMIND ||
        request->kind == REQUEST_LOST;
    if (!may_be_nobodys && event->actor.type == ACTOR_NOBODY)
        event->actor = event->recorder;
    if (request->kind != REQUEST_DECLARE && request->kind != REQUEST_IGNORE &&
        !exists(&step))
        return;
    decide(&step);
}
