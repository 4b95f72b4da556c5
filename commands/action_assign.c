#include "commands/complete.h"
#include "commands/item.h"
#include "commands/words.h"

#include <inttypes.h>

static bool offers_state(int state)
{
    return state == ITEM_OPEN || state == ITEM_DOING;
}

static bool says_anything(const struct call *call)
{
    static const char *const names[] = {"user", "nobody", "kind", "due",
                                        "state"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (call_value(call, names[i])->given)
            return true;
    return false;
}

/* An older list still offers what somebody took meanwhile, or has done. */
static bool is_late(const struct call *call, const struct action_item *item,
                    struct buf *words)
{
    const struct value *user = call_value(call, "user");
    bool is_open = item_is_open(item);
    bool is_free =
        item->owner_type == ACTOR_NOBODY || item->owner_id == user->user.id;
    if (call->source != SOURCE_BUTTON || !user->given || (is_open && is_free))
        return false;
    say_item_name(words, call->in->id, item->seq);
    if (is_open) {
        buf_add_text(words, " belongs to ");
        say_excerpt(words, str_of(item->owner_name), NAME_UNITS);
        buf_add_text(words, " by now. To give it to somebody else");
    } else {
        buf_addf(words, " is %s by now. To open it again",
                 word_of(&item_state_words, (int)item->state));
    }
    buf_add_text(words, ", use `/action assign`. Nothing was kept.");
    return true;
}

/* Who gives it to somebody, or until a day, wants it to be done again; what it
 * is good for is corrected where it stands, and what ended it stays. */
static void set_state(const struct call *call, const struct stored_item *stored,
                      struct event *draft)
{
    const struct value *state = call_value(call, "state");
    bool is_wanted = call_value(call, "user")->given ||
                     call_value(call, "nobody")->given ||
                     call_value(call, "due")->given;
    if (state->given)
        draft->item_state = (enum item_state)state->choice;
    else if (item_is_open(&stored->item))
        return;
    else if (is_wanted)
        draft->item_state = ITEM_OPEN;
    else
        draft->text = stored->note;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    struct stored_item *stored = call_alloc(call, sizeof *stored);
    const struct value *kind = call_value(call, "kind");
    enum reply reply;
    if (!item_find(call, call_value(call, "id")->number, stored, answer,
                   &reply))
        return reply;
    if (!says_anything(call)) {
        buf_add_text(&answer->words,
                     "Say what changes: `user`, `nobody`, `kind`, `due` or "
                     "`state`. Nothing was kept.");
        return REPLY_REFUSED;
    }
    if (is_late(call, &stored->item, &answer->words))
        return REPLY_REFUSED;
    item_draft(&stored->item, request);
    if (call_value(call, "nobody")->flag)
        draft->holder = (struct actor){.type = ACTOR_NOBODY};
    if (kind->given)
        draft->item_kind = (enum item_kind)kind->choice;
    set_state(call, stored, draft);
    return item_owner(call_value(call, "user"), &draft->holder, answer) &&
                   item_due(call, &draft->due_ms, answer)
               ? REPLY_REQUEST
               : REPLY_REFUSED;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    struct action_item item = {.seq = event->target};
    item_apply(&item, event);
    buf_add_text(words, "Action item ");
    say_item_name(words, after->id, event->target);
    buf_add_text(words, " · ");
    say_item_state(words, &item, call->now_ms);
    buf_add_text(words, ".");
    if (item.state == ITEM_OPEN || item.state == ITEM_DOING)
        answer_button(answer, BUTTON_SECONDARY, "Done", "action done",
                      "id=#%" PRId64, event->target);
}

const struct command command_action_assign = {
    .name = "action assign",
    .help = "Give an action item to somebody or nobody, or change it",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "id",
             .help = "Which one: INC-12 #31",
             .type = VALUE_ENTRY,
             .required = true,
             .complete = complete_items},
            {.name = "user", .help = "Who does it", .type = VALUE_USER},
            {.name = "nobody",
             .help = "A volunteer is wanted again",
             .type = VALUE_FLAG},
            {.name = "kind",
             .help = "What it is good for",
             .type = VALUE_CHOICE,
             .choices = &item_kind_words,
             .offers = offers_named},
            {.name = "due",
             .help = "Until when: Friday, in 2 weeks, 2026-12-24; or none",
             .type = VALUE_TEXT,
             .max_units = 40},
            {.name = "state",
             .help = "Whether somebody works on it by now",
             .type = VALUE_CHOICE,
             .choices = &item_state_words,
             .offers = offers_state},
        },
    .run = run,
    .told = told,
};
