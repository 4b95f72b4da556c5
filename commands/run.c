#include "commands/run.h"

#include "bot/base/utf8.h"
#include "bot/discord/custom_id.h"
#include "bot/discord/message.h"
#include "commands/check.h"
#include "commands/words.h"

#include <assert.h>
#include <inttypes.h>

#define LISTED    5  /* live incidents that an answer names */
#define LIVE_MOST 50 /* and that are looked at */

/* One interaction on its way. A step that returns false has put the answer into
 * `words`, or its failure into `err`. */
struct attempt {
    struct command_run *run;
    const struct interaction *interaction;
    const struct command_world *world;
    const struct command *command;
    struct custom_id custom_id; /* of a button or form */
    struct buf words;
    enum err err;
};

static bool refuse(struct attempt *attempt, const char *words)
{
    buf_add_text(&attempt->words, words);
    return false;
}

static bool fail(struct attempt *attempt, enum err err)
{
    attempt->err = err;
    return false;
}

/* ---- who calls, and what ---- */

static bool has_id(const struct id_list *list, uint64_t id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->ids[i] == id)
            return true;
    return false;
}

static bool is_served(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    const struct id_list *guilds = &attempt->world->config->guilds;
    if (it->guild_id == 0)
        return refuse(attempt, "opsroom works in a server, not in direct "
                               "messages. Use the command in your server.");
    if (guilds->count > 0 && !has_id(guilds, it->guild_id))
        return refuse(attempt, "opsroom does not serve this server. Whoever "
                               "runs it can add the server to its settings.");
    if (it->user.is_bot)
        return refuse(attempt, "Only people may use opsroom's commands.");
    return true;
}

static bool find_command(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    if (it->type == INTERACTION_COMMAND) {
        if (it->command_type == 1)
            attempt->command = command_find(str_of(it->command));
        return attempt->command != NULL ||
               refuse(attempt, "opsroom does not know this command: your "
                               "Discord app may show an older list. Reload it "
                               "(Ctrl+R) and try again. Nothing was kept.");
    }
    if (custom_id_parse(it->custom_id, &attempt->custom_id))
        attempt->command = command_find(attempt->custom_id.command);
    return attempt->command != NULL ||
           refuse(attempt, "This button is not known to this opsroom: it may "
                           "be from another version. Use the slash command "
                           "instead. Nothing was kept.");
}

bool call_may(const struct call *call, enum right right, struct buf *words)
{
    if (access_allows(&call->config->access, right, call->caller.id,
                      call->roles, (size_t)call->role_count))
        return true;
    buf_addf(words,
             "You may not %s here. Ask somebody who may, or ask whoever runs "
             "opsroom to add you or one of your roles to `access` in its "
             "settings. Nothing was kept.",
             right_words(right));
    return false;
}

static enum source source_of(enum interaction_type type)
{
    switch (type) {
    case INTERACTION_COMPONENT:
        return SOURCE_BUTTON;
    case INTERACTION_FORM:
        return SOURCE_MODAL;
    case INTERACTION_COMMAND:
    case INTERACTION_AUTOCOMPLETE:
        break;
    }
    return SOURCE_SLASH;
}

/* Nobody can help what stands in their nick, so it is cleaned, not refused. */
static struct str clean_name(char out[static NAME_BYTES],
                             const struct interaction_user *user)
{
    struct buf name = BUF_INIT(WORDS_BYTES);
    add_printable(&name, user->name);
    struct str cut = {buf_text(&name),
                      utf8_cut_units(buf_str(&name), NAME_UNITS)};
    str_copy(out, NAME_BYTES, str_trim(cut));
    if (out[0] == '\0')
        (void)snprintf(out, NAME_BYTES, "member %" PRIu64, user->id);
    buf_release(&name);
    return str_of(out);
}

static bool is_allowed(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    struct call *call = &attempt->run->call;
    call->command = attempt->command;
    call->source = source_of(it->type);
    call->caller =
        (struct actor){ACTOR_MEMBER, it->user.id,
                       clean_name(attempt->run->caller_name, &it->user)};
    call->roles = it->roles;
    call->role_count = it->role_count;
    call->guild_id = it->guild_id;
    call->channel_id = it->channel_id;
    call->now_ms = attempt->world->now_ms;
    call->config = attempt->world->config;
    call->in = &attempt->run->in;
    return call_may(call, attempt->command->right, &attempt->words);
}

