#include "commands/item.h"

#include "commands/words.h"

#include "bot/core/due.h"

#include <inttypes.h>

struct search {
    const struct call *call;
    struct stored_item *out;
};

static bool copy_item(const struct stored_item *item, void *context)
{
    struct search *search = context;
    *search->out = *item;
    search->out->text = call_copy(search->call, item->text);
    search->out->link = call_copy(search->call, item->link);
    search->out->note = call_copy(search->call, item->note);
    return false;
}

bool item_find(const struct call *call, int64_t seq, struct stored_item *out,
               struct answer *answer, enum reply *reply)
{
    struct search search = {call, out};
    enum err err =
        store_item(call->store, call->in->id, seq, copy_item, &search);
    if (err == ERR_OK)
        return true;
    *reply = err == ERR_NOT_FOUND ? REPLY_REFUSED : REPLY_FAILED;
    say_incident(&answer->words, call->in);
    buf_addf(&answer->words,
             " has no action item #%" PRId64 ". `/action list` shows the "
             "numbers. Nothing was kept.",
             seq);
    return false;
}

void item_draft(const struct action_item *item, struct request *request)
{
    struct event *draft = &request->draft;
    request->kind = REQUEST_ITEM;
    draft->kind = EVENT_ITEM;
    draft->target = item->seq;
    draft->item_kind = item->kind;
    draft->item_state = item->state;
    draft->due_ms = item->due_ms;
    draft->holder = (struct actor){item->owner_type, item->owner_id,
                                   str_of(item->owner_name)};
}

bool item_due(const struct call *call, int64_t *due, struct answer *answer)
{
    struct str typed = call_value(call, "due")->text;
    struct buf why = BUF_INIT(300);
    if (typed.n == 0)
        return true;
    bool is_none = str_is_nocase(typed, "none");
    if (is_none)
        *due = 0;
    enum err err = is_none ? ERR_OK : due_parse(typed, call->now_ms, due, &why);
    if (err != ERR_OK)
        buf_addf(&answer->words, "`due`: %s Nothing was kept.", buf_text(&why));
    buf_release(&why);
    return err == ERR_OK;
}

bool item_owner(const struct value *user, struct actor *owner,
                struct answer *answer)
{
    if (!user->given)
        return true;
    if (user->user.is_bot) {
        say_excerpt(&answer->words, user->user.name, NAME_UNITS);
        buf_add_text(&answer->words, " is a bot: an action item needs a "
                                     "person, or nobody yet. Nothing was "
                                     "kept.");
        return false;
    }
    *owner = (struct actor){ACTOR_MEMBER, user->user.id, user->user.name};
    return true;
}

void say_item_name(struct buf *words, int64_t incident_id, int64_t seq)
{
    buf_addf(words, "**INC-%" PRId64 " #%" PRId64 "**", incident_id, seq);
}

static void say_due(struct buf *words, const struct action_item *item,
                    int64_t now_ms)
{
    bool is_late = item_is_open(item) && item->due_ms < civil_day_start(now_ms);
    bool is_today = item->due_ms == civil_day_start(now_ms);
    buf_add_text(words, is_late ? " · **overdue** since " : " · due ");
    due_print(item->due_ms, words);
    if (is_today && item_is_open(item))
        buf_add_text(words, " (today)");
}

void say_item_state(struct buf *words, const struct action_item *item,
                    int64_t now_ms)
{
    if (item->state != ITEM_OPEN)
        buf_addf(words, "%s · ", word_of(&item_state_words, (int)item->state));
    if (item->kind != ITEM_KIND_NONE)
        buf_addf(words, "%s · ", word_of(&item_kind_words, (int)item->kind));
    if (item->owner_type == ACTOR_NOBODY)
        buf_add_text(words, item_is_open(item) ? "volunteer wanted" : "nobody");
    else
        say_excerpt(words, str_of(item->owner_name), 40);
    if (item->due_ms != 0)
        say_due(words, item, now_ms);
}
