#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    if (incident_is_live(call->in)) {
        say_incident(&answer->words, call->in);
        buf_addf(&answer->words,
                 " is open already: it is %s. Nothing was changed.",
                 word_of(&state_words, (int)call->in->state));
        return REPLY_REFUSED;
    }
    request->kind = REQUEST_MOVE;
    draft->kind = EVENT_STATE;
    draft->state_to = STATE_INVESTIGATING;
    draft->text = call_value(call, "reason")->text;
    draft->occurred = call_value(call, "at")->when;
    return draft->text.n > 0 ? REPLY_REQUEST : REPLY_FORM;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_incident(words, after);
    buf_add_text(words, " is open again, investigating since ");
    say_time(words, &event->occurred, call->now_ms);
    buf_addf(words,
             "; before, it was %s. What was recorded so far stays, and so do "
             "the times of the first round.",
             state_phrase(event->state_from));
    say_goes_on(words, call->in, after, call->now_ms);
    if (incident_commander(after) != NULL)
        return;
    buf_add_text(words, "\nNobody commands it: `/ic assign` takes it.");
    answer_button(answer, BUTTON_PRIMARY, "I'll take command", "ic assign",
                  "user=me");
}

const struct command command_incident_reopen = {
    .name = "incident reopen",
    .help = "Open an incident again that is over; its record goes on",
    .right = RIGHT_COMMAND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "reason",
             .help = "Why it is open again: what people notice now",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "at",
             .help = "Since when, if not now: 18:53, 22:XX, 5m ago, Dec 17 "
                     "22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
        },
    .form_title = "Reopen",
    .form_fields = {"reason", "at"},
    .run = run,
    .told = told,
};