/* ---- which incident ---- */

static bool load(struct attempt *attempt, int64_t id)
{
    enum err err = store_incident(attempt->world->store, id, &attempt->run->in);
    return err == ERR_OK || fail(attempt, err);
}

/* A private incident is reached from its own room, which shows who may see it;
 * elsewhere only by who declared it, because that room takes a moment. */
static bool may_know(const struct incident *in, uint64_t user_id)
{
    return !in->is_private || in->declared_by.id == user_id;
}

/* Its buttons stand in its room; a form may be forged anywhere. */
static bool may_reach(const struct incident *in, const struct interaction *it)
{
    uint64_t room = incident_room(in);
    return (room != 0 && it->channel_id == room) || may_know(in, it->user.id);
}

static bool find_by_button(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    struct incident in;
    enum err err = store_incident(attempt->world->store,
                                  attempt->custom_id.incident_id, &in);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return fail(attempt, err);
    if (err == ERR_NOT_FOUND || in.guild_id != it->guild_id ||
        !may_reach(&in, it))
        return refuse(attempt, "This button belongs to no incident of this "
                               "server. Use the slash command instead. Nothing "
                               "was kept.");
    attempt->run->in = in;
    return true;
}

static void say_live(struct buf *words, const struct incident *in)
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
    say_excerpt(words, str_of(in->title), TITLE_UNITS);
    buf_add_char(words, '\n');
}

/* One live incident that the caller may know of is it; of several, the answer
 * names the newest. *found: whether there is any. */
static bool find_live(struct attempt *attempt, bool *found)
{
    int64_t ids[LIVE_MOST];
    int live, known = 0;
    struct buf list = BUF_INIT(WORDS_BYTES);
    enum err err = store_live_incidents(attempt->world->store,
                                        attempt->interaction->guild_id, ids,
                                        LIVE_MOST, &live);
    for (int i = 0; err == ERR_OK && i < live && i < LIVE_MOST; i++) {
        struct incident in;
        err = store_incident(attempt->world->store, ids[i], &in);
        if (err != ERR_OK || !may_know(&in, attempt->interaction->user.id))
            continue;
        if (known++ < LISTED)
            say_live(&list, &in);
        attempt->run->in = in;
    }
    *found = known > 0;
    if (err == ERR_OK && known > 1)
        buf_addf(&attempt->words,
                 "%d incidents are open. Use the command in the room of the "
                 "one you mean:\n%s%sNothing was kept.",
                 known, buf_text(&list),
                 known > LISTED ? "- and others\n" : "");
    buf_release(&list);
    return err == ERR_OK ? known <= 1 : fail(attempt, err);
}

/* A room that could not be made is the channel of the declaration, which is
 * still everybody's: it shows nothing private, and when the incident is over,
 * the next one is not written into its record. */
static bool is_shared_room(const struct attempt *attempt)
{
    return attempt->interaction->channel_id ==
           attempt->run->in.origin_channel_id;
}

/* 0: this channel is the room of none that the caller may know of. */
static bool find_by_room(struct attempt *attempt, int64_t *id)
{
    const struct interaction *it = attempt->interaction;
    enum err err = store_incident_of_channel(attempt->world->store,
                                             it->guild_id, it->channel_id, id);
    if (err == ERR_NOT_FOUND) {
        *id = 0;
        return true;
    }
    if (err != ERR_OK)
        return fail(attempt, err);
    if (!load(attempt, *id))
        return false;
    if (is_shared_room(attempt) && !may_know(&attempt->run->in, it->user.id))
        *id = 0;
    return true;
}

static bool find_incident(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    int64_t of_room;
    bool found;
    if (attempt->command->scope == SCOPE_NONE)
        return true;
    if (it->type != INTERACTION_COMMAND && attempt->custom_id.incident_id != 0)
        return find_by_button(attempt);
    if (!find_by_room(attempt, &of_room))
        return false;
    if (of_room != 0 &&
        (!is_shared_room(attempt) || incident_is_live(&attempt->run->in)))
        return true;
    if (!find_live(attempt, &found))
        return false;
    if (found || of_room != 0)
        return true;
    return refuse(attempt, "No incident is open here. Declare one with "
                           "`/incident declare`; a past one is reached from "
                           "its own room. Nothing was kept.");
}

/* ---- options ---- */

const struct value *call_value(const struct call *call, const char *name)
{
    const struct option *option = command_option(call->command, str_of(name));
    assert(option != NULL);
    return &call->values[option - call->command->options];
}

