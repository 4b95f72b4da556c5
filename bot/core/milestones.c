#include "bot/core/fold.h"

/* Entries come in any order, so "first" is the earliest by occurrence; of equal
 * ones the first recorded stays. */
static void keep_earliest(struct when *milestone, const struct when *when)
{
    if (!when_is_set(when))
        return;
    if (!when_is_set(milestone) || when_compare(when, milestone) < 0)
        *milestone = *when;
}

bool milestone_is_told(const struct incident *in, enum milestone milestone)
{
    return (in->milestones_told & INT64_C(1) << milestone) != 0;
}

static const enum milestone of_state[STATE_COUNT] = {
    [STATE_IDENTIFIED] = MILESTONE_IDENTIFIED,
    [STATE_MITIGATED] = MILESTONE_MITIGATED,
    [STATE_RESOLVED] = MILESTONE_RESOLVED,
};

enum milestone milestone_of_move(enum event_kind kind,
                                 const struct event *event)
{
    switch ((int)kind) {
    case EVENT_DECLARED:
        return MILESTONE_DECLARED;
    case EVENT_STATE:
        return event_moves(event) ? of_state[event->state_to] : MILESTONE_NONE;
    case EVENT_ROLE:
    case EVENT_HANDOFF:
        return event->role == ROLE_COMMANDER &&
                       event->holder.type != ACTOR_NOBODY
                   ? MILESTONE_COMMANDER
                   : MILESTONE_NONE;
    default:
        return MILESTONE_NONE;
    }
}

bool move_outdoes(enum incident_state to, enum milestone milestone)
{
    switch ((int)milestone) {
    case MILESTONE_MITIGATED:
        return to == STATE_INVESTIGATING || to == STATE_IDENTIFIED ||
               to == STATE_MITIGATED;
    case MILESTONE_RESOLVED:
        return state_is_live(to) || to == STATE_RESOLVED;
    default:
        return false;
    }
}

/* Not when it turns out what it is, which may be after the impact ended. */
static bool hurts_again(const struct event *event)
{
    bool hurt_no_more = event->state_from == STATE_MITIGATED ||
                        !state_is_live(event->state_from);
    return hurt_no_more && state_is_live(event->state_to) &&
           event->state_to != STATE_MITIGATED;
}

static void take_back(struct incident *in, enum milestone milestone)
{
    in->milestones[milestone] = (struct when){.from_ms = 0};
    in->milestones_told &= ~(INT64_C(1) << milestone);
}

/* What a milestone says must still be true: an incident that goes back to work
 * is neither mitigated nor resolved, and the last time counts. */
static void fold_move(struct incident *in, const struct event *event,
                      const struct when *occurred)
{
    struct when *identified = &in->milestones[MILESTONE_IDENTIFIED];
    if (event->state_to == STATE_IDENTIFIED && when_is_set(occurred) &&
        !milestone_is_told(in, MILESTONE_IDENTIFIED)) {
        if (!in->identified_by_move)
            *identified = *occurred;
        in->identified_by_move = true;
        keep_earliest(identified, occurred);
    }
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        if (!move_outdoes(event->state_to, (enum milestone)i))
            continue;
        take_back(in, (enum milestone)i);
        if (of_state[event->state_to] == (enum milestone)i)
            in->milestones[i] = *occurred;
    }
    if (hurts_again(event))
        take_back(in, MILESTONE_IMPACT_END);
}

/* The earliest of the moves that told it; of those to one state, the last. */
static void fold_moved(struct incident *in, const struct event *event,
                       const struct when *occurred)
{
    if (event->milestone == MILESTONE_NONE)
        return;
    keep_earliest(&in->milestones[event->milestone], occurred);
    if (event->milestone == MILESTONE_IDENTIFIED)
        in->identified_by_move = true;
}

bool fold_is_by_monitor(const struct event *event)
{
    return event->source == SOURCE_WEBHOOK || event->source == SOURCE_PROBE;
}

