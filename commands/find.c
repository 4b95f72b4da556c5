/*
 * Which incident a call is about: the one it names (`incident`, or an entry
 * such as "INC-12 #7"); else the button's; else the room's; else the only live
 * one that the caller may know of.
 */
#include "commands/attempt.h"
#include "commands/reach.h"
#include "commands/reference.h"
#include "commands/words.h"

#include <inttypes.h>

#define LISTED    5  /* incidents that an answer names */
#define LIVE_MOST 50 /* open ones that are looked at */
#define PAST_MOST 50 /* and past ones */

/* *found: there is one, and the caller may know of it. It is loaded then. */
static bool load_known(struct attempt *attempt, int64_t id, bool *found)
{
    struct incident in;
    enum err err = store_incident(attempt->world->store, id, &in);
    *found = false;
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return attempt_fail(attempt, err);
    *found = err == ERR_OK && reach_may_know(&attempt->run->call, &in);
    if (*found)
        attempt->run->in = in;
    return true;
}

/* ---- named ---- */

/* An entry that is called "INC-12 #7" names its incident; no other may be
 * named besides. */
static bool take_of_entry(struct attempt *attempt, const struct option *option,
                          int64_t *id)
{
    struct interaction_option raw;
    int64_t of = 0, seq;
    if (option->type != VALUE_ENTRY ||
        !raw_option(attempt, option->name, &raw) || raw.focused ||
        !entry_reference(raw.text, &of, &seq) || of == 0)
        return true;
    if (*id == 0)
        *id = of;
    if (*id == of)
        return true;
    buf_addf(&attempt->run->answer.words,
             "`%s` names an entry of INC-%" PRId64 ", but the command is about "
             "INC-%" PRId64 ". Nothing was kept: name one of them.",
             option->name, of, *id);
    return false;
}

/* *id stays 0 when none is named. */
static bool find_named(struct attempt *attempt, int64_t *id)
{
    const struct command *command = attempt->command;
    struct interaction_option raw;
    if (raw_option(attempt, incident_option.name, &raw) &&
        str_trim(raw.text).n > 0 && !raw.focused &&
        !incident_reference(raw.text, id))
        return attempt_refuse(attempt,
                              "`incident` has to be a number such as `12` or "
                              "`INC-12`. Nothing was kept.");
    for (int i = 0; i < command_option_count(command); i++)
        if (!take_of_entry(attempt, &command->options[i], id))
            return false;
    return true;
}

static bool find_by_name(struct attempt *attempt, int64_t id)
{
    bool found = false;
    if (!load_known(attempt, id, &found))
        return false;
    if (found)
        return true;
    buf_addf(&attempt->run->answer.words,
             "There is no INC-%" PRId64 " in this server that you may see. "
             "Nothing was kept.",
             id);
    return false;
}

static bool find_by_button(struct attempt *attempt)
{
    bool found = false;
    return load_known(attempt, attempt->custom_id.incident_id, &found) &&
           (found ||
            attempt_refuse(attempt,
                           "This button belongs to no incident of this "
                           "server. Use the slash command instead. Nothing "
                           "was kept."));
}

/* ---- the room's, or the only live one ---- */

static void say_row(struct buf *words, const struct incident *in)
{
    buf_add_text(words, "- ");
    say_incident(words, in);
    if (incident_room(in) != 0)
        buf_addf(words, " in <#%" PRIu64 ">", incident_room(in));
    else
        buf_add_text(words, in->war_channel_id != 0
                                ? " (it has no room)"
                                : " (its room is being made)");
    buf_add_text(words, ": ");
    say_public(words, str_of(in->title), TITLE_UNITS);
    buf_add_char(words, '\n');
}

struct listed {
    int64_t ids[LIVE_MOST]; /* that the caller may know of, newest first */
    int count;
};

/* With a `room`: of those that have it. The oldest is loaded. */
static enum err list_live(struct attempt *attempt, uint64_t room,
                          struct listed *live)
{
    struct incident in;
    int64_t ids[LIVE_MOST];
    int all;
    enum err err = store_live_incidents(attempt->world->store,
                                        attempt->interaction->guild_id, ids,
                                        LIVE_MOST, &all);
    live->count = 0;
    for (int i = 0; err == ERR_OK && i < all && i < LIVE_MOST; i++) {
        err = store_incident(attempt->world->store, ids[i], &in);
        if (err != ERR_OK || !reach_may_know(&attempt->run->call, &in) ||
            (room != 0 && in.war_channel_id != room))
            continue;
        live->ids[live->count++] = ids[i];
        attempt->run->in = in;
    }
    return err;
}

