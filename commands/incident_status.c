#include "bot/core/secrets.h"
#include "commands/entries.h"
#include "commands/reach.h"
#include "commands/words.h"

#include <inttypes.h>

#define LATEST      5
#define LATEST_MOST 200 /* entries looked at: it has to stay fast */
#define ENTRY_SHOWN 130 /* units */

static void add_state(const struct call *call, struct buf *words)
{
    const struct incident *in = call->in;
    struct when since = incident_since(in);
    say_incident(words, in);
    buf_addf(words, " · %s · **%s** since ",
             word_of(&severity_words, (int)in->severity),
             word_of(&state_words, (int)in->state));
    say_time(words, &since, call->now_ms);
    say_marks(words, in);
    buf_add_char(words, '\n');
    say_public(words, str_of(in->title), TITLE_UNITS);
    buf_add_text(words, "\n**What people notice** ");
    say_public(words,
               in->impact[0] != '\0' ? str_of(in->impact)
                                     : STR("nobody has said yet"),
               250);
    buf_add_char(words, '\n');
}

static void add_role(const struct call *call, enum role role, struct buf *words)
{
    buf_add_text(words, "**");
    buf_add_capital(words, config_role_name(call->config, role));
    buf_add_text(words, "** ");
}

static void add_people(const struct call *call, struct buf *words)
{
    const struct incident *in = call->in;
    const char *between = "";
    if (incident_commander(in) == NULL) {
        add_role(call, ROLE_COMMANDER, words);
        buf_add_text(words, incident_no_commander(in));
        between = " · ";
    }
    for (int role = ROLE_COMMANDER; role < ROLE_COUNT; role++)
        for (int i = 0; i < ROLE_HOLDERS; i++) {
            const struct role_holder *holder = &in->holders[i];
            if ((int)holder->role != role)
                continue;
            buf_add_text(words, between);
            add_role(call, holder->role, words);
            say_excerpt(words, str_of(holder->name), 40);
            between = " · ";
        }
    buf_add_char(words, '\n');
}

/* What was told last, and when the next word is promised. */
static void add_updates(const struct call *call, const struct event *told,
                        struct buf *words)
{
    const struct incident *in = call->in;
    struct when last = when_exact(in->last_update_ms);
    struct when due = when_exact(in->next_update_due_ms);
    if (told != NULL) {
        buf_add_text(words, "**Last update** ");
        say_time(words, &told->occurred, call->now_ms);
        buf_add_text(words, ": ");
        say_public(words, told->text, 200);
    } else {
        buf_add_text(words, "**Last word** ");
        say_time(words, &last, call->now_ms);
    }
    if (in->next_update_due_ms != 0 && incident_is_live(in)) {
        bool is_late = in->next_update_due_ms < call->now_ms;
        buf_add_text(words, is_late ? " · the next one is overdue since "
                                    : " · the next one by ");
        say_time(words, &due, call->now_ms);
    }
    buf_add_char(words, '\n');
}

/* ---- the latest entries that everybody may read ---- */

struct latest {
    const struct call *call;
    struct buf lines;
    int looked_at, shown;
    struct event told; /* newest update with words; text in told_text */
    struct buf told_text;
};

/* The live room may be behind on purpose; who asks elsewhere than in the war
 * room is not ahead of it. */
static bool is_out(const struct call *call, const struct entry *entry)
{
    return reach_in_room(call, call->in) ||
           entry->event.recorded_at_ms <=
               call->now_ms - call->config->live_delay_s * MS_PER_SECOND;
}

/* Without what looks like a secret. */
static struct entry public_entry(const struct call *call,
                                 const struct entry *entry)
{
    struct entry clean = *entry;
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        struct str text = field->type == FIELD_TEXT
                              ? event_get_text(&entry->event, field)
                              : STR_NONE;
        struct buf scrubbed = BUF_INIT(text.n * 8 + 1);
        if (text.n > 0 && secrets_scrub(text, &scrubbed, NULL))
            event_set_text(&clean.event, field,
                           call_copy(call, buf_str(&scrubbed)));
        buf_release(&scrubbed);
    }
    return clean;
}

static void show(struct latest *latest, const struct entry *entry)
{
    struct entry clean = public_entry(latest->call, entry);
    latest->shown++;
    buf_add_text(&latest->lines, "- ");
    say_entry(latest->call, &latest->lines, &clean, ENTRY_SHOWN,
              latest->call->now_ms);
    buf_add_char(&latest->lines, '\n');
}

static bool is_shown(const struct latest *latest, const struct entry *entry)
{
    return entry->event.visibility == VISIBILITY_LIVE &&
           entry->state.struck == 0 && event_in_timeline(&entry->event) &&
           is_out(latest->call, entry);
}

static bool add_entry(const struct entry *entry, void *context)
{
    struct latest *latest = context;
    if (is_shown(latest, entry))
        show(latest, entry);
    return latest->shown < LATEST && ++latest->looked_at < LATEST_MOST;
}

