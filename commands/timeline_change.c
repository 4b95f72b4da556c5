#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    (void)answer;
    struct event *draft = &request->draft;
    request->kind = REQUEST_ADD;
    draft->kind = EVENT_CHANGE;
    draft->change_what = call_value(call, "what")->text;
    draft->change_where = call_value(call, "where")->text;
    draft->change_from = call_value(call, "from")->text;
    draft->change_to = call_value(call, "to")->text;
    draft->change_temporary = call_value(call, "temporary")->flag;
    draft->change_undo = call_value(call, "undo")->text;
    draft->change_verified = call_value(call, "verified")->text;
    draft->occurred = call_value(call, "time")->when;
    draft->visibility = (enum visibility)call_value(call, "visibility")->choice;
    return draft->change_what.n == 0 ? REPLY_FORM : REPLY_REQUEST;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_kept(words, after, event, call->now_ms);
    say_excerpt(words, event->change_what, 100);
    buf_add_text(words, " on ");
    say_excerpt(words, event->change_where, 100);
    buf_add_text(words, ": ");
    say_excerpt(words, event->change_from, 100);
    buf_add_text(words, " → ");
    say_excerpt(words, event->change_to, 100);
    buf_add_char(words, '\n');
    say_where(words, after, event->visibility);
    if (event->change_temporary)
        buf_add_text(words, event->change_undo.n > 0
                                ? "\nIt is marked as temporary."
                                : "\nIt is marked as temporary, without a way "
                                  "to undo it.");
    if (event->change_verified.n == 0)
        buf_add_text(words, "\nNobody has verified it yet.");
}

const struct command command_timeline_change = {
    .name = "timeline change",
    .help = "Keep a change to production: what, where, from, to",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "what",
             .help = "What was changed: the setting, file or service",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = CHANGE_UNITS},
            {.name = "where",
             .help = "On which host or service",
             .type = VALUE_TEXT,
             .complete = complete_places,
             .required = true,
             .max_units = CHANGE_UNITS},
            {.name = "from",
             .help = "What it was before; \"unknown\" is a fine answer",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = CHANGE_UNITS},
            {.name = "to",
             .help = "What it is now",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = CHANGE_UNITS},
            {.name = "temporary",
             .help = "It must not stay like this",
             .type = VALUE_FLAG},
            {.name = "undo",
             .help = "How to take it back",
             .type = VALUE_TEXT,
             .max_units = CHANGE_UNITS},
            {.name = "verified",
             .help = "What showed that it works",
             .type = VALUE_TEXT,
             .max_units = CHANGE_UNITS},
            {.name = "time",
             .help = "When, if not now: 18:53, 22:XX, ~18:52, 5m ago, Dec 17 "
                     "22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
            {.name = "visibility",
             .help = "live if left out: also in the room for everyone",
             .type = VALUE_CHOICE,
             .choices = &visibility_words},
        },
    .form_title = "Change in",
    .form_fields = {"what", "where", "from", "to", "time"},
    .run = run,
    .told = told,
};