/* A menu has no options, and its message stands where it stands. */
static void offer_listed(struct attempt *attempt, const struct listed *live)
{
    struct buf presets = BUF_INIT(CUSTOM_ID_BYTES);
    buf_add(&presets, attempt->presets);
    bring_message(attempt, &presets);
    for (int i = 0; i < live->count && i < LISTED; i++) {
        char label[40];
        (void)snprintf(label, sizeof label, "INC-%" PRId64, live->ids[i]);
        answer_button(&attempt->run->answer, BUTTON_SECONDARY, label,
                      attempt->command->name, "%s|incident=%s",
                      buf_text(&presets), label);
    }
    buf_release(&presets);
}

static enum err say_listed(struct attempt *attempt, const struct listed *live)
{
    struct buf *words = &attempt->run->answer.words;
    struct incident in;
    bool has_message = comes_from_message(attempt);
    if (has_message)
        offer_listed(attempt, live);
    for (int i = 0; i < live->count && i < LISTED; i++) {
        enum err err = store_incident(attempt->world->store, live->ids[i], &in);
        if (err != ERR_OK)
            return err;
        say_row(words, &in);
    }
    bool goes_on = live->count > LISTED;
    if (goes_on)
        buf_add_text(words, "- and others");
    if (goes_on && has_message)
        buf_addf(words, ": by `/%s` with the option `%s`",
                 attempt->command->name, incident_option.name);
    buf_addf(words, "%sNothing was kept%s.", goes_on ? "\n" : "",
             has_message ? " yet" : "");
    return ERR_OK;
}

static enum err say_which(struct attempt *attempt, const struct listed *live)
{
    buf_addf(&attempt->run->answer.words, "%d incidents are open. %s\n",
             live->count,
             comes_from_message(attempt)
                 ? "Which one is it?"
                 : "Use the command in the room of the one you mean, or name "
                   "it with the option `incident`:");
    return say_listed(attempt, live);
}

/* One live incident that the caller may know of is it; of several, the answer
 * names the newest. *found: whether there is any. */
static bool find_live(struct attempt *attempt, uint64_t room, bool *found)
{
    struct listed live;
    enum err err = list_live(attempt, room, &live);
    *found = err == ERR_OK && live.count > 0;
    if (err == ERR_OK && live.count > 1)
        err = say_which(attempt, &live);
    return err == ERR_OK ? live.count <= 1 : attempt_fail(attempt, err);
}

/* A room that could not be made is the channel of the declaration, which is
 * still everybody's, and may be that of several: when the incident is over, the
 * next one is not written into its record. */
static bool is_shared_room(const struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    uint64_t origin = attempt->run->in.origin_channel_id;
    return it->channel_id == origin || it->parent_id == origin;
}

static bool find_by_room(struct attempt *attempt, bool *found)
{
    enum err err = reach_room(&attempt->run->call, &attempt->run->in);
    *found = err == ERR_OK;
    return *found || err == ERR_NOT_FOUND || attempt_fail(attempt, err);
}

/* ---- none is open ---- */

struct past_search {
    const struct call *call;
    struct listed past;
    int looked_at;
};

static bool note_past(const struct incident *in, void *context)
{
    struct past_search *search = context;
    if (!incident_is_final(in) && reach_may_know(search->call, in))
        search->past.ids[search->past.count++] = in->id;
    return ++search->looked_at < PAST_MOST && search->past.count <= LISTED;
}

/* Of a message, the latest that still take what is late. */
static bool refuse_around(struct attempt *attempt)
{
    struct past_search search = {.call = &attempt->run->call};
    struct buf *words = &attempt->run->answer.words;
    enum err err = ERR_OK;
    if (comes_from_message(attempt))
        err = store_each_past_incident(attempt->world->store,
                                       attempt->interaction->guild_id,
                                       INT64_MAX, note_past, &search);
    buf_add_text(words, "No incident is open here. ");
    if (err == ERR_OK && search.past.count > 0) {
        buf_add_text(words, "Which past one is it about?\n");
        err = say_listed(attempt, &search.past);
    } else {
        buf_add_text(words, "Declare one with `/incident declare`; a past one "
                            "is reached from its own room, or by its number "
                            "in the option `incident`. Nothing was kept.");
    }
    return err == ERR_OK ? false : attempt_fail(attempt, err);
}

static bool find_around(struct attempt *attempt)
{
    bool of_room, live;
    if (!find_by_room(attempt, &of_room))
        return false;
    const struct incident *in = &attempt->run->in;
    if (of_room && !is_shared_room(attempt))
        return true;
    if (of_room && incident_is_live(in))
        return find_live(attempt, in->war_channel_id, &live);
    if (!find_live(attempt, 0, &live))
        return false;
    return live || of_room || refuse_around(attempt);
}

bool find_incident(struct attempt *attempt)
{
    int64_t named = 0;
    if (attempt->command->scope == SCOPE_NONE)
        return true;
    if (!find_named(attempt, &named))
        return false;
    if (named != 0)
        return find_by_name(attempt, named);
    if (attempt->custom_id.incident_id != 0)
        return find_by_button(attempt);
    return find_around(attempt);
}