static const struct interaction_option *
typed_option(const struct interaction *it, const char *name)
{
    for (int i = 0; i < it->option_count; i++)
        if (str_is(it->options[i].name, name))
            return &it->options[i];
    return NULL;
}

static bool preset_option(const struct attempt *attempt, const char *name,
                          struct interaction_option *out)
{
    struct str presets = attempt->custom_id.presets, key, value;
    while (custom_id_preset(&presets, &key, &value)) {
        if (!str_is(key, name))
            continue;
        *out = (struct interaction_option){
            .name = key, .type = OPTION_TYPE_STRING, .text = value};
        return true;
    }
    return false;
}

static bool knows_all_names(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    struct str presets = attempt->custom_id.presets, key, value;
    bool known = true;
    for (int i = 0; i < it->option_count; i++)
        known = known &&
                command_option(attempt->command, it->options[i].name) != NULL;
    while (custom_id_preset(&presets, &key, &value))
        known = known && command_option(attempt->command, key) != NULL;
    return known || refuse(attempt, "This command came with a field that "
                                    "opsroom does not know: your Discord app "
                                    "may show an older form. Reload it "
                                    "(Ctrl+R) and try again. Nothing was "
                                    "kept.");
}

static bool say_missing(struct attempt *attempt, const struct option *option)
{
    buf_addf(&attempt->words,
             "`%s` is missing: %s. Nothing was kept; fill it in and send the "
             "command again.",
             option->name, option->help);
    return false;
}

static bool check_options(struct attempt *attempt)
{
    const struct command *command = attempt->command;
    const struct interaction *it = attempt->interaction;
    struct check check = {
        .caller = &it->user,
        .times = incident_when_base(&attempt->run->in, attempt->world->now_ms),
        .file_bytes = attempt->world->config->attachment_max_bytes,
        .words = &attempt->words,
    };
    if (!knows_all_names(attempt))
        return false;
    for (int i = 0; i < command_option_count(command); i++) {
        const struct option *option = &command->options[i];
        struct value *value = &attempt->run->call.values[i];
        struct interaction_option preset;
        const struct interaction_option *raw = typed_option(it, option->name);
        if (raw == NULL && preset_option(attempt, option->name, &preset))
            raw = &preset;
        if (raw != NULL && !check_option(&check, option, raw, value))
            return false;
        if (value->user.id != 0)
            value->user.name =
                clean_name(attempt->run->user_name, &value->user);
        /* A button may bring fewer: run() asks for the form then. */
        if (option->required && !value->given &&
            it->type == INTERACTION_COMMAND)
            return say_missing(attempt, option);
    }
    return true;
}

/* ---- answers ---- */

/* The longest text of the interaction: what would hurt to lose. */
static struct str longest_text(const struct interaction *it)
{
    struct str longest = STR_NONE;
    for (int i = 0; i < it->option_count; i++) {
        const struct interaction_option *option = &it->options[i];
        if (option->type == OPTION_TYPE_STRING && option->text.n > longest.n)
            longest = option->text;
    }
    return longest;
}

static cJSON *private_answer(const struct buf *words)
{
    assert(!words->overflow && words->n > 0);
    cJSON *message = message_new(buf_str(words));
    message_set_flags(message, FLAG_EPHEMERAL);
    return answer_message(message);
}

static cJSON *refusal(struct buf *words, const struct interaction *interaction)
{
    say_typed(words, longest_text(interaction));
    return private_answer(words);
}

/* "next_in" -> "Next in" */
static void print_label(struct buf *out, const struct option *option)
{
    for (const char *c = option->name; *c != '\0'; c++) {
        bool first = c == option->name && *c >= 'a' && *c <= 'z';
        char shown = first ? (char)(*c - 'a' + 'A') : *c;
        buf_add_char(out, shown == '_' ? ' ' : shown);
    }
}

static void add_field(cJSON *form, const struct call *call, int place)
{
    const char *name = call->command->form_fields[place];
    const struct option *option = command_option(call->command, str_of(name));
    struct buf label = BUF_INIT(64);
    print_label(&label, option);
    form_add_text(form, &(struct form_text){
                            .field_id = name,
                            .label = buf_text(&label),
                            .hint = option->help,
                            .paragraph = option->many_lines,
                            .required = place == 0 || option->required,
                            .max_length = option_max_units(option),
                            .value = call_value(call, name)->text,
                        });
    buf_release(&label);
}

