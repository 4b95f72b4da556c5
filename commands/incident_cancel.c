#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    if (call->in->state == STATE_CANCELLED) {
        say_incident(&answer->words, call->in);
        buf_add_text(&answer->words,
                     " is cancelled already. Nothing was changed.");
        return REPLY_REFUSED;
    }
    request->kind = REQUEST_MOVE;
    draft->kind = EVENT_STATE;
    draft->state_to = STATE_CANCELLED;
    draft->text = call_value(call, "reason")->text;
    draft->occurred = call_value(call, "at")->when;
    draft->other_id = call_value(call, "duplicate_of")->number;
    if (draft->text.n == 0 && draft->other_id != 0)
        draft->text = STR("A duplicate");
    /* No form for what is over already: the rules say so. */
    return draft->text.n > 0 || !incident_is_live(call->in) ? REPLY_REQUEST
                                                            : REPLY_FORM;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_incident(words, after);
    buf_add_text(words, " is cancelled since ");
    say_time(words, &event->occurred, call->now_ms);
    if (event->other_id != 0)
        buf_addf(words, ", as a duplicate of **INC-%" PRId64 "**",
                 event->other_id);
    if (event->other_id != 0 && outcome->other_id != 0)
        buf_add_text(words, ". Each names the other from now on");
    else if (event->other_id != 0)
        say_unnamed(call, event->other_id, words);
    buf_add_text(words, ".\nIts record is final. `/incident reopen` opens it "
                        "again.");
}

const struct command command_incident_cancel = {
    .name = "incident cancel",
    .help = "It was a false alarm, or is a duplicate of another incident",
    .right = RIGHT_COMMAND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "reason",
             .help = "Why it is none",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "duplicate_of",
             .help = "The incident that it is the same as: INC-12",
             .type = VALUE_INCIDENT,
             .complete = complete_incidents},
            {.name = "at",
             .help = "When, if not now: 18:53, 22:XX, 5m ago, Dec 17 22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
        },
    .form_title = "Cancel",
    .form_fields = {"reason", "at"},
    .run = run,
    .told = told,
};
