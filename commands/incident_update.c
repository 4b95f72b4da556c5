#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/resolve.h"
#include "commands/words.h"

#include <inttypes.h>

/* The postmortem's branch begins the review; its merge ends it, or somebody
 * who says why none is needed. */
static bool offers_state(int state)
{
    return state != STATE_NONE && state != STATE_REVIEW;
}

/* A message is for every responder; a move is the commander's right. */
static bool may_move(const struct call *call, enum incident_state to,
                     struct answer *answer)
{
    return to == STATE_NONE ||
           call_may(call, to == STATE_RESOLVED ? RIGHT_RESOLVE : RIGHT_COMMAND,
                    answer);
}

/* The slash command asks for a message, so that a move is explained. A button
 * may move without one: nobody writes while it burns. */
static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    request->kind = REQUEST_MOVE;
    draft->kind = EVENT_STATE;
    draft->text = call_value(call, "message")->text;
    draft->state_to = (enum incident_state)call_value(call, "state")->choice;
    draft->occurred = call_value(call, "at")->when;
    draft->impact = call_value(call, "impact")->text;
    draft->next_in_min = call_value(call, "next_in")->number;
    if (draft->text.n == 0 && draft->state_to == STATE_NONE)
        return REPLY_FORM;
    return may_move(call, draft->state_to, answer) ? REPLY_REQUEST
                                                   : REPLY_REFUSED;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    if (event_resolves(event)) {
        resolve_told(call, after, outcome, answer);
        return;
    }
    if (event_moves(event)) {
        say_incident(words, after);
        buf_addf(words, " is %s since ", state_phrase(after->state));
        say_time(words, &event->occurred, call->now_ms);
        buf_addf(words, "; before, it was %s.\n",
                 state_phrase(event->state_from));
    }
    if (event->text.n > 0 || event->impact.n > 0)
        say_kept(words, after, event, call->now_ms);
    say_where(words, after, event->visibility);
    if (after->next_update_due_ms != 0) {
        struct when due = when_exact(after->next_update_due_ms);
        buf_add_text(words, "\nThe next update is due by ");
        say_time(words, &due, call->now_ms);
        buf_add_char(words, '.');
    }
    say_goes_on(words, call->in, after, call->now_ms);
    say_disorder(words, call->in, after, call->now_ms);
    if (call->is_scrubbed)
        offer_removal(answer, event);
}

const struct command command_incident_update = {
    .name = "incident update",
    .help = "Tell people how it stands, and move the incident on",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "message",
             .help = "What everybody should know now",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "state",
             .help = "Where the incident moves, if it does",
             .type = VALUE_CHOICE,
             .choices = &state_words,
             .offers = offers_state},
            {.name = "at",
             .help = "When that was, if not now: 18:53, 22:XX, 5m ago, Dec 17 "
                     "22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
            {.name = "impact",
             .help = "Who notices what, if that changed",
             .type = VALUE_TEXT,
             .max_units = IMPACT_UNITS,
             .many_lines = true},
            {.name = "next_in",
             .help = "Minutes until the next update, if you promise one",
             .type = VALUE_MINUTES},
        },
    .form_title = "Update",
    .form_fields = {"message", "impact", "at", "next_in"},
    .run = run,
    .told = told,
};