static bool find_told(const struct entry *entry, void *context)
{
    struct latest *latest = context;
    if (!is_shown(latest, entry) || entry->event.text.n == 0)
        return ++latest->looked_at < LATEST_MOST;
    latest->told = entry->event;
    buf_add(&latest->told_text, entry->event.text);
    latest->told.text = buf_str(&latest->told_text);
    return false;
}

static enum err read_latest(struct latest *latest)
{
    static const enum event_kind state = EVENT_STATE;
    struct entry_page page = {.order = EVENTS_BY_TIME, .newest_first = true};
    const struct call *call = latest->call;
    enum err err =
        store_each_entry(call->store, call->in->id, &page, add_entry, latest);
    page.kind = &state;
    latest->looked_at = 0;
    return err == ERR_OK ? store_each_entry(call->store, call->in->id, &page,
                                            find_told, latest)
                         : err;
}

static void add_open(const struct open_counts *counts, struct buf *words)
{
    buf_add_text(words, "**Still open** ");
    say_count(words, counts->changes, "change");
    buf_add_text(words, " to settle · ");
    say_count(words, counts->ideas, "parked idea");
    buf_add_text(words, " · ");
    say_count(words, counts->items, "action item");
    buf_add_char(words, '\n');
}

/* It may have become private since. */
static void add_duplicate(const struct call *call, struct buf *words)
{
    struct incident other;
    if (call->in->duplicate_of != 0 &&
        store_incident(call->store, call->in->duplicate_of, &other) == ERR_OK &&
        reach_may_know(call, &other))
        buf_addf(words, "\nIt is a duplicate of INC-%" PRId64 ".", other.id);
}

static void add_rooms(const struct incident *in, struct buf *words)
{
    if (incident_room(in) != 0)
        buf_addf(words, "Room: <#%" PRIu64 ">", incident_room(in));
    else
        buf_add_text(words, in->war_channel_id != 0 ? "Room: none could be made"
                                                    : "Room: being made");
    if (in->live_channel_id != 0 && !in->is_private)
        buf_addf(words, " · for everyone: <#%" PRIu64 ">", in->live_channel_id);
    if (in->postmortem_ref[0] != '\0') {
        buf_add_text(words, "\nPostmortem: branch ");
        say_excerpt(words, str_of(in->postmortem_ref), 96);
    }
    if (in->pull_state != PULL_NONE) {
        buf_addf(words, "\nPull request: %s, ",
                 word_of(&pull_state_words, (int)in->pull_state));
        say_excerpt(words, str_of(in->pull_url), FORGE_URL_BYTES);
    }
}

static bool add_failure(const struct event *task, void *context)
{
    struct buf *words = context;
    if (task->failed) {
        buf_add_text(words, "\n**Not done** ");
        say_excerpt(words, task->text, 400);
    }
    return false;
}

/* What Discord refused last, for those who may do something about it: the room
 * that would say so may be the one that cannot be written to. */
static void add_failures(const struct call *call, struct buf *words)
{
    static const enum effect_kind kinds[] = {
        EFFECT_LIVE_ROOM, EFFECT_CARD,     EFFECT_ROOM,
        EFFECT_LIVE_CARD, EFFECT_LIVE,     EFFECT_ANNOUNCE,
        EFFECT_ACCESS,    EFFECT_WAR_ROOM, EFFECT_PIN};
    if (!call_has(call, RIGHT_RESPOND))
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (store_last_task(call->store, call->in->id, kinds[i], 0, add_failure,
                            words) == ERR_STORAGE)
            return;
}

/* The button of the live room runs this, too: everybody may press it, so it
 * shows nothing that stays in the war room. */
static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    struct open_counts counts = {0};
    struct latest latest = {.call = call,
                            .lines = BUF_INIT(WORDS_BYTES),
                            .told_text = BUF_INIT(WORDS_BYTES)};
    (void)request;
    /* What cannot be read is left out: the rest is better than nothing. */
    enum err err = read_latest(&latest);
    if (err == ERR_OK)
        err = store_open_counts(call->store, call->in->id, &counts);
    add_state(call, words);
    add_people(call, words);
    add_updates(call, latest.told.seq == 0 ? NULL : &latest.told, words);
    if (err == ERR_OK)
        add_open(&counts, words);
    else
        buf_add_text(words, "The rest of the record cannot be read now.\n");
    add_rooms(call->in, words);
    add_duplicate(call, words);
    add_failures(call, words);
    if (latest.shown > 0) {
        buf_add_text(words, "\n**Latest** (UTC)\n");
        buf_add(words, buf_str(&latest.lines));
    }
    buf_release(&latest.lines);
    buf_release(&latest.told_text);
    return REPLY_TEXT;
}

const struct command command_incident_status = {
    .name = "incident status",
    .help = "How the incident stands now; only you see the answer",
    .anybody = true,
    .scope = SCOPE_INCIDENT,
    .run = run,
};
