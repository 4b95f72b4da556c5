#include "commands/resolve.h"

#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/sheet.h"
#include "commands/words.h"

#include "bot/core/detect.h"
#include "bot/probe/measured.h"
#include "storage/alerts.h"

#include <inttypes.h>

#define MOST_ROWS 5 /* of buttons in a message */

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    (void)answer;
    struct event *draft = &request->draft;
    request->kind = REQUEST_MOVE;
    draft->kind = EVENT_STATE;
    draft->state_to = STATE_RESOLVED;
    draft->text = call_value(call, "summary")->text;
    draft->occurred = call_value(call, "at")->when;
    /* No form for what is over already: the rules say so. */
    if (draft->text.n == 0 && incident_is_live(call->in))
        return REPLY_FORM;
    return REPLY_REQUEST;
}

static void add_duration(const struct incident *in, const struct when *end,
                         struct buf *words)
{
    enum milestone first = incident_beginning(in);
    const struct when *start = &in->milestones[first];
    if (!when_is_set(start) || start->from_ms > end->to_ms)
        return;
    buf_add_text(words, ": ");
    when_print_span(start, end, words);
    if (first == MILESTONE_DECLARED)
        buf_add_text(words, " after it was declared");
    else
        buf_addf(words, " after the %s", word_of(&milestone_words, (int)first));
}

static const char *what_of_page(const struct config *config,
                                const struct incident *in)
{
    if (!config->postmortem_enabled)
        return ".\nNo postmortem is written: the settings name no repository "
               "for it.";
    if (incident_page_is_withheld(in, config->private_pages))
        return ".\nIt is private, so its postmortem stays out of the "
               "repository: `/postmortem preview` shows it.";
    return ".\nThe postmortem is being written.";
}

void propose_alert(const struct call *call, const struct incident *in,
                   struct answer *answer)
{
    const struct probe *probe = measured_first(&call->config->probes, in);
    bool has_item;
    if (!detect_is_lacking(in) ||
        store_has_item(call->store, in->id, ITEM_KIND_DETECT, &has_item) !=
            ERR_OK ||
        has_item)
        return;
    detect_propose(in, probe == NULL ? STR_NONE : str_of(probe->name),
                   &answer->draft);
    buf_add_text(&answer->words, "**No monitor told of it in time.** Proposed "
                                 "action item: ");
    say_excerpt(&answer->words, buf_str(&answer->draft), 300);
    buf_add_text(&answer->words, "\n\n");
}

/* In a row of its own, or beside the buttons for more pages. */
void propose_alert_button(const struct call *call, struct answer *answer)
{
    if (answer->draft.n == 0)
        return;
    if (answer_rows(answer) < MOST_ROWS)
        answer_row(answer);
    answer_button(answer, BUTTON_PRIMARY, "Add action item", "action add",
                  "kind=detect|draft=%" PRIu64, call->id);
}

/* Resolved too early, or a monitor that should look again. */
static void add_firing(const struct call *call, const struct incident *in,
                       struct buf *words)
{
    int64_t count = 0;
    if (store_count_firing_in(call->store, in->id, &count) != ERR_OK ||
        count == 0)
        return;
    buf_add_text(words, "\n**But ");
    say_count(words, count, "alert");
    buf_addf(words, " in its record still fire%s**: `/alert list`.",
             count == 1 ? "s" : "");
}

void resolve_told(const struct call *call, const struct incident *after,
                  const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_incident(words, after);
    if (when_is_set(&after->milestones[MILESTONE_RESOLVED])) {
        buf_add_text(words, " is resolved since ");
        say_time(words, &event->occurred, call->now_ms);
        add_duration(after, &event->occurred, words);
    } else {
        buf_add_text(words, " is resolved. When is not recorded: it is written "
                            "up afterwards, and no time was given");
    }
    buf_add_text(words, what_of_page(call->config, after));
    buf_add_text(words, " Late entries are still welcome: `/timeline add`.");
    say_disorder(words, call->in, after, call->now_ms);
    add_firing(call, after, words);
    if (call->is_scrubbed)
        offer_removal(answer, event);
    buf_add_text(words, "\n\n");
    propose_alert(call, after, answer);
    bool any;
    if (!sheet_add(call, after, 0, answer, &any))
        buf_add_text(words, "`/timeline list open:true` shows what is open.");
    else if (!any)
        buf_add_text(words, "Nothing is open, and nothing is missing.");
    propose_alert_button(call, answer);
}

const struct command command_resolve = {
    .name = "resolve",
    .help = "End the incident: service is normal, the response is over",
    .right = RIGHT_RESOLVE,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "summary",
             .help = "What it was and what ended it",
             .type = VALUE_TEXT,
             .max_units = SUMMARY_UNITS,
             .many_lines = true},
            {.name = "at",
             .help = "When, if not now: 18:53, 22:XX, 5m ago, Dec 17 22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
        },
    .form_title = "Resolve",
    .form_fields = {"summary", "at"},
    .slash_asks = true,
    .run = run,
    .told = resolve_told,
};
