#include "commands/command.h"
#include "commands/words.h"

#include <inttypes.h>

#define BEFORE_SHOWN 12

static void say_now(const struct call *call, struct buf *words)
{
    const struct incident *in = call->in;
    say_incident(words, in);
    say_marks(words, in);
    buf_add_char(words, '\n');
    if (incident_commander(in) == NULL)
        buf_addf(words, "- **%s** %s\n",
                 config_role_name(call->config, ROLE_COMMANDER),
                 incident_is_live(in) ? "nobody. `/ic assign` takes it"
                                      : incident_no_commander(in));
    for (int role = ROLE_COMMANDER; role < ROLE_COUNT; role++)
        for (int i = 0; i < ROLE_HOLDERS; i++) {
            const struct role_holder *holder = &in->holders[i];
            if ((int)holder->role != role)
                continue;
            buf_addf(words, "- **%s** ",
                     config_role_name(call->config, holder->role));
            say_excerpt(words, str_of(holder->name), NAME_UNITS);
            buf_add_text(words, " since ");
            say_time(words, &holder->since, call->now_ms);
            buf_add_char(words, '\n');
        }
}

/* ---- who came and went ---- */

struct past {
    struct {
        int64_t seq;
        struct str line;
    } rows[2 * BEFORE_SHOWN]; /* of both kinds, newest first each */
    int count, most;
    const struct call *call;
};

static bool add_past(const struct entry *entry, void *context)
{
    struct past *past = context;
    const struct event *event = &entry->event;
    struct buf line = BUF_INIT(WORDS_BYTES);
    if (entry->state.struck != 0)
        return true;
    say_time(&line, &event->occurred, past->call->now_ms);
    buf_addf(&line, " %s: ", config_role_name(past->call->config, event->role));
    if (event->holder.type != ACTOR_NOBODY) {
        say_excerpt(&line, event->holder.name, 40);
        buf_add_text(&line,
                     event->kind == EVENT_HANDOFF ? " (handed over)" : "");
    } else {
        buf_add_text(&line, "nobody; ");
        say_excerpt(&line, event->actor.name, 40);
        buf_add_text(&line, " left");
    }
    past->rows[past->count].seq = event->seq;
    past->rows[past->count++].line = call_copy(past->call, buf_str(&line));
    buf_release(&line);
    return past->count < past->most;
}

static enum err add_kind(struct past *past, enum event_kind kind)
{
    const struct entry_page page = {
        .order = EVENTS_BY_TIME, .newest_first = true, .kind = &kind};
    past->most = past->count + BEFORE_SHOWN;
    return store_each_entry(past->call->store, past->call->in->id, &page,
                            add_past, past);
}

/* The newest of what is left; -1: none. */
static int newest(const struct past *past)
{
    int at = -1;
    for (int i = 0; i < past->count; i++)
        if (past->rows[i].seq != 0 &&
            (at < 0 || past->rows[i].seq > past->rows[at].seq))
            at = i;
    return at;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct past past = {.call = call};
    (void)request;
    say_now(call, &answer->words);
    enum err err = add_kind(&past, EVENT_ROLE);
    if (err == ERR_OK)
        err = add_kind(&past, EVENT_HANDOFF);
    if (err != ERR_OK)
        return REPLY_FAILED;
    if (past.count > 0)
        buf_add_text(&answer->words, "**Who came and went**, latest first\n");
    for (int shown = 0; shown < BEFORE_SHOWN; shown++) {
        int at = newest(&past);
        if (at < 0)
            break;
        buf_addf(&answer->words, "- %.*s\n", STR_ARG(past.rows[at].line));
        past.rows[at].seq = 0;
    }
    return REPLY_TEXT;
}

const struct command command_ic_who = {
    .name = "ic who",
    .help = "Who has which role now, since when, and who had it before",
    .anybody = true,
    .scope = SCOPE_INCIDENT,
    .run = run,
};
