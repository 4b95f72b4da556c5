#include "commands/complete.h"
#include "commands/item.h"
#include "commands/words.h"

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct stored_item *stored = call_alloc(call, sizeof *stored);
    struct str reason = call_value(call, "reason")->text;
    enum reply reply;
    if (!item_find(call, call_value(call, "id")->number, stored, answer,
                   &reply))
        return reply;
    if (reason.n == 0)
        return REPLY_FORM;
    item_draft(&stored->item, request);
    request->draft.item_state = ITEM_DROPPED;
    request->draft.text = reason;
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
    buf_add_text(words, " is dropped: ");
    say_excerpt(words, event->text, 300);
    buf_add_text(words, "\nIt stays in the record. `/action assign` opens it "
                        "again.");
}

const struct command command_action_drop = {
    .name = "action drop",
    .help = "An action item will not be done: say why",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "id",
             .help = "Which one: INC-12 #31",
             .type = VALUE_ENTRY,
             .required = true,
             .complete = complete_items},
            {.name = "reason",
             .help = "Why it will not be done",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TEXT_UNITS,
             .many_lines = true},
        },
    .form_title = "Drop in",
    .form_fields = {"reason"},
    .run = run,
    .told = told,
};
