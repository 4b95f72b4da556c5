#include "commands/complete.h"
#include "commands/item.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct stored_item *stored = call_alloc(call, sizeof *stored);
    const struct value *evidence = call_value(call, "evidence");
    const struct value *link = call_value(call, "link");
    enum reply reply;
    if (!item_find(call, call_value(call, "id")->number, stored, answer,
                   &reply))
        return reply;
    if (stored->item.state == ITEM_DONE) {
        say_item_name(&answer->words, call->in->id, stored->item.seq);
        buf_add_text(&answer->words, " is done already. Nothing was changed.");
        return REPLY_REFUSED;
    }
    if (!evidence->given && !link->given)
        return REPLY_FORM;
    item_draft(&stored->item, request);
    request->draft.item_state = ITEM_DONE;
    /* What a list shows of it, in one text. */
    request->draft.text = evidence->given ? evidence->text : link->text;
    request->draft.link = link->text;
    return REPLY_REQUEST;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    (void)call;
    buf_add_text(words, "Action item ");
    say_item_name(words, after->id, event->target);
    buf_add_text(words, " is done: ");
    say_excerpt(words, event->text, 300);
}

const struct command command_action_done = {
    .name = "action done",
    .help = "An action item is done: say what shows it",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "id",
             .help = "Which one: INC-12 #31",
             .type = VALUE_ENTRY,
             .required = true,
             .complete = complete_items},
            {.name = "evidence",
             .help = "What shows it: a commit, a test, what is there now",
             .type = VALUE_TEXT,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "link",
             .help = "Where to see it: an address, or #217",
             .type = VALUE_LINK},
        },
    .form_title = "Done in",
    .form_fields = {"evidence", "link"},
    .slash_asks = true,
    .run = run,
    .told = told,
};
