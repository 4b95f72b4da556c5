#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct value *url = call_value(call, "url");
    const struct value *other = call_value(call, "other");
    struct event *draft = &request->draft;
    if (url->given == other->given) {
        buf_add_text(&answer->words,
                     url->given ? "Give either `url` or `other`, one link at a "
                                  "time."
                                : "Say what to link: `url` for an address or "
                                  "an issue, `other` for another incident.");
        buf_add_text(&answer->words, " Nothing was kept.");
        return REPLY_REFUSED;
    }
    request->kind = REQUEST_LINK;
    draft->kind = EVENT_LINK;
    draft->text = call_value(call, "text")->text;
    draft->link = url->text;
    draft->other_id = other->number;
    return REPLY_REQUEST;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    (void)call;
    buf_addf(words, "Kept as #%" PRId64 ": ", event->seq);
    say_incident(words, after);
    buf_add_text(words, " is linked with ");
    if (event->other_id == 0)
        say_excerpt(words, event->link, 300);
    else
        buf_addf(words, "**INC-%" PRId64 "**", event->other_id);
    buf_add_text(words, event->other_id != 0 && outcome->other_id != 0
                            ? "; that one names this one, too."
                            : ".");
}

const struct command command_incident_link = {
    .name = "incident link",
    .help = "Link an issue, a page, an alert, or another incident",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "url",
             .help = "Its address, or an issue such as #217",
             .type = VALUE_LINK},
            {.name = "other",
             .help = "Another incident: INC-12; it will name this one, too",
             .type = VALUE_INCIDENT,
             .complete = complete_incidents},
            {.name = "text",
             .help = "What it is, in a few words",
             .type = VALUE_TEXT,
             .max_units = 200},
        },
    .run = run,
    .told = told,
};
