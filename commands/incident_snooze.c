#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

#include "bot/core/due.h"

#include <inttypes.h>

#define STANDARD_MIN 60

/* The digest is of all incidents: none of them puts it off. */
static bool offers_reminder(int reminder)
{
    return reminder != REMINDER_NONE && reminder != REMINDER_DIGEST &&
           reminder != REMINDER_ARCHIVE;
}

static bool is_about_one(enum reminder reminder)
{
    return reminder == REMINDER_CHANGE || reminder == REMINDER_ITEM_DUE ||
           reminder == REMINDER_ITEM_OWNER;
}

static void complete_reminded(const struct call *call, struct str typed,
                              struct choices *out)
{
    complete_open(call, typed, out);
    complete_items(call, typed, out);
}

/* Until that day begins, or for so long from now. */
static bool set_until(const struct call *call, struct event *draft,
                      struct buf *words)
{
    const struct value *until = call_value(call, "until");
    const struct value *minutes = call_value(call, "minutes");
    int64_t from_now = minutes->given ? minutes->number : STANDARD_MIN;
    draft->until_ms = call->now_ms + from_now * MS_PER_MINUTE;
    if (!until->given)
        return true;
    struct buf why = BUF_INIT(300);
    enum err err = due_parse(until->text, call->now_ms, &draft->until_ms, &why);
    if (err != ERR_OK)
        buf_addf(words, "`until`: %s Nothing was kept.", buf_text(&why));
    buf_release(&why);
    return err == ERR_OK;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    const struct value *reminder = call_value(call, "reminder");
    request->kind = REQUEST_SNOOZE;
    draft->kind = EVENT_SNOOZE;
    draft->reminder =
        reminder->given ? (enum reminder)reminder->choice : REMINDER_UPDATE;
    if (is_about_one(draft->reminder))
        draft->target = call_value(call, "entry")->number;
    if (is_about_one(draft->reminder) && draft->target == 0) {
        buf_add_text(&answer->words,
                     "Say which one with `entry`, such as `#7`: "
                     "`/timeline list` and `/action list` show the numbers. "
                     "Nothing was kept.");
        return REPLY_REFUSED;
    }
    return set_until(call, draft, &answer->words) ? REPLY_REQUEST
                                                  : REPLY_REFUSED;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    struct when until = when_exact(event->until_ms);
    buf_addf(words, "No reminder \"%s\" ",
             word_of(&reminder_words, (int)event->reminder));
    if (event->target != 0)
        buf_addf(words, "of #%" PRId64 " ", event->target);
    buf_add_text(words, "in ");
    say_incident(words, after);
    buf_add_text(words, " until ");
    say_time(words, &until, call->now_ms);
    buf_add_text(words, ". That you asked for it is in the record.");
}

const struct command command_incident_snooze = {
    .name = "incident snooze",
    .help = "Put a reminder off; that you did is in the record",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "reminder",
             .help = "Which one",
             .type = VALUE_CHOICE,
             .required = true,
             .choices = &reminder_words,
             .offers = offers_reminder},
            {.name = "minutes",
             .help = "For how long; an hour if left out",
             .type = VALUE_MINUTES},
            {.name = "until",
             .help = "Until that day begins: tomorrow, Friday, 2026-12-24",
             .type = VALUE_TEXT,
             .max_units = 40},
            {.name = "entry",
             .help = "The change or action item that it is about: #7",
             .type = VALUE_ENTRY,
             .complete = complete_reminded},
        },
    .run = run,
    .told = told,
};