/* The form carries what the button brought; what was typed stands in it. */
static cJSON *form_answer(const struct attempt *attempt)
{
    const struct command *command = attempt->command;
    const struct call *call = &attempt->run->call;
    char presets[CUSTOM_ID_BYTES], custom_id[CUSTOM_ID_BYTES];
    str_copy_to(presets, attempt->custom_id.presets);
    /* They came in one of ours, so they fit; forged ones are left out. */
    (void)custom_id_make(custom_id, command->name, call->in->id, presets);
    struct buf title = BUF_INIT(64);
    buf_add_text(&title, command->form_title);
    if (call->in->id != 0) {
        buf_add_char(&title, ' ');
        incident_print_name(call->in, &title);
    }
    cJSON *form = form_new(custom_id, buf_str(&title));
    buf_release(&title);
    for (int i = 0; i < COMMAND_FIELDS && command->form_fields[i] != NULL; i++)
        add_field(form, call, i);
    return answer_form(form);
}

/* ---- the door ---- */

static bool prepare_request(struct attempt *attempt)
{
    const struct call *call = &attempt->run->call;
    attempt->run->request = (struct request){
        .draft = {.actor = call->caller,
                  .recorder = call->caller,
                  .source = call->source},
        .guild_id = call->guild_id,
        .origin_channel_id = call->channel_id,
    };
    if (attempt->command->scope == SCOPE_INCIDENT)
        return true;
    enum err err = store_next_incident_id(attempt->world->store,
                                          &attempt->run->request.new_id);
    return err == ERR_OK || fail(attempt, err);
}

/* The finished answer, or NULL when there is a request, or on failure. */
static cJSON *run_command(struct attempt *attempt)
{
    bool ready = is_served(attempt) && find_command(attempt) &&
                 is_allowed(attempt) && find_incident(attempt) &&
                 check_options(attempt) && prepare_request(attempt);
    if (attempt->err != ERR_OK)
        return NULL;
    if (!ready)
        return refusal(&attempt->words, attempt->interaction);
    const struct command *command = attempt->command;
    switch (command->run(&attempt->run->call, &attempt->run->request,
                         &attempt->words)) {
    case REPLY_REQUEST:
        return NULL;
    case REPLY_FORM:
        /* Discord opens no form in answer to a form. */
        if (attempt->interaction->type != INTERACTION_FORM)
            return form_answer(attempt);
        (void)say_missing(
            attempt, command_option(command, str_of(command->form_fields[0])));
        return refusal(&attempt->words, attempt->interaction);
    case REPLY_REFUSED:
        return refusal(&attempt->words, attempt->interaction);
    case REPLY_TEXT:
        break;
    }
    return private_answer(&attempt->words);
}

enum err command_run(struct command_run *run,
                     const struct interaction *interaction,
                     const struct command_world *world, cJSON **answer)
{
    *run = (struct command_run){.interaction = interaction};
    if (interaction->type == INTERACTION_AUTOCOMPLETE) {
        *answer = answer_choices(cJSON_CreateArray());
        return ERR_OK;
    }
    struct attempt attempt = {
        .run = run,
        .interaction = interaction,
        .world = world,
        .words = BUF_INIT(WORDS_BYTES),
    };
    cJSON *made = run_command(&attempt);
    if (made != NULL)
        *answer = made;
    buf_release(&attempt.words);
    return attempt.err;
}

cJSON *command_answer(const struct command_run *run,
                      const struct incident *after,
                      const struct outcome *outcome)
{
    struct buf words = BUF_INIT(WORDS_BYTES);
    cJSON *answer;
    if (outcome->verdict == VERDICT_ACCEPTED) {
        run->call.command->told(&run->call, after, outcome, &words);
        answer = private_answer(&words);
    } else {
        markdown_add(&words, str_of(outcome->words));
        answer = refusal(&words, run->interaction);
    }
    buf_release(&words);
    return answer;
}

cJSON *command_sorry(const struct interaction *interaction)
{
    struct buf words = BUF_INIT(WORDS_BYTES);
    buf_add_text(&words, "opsroom could not write to its record, so nothing "
                         "was kept. Try again in a minute; if it goes on, tell "
                         "whoever runs opsroom, and take notes elsewhere.");
    cJSON *answer = refusal(&words, interaction);
    buf_release(&words);
    return answer;
}
