#include "commands/command.h"
#include "commands/words.h"

#include "bot/base/utf8.h"

#include <inttypes.h>

#define SNAPSHOT_UNITS (TEXT_UNITS - 10)
#define CHANGES_NAMED  6

/* ---- how things stand, as text of the record, shown in the war room ---- */

struct snapshot {
    struct buf *text;
    int changes;
    bool has_told;
};

static void add_part(struct buf *text, struct str part, size_t units)
{
    size_t n = utf8_cut_units(part, units);
    buf_add(text, (struct str){part.s, n});
    if (n < part.n)
        buf_add_text(text, "…");
}

static void add_at(struct buf *text, struct when when)
{
    when_print_utc(&when, true, text);
    buf_add_text(text, " UTC");
}

static bool add_change(const struct entry *entry, void *context)
{
    struct snapshot *snapshot = context;
    const struct event *event = &entry->event;
    if (++snapshot->changes > CHANGES_NAMED)
        return false;
    buf_addf(snapshot->text, "\nOpen change #%" PRId64, event->seq);
    if (event->visibility == VISIBILITY_PRIVATE) {
        buf_add_text(snapshot->text, ", in the record only");
        return true;
    }
    buf_add_text(snapshot->text, ": ");
    add_part(snapshot->text, event->change_what, 40);
    buf_add_text(snapshot->text, " on ");
    add_part(snapshot->text, event->change_where, 40);
    buf_add_text(snapshot->text, ", now ");
    add_part(snapshot->text, event->change_to, 40);
    return true;
}

static bool add_told(const struct entry *entry, void *context)
{
    struct snapshot *snapshot = context;
    const struct event *event = &entry->event;
    if (entry->state.struck != 0 || event->text.n == 0 ||
        event->visibility == VISIBILITY_PRIVATE)
        return true;
    buf_add_text(snapshot->text, "\nLast update: ");
    add_part(snapshot->text, event->text, 250);
    return false;
}

static void add_standing(const struct call *call, struct buf *text)
{
    const struct incident *in = call->in;
    buf_addf(text, "%s since ", word_of(&state_words, (int)in->state));
    add_at(text, incident_since(in));
    buf_addf(text, ", %s", word_of(&severity_words, (int)in->severity));
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        if (in->holders[i].role == ROLE_NONE)
            continue;
        buf_addf(text,
                 "\n%s: ", config_role_name(call->config, in->holders[i].role));
        add_part(text, str_of(in->holders[i].name), 30);
    }
    if (in->next_update_due_ms != 0) {
        buf_add_text(text, "\nNext update promised by ");
        add_at(text, when_exact(in->next_update_due_ms));
    }
}

static void add_open(const struct open_counts *open, struct buf *text)
{
    buf_add_text(text, "\nOpen: ");
    say_count(text, open->changes, "change");
    buf_add_text(text, ", ");
    say_count(text, open->ideas, "parked idea");
    buf_add_text(text, ", ");
    say_count(text, open->items, "action item");
}

/* False: the store failed. */
static bool take_snapshot(const struct call *call, struct str *out)
{
    static const enum event_kind state = EVENT_STATE;
    static const struct entry_page updates = {
        .order = EVENTS_BY_TIME, .newest_first = true, .kind = &state};
    struct buf text = BUF_INIT(WORDS_BYTES);
    struct snapshot snapshot = {.text = &text};
    struct open_counts counts;
    int64_t id = call->in->id;
    enum err err = store_open_counts(call->store, id, &counts);
    add_standing(call, &text);
    if (err == ERR_OK)
        err = store_each_entry(call->store, id, &updates, add_told, &snapshot);
    if (err == ERR_OK)
        err = store_each_open(call->store, id, EVENT_CHANGE, add_change,
                              &snapshot);
    if (err == ERR_OK)
        add_open(&counts, &text);
    buf_cut(&text, utf8_cut_units(buf_str(&text), SNAPSHOT_UNITS));
    *out = call_copy(call, buf_str(&text));
    buf_release(&text);
    return err == ERR_OK;
}

/* ---- the command ---- */

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct value *user = call_value(call, "user");
    struct event *draft = &request->draft;
    draft->text = call_value(call, "conditions")->text;
    draft->brief_actions = call_value(call, "actions")->text;
    draft->brief_needs = call_value(call, "needs")->text;
    bool has_brief = draft->text.n > 0 || draft->brief_actions.n > 0 ||
                     draft->brief_needs.n > 0;
    /* Who sent the form without a brief has none to give. */
    if (!user->given || (!has_brief && call->source != SOURCE_MODAL))
        return REPLY_FORM;
    if (user->user.is_bot) {
        say_excerpt(&answer->words, user->user.name, NAME_UNITS);
        buf_add_text(&answer->words, " is a bot: command needs a person who "
                                     "can answer. Nothing was kept.");
        return REPLY_REFUSED;
    }
    request->kind = REQUEST_HANDOFF;
    draft->kind = EVENT_HANDOFF;
    draft->role = ROLE_COMMANDER;
    draft->holder =
        (struct actor){ACTOR_MEMBER, user->user.id, user->user.name};
    return take_snapshot(call, &draft->snapshot) ? REPLY_REQUEST : REPLY_FAILED;
}

static void say_part(struct buf *words, const char *name, struct str text)
{
    buf_addf(words, "\n**%s** ", name);
    if (text.n == 0)
        buf_add_text(words, "nothing said");
    else
        say_excerpt(words, text, 200);
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_excerpt(words, event->holder.name, NAME_UNITS);
    buf_addf(words, " is %s of ",
             config_role_name(call->config, ROLE_COMMANDER));
    say_incident(words, after);
    buf_add_text(words, " since ");
    say_time(words, &event->occurred, call->now_ms);
    buf_addf(words,
             ". The brief is entry #%" PRId64 ", with how things stand. ",
             event->seq);
    say_where(words, after, event->visibility);
    call_say_unable(call, &call_value(call, "user")->user, ROLE_COMMANDER,
                    words);
    say_part(words, "Conditions", event->text);
    say_part(words, "Actions", event->brief_actions);
    say_part(words, "Needs", event->brief_needs);
}

const struct command command_ic_handoff = {
    .name = "ic handoff",
    .help = "Hand command over, with what the next one needs to know",
    .right = RIGHT_COMMAND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "user",
             .help = "Who takes command",
             .type = VALUE_USER,
             .required = true},
            {.name = "conditions",
             .help = "What is going on, as you see it",
             .type = VALUE_TEXT,
             .max_units = BRIEF_UNITS,
             .many_lines = true},
            {.name = "actions",
             .help = "What is under way, and who does it",
             .type = VALUE_TEXT,
             .max_units = BRIEF_UNITS,
             .many_lines = true},
            {.name = "needs",
             .help = "What is missing, what has to be decided",
             .type = VALUE_TEXT,
             .max_units = BRIEF_UNITS,
             .many_lines = true},
        },
    .form_title = "Hand over",
    .form_fields = {"user", "conditions", "actions", "needs"},
    .slash_asks = true,
    .run = run,
    .told = told,
};
