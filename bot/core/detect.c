#include "bot/core/detect.h"

static bool is_over(const struct incident *in)
{
    return in->state == STATE_RESOLVED || in->state == STATE_REVIEW ||
           in->state == STATE_CLOSED;
}

bool detect_is_lacking(const struct incident *in)
{
    const struct when *report = &in->milestones[MILESTONE_FIRST_REPORT];
    const struct when *alert = &in->milestones[MILESTONE_FIRST_ALERT];
    if (!is_over(in) || in->is_drill)
        return false;
    if (!when_is_set(alert))
        return true;
    return when_is_set(report) &&
           alert->from_ms - report->to_ms >= MS_PER_MINUTE;
}

static void add_reason(const struct incident *in, struct buf *out)
{
    const struct when *report = &in->milestones[MILESTONE_FIRST_REPORT];
    const struct when *alert = &in->milestones[MILESTONE_FIRST_ALERT];
    if (!when_is_set(alert)) {
        buf_add_text(out, ": no machine alert told of it");
        return;
    }
    buf_add_text(out, ": people noticed ");
    when_print_span(report, alert, out);
    buf_add_text(out, " before the first machine alert");
}

void detect_propose(const struct incident *in, struct str probe,
                    struct buf *out)
{
    bool is_late = when_is_set(&in->milestones[MILESTONE_FIRST_ALERT]);
    struct str rest = str_of(in->services), service;
    if (probe.n > 0) {
        buf_addf(out, "Alert on \"%.*s\"%s", STR_ARG(probe),
                 is_late ? " sooner" : "");
    } else if (incident_next_service(&rest, &service)) {
        buf_addf(out, "Add a probe for %.*s", STR_ARG(service));
    } else {
        buf_addf(out, "Add a check that would have caught “%s”", in->title);
        return;
    }
    add_reason(in, out);
}
