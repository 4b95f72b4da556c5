/*
 * What is offered from the record. A keystroke reads no more than some hundred
 * rows, however long the record is; what is further back is reached by typing
 * its number. A list that stops short because the store failed is better than
 * none.
 */
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/reach.h"
#include "commands/reference.h"
#include "commands/words.h"

#include <inttypes.h>

#define ROWS_LOOKED_AT 100
#define SHOWN_BYTES    8000

struct search {
    const struct call *call;
    struct str typed;
    struct choices *out;
    int looked_at;
    /* Rows of one incident follow each other: it is asked for once. */
    int64_t incident_id;
    bool may_know;
};

static bool goes_on(struct search *search)
{
    return ++search->looked_at < ROWS_LOOKED_AT && !choices_full(search->out);
}

static bool knows(struct search *search, int64_t incident_id)
{
    struct incident in;
    if (incident_id != search->incident_id) {
        search->incident_id = incident_id;
        search->may_know =
            store_incident(search->call->store, incident_id, &in) == ERR_OK &&
            reach_may_know(search->call, &in);
    }
    return search->may_know;
}

static void offer(struct search *search, const struct buf *value,
                  const struct buf *shown)
{
    if (text_holds(buf_str(shown), search->typed))
        choices_add(search->out, buf_str(value), buf_str(shown));
}

/* ---- entries ---- */

static void show_role(const struct call *call, const struct event *event,
                      struct buf *out)
{
    buf_addf(out, "%s: ", entry_label(call, event));
    if (event->holder.type == ACTOR_NOBODY)
        buf_add_text(out, "nobody now");
    else
        buf_add(out, event->holder.name);
}

/* As say_entry_text has it; but nothing is markdown here. */
static void show_text(const struct call *call, const struct event *event,
                      struct buf *out)
{
    bool is_role = event->kind == EVENT_ROLE || event->kind == EVENT_HANDOFF;
    if (event->kind == EVENT_CHANGE)
        buf_addf(out, "%.*s on %.*s: %.*s → %.*s ", STR_ARG(event->change_what),
                 STR_ARG(event->change_where), STR_ARG(event->change_from),
                 STR_ARG(event->change_to));
    else if (is_role)
        show_role(call, event, out);
    if (event->text.n > 0 && is_role)
        buf_add_text(out, " · ");
    if (event->text.n > 0)
        buf_add(out, event->text);
    else if (event->link.n > 0)
        buf_add(out, event->link);
    else if (event->kind == EVENT_LINK && event->other_id != 0)
        buf_addf(out, "INC-%" PRId64, event->other_id);
    else
        buf_add(out,
                event->kind == EVENT_LINK ? event->service : event->file_name);
    if (event->kind == EVENT_EVIDENCE && event->target != 0)
        buf_addf(out, " (of #%" PRId64 ")", event->target);
}

static void show_entry(const struct call *call, const struct event *event,
                       struct buf *out)
{
    buf_addf(out, "#%" PRId64 " ", event->seq);
    when_print_utc(&event->occurred,
                   civil_day_start(event->occurred.from_ms) !=
                       civil_day_start(call->now_ms),
                   out);
    if (event->actor.name.n > 0)
        buf_addf(out, " %.*s", STR_ARG(event->actor.name));
    buf_add_text(out, ": ");
    show_text(call, event, out);
}

static bool offer_entry(const struct entry *entry, void *context)
{
    struct search *search = context;
    const struct event *event = &entry->event;
    if (entry->state.struck == 0) {
        struct buf value = BUF_INIT(40), shown = BUF_INIT(SHOWN_BYTES);
        buf_addf(&value, "#%" PRId64, event->seq);
        show_entry(search->call, event, &shown);
        offer(search, &value, &shown);
        buf_release(&value);
        buf_release(&shown);
    }
    return goes_on(search);
}

void complete_entries(const struct call *call, struct str typed,
                      struct choices *out)
{
    struct search search = {.call = call, .typed = typed, .out = out};
    const struct entry_page page = {.order = EVENTS_BY_SEQ,
                                    .newest_first = true};
    int64_t incident_id, seq;
    enum err err = ERR_OK;
    if (call->in->id == 0)
        return;
    if (entry_reference(typed, &incident_id, &seq))
        err = store_entry(call->store, call->in->id, seq, offer_entry, &search);
    if (err == ERR_OK || err == ERR_NOT_FOUND)
        err = store_each_entry(call->store, call->in->id, &page, offer_entry,
                               &search);
    (void)err;
}

void complete_open(const struct call *call, struct str typed,
                   struct choices *out)
{
    static const enum event_kind kinds[] = {EVENT_CHANGE, EVENT_IDEA};
    struct search search = {.call = call, .typed = typed, .out = out};
    enum err err = ERR_OK;
    for (int i = 0; i < 2 && call->in->id != 0 && err == ERR_OK; i++)
        err = store_each_open(call->store, call->in->id, kinds[i], offer_entry,
                              &search);
}

/* ---- action items ---- */

static bool offer_item(const struct stored_item *stored, void *context)
{
    struct search *search = context;
    const struct action_item *item = &stored->item;
    if (knows(search, stored->incident_id)) {
        struct buf value = BUF_INIT(60), shown = BUF_INIT(SHOWN_BYTES);
        buf_addf(&value, "INC-%" PRId64 " #%" PRId64, stored->incident_id,
                 item->seq);
        buf_addf(&shown, "%s %.*s (", buf_text(&value), STR_ARG(stored->text));
        if (item->kind != ITEM_KIND_NONE)
            buf_addf(&shown, "%s, ",
                     word_of(&item_kind_words, (int)item->kind));
        buf_addf(&shown, "%s)",
                 item->owner_type == ACTOR_NOBODY ? "volunteer wanted"
                                                  : item->owner_name);
        offer(search, &value, &shown);
        buf_release(&value);
        buf_release(&shown);
    }
    return goes_on(search);
}

/* 0: of all. Of each, as many rows are looked at. */
static enum err offer_items(struct search *search, int64_t incident_id)
{
    const struct item_filter filter = {.guild_id = search->call->guild_id,
                                       .incident_id = incident_id,
                                       .open_only = true};
    search->looked_at = 0;
    return store_each_item(search->call->store, &filter, offer_item, search);
}

void complete_items(const struct call *call, struct str typed,
                    struct choices *out)
{
    struct search search = {.call = call, .typed = typed, .out = out};
    struct str rest = typed, head;
    int64_t named;
    enum err err = ERR_OK;
    /* A bare number is one of the room's items to the command: they come before
     * those of an incident that is called so. */
    if (call->in->id != 0)
        err = offer_items(&search, call->in->id);
    if (err == ERR_OK && str_cut(&rest, '#', &head) &&
        incident_reference(head, &named))
        err = offer_items(&search, named);
    if (err == ERR_OK)
        err = offer_items(&search, 0);
    (void)err;
}

/* ---- places ---- */

static bool offer_place(int64_t incident_id, struct str place, void *context)
{
    struct search *search = context;
    if (text_holds(place, search->typed) && knows(search, incident_id))
        choices_add(search->out, place, place);
    return goes_on(search);
}

void complete_places(const struct call *call, struct str typed,
                     struct choices *out)
{
    struct search search = {.call = call, .typed = typed, .out = out};
    enum err err = ERR_OK;
    if (call->in->id != 0)
        err = store_each_place(call->store, call->in->id, offer_place, &search);
    search.looked_at = 0;
    if (err == ERR_OK)
        err = store_each_place(call->store, 0, offer_place, &search);
    (void)err;
}
