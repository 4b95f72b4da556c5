#include "commands/command.h"
#include "commands/complete.h"
#include "commands/words.h"

/* An older card still offers the command that somebody took meanwhile. Taking
 * it away from them is a decision, and so a command. */
static bool is_late(const struct call *call, const struct event *draft,
                    struct buf *words)
{
    const struct role_holder *holder = incident_commander(call->in);
    if (call->source != SOURCE_BUTTON || draft->role != ROLE_COMMANDER ||
        holder == NULL || holder->user_id == draft->holder.id)
        return false;
    say_excerpt(words, str_of(holder->name), NAME_UNITS);
    buf_addf(words, " is already %s of ",
             config_role_name(call->config, ROLE_COMMANDER));
    incident_print_name(call->in, words);
    buf_add_text(words, ", since ");
    say_time(words, &holder->since, call->now_ms);
    buf_add_text(words, ". To take over, use `/ic assign`. Nothing was kept.");
    return true;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct value *user = call_value(call, "user");
    const struct value *role = call_value(call, "role");
    if (!user->given) {
        buf_add_text(words, "Say who: `/ic assign user:@name`. Nothing was "
                            "kept.");
        return REPLY_REFUSED;
    }
    if (user->user.is_bot) {
        say_excerpt(words, user->user.name, NAME_UNITS);
        buf_add_text(words, " is a bot: a role needs a person who can answer. "
                            "Nothing was kept.");
        return REPLY_REFUSED;
    }
    struct event *draft = &request->draft;
    request->kind = REQUEST_ASSIGN;
    draft->kind = EVENT_ROLE;
    draft->role = role->given ? (enum role)role->choice : ROLE_COMMANDER;
    draft->holder = (struct actor){
        .type = ACTOR_MEMBER, .id = user->user.id, .name = user->user.name};
    draft->occurred = call_value(call, "at")->when;
    return is_late(call, draft, &answer->words) ? REPLY_REFUSED : REPLY_REQUEST;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    if (event->holder.id == call->caller.id) {
        buf_add_text(words, "You are ");
    } else {
        say_excerpt(words, event->holder.name, NAME_UNITS);
        buf_add_text(words, " is ");
    }
    buf_addf(words, "%s of ", config_role_name(call->config, event->role));
    say_incident(words, after);
    buf_add_text(words, " since ");
    say_time(words, &event->occurred, call->now_ms);
    buf_add_text(words, ". ");
    say_where(words, after, event->visibility);
    call_say_unable(call, &call_value(call, "user")->user, event->role, words);
}

const struct command command_ic_assign = {
    .name = "ic assign",
    .help = "Give somebody a role, or take it yourself",
    .right = RIGHT_COMMAND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "user",
             .help = "Who takes it; yourself, to claim it",
             .type = VALUE_USER,
             .required = true},
            {.name = "role",
             .help = "commander if left out",
             .type = VALUE_CHOICE,
             .choices = &role_words,
             .offers = offers_named},
            {.name = "at",
             .help = "Since when, if not now: 18:53, 22:XX, 5m ago, Dec 17 "
                     "22:XX",
             .type = VALUE_TIME,
             .complete = complete_times},
        },
    .run = run,
    .told = told,
};
