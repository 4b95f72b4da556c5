#include "bot/core/hints.h"
#include "commands/actor.h"
#include "commands/alike.h"
#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/words.h"

#include <inttypes.h>

/* A change has a command of its own, which asks for what, where, from and to.
 */
static bool offers_kind(int kind)
{
    return event_kind_by_person((enum event_kind)kind) && kind != EVENT_CHANGE;
}

static enum event_kind kind_of(const struct call *call)
{
    if (call_value(call, "kind")->given)
        return (enum event_kind)call_value(call, "kind")->choice;
    if (call_value(call, "confidence")->given)
        return EVENT_FINDING;
    return call_value(call, "file")->given ? EVENT_EVIDENCE : EVENT_NOTE;
}

/* Ideas are parked out of the way, not shown to everybody. */
static enum visibility visibility_of(const struct call *call,
                                     enum event_kind kind)
{
    const struct value *visibility = call_value(call, "visibility");
    if (visibility->given)
        return (enum visibility)visibility->choice;
    return kind == EVENT_IDEA ? VISIBILITY_ROOM : VISIBILITY_LIVE;
}

static bool set_actor(const struct call *call, struct event *draft,
                      struct answer *answer)
{
    return actor_typed(call, call_value(call, "by"), draft->kind == EVENT_ALERT,
                       &draft->actor, answer);
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    draft->text = call_value(call, "text")->text;
    if (draft->text.n == 0) /* what was about to be declared a second time */
        draft->text = declared_report(call);
    if (draft->text.n == 0)
        return REPLY_FORM;
    request->kind = REQUEST_ADD;
    draft->kind = kind_of(call);
    draft->occurred = call_value(call, "time")->when;
    draft->confidence = (enum confidence)call_value(call, "confidence")->choice;
    draft->link = call_value(call, "link")->text;
    draft->origin = call->message_link;
    draft->visibility = visibility_of(call, draft->kind);
    draft->file_name = call->files[0].name;
    draft->file_type = call->files[0].type;
    call_fetch(call, request);
    return set_actor(call, draft, answer) ? REPLY_REQUEST : REPLY_REFUSED;
}

/* It is offered, never asked: nobody is held up while it burns. */
static void add_offers(const struct call *call, const struct event *event,
                       struct answer *answer)
{
    struct str vague = hint_vague(event->kind, event->text);
    if (vague.n > 0) {
        buf_add_text(&answer->words, "\n\"");
        say_excerpt(&answer->words, vague, 60);
        buf_add_text(&answer->words,
                     "\" will say little later. Did it change something? A "
                     "change keeps what, where, from and to.");
        answer_button(answer, BUTTON_SECONDARY, "Make it a change",
                      "timeline change", "entry=%" PRId64, event->seq);
    }
    if (call->is_scrubbed)
        offer_removal(answer, event);
    else /* a menu asks for no kind and no time */
        answer_button(answer, BUTTON_SECONDARY, "Correct it", "timeline edit",
                      "id=%" PRId64, event->seq);
}

static void add_hints(const struct call *call, const struct event *event,
                      struct buf *words)
{
    for (int i = 0; i < call->file_count; i++) {
        const struct interaction_file *file = &call->files[i];
        buf_add_char(words, '\n');
        say_excerpt(words, file->name, 100);
        buf_addf(words,
                 " (%" PRId64 " bytes) is being downloaded and becomes its "
                 "evidence, byte for byte.",
                 file->bytes);
    }
    if (event->kind == EVENT_IDEA)
        buf_add_text(words, "\nThe idea is parked: it is not in the timeline, "
                            "and it is not lost.");
}

/* The live room has no ideas, whatever was asked for. */
static enum visibility shown_as(const struct event *event)
{
    bool is_held =
        event->kind == EVENT_IDEA && event->visibility == VISIBILITY_LIVE;
    return is_held ? VISIBILITY_ROOM : event->visibility;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_kept(words, after, event, call->now_ms);
    say_where(words, after, shown_as(event));
    add_hints(call, event, words);
    add_offers(call, event, answer);
}

const struct command command_timeline_add = {
    .name = "timeline add",
    .help = "Keep what happened: when, who, and what came of it",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "text",
             .help = "What happened, or what was found",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "time",
             .help = "When, if not now: 18:53, 22:XX, ~18:52, 5m ago, Dec 17 "
                     "22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
            {.name = "kind",
             .help = "note if left out; changes have /timeline change",
             .type = VALUE_CHOICE,
             .choices = &event_kind_words,
             .offers = offers_kind},
            {.name = "confidence",
             .help = "How sure a finding is",
             .type = VALUE_CHOICE,
             .choices = &confidence_words,
             .offers = offers_named},
            {.name = "by",
             .help = "Who did or saw it, if not you: any name, a monitor, or "
                     "nobody",
             .type = VALUE_TEXT,
             .max_units = NAME_UNITS},
            {.name = "link",
             .help = "https:// address, or a reference such as #217",
             .type = VALUE_LINK},
            {.name = "visibility",
             .help = "live if left out: also in the room for everyone",
             .type = VALUE_CHOICE,
             .choices = &visibility_words},
            {.name = "file",
             .help = "A log or picture: kept byte for byte as evidence",
             .type = VALUE_FILE},
        },
    .form_title = "Add to",
    .form_fields = {"text", "time", "kind", "link", "file"},
    .run = run,
    .told = told,
};
