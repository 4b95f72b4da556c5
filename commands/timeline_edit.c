#include "commands/actor.h"
#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/words.h"

#include <inttypes.h>

/* What a change says is corrected with /timeline change. */
static bool offers_kind(int kind)
{
    return event_kind_by_person((enum event_kind)kind) && kind != EVENT_CHANGE;
}

static bool says_something(const struct call *call)
{
    bool any = false;
    for (int i = 1; i < COMMAND_OPTIONS; i++) /* all but `id` */
        any = any || call->values[i].given;
    return any;
}

static enum reply ask(const struct call *call, const struct entry *entry,
                      struct answer *answer)
{
    static const char *const fixed[] = {"time", "text", NULL};
    const struct event *event = &entry->event;
    answer->seen = entry->state.version;
    answer_fill(answer, "time", shown_time(call, &event->occurred));
    answer_fill(answer, "text", event->text);
    answer_fill(answer, "kind",
                str_of(word_of(&event_kind_words, (int)event->kind)));
    answer_fill(answer, "confidence",
                str_of(word_of(&confidence_words, (int)event->confidence)));
    if (!offers_kind((int)event->kind))
        answer->fields = fixed;
    return REPLY_FORM;
}

static void drop_change(struct event *draft)
{
    draft->change_what = draft->change_where = STR_NONE;
    draft->change_from = draft->change_to = STR_NONE;
    draft->change_undo = draft->change_verified = STR_NONE;
    draft->change_temporary = false;
}

static bool change_draft(const struct call *call, const struct event *entry,
                         struct event *draft, struct answer *answer)
{
    const struct value *text = call_value(call, "text");
    const struct value *kind = call_value(call, "kind");
    const struct value *confidence = call_value(call, "confidence");
    const struct value *phase = call_value(call, "phase");
    bool was_finding = draft->entry_kind == EVENT_FINDING;
    bool is_persons = event_kind_by_person(draft->entry_kind);
    if (text->given || (text->emptied && is_persons))
        draft->text = text->text;
    entry_set_time(call, call_value(call, "time"), entry, draft);
    if (kind->given && kind->choice != (int)draft->entry_kind) {
        draft->entry_kind = (enum event_kind)kind->choice;
        draft->confidence = CONFIDENCE_NONE;
        drop_change(draft);
    }
    /* The form still shows how sure the finding was that it was. */
    if (confidence->given &&
        (!was_finding || draft->entry_kind == EVENT_FINDING))
        draft->confidence = (enum confidence)confidence->choice;
    if (call_value(call, "visibility")->given)
        draft->visibility =
            (enum visibility)call_value(call, "visibility")->choice;
    if (phase->given)
        draft->phase = (enum phase)phase->choice;
    return actor_typed(call, call_value(call, "by"),
                       draft->entry_kind == EVENT_ALERT, &draft->actor, answer);
}

static bool differs(const struct event *a, const struct event *b)
{
    struct buf left = BUF_INIT(WORDS_BYTES), right = BUF_INIT(WORDS_BYTES);
    event_canonical(a, &left);
    event_canonical(b, &right);
    bool same = str_eq(buf_str(&left), buf_str(&right));
    buf_release(&left);
    buf_release(&right);
    return !same;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct entry entry;
    enum reply reply;
    struct event *draft = &request->draft;
    int64_t seq = call_value(call, "id")->number;
    if (!entry_find(call, seq, &entry, answer, &reply))
        return reply;
    if (!says_something(call))
        return ask(call, &entry, answer);
    request->kind = REQUEST_EDIT;
    incident_edit_draft(&entry.event, draft);
    struct event before = *draft;
    if (!change_draft(call, &entry.event, draft, answer))
        return REPLY_REFUSED;
    if (entry.state.struck != 0)
        return REPLY_REQUEST; /* the rules say so */
    if (differs(&before, draft))
        return entry_was_corrected(call, &entry, "id", answer) ? REPLY_REFUSED
                                                               : REPLY_REQUEST;
    buf_addf(&answer->words,
             "Entry #%" PRId64 " says so already: nothing was changed.", seq);
    return REPLY_TEXT;
}

/* Some words only tell of what the incident has, too. */
static void say_what_stays(const struct call *call,
                           const struct incident *after,
                           const struct event *event, struct buf *words)
{
    bool is_title = event->kind == EVENT_DECLARED;
    if (!call_value(call, "text")->given ||
        (is_title ? str_is(event->text, after->title)
                  : event->kind != EVENT_SET))
        return;
    buf_addf(words, "\n%s stays as it is: `/incident set` changes it.",
             is_title ? "The incident's title" : "What it set");
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct entry entry = {.event = entry_version(&outcome->events[0])};
    buf_addf(words, "Entry #%" PRId64 " of ", entry.event.seq);
    say_incident(words, after);
    buf_add_text(words, " now reads, in UTC:\n");
    say_entry(call, words, &entry, 300, call->now_ms);
    say_what_stays(call, after, &entry.event, words);
    say_milestones(call, after, words);
    say_disorder(words, call->in, after, call->now_ms);
    buf_add_text(words, "\nThe rooms follow. What it said before stays in the "
                        "record.");
    if (call->is_scrubbed)
        offer_removal(answer, &entry.event);
}

const struct command command_timeline_edit = {
    .name = "timeline edit",
    .help = "Correct an entry; the rooms follow",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "id",
             .help = "Which entry, such as #7; alone, it opens a form",
             .type = VALUE_ENTRY,
             .required = true,
             .complete = complete_entries},
            {.name = "text",
             .help = "What it shall say",
             .type = VALUE_TEXT,
             .max_units = SUMMARY_UNITS,
             .many_lines = true},
            {.name = "time",
             .help = "When it was: 18:53, 22:XX, ~18:52, Dec 17 22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
            {.name = "kind",
             .help = "What it is; changes have /timeline change",
             .type = VALUE_CHOICE,
             .choices = &event_kind_words,
             .offers = offers_kind},
            {.name = "confidence",
             .help = "How sure a finding is",
             .type = VALUE_CHOICE,
             .choices = &confidence_words},
            {.name = "by",
             .help = "Who did or saw it: any name, a monitor, or nobody",
             .type = VALUE_TEXT,
             .max_units = NAME_UNITS},
            {.name = "visibility",
             .help = "Who sees it: live, room or private",
             .type = VALUE_CHOICE,
             .choices = &visibility_words},
            {.name = "phase",
             .help = "Of the postmortem's table; none: as its time says",
             .type = VALUE_CHOICE,
             .choices = &phase_words},
        },
    .form_title = "Correct an entry of",
    .form_fields = {"time", "text", "kind", "confidence", "by"},
    .slash_asks = true,
    .run = run,
    .told = told,
};
