#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/words.h"

#include <inttypes.h>

/* What is not said of a change that is there stays. */
static void set_text(const struct call *call, const char *option,
                     struct str *field)
{
    if (call_value(call, option)->given)
        *field = call_value(call, option)->text;
}

/* Of what a change may lack; what its form shows may be taken out there. */
static void set_rest(const struct call *call, const char *option,
                     struct str *field)
{
    if (call_value(call, option)->emptied)
        *field = STR_NONE;
    else
        set_text(call, option, field);
}

static void set_change(const struct call *call, struct event *draft)
{
    set_text(call, "what", &draft->change_what);
    set_text(call, "where", &draft->change_where);
    set_text(call, "from", &draft->change_from);
    set_text(call, "to", &draft->change_to);
    set_rest(call, "undo", &draft->change_undo);
    set_rest(call, "verified", &draft->change_verified);
    if (call_value(call, "temporary")->given)
        draft->change_temporary = call_value(call, "temporary")->flag;
    if (call_value(call, "visibility")->given)
        draft->visibility =
            (enum visibility)call_value(call, "visibility")->choice;
}

static enum reply ask(const struct call *call, const struct event *event,
                      struct answer *answer)
{
    bool is_change = event->kind == EVENT_CHANGE;
    answer_fill(answer, "what", is_change ? event->change_what : event->text);
    answer_fill(answer, "where", event->change_where);
    answer_fill(answer, "from", event->change_from);
    answer_fill(answer, "to", event->change_to);
    answer_fill(answer, "time", shown_time(call, &event->occurred));
    return REPLY_FORM;
}

/* The rest of a change: Discord's forms have five fields. */
static enum reply ask_rest(const struct event *event, struct answer *answer)
{
    static const char *const rest[] = {"temporary", "undo", "verified", NULL};
    answer_fill(answer, "undo", event->change_undo);
    answer_fill(answer, "verified", event->change_verified);
    answer->fields = rest;
    return REPLY_FORM;
}

/* What told() has to know of the entry as it was. */
struct before {
    bool was_change;
    struct when occurred;
};

/* The entry keeps its words and its number. */
static enum reply make_change(const struct call *call, struct request *request,
                              struct answer *answer)
{
    struct entry entry;
    enum reply reply;
    struct event *draft = &request->draft;
    if (!entry_find(call, call_value(call, "entry")->number, &entry, answer,
                    &reply))
        return reply;
    bool has_rest = call_value(call, "temporary")->given;
    answer->seen = entry.state.version;
    if (has_rest && call->source == SOURCE_BUTTON)
        return ask_rest(&entry.event, answer);
    if (!has_rest && !call_value(call, "what")->given)
        return ask(call, &entry.event, answer);
    if (entry.state.struck == 0 &&
        entry_was_corrected(call, &entry, "entry", answer))
        return REPLY_REFUSED;
    struct before *before = call_alloc(call, sizeof *before);
    before->was_change = entry.event.kind == EVENT_CHANGE;
    before->occurred = entry.event.occurred;
    call->memory->own = before;
    request->kind = REQUEST_EDIT;
    incident_edit_draft(&entry.event, draft);
    draft->entry_kind = EVENT_CHANGE;
    draft->confidence = CONFIDENCE_NONE;
    set_change(call, draft);
    entry_set_time(call, call_value(call, "time"), &entry.event, draft);
    return REPLY_REQUEST;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    if (call_value(call, "entry")->given)
        return make_change(call, request, answer);
    request->kind = REQUEST_ADD;
    draft->kind = EVENT_CHANGE;
    draft->occurred = call_value(call, "time")->when;
    set_change(call, draft);
    return draft->change_what.n == 0 ? REPLY_FORM : REPLY_REQUEST;
}

static void say_kept_change(const struct call *call,
                            const struct incident *after,
                            const struct event *event, struct buf *words)
{
    const struct before *before = call->memory->own; /* of an EDIT */
    if (event->kind == EVENT_EDIT) {
        buf_addf(words, "%s #%" PRId64 " of ",
                 before->was_change ? "Change" : "Entry", event->target);
        say_incident(words, after);
        buf_add_text(words, before->was_change ? " now reads: "
                                               : " is a change now: ");
    } else {
        say_kept(words, after, event, call->now_ms);
    }
    say_change(words, event, 100);
    if (event->kind == EVENT_EDIT &&
        !when_equal(&before->occurred, &event->occurred)) {
        buf_add_text(words, ", at ");
        say_time(words, &event->occurred, call->now_ms);
    }
    if (event->kind == EVENT_EDIT)
        say_milestones(call, after, words);
    buf_add_char(words, '\n');
}

static void say_undo(const struct event *event, struct buf *words)
{
    bool has_undo = event->change_undo.n > 0;
    if (event->change_temporary)
        buf_addf(words, "\nIt is marked as temporary%s.",
                 has_undo ? "" : ", without a way to undo it");
    if (!has_undo)
        return;
    buf_add_text(words,
                 event->change_temporary ? " To undo it: " : "\nTo undo it: ");
    say_excerpt(words, event->change_undo, 100);
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_kept_change(call, after, event, words);
    say_where(words, after, event->visibility);
    say_undo(event, words);
    if (event->change_verified.n == 0)
        buf_add_text(words, "\nNobody has verified it yet.");
    answer_button(answer, BUTTON_SECONDARY, "Temporary? Verified?",
                  "timeline change", "entry=%" PRId64 "|temporary=%s",
                  event->kind == EVENT_EDIT ? event->target : event->seq,
                  event->change_temporary ? "yes" : "no");
    const struct event entry =
        event->kind == EVENT_EDIT ? entry_version(event) : *event;
    if (call->is_scrubbed)
        offer_removal(answer, &entry);
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
            {.name = "entry",
             .help = "An entry that was this change, or that says it wrongly",
             .type = VALUE_ENTRY,
             .complete = complete_entries},
        },
    .form_title = "Change in",
    .form_fields = {"what", "where", "from", "to", "time"},
    .run = run,
    .told = told,
};
