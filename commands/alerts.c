#include "commands/alerts.h"

#include "commands/complete.h"
#include "commands/reference.h"

#include "bot/base/utf8.h"
#include "storage/alert_cards.h"
#include "storage/alerts.h"

#include <inttypes.h>

struct first {
    const struct call *call;
    struct str title, service;
    int64_t count;
};

static bool note_first(const struct stored_alert *stored, void *context)
{
    struct first *first = context;
    if (first->count++ == 0) { /* clean since it came in */
        first->title = call_copy(first->call, stored->alert.title);
        first->service = call_copy(first->call, stored->alert.service);
    }
    return true;
}

/* count 0: there are none, or the store failed, which the next step says. */
static struct first first_of(const struct call *call, int64_t card)
{
    struct first first = {.call = call};
    if (card > 0 && store_each_alert_on_card(call->store, card, note_first,
                                             &first) != ERR_OK)
        first.count = 0;
    return first;
}

int64_t alert_card_typed(const struct call *call)
{
    int64_t incident_id, card = -1;
    const struct value *typed = call_value(call, "alerts");
    if (!typed->given)
        return 0;
    return entry_reference(typed->text, &incident_id, &card) ? card : -1;
}

void alerts_fill(const struct call *call, struct answer *answer)
{
    struct first first = first_of(call, alert_card_typed(call));
    struct str title = first.title;
    title.n = utf8_cut_units(title, TITLE_UNITS);
    if (first.count > 0)
        answer_fill(answer, "title", title);
}

struct str alerts_service(const struct call *call, int64_t card)
{
    return first_of(call, card).service;
}

struct offering {
    const struct call *call;
    struct str typed;
    struct choices *out;
};

static bool offer_card(const struct alert_card *card, void *context)
{
    struct offering *offering = context;
    struct first first = first_of(offering->call, card->id);
    struct buf value = BUF_INIT(40), shown = BUF_INIT(2000);
    buf_addf(&value, "#%" PRId64, card->id);
    buf_addf(&shown, "#%" PRId64 " %.*s", card->id, STR_ARG(first.title));
    if (first.count > 1)
        buf_addf(&shown, ", and %" PRId64 " more", first.count - 1);
    if (text_holds(buf_str(&shown), offering->typed))
        choices_add(offering->out, buf_str(&value), buf_str(&shown));
    buf_release(&value);
    buf_release(&shown);
    return !choices_full(offering->out);
}

void complete_alert_cards(const struct call *call, struct str typed,
                          struct choices *out)
{
    struct offering offering = {call, typed, out};
    /* A list that stops short is better than none. */
    enum err err =
        store_each_open_alert_card(call->store, offer_card, &offering);
    (void)err;
}
