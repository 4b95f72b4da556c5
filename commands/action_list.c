#include "commands/complete.h"
#include "commands/item.h"
#include "commands/reach.h"
#include "commands/words.h"

#include <inttypes.h>

#define ROWS       6 /* with two buttons each, they fit Discord's 25 */
#define TEXT_SHOWN 110

struct listing {
    const struct call *call;
    struct answer *answer;
    bool mine, open; /* only the caller's; those open, or the others */
    bool many;       /* of several incidents */
    int64_t skip;    /* rows of the pages before */
    int64_t seen;
    int rows;
    bool goes_on;
    /* The last one that was asked about: items come incident by incident. */
    int64_t incident_id;
    bool is_known;
};

static bool may_know(struct listing *list, int64_t incident_id)
{
    struct incident in;
    if (list->incident_id == incident_id)
        return list->is_known;
    list->incident_id = incident_id;
    list->is_known =
        store_incident(list->call->store, incident_id, &in) == ERR_OK &&
        reach_may_know(list->call, &in);
    return list->is_known;
}

/* Those of several incidents often have the same number. */
static void add_buttons(const struct listing *list,
                        const struct stored_item *stored)
{
    const struct action_item *item = &stored->item;
    struct answer *answer = list->answer;
    char of[32] = "", label[80];
    if (!item_is_open(item))
        return;
    if (list->many)
        (void)snprintf(of, sizeof of, "INC-%" PRId64 " ", stored->incident_id);
    (void)snprintf(label, sizeof label, "Done %s#%" PRId64, of, item->seq);
    answer_button(answer, BUTTON_SECONDARY, label, "action done",
                  "id=INC-%" PRId64 " #%" PRId64, stored->incident_id,
                  item->seq);
    if (item->owner_type != ACTOR_NOBODY)
        return;
    (void)snprintf(label, sizeof label, "Take %s#%" PRId64, of, item->seq);
    answer_button(answer, BUTTON_PRIMARY, label, "action assign",
                  "id=INC-%" PRId64 " #%" PRId64 "|user=me",
                  stored->incident_id, item->seq);
}

static void say_row(struct listing *list, const struct stored_item *stored)
{
    struct buf *words = &list->answer->words;
    buf_add_text(words, "- ");
    if (list->many)
        say_item_name(words, stored->incident_id, stored->item.seq);
    else
        buf_addf(words, "**#%" PRId64 "**", stored->item.seq);
    buf_add_text(words, " · ");
    say_item_state(words, &stored->item, list->call->now_ms);
    buf_add_text(words, "\n  ");
    say_excerpt(words, str_trim(stored->text), TEXT_SHOWN);
    if (stored->note.n > 0) {
        buf_addf(words, "\n  %s: ",
                 stored->item.state == ITEM_DROPPED ? "Why" : "Evidence");
        say_excerpt(words, stored->note, TEXT_SHOWN / 2);
    }
    buf_add_char(words, '\n');
}

static bool add_row(const struct stored_item *stored, void *context)
{
    struct listing *list = context;
    const struct action_item *item = &stored->item;
    bool is_mine = item->owner_type == ACTOR_MEMBER &&
                   item->owner_id == list->call->caller.id;
    if (item_is_open(item) != list->open || (list->mine && !is_mine) ||
        !may_know(list, stored->incident_id) || list->seen++ < list->skip)
        return true;
    list->goes_on = list->rows == ROWS;
    if (list->goes_on)
        return false;
    list->rows++;
    say_row(list, stored);
    add_buttons(list, stored);
    return true;
}

/* The incident that it is about, if it is about one: named, or the room's. */
static enum err find_one(const struct call *call, int64_t *id)
{
    const struct value *named = call_value(call, "incident");
    *id = named->number;
    if (named->given || call_value(call, "mine")->flag)
        return ERR_OK;
    struct incident in;
    enum err err = reach_room(call, &in);
    if (err == ERR_OK)
        *id = in.id;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err add_rows(struct listing *list, int64_t incident_id)
{
    const struct call *call = list->call;
    struct item_filter filter = {.guild_id = call->guild_id,
                                 .incident_id = incident_id,
                                 .open_only = true};
    bool all = incident_id != 0 || call_value(call, "all")->flag;
    list->open = true;
    enum err err = store_each_item(call->store, &filter, add_row, list);
    if (err != ERR_OK || list->goes_on || !all)
        return err;
    list->open = filter.open_only = false;
    return store_each_item(call->store, &filter, add_row, list);
}

static void say_heading(const struct listing *list, int64_t incident_id,
                        struct buf *words)
{
    buf_addf(words, "**%sction items", list->mine ? "Your a" : "A");
    if (incident_id != 0)
        buf_addf(words, " of INC-%" PRId64, incident_id);
    buf_add_text(words, "**\n");
}

static void add_paging(const struct listing *list, int64_t incident_id,
                       struct answer *answer)
{
    struct buf same = BUF_INIT(80);
    if (incident_id != 0)
        buf_addf(&same, "incident=INC-%" PRId64 "|", incident_id);
    if (list->mine)
        buf_add_text(&same, "mine=yes|");
    if (call_value(list->call, "all")->flag)
        buf_add_text(&same, "all=yes|");
    if (list->skip > 0)
        answer_button(answer, BUTTON_SECONDARY, "First", "action list",
                      "%sfrom=1", buf_text(&same));
    if (list->goes_on)
        answer_button(answer, BUTTON_SECONDARY, "More", "action list",
                      "%sfrom=%" PRId64, buf_text(&same),
                      list->skip + ROWS + 1);
    buf_release(&same);
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct listing list = {.call = call, .answer = answer};
    struct str from = call_value(call, "from")->text;
    uint64_t first = 1;
    int64_t incident_id;
    (void)request;
    list.mine = call_value(call, "mine")->flag;
    if (from.n > 0 && (!str_to_u64(from, &first) || first == 0)) {
        buf_add_text(&answer->words, "`from` has to be a number, such as 7.");
        return REPLY_REFUSED;
    }
    list.skip = (int64_t)(first - 1);
    if (find_one(call, &incident_id) != ERR_OK)
        return REPLY_FAILED;
    list.many = incident_id == 0;
    say_heading(&list, incident_id, &answer->words);
    if (add_rows(&list, incident_id) != ERR_OK)
        return REPLY_FAILED;
    if (list.rows == 0)
        buf_add_text(&answer->words,
                     list.mine ? "Nothing open is yours."
                               : "There are none. `/action add` makes one.");
    answer->update = true;
    add_paging(&list, incident_id, answer);
    return REPLY_TEXT;
}

const struct command command_action_list = {
    .name = "action list",
    .help = "The action items of this incident, or all open ones, or yours",
    .right = RIGHT_RESPOND,
    .reads = true,
    .scope = SCOPE_NONE,
    .options =
        {
            {.name = "mine",
             .help = "Yours, of every incident",
             .type = VALUE_FLAG},
            {.name = "incident",
             .help = "Of which, if not the one of this room: INC-12",
             .type = VALUE_INCIDENT,
             .complete = complete_incidents},
            {.name = "all",
             .help = "Also those that are done or dropped",
             .type = VALUE_FLAG},
            {.name = "from",
             .help = "Start with the n-th, such as 7",
             .type = VALUE_TEXT,
             .max_units = 6},
        },
    .run = run,
};
