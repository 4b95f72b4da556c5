#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/words.h"

#include <inttypes.h>

#define EXCERPT_UNITS 200

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct entry entry;
    enum reply reply;
    int64_t seq = call_value(call, "id")->number;
    request->kind = REQUEST_STRIKE;
    request->draft.target = seq;
    request->draft.text = call_value(call, "reason")->text;
    if (request->draft.text.n > 0)
        return REPLY_REQUEST;
    /* Nobody is asked why for what is not there. */
    return entry_find(call, seq, &entry, answer, &reply) ? REPLY_FORM : reply;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    buf_addf(words, "Entry #%" PRId64 " of ", event->target);
    say_incident(words, after);
    buf_add_text(words, " is struck: ");
    say_excerpt(words, event->text, EXCERPT_UNITS);
    buf_add_text(words, "\nIt counts no more. Rooms that showed it cross it "
                        "out: what it said can still be read there, and in "
                        "the record.");
    say_milestones(call, after, words);
}

const struct command command_timeline_strike = {
    .name = "timeline strike",
    .help =
        "Take an entry back that is wrong; what it said stays in the record",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "id",
             .help = "Which entry, such as #7",
             .type = VALUE_ENTRY,
             .required = true,
             .complete = complete_entries},
            {.name = "reason",
             .help = "Why it does not count",
             .type = VALUE_TEXT,
             .max_units = TEXT_UNITS},
        },
    .form_title = "Strike an entry of",
    .form_fields = {"reason"},
    .slash_asks = true,
    .run = run,
    .told = told,
};