struct when incident_time_told(const struct incident *in,
                               const struct event *event)
{
    static const struct when never;
    bool is_now = event->untold ||
                  when_is_untyped(&event->occurred, event->recorded_at_ms);
    bool is_alarm = event->kind == EVENT_ALERT && fold_is_by_monitor(event);
    return is_now && incident_is_written_up(in) && !is_alarm ? never
                                                             : event->occurred;
}

enum milestone milestone_of_entry(enum event_kind kind,
                                  enum confidence confidence, bool is_over)
{
    switch ((int)kind) {
    case EVENT_REPORT:
        return MILESTONE_FIRST_REPORT;
    case EVENT_ALERT:
        return is_over ? MILESTONE_NONE : MILESTONE_FIRST_ALERT;
    case EVENT_COMMS:
        return MILESTONE_FIRST_NOTICE;
    case EVENT_FINDING:
        return confidence == CONFIDENCE_CONFIRMED ? MILESTONE_IDENTIFIED
                                                  : MILESTONE_NONE;
    default:
        return MILESTONE_NONE;
    }
}

/* A move, or what a person set, outdoes what entries say. */
static void fold_entry(struct incident *in, enum milestone milestone,
                       const struct when *occurred)
{
    if (milestone == MILESTONE_NONE || milestone_is_told(in, milestone) ||
        (milestone == MILESTONE_IDENTIFIED && in->identified_by_move))
        return;
    keep_earliest(&in->milestones[milestone], occurred);
}

static void fold_told(struct incident *in, const struct event *event)
{
    if (event->milestone == MILESTONE_NONE)
        return;
    in->milestones[event->milestone] = event->milestone_at;
    in->milestones_told |= INT64_C(1) << event->milestone;
    if (event->milestone == MILESTONE_IDENTIFIED)
        in->identified_by_move = false;
}

/* The first that was opened; the last that was merged. */
static void fold_pull(struct incident *in, const struct event *event)
{
    if (event->pull_state == PULL_OPEN)
        keep_earliest(&in->milestones[MILESTONE_PR_OPENED], &event->occurred);
    else if (event->pull_state == PULL_MERGED)
        in->milestones[MILESTONE_PR_MERGED] = event->occurred;
}

void fold_milestones(struct incident *in, const struct event *event)
{
    struct when *milestones = in->milestones;
    struct when occurred = incident_time_told(in, event);
    switch ((int)event->kind) {
    case EVENT_DECLARED:
        milestones[MILESTONE_DECLARED] = event->occurred;
        milestones[MILESTONE_IMPACT_START] = event->impact_from;
        break;
    case EVENT_ROLE:
    case EVENT_HANDOFF:
        if (event->role == ROLE_COMMANDER &&
            event->holder.type != ACTOR_NOBODY &&
            !milestone_is_told(in, MILESTONE_COMMANDER))
            keep_earliest(&milestones[MILESTONE_COMMANDER], &occurred);
        break;
    case EVENT_STATE:
        if (event_moves(event))
            fold_move(in, event, &occurred);
        break;
    case EVENT_SET:
        fold_told(in, event);
        break;
    case EVENT_TASK:
        if (event->effect == EFFECT_PULL && !event->failed)
            fold_pull(in, event);
        break;
    case EVENT_EDIT:
    case EVENT_STRIKE:
        if (event->milestone != MILESTONE_NONE)
            milestones[event->milestone] = event->milestone_at;
        if (event->kind == EVENT_EDIT &&
            !event_kind_by_person(event->entry_kind))
            fold_moved(in, event, &occurred);
        else if (event->kind == EVENT_EDIT)
            fold_entry(in,
                       milestone_of_entry(event->entry_kind, event->confidence,
                                          event->alert_state == ALERT_OVER),
                       &occurred);
        break;
    default:
        fold_entry(in,
                   milestone_of_entry(event->kind, event->confidence,
                                      event->alert_state == ALERT_OVER),
                   &occurred);
        break;
    }
}

