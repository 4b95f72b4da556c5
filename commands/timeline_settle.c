#include "bot/base/utf8.h"
#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/item.h"
#include "commands/resolve.h"
#include "commands/sheet.h"
#include "commands/words.h"

#include <inttypes.h>

static bool makes_item(enum settlement settlement)
{
    return settlement == SETTLEMENT_HANDED_OVER ||
           settlement == SETTLEMENT_MADE_ITEM;
}

static struct str item_text(const struct call *call, const struct event *event)
{
    struct buf text = BUF_INIT(WORDS_BYTES);
    sheet_item_text(event, &text);
    buf_cut(&text, utf8_cut_units(buf_str(&text), TEXT_UNITS));
    struct str copy = call_copy(call, buf_str(&text));
    buf_release(&text);
    return copy;
}

/* Whoever hands over by a button is asked to whom. */
static bool asks(const struct call *call, enum settlement settlement)
{
    return settlement == SETTLEMENT_HANDED_OVER &&
           call->source == SOURCE_BUTTON;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct entry entry;
    enum reply reply;
    struct event *draft = &request->draft;
    if (!entry_find(call, call_value(call, "id")->number, &entry, answer,
                    &reply))
        return reply;
    request->kind = REQUEST_SETTLE;
    draft->target = entry.event.seq;
    draft->settlement = (enum settlement)call_value(call, "what")->choice;
    draft->text = call_value(call, "text")->text;
    if (makes_item(draft->settlement) && draft->text.n == 0) {
        draft->text = item_text(call, &entry.event);
        if (asks(call, draft->settlement)) {
            answer_fill(answer, "text", draft->text);
            return REPLY_FORM;
        }
    }
    return item_owner(call_value(call, "user"), &draft->holder, answer)
               ? REPLY_REQUEST
               : REPLY_REFUSED;
}

static void say_item(struct buf *words, const struct event *item)
{
    buf_addf(words, " Action item #%" PRId64 ": ", item->seq);
    say_excerpt(words, item->text, 200);
    if (item->holder.type == ACTOR_NOBODY) {
        buf_add_text(words, " (volunteer wanted)");
    } else {
        buf_add_text(words, ", owner: ");
        say_excerpt(words, item->holder.name, NAME_UNITS);
    }
}

/* From the list, the list follows in place: one press after the other. What was
 * proposed with it at the end stays, too. */
static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *settled = &outcome->events[0];
    buf_addf(words, "Entry #%" PRId64 " of ", settled->target);
    say_incident(words, after);
    buf_addf(words, " is %s.",
             word_of(&settlement_words, (int)settled->settlement));
    if (outcome->event_count > 1)
        say_item(words, &outcome->events[1]);
    buf_add_text(words, "\n\n");
    answer->update = true;
    propose_alert(call, after, answer);
    if (!sheet_show(call, after, 0, answer))
        buf_add_text(words, "`/timeline list open:true` shows what is open.");
    propose_alert_button(call, answer);
}

const struct command command_timeline_settle = {
    .name = "timeline settle",
    .help = "Say what becomes of an open change or a parked idea",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "id",
             .help = "Which change or idea, such as #7",
             .type = VALUE_ENTRY,
             .required = true,
             .complete = complete_open},
            {.name = "what",
             .help = "A change is kept, reverted or handed over; an idea is "
                     "made an action item or dropped",
             .type = VALUE_CHOICE,
             .required = true,
             .choices = &settlement_words,
             .offers = offers_named},
            {.name = "text",
             .help = "What is to be done, or why",
             .type = VALUE_TEXT,
             .max_units = TEXT_UNITS,
             .many_lines = true},
            {.name = "user",
             .help = "Who takes it over; nobody: a volunteer is wanted",
             .type = VALUE_USER},
        },
    .form_title = "Hand over in",
    .form_fields = {"text", "user"},
    .run = run,
    .told = told,
};
