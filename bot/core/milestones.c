#include "bot/core/fold.h"

#define MILESTONE_WORD(name, word) word,
static const char *const all[] = {MILESTONE_LIST(MILESTONE_WORD)};
const struct words milestone_words = {all, MILESTONE_COUNT};

/* Entries come in any order, so "first" is the earliest by occurrence; of equal
 * ones the first recorded stays. */
static void keep_earliest(struct when *milestone, const struct when *when)
{
    if (!when_is_set(when))
        return;
    if (!when_is_set(milestone) || when_compare(when, milestone) < 0)
        *milestone = *when;
}

/* What a milestone says must still be true: an incident that goes back to work
 * is neither mitigated nor resolved, and the last time counts. */
static void fold_move(struct incident *in, const struct event *event,
                      const struct when *occurred)
{
    static const struct when never;
    struct when *identified = &in->milestones[MILESTONE_IDENTIFIED];
    switch (event->state_to) {
    case STATE_IDENTIFIED:
        if (!when_is_set(occurred))
            break;
        if (!in->identified_by_move)
            *identified = *occurred;
        in->identified_by_move = true;
        keep_earliest(identified, occurred);
        break;
    case STATE_MITIGATED:
        in->milestones[MILESTONE_MITIGATED] = *occurred;
        break;
    case STATE_RESOLVED:
        in->milestones[MILESTONE_RESOLVED] = *occurred;
        break;
    case STATE_NONE:
    case STATE_INVESTIGATING:
    case STATE_REVIEW:
    case STATE_CLOSED:
    case STATE_CANCELLED:
    case STATE_COUNT:
        break;
    }
    if (event->state_to == STATE_INVESTIGATING ||
        event->state_to == STATE_IDENTIFIED)
        in->milestones[MILESTONE_MITIGATED] = never;
    if (state_is_live(event->state_to))
        in->milestones[MILESTONE_RESOLVED] = never;
}

/* Nobody told when: the moment of writing is not it. */
static struct when time_told(const struct incident *in,
                             const struct event *event)
{
    static const struct when never;
    bool is_now = event->occurred.precision == WHEN_EXACT &&
                  event->occurred.from_ms == event->recorded_at_ms;
    return is_now && incident_is_written_up(in) ? never : event->occurred;
}

void fold_milestones(struct incident *in, const struct event *event)
{
    struct when *milestones = in->milestones;
    struct when occurred = time_told(in, event);
    switch ((int)event->kind) {
    case EVENT_DECLARED:
        milestones[MILESTONE_DECLARED] = event->occurred;
        milestones[MILESTONE_IMPACT_START] = event->impact_from;
        break;
    case EVENT_REPORT:
        keep_earliest(&milestones[MILESTONE_FIRST_REPORT], &occurred);
        break;
    case EVENT_ALERT:
        keep_earliest(&milestones[MILESTONE_FIRST_ALERT], &occurred);
        break;
    case EVENT_COMMS:
        keep_earliest(&milestones[MILESTONE_FIRST_NOTICE], &occurred);
        break;
    case EVENT_FINDING:
        if (event->confidence == CONFIDENCE_CONFIRMED &&
            !in->identified_by_move)
            keep_earliest(&milestones[MILESTONE_IDENTIFIED], &occurred);
        break;
    case EVENT_ROLE:
        if (event->role == ROLE_COMMANDER && event->holder.type != ACTOR_NOBODY)
            keep_earliest(&milestones[MILESTONE_COMMANDER], &occurred);
        break;
    case EVENT_STATE:
        if (event->state_from != event->state_to)
            fold_move(in, event, &occurred);
        break;
    default:
        break;
    }
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