struct when incident_since(const struct incident *in)
{
    enum milestone told = of_state[in->state];
    const struct when *when = &in->milestones[told];
    /* It may have been identified before, too. */
    bool is_of_state =
        in->state != STATE_IDENTIFIED || when->from_ms == in->state_since_ms;
    return told != MILESTONE_NONE && when_is_set(when) && is_of_state
               ? *when
               : when_exact(in->state_since_ms);
}

/* The moment of writing is not when it began. */
static bool is_sign(const struct incident *in, enum milestone milestone)
{
    const struct when *when = &in->milestones[milestone];
    bool is_writing = milestone == MILESTONE_DECLARED &&
                      incident_is_written_up(in) &&
                      when_is_untyped(when, in->declared_at_ms);
    return when_is_set(when) && !is_writing;
}

enum milestone incident_beginning(const struct incident *in)
{
    static const enum milestone signs[] = {
        MILESTONE_FIRST_REPORT, MILESTONE_FIRST_ALERT, MILESTONE_DECLARED};
    enum milestone first = MILESTONE_IMPACT_START;
    if (when_is_set(&in->milestones[first]))
        return first;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (is_sign(in, signs[i]) && (first == MILESTONE_IMPACT_START ||
                                      when_compare(&in->milestones[signs[i]],
                                                   &in->milestones[first]) < 0))
            first = signs[i];
    return first;
}

int64_t incident_began_ms(const struct incident *in)
{
    const struct when *began = &in->milestones[incident_beginning(in)];
    bool is_told = when_is_set(&in->milestones[MILESTONE_IMPACT_START]);
    return when_is_set(began) && (is_told || !incident_is_written_up(in))
               ? began->from_ms
               : in->first_event_ms;
}

bool milestones_next_disorder(const struct when *milestones, int *i,
                              enum milestone *first, enum milestone *then)
{
    static const enum milestone orders[][2] = {
        {MILESTONE_IMPACT_START, MILESTONE_MITIGATED},
        {MILESTONE_IMPACT_START, MILESTONE_IMPACT_END},
        {MILESTONE_IMPACT_START, MILESTONE_RESOLVED},
        {MILESTONE_FIRST_REPORT, MILESTONE_RESOLVED},
        {MILESTONE_MITIGATED, MILESTONE_RESOLVED},
    };
    while (*i < (int)(sizeof orders / sizeof orders[0])) {
        *first = orders[*i][0];
        *then = orders[(*i)++][1];
        const struct when *a = &milestones[*first];
        const struct when *b = &milestones[*then];
        if (when_is_set(a) && when_is_set(b) && b->to_ms < a->from_ms)
            return true;
    }
    return false;
}

void incident_print_alarm_gap(const struct incident *in, struct buf *out)
{
    const struct when *report = &in->milestones[MILESTONE_FIRST_REPORT];
    const struct when *alert = &in->milestones[MILESTONE_FIRST_ALERT];
    if (!when_is_set(report) && !when_is_set(alert)) {
        buf_add_text(out, "no human report and no machine alert recorded");
    } else if (!when_is_set(alert)) {
        buf_add_text(out, "no machine alert recorded");
    } else if (!when_is_set(report)) {
        buf_add_text(out, "no human report recorded");
    } else if (report->from_ms == alert->from_ms &&
               report->to_ms == alert->to_ms) {
        buf_add_text(out, "none: people and the monitor noticed together");
    } else if (report->to_ms <= alert->from_ms) {
        when_print_span(report, alert, out);
    } else if (alert->to_ms <= report->from_ms) {
        buf_add_text(out, "none: the monitor was ");
        when_print_span(alert, report, out);
        buf_add_text(out, " ahead");
    } else {
        buf_add_text(out, "not certain: the times overlap");
    }
}
