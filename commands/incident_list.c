#include "commands/command.h"
#include "commands/complete.h"
#include "commands/reach.h"
#include "commands/words.h"

#include <inttypes.h>

#define ROWS        8  /* of a page: they fit a message at their longest */
#define TITLE_SHOWN 70 /* units */
#define LIVE_MOST   200

struct listing {
    const struct call *call;
    struct answer *answer;
    const char *heading; /* to be printed before the next row */
    int rows;
    int64_t last; /* id of the last row */
    bool goes_on;
};

static void say_row(struct listing *list, const struct incident *in)
{
    struct buf *words = &list->answer->words;
    struct when since = incident_since(in);
    if (list->heading != NULL)
        buf_addf(words, "%s\n", list->heading);
    list->heading = NULL;
    buf_add_text(words, "- ");
    say_incident(words, in);
    buf_addf(words, " · %s · %s since ",
             word_of(&severity_words, (int)in->severity),
             word_of(&state_words, (int)in->state));
    say_time(words, &since, list->call->now_ms);
    say_marks(words, in);
    if (incident_room(in) != 0)
        buf_addf(words, " · <#%" PRIu64 ">", incident_room(in));
    buf_add_text(words, "\n  ");
    say_public(words, str_of(in->title), TITLE_SHOWN);
    buf_add_char(words, '\n');
}

static bool add_row(const struct incident *in, void *context)
{
    struct listing *list = context;
    if (!reach_may_know(list->call, in))
        return true;
    list->goes_on = list->rows == ROWS;
    if (list->goes_on)
        return false;
    say_row(list, in);
    list->rows++;
    list->last = in->id;
    return true;
}

static enum err add_live(struct listing *list, int64_t before)
{
    int64_t ids[LIVE_MOST];
    int count;
    const struct call *call = list->call;
    enum err err = store_live_incidents(call->store, call->guild_id, ids,
                                        LIVE_MOST, &count);
    list->heading = "**Open**";
    for (int i = 0; err == ERR_OK && i < count && i < LIVE_MOST; i++) {
        struct incident in;
        if (ids[i] >= before)
            continue;
        err = store_incident(call->store, ids[i], &in);
        if (err == ERR_OK && !add_row(&in, list))
            break;
    }
    return err;
}

static enum err add_rows(struct listing *list, int64_t before)
{
    const struct call *call = list->call;
    struct incident last = {.state = STATE_NONE};
    enum err err = before == INT64_MAX
                       ? ERR_OK
                       : store_incident(call->store, before, &last);
    bool in_past = before != INT64_MAX && !incident_is_live(&last);
    if (err == ERR_OK && !in_past)
        err = add_live(list, before);
    if (err != ERR_OK || list->goes_on)
        return err;
    list->heading = "**Over**";
    return store_each_past_incident(call->store, call->guild_id,
                                    in_past ? before : INT64_MAX, add_row,
                                    list);
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct value *before = call_value(call, "before");
    struct listing list = {.call = call, .answer = answer};
    (void)request;
    if (add_rows(&list, before->given ? before->number : INT64_MAX) != ERR_OK)
        return REPLY_FAILED;
    if (list.rows == 0)
        buf_add_text(&answer->words,
                     before->given ? "There are none before that one."
                                   : "There is no incident yet. `/incident "
                                     "declare` starts one.");
    answer->update = true;
    if (before->given)
        answer_button(answer, BUTTON_SECONDARY, "Newest", "incident list", "%s",
                      "");
    if (list.goes_on)
        answer_button(answer, BUTTON_SECONDARY, "Older", "incident list",
                      "before=INC-%" PRId64, list.last);
    return REPLY_TEXT;
}

const struct command command_incident_list = {
    .name = "incident list",
    .help = "The open incidents, then those that are over; only you see it",
    .anybody = true,
    .scope = SCOPE_NONE,
    .options =
        {
            {.name = "before",
             .help = "Only those declared before that one: INC-12",
             .type = VALUE_INCIDENT,
             .complete = complete_incidents},
        },
    .run = run,
};
