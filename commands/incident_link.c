#include "commands/alerts.h"
#include "commands/command.h"
#include "commands/complete.h"
#include "commands/service.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct value *url = call_value(call, "url");
    const struct value *other = call_value(call, "other");
    const struct value *service = call_value(call, "service");
    struct event *draft = &request->draft;
    const struct value *alerts = call_value(call, "alerts");
    int given = url->given + other->given + service->given + alerts->given;
    if (given != 1) {
        buf_add_text(
            &answer->words,
            given > 1 ? "Give one of `url`, `other`, `service` and `alerts`, "
                        "one link at a time."
                      : "Say what to link: `url` for an address or "
                        "an issue, `other` for another incident, "
                        "`service` for what it is about, `alerts` for what "
                        "a monitor said.");
        buf_add_text(&answer->words, " Nothing was kept.");
        return REPLY_REFUSED;
    }
    if (alerts->given && call_value(call, "text")->given) {
        buf_add_text(&answer->words,
                     "Alerts come with words of their own: link them without "
                     "`text`, and say yours with `/timeline add`. Nothing was "
                     "kept.");
        return REPLY_REFUSED;
    }
    request->kind = REQUEST_LINK;
    draft->kind = EVENT_LINK;
    draft->text = call_value(call, "text")->text;
    draft->link = url->text;
    draft->other_id = other->number;
    request->alert_card = alert_card_typed(call);
    return service_typed(call, service->text, &draft->service, answer)
               ? REPLY_REQUEST
               : REPLY_REFUSED;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    if (outcome->event_count == 0) {
        buf_addf(words, "Alerts #%" PRId64 " go into the record of ",
                 alert_card_typed(call));
        say_incident(words, after);
        buf_add_text(words, " with their own times.");
        return;
    }
    buf_addf(words, "Kept as #%" PRId64 ": ", event->seq);
    say_incident(words, after);
    buf_add_text(words, " is linked with ");
    if (event->service.n > 0) {
        say_excerpt(words, event->service, SERVICE_BYTES);
        buf_add_text(words, ", and the alerts of it go into its record.");
        say_services(call, after, words);
        return;
    }
    if (event->other_id == 0)
        say_excerpt(words, event->link, 300);
    else
        buf_addf(words, "**INC-%" PRId64 "**", event->other_id);
    if (event->other_id != 0 && outcome->other_id != 0)
        buf_add_text(words, "; that one names this one, too");
    else if (event->other_id != 0)
        say_unnamed(call, event->other_id, words);
    buf_add_char(words, '.');
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
            {.name = "service",
             .help = "A service that it is about: its alerts go into the "
                     "record",
             .type = VALUE_TEXT,
             .max_units = SERVICE_BYTES - 1,
             .complete = complete_services},
            {.name = "alerts",
             .help = "Alerts that no incident has, by their number",
             .type = VALUE_TEXT,
             .max_units = 20,
             .complete = complete_alert_cards},
            {.name = "text",
             .help = "What it is, in a few words",
             .type = VALUE_TEXT,
             .max_units = 200},
        },
    .run = run,
    .told = told,
};
