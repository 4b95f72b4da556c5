#include "commands/command.h"
#include "commands/words.h"

#include <inttypes.h>

static void add_state(const struct call *call, struct buf *words)
{
    const struct incident *in = call->in;
    struct when since = when_exact(in->state_since_ms);
    say_incident(words, in);
    buf_addf(words, " · %s · **%s** since ",
             word_of(&severity_words, (int)in->severity),
             word_of(&state_words, (int)in->state));
    say_time(words, &since, call->now_ms);
    buf_addf(words, "%s%s\n", in->is_private ? " · private" : "",
             in->is_drill ? " · drill" : "");
    say_excerpt(words, str_of(in->title), TITLE_UNITS);
    buf_add_char(words, '\n');
    if (in->impact[0] != '\0') {
        buf_add_text(words, "Impact: ");
        say_excerpt(words, str_of(in->impact), 300);
        buf_add_char(words, '\n');
    }
}

static void add_people(const struct incident *in, struct buf *words)
{
    if (incident_commander(in) == NULL)
        buf_add_text(words, incident_is_live(in)
                                ? "Commander: nobody. `/ic assign` takes it.\n"
                                : "Commander: not recorded\n");
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        const struct role_holder *holder = &in->holders[i];
        if (holder->role == ROLE_NONE)
            continue;
        buf_addf(words, "%s: ",
                 holder->role == ROLE_COMMANDER
                     ? "Commander"
                     : word_of(&role_words, (int)holder->role));
        say_excerpt(words, str_of(holder->name), NAME_UNITS);
        buf_add_char(words, '\n');
    }
}

static void add_updates(const struct call *call, struct buf *words)
{
    const struct incident *in = call->in;
    struct when last = when_exact(in->last_update_ms);
    struct when due = when_exact(in->next_update_due_ms);
    buf_addf(words, "Entries: %" PRId64 ", last word at ", in->entries);
    say_time(words, &last, call->now_ms);
    buf_add_char(words, '\n');
    if (in->next_update_due_ms == 0)
        return;
    buf_add_text(words, in->next_update_due_ms < call->now_ms
                            ? "The next update is overdue since "
                            : "Next update is due by ");
    say_time(words, &due, call->now_ms);
    buf_add_char(words, '\n');
}

static void add_milestones(const struct call *call, struct buf *words)
{
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        const struct when *when = &call->in->milestones[i];
        if (!when_is_set(when))
            continue;
        buf_addf(words, "- %s: ", word_of(&milestone_words, i));
        say_time(words, when, call->now_ms);
        buf_add_char(words, '\n');
    }
}

static void add_rooms(const struct incident *in, struct buf *words)
{
    if (incident_room(in) != 0)
        buf_addf(words, "Room: <#%" PRIu64 ">", incident_room(in));
    else
        buf_add_text(words, in->war_channel_id != 0 ? "Room: none could be made"
                                                    : "Room: being made");
    if (in->live_channel_id != 0)
        buf_addf(words, " · for everyone: <#%" PRIu64 ">", in->live_channel_id);
    if (in->postmortem_ref[0] != '\0') {
        buf_add_text(words, "\nPostmortem: branch ");
        say_excerpt(words, str_of(in->postmortem_ref), 96);
    }
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    (void)request;
    add_state(call, words);
    add_people(call->in, words);
    add_updates(call, words);
    add_milestones(call, words);
    add_rooms(call->in, words);
    return REPLY_TEXT;
}

const struct command command_incident_status = {
    .name = "incident status",
    .help = "How the incident stands now; only you see the answer",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .run = run,
};
