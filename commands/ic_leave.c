#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

/* Only one's own role; taking command from somebody is /ic assign. */
static bool holds(const struct call *call, enum role role)
{
    return incident_holder(call->in, role, &call->caller) != NULL;
}

/* How many roles the caller has; *own is one of them. */
static int own_roles(const struct call *call, enum role *own)
{
    int count = 0;
    for (int role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        if (!holds(call, (enum role)role))
            continue;
        *own = (enum role)role;
        count++;
    }
    return count;
}

static enum reply refuse(const struct call *call, enum role named, int own,
                         struct answer *answer)
{
    struct buf *words = &answer->words;
    if (named != ROLE_NONE)
        buf_addf(words, "You are not %s of ",
                 config_role_name(call->config, named));
    else if (own == 0)
        buf_add_text(words, "You have no role in ");
    else
        buf_addf(words, "You have %d roles in ", own);
    say_incident(words, call->in);
    buf_add_text(words, named == ROLE_NONE && own > 0
                            ? ". Say with `role` which one you leave. Nothing "
                              "was kept."
                            : ". `/ic who` shows who has which. Nothing was "
                              "kept.");
    return REPLY_REFUSED;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    const struct value *named = call_value(call, "role");
    enum role role = named->given ? (enum role)named->choice : ROLE_NONE;
    int own = named->given ? holds(call, role) : own_roles(call, &role);
    if (own != 1)
        return refuse(call, named->given ? role : ROLE_NONE, own, answer);
    request->kind = REQUEST_ASSIGN;
    draft->kind = EVENT_ROLE;
    draft->role = role;
    draft->holder = (struct actor){.type = ACTOR_NOBODY};
    draft->text = call_value(call, "reason")->text;
    draft->occurred = call_value(call, "at")->when;
    return REPLY_REQUEST;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    buf_addf(words, "You are no longer %s of ",
             config_role_name(call->config, event->role));
    say_incident(words, after);
    buf_add_text(words, ". ");
    say_where(words, after, event->visibility);
    if (event->role == ROLE_COMMANDER && incident_is_live(after))
        buf_add_text(words, "\n**Nobody commands it now.** The room is "
                            "reminded of it. To hand over with a brief, use "
                            "`/ic handoff` next time.");
}

const struct command command_ic_leave = {
    .name = "ic leave",
    .help = "Leave your role, with or without a successor",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "role",
             .help = "Which, if you have several",
             .type = VALUE_CHOICE,
             .choices = &role_words,
             .offers = offers_named},
            {.name = "reason",
             .help = "Why, if you like",
             .type = VALUE_TEXT,
             .max_units = 300},
            {.name = "at",
             .help = "Since when, if not now: 18:53, 22:XX, 5m ago, Dec 17 "
                     "22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
        },
    .run = run,
    .told = told,
};
