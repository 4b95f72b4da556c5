#include "commands/item.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    draft->text = call_value(call, "text")->text;
    if (draft->text.n == 0)
        draft->text = call->draft; /* as it was proposed */
    if (draft->text.n == 0)
        return REPLY_FORM;
    request->kind = REQUEST_ITEM;
    draft->kind = EVENT_ITEM;
    draft->item_state = ITEM_OPEN;
    draft->item_kind = (enum item_kind)call_value(call, "kind")->choice;
    draft->link = call_value(call, "link")->text;
    draft->origin = call->message_link;
    return item_owner(call_value(call, "owner"), &draft->holder, answer) &&
                   item_due(call, &draft->due_ms, answer)
               ? REPLY_REQUEST
               : REPLY_REFUSED;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    struct action_item item = {.seq = 0};
    item_apply(&item, event);
    buf_add_text(words, "Action item ");
    say_item_name(words, after->id, event->seq);
    buf_add_text(words, " · ");
    say_item_state(words, &item, call->now_ms);
    buf_add_text(words, "\n");
    say_excerpt(words, event->text, 300);
    if (item.owner_type == ACTOR_NOBODY)
        answer_button(answer, BUTTON_PRIMARY, "I'll take it", "action assign",
                      "id=#%" PRId64 "|user=me", event->seq);
    answer_button(answer, BUTTON_SECONDARY, "Show all", "action list",
                  "incident=INC-%" PRId64, after->id);
}

const struct command command_action_add = {
    .name = "action add",
    .help = "What is to be done so that it does not happen again",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "text",
             .help = "What is to be done, so that somebody else could do it",
             .type = VALUE_TEXT,
             .required = true,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "kind",
             .help = "What it is good for",
             .type = VALUE_CHOICE,
             .choices = &item_kind_words,
             .offers = offers_named},
            {.name = "owner",
             .help = "Who does it; left out: a volunteer is wanted",
             .type = VALUE_USER},
            {.name = "due",
             .help = "Until when: Friday, in 2 weeks, Dec 24, 2026-12-24",
             .type = VALUE_TEXT,
             .max_units = 40},
            {.name = "link",
             .help = "Its issue or page, if it has one",
             .type = VALUE_LINK},
        },
    .form_title = "Action item of",
    .form_fields = {"text", "kind", "owner", "due", "link"},
    .run = run,
    .told = told,
};
