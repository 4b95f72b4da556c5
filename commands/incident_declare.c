#include "commands/alerts.h"
#include "commands/alike.h"
#include "commands/complete.h"
#include "commands/reach.h"
#include "commands/service.h"
#include "commands/words.h"

/* False: no such service. */
static bool fill(const struct call *call, struct request *request,
                 struct answer *answer)
{
    struct event *draft = &request->draft;
    draft->text = call_value(call, "title")->text;
    draft->severity = (enum severity)call_value(call, "severity")->choice;
    draft->type = (enum incident_type)call_value(call, "type")->choice;
    draft->impact_from = call_value(call, "started")->when;
    draft->impact = call_value(call, "impact")->text;
    draft->is_private = call_value(call, "private")->flag;
    draft->is_drill = call_value(call, "drill")->flag;
    request->alert_card = alert_card_typed(call);
    return service_typed(call, call_value(call, "service")->text,
                         &draft->service, answer);
}

/* The private incident in whose room the message stands that it is declared
 * from: everybody would read it in the live room of a public one. id 0: it
 * stands in none; a channel that a private one had for want of a room is
 * everybody's. */
static enum err find_private_room(const struct call *call, struct incident *out)
{
    *out = (struct incident){.id = 0};
    if (call->message == NULL)
        return ERR_OK;
    enum err err = reach_room(call, out);
    if (err == ERR_OK && !(out->is_private && reach_in_room(call, out)))
        out->id = 0;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* One that comes with a draft was asked about before: "Declare anyway". */
static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    struct incident *same = call_alloc(call, sizeof *same), room;
    request->kind = REQUEST_DECLARE;
    draft->kind = EVENT_DECLARED;
    if (declared_kept(call, request))
        return REPLY_REQUEST;
    if (!call_value(call, "title")->given) {
        alerts_fill(call, answer);
        return REPLY_FORM;
    }
    if (!fill(call, request, answer))
        return REPLY_REFUSED;
    if (find_private_room(call, &room) != ERR_OK)
        return REPLY_FAILED;
    draft->is_private = draft->is_private || room.id != 0;
    if (request->alert_card != 0 && draft->service.n == 0)
        draft->service = alerts_service(call, request->alert_card);
    if (alike_find(call, draft, same) != ERR_OK)
        return REPLY_FAILED;
    if (same->id == 0)
        return REPLY_REQUEST;
    alike_ask(call, same, request, answer);
    return REPLY_TEXT;
}

/* The message that an incident was declared from is its first report. */
static bool more(const struct call *call, const struct incident *after,
                 int taken, struct request *request)
{
    struct event *draft = &request->draft;
    (void)after;
    if (taken > 1 || call->message == NULL)
        return false;
    request->kind = REQUEST_ADD;
    draft->kind =
        call->message_author.type == ACTOR_ROBOT ? EVENT_ALERT : EVENT_REPORT;
    draft->text = call->message_words;
    draft->actor = call->message_author;
    draft->occurred = call->message_time;
    draft->link = draft->origin = call->message_link;
    call_fetch(call, request);
    return true;
}

static void say_private(const struct call *call, struct buf *words)
{
    struct incident room;
    bool follows = find_private_room(call, &room) == ERR_OK && room.id != 0;
    buf_add_text(words, "\nIt is private");
    if (follows) {
        buf_add_text(words, ", like ");
        say_incident(words, &room);
        buf_add_text(words, ", in whose room the message stands");
    }
    buf_add_text(words, ": only responders will see its room, and no live room "
                        "is opened. ");
    if (follows)
        buf_add_text(words, "`/incident set private:false` opens it to "
                            "everybody, with the message. ");
    buf_add_text(words, "The room is being made; it will appear in a moment.");
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct when *began = &after->milestones[MILESTONE_IMPACT_START];
    (void)outcome;
    say_incident(words, after);
    buf_addf(words, " is declared, %s%s: ",
             word_of(&severity_words, (int)after->severity),
             after->is_drill ? ", a drill" : "");
    say_excerpt(words, str_of(after->title), TITLE_UNITS);
    if (when_is_set(began)) {
        buf_add_text(words, "\nIts impact began ");
        say_time(words, began, call->now_ms);
        buf_add_char(words, '.');
    }
    if (after->is_private)
        say_private(call, words);
    else
        buf_add_text(words, "\nIts rooms are being made; they will appear in a "
                            "moment.");
    say_services(call, after, words);
    if (!call_has(call, RIGHT_COMMAND)) {
        buf_add_text(words, "\nNobody commands it yet: one of the responders "
                            "will.");
        return;
    }
    buf_addf(words,
             "\nNobody commands it yet: `/ic assign` makes somebody, or you, "
             "the %s.",
             config_role_name(call->config, ROLE_COMMANDER));
    answer_button(answer, BUTTON_PRIMARY, "I'll take command", "ic assign",
                  "user=me");
}

const struct command command_incident_declare = {
    .name = "incident declare",
    .help = "Declare an incident: makes its rooms and starts its record",
    .right = RIGHT_DECLARE,
    .scope = SCOPE_NONE,
    .options =
        {
            {.name = "title",
             .help = "What people notice, in a few words",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TITLE_UNITS},
            {.name = "severity",
             .help = "How bad it is (SEV3 if left out; unsure? take the "
                     "higher)",
             .type = VALUE_CHOICE,
             .choices = &severity_words,
             .offers = offers_named},
            {.name = "type",
             .help = "service if left out; security incidents are private",
             .type = VALUE_CHOICE,
             .choices = &type_words},
            {.name = "started",
             .help = "When impact began, if known: 18:53, 22:XX, 5m ago, Dec "
                     "17 22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
            {.name = "impact",
             .help = "Who notices what",
             .type = VALUE_TEXT,
             .max_units = IMPACT_UNITS,
             .many_lines = true},
            {.name = "private",
             .help = "Only responders see it; no live room",
             .type = VALUE_FLAG},
            {.name = "drill",
             .help = "An exercise: never counted",
             .type = VALUE_FLAG},
            {.name = "service",
             .help = "What it is about: its alerts go into the record",
             .type = VALUE_TEXT,
             .max_units = SERVICE_BYTES - 1,
             .complete = complete_services},
            {.name = "alerts",
             .help = "Alerts that it is declared from, by their number",
             .type = VALUE_TEXT,
             .max_units = 20,
             .complete = complete_alert_cards},
        },
    .form_title = "Declare an incident",
    .form_fields = {"title", "severity", "started", "impact"},
    .run = run,
    .more = more,
    .told = told,
};
