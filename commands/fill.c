/*
 * The options of a call, by whatever way they came: typed, chosen in a select,
 * brought by a button or taken from the message of a menu.
 */
#include "commands/attempt.h"
#include "commands/check.h"
#include "commands/mention.h"
#include "commands/reach.h"
#include "commands/reference.h"
#include "commands/words.h"

#include "bot/base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

const struct value *call_value(const struct call *call, const char *name)
{
    const struct option *option = command_option(call->command, str_of(name));
    assert(option != NULL);
    return &call->values[option - call->command->options];
}

void call_fetch(const struct call *call, struct request *request)
{
    for (int i = 0; i < call->file_count && i < FETCH_MOST; i++) {
        const struct interaction_file *file = &call->files[i];
        request->fetches[request->fetch_count++] =
            (struct fetch){file->url, file->name, file->type};
    }
}

struct str clean_name(char out[static NAME_BYTES],
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

/* ---- where an option comes from ---- */

struct str preset_value(const struct attempt *attempt, const char *name)
{
    struct str presets = attempt->presets, key, value;
    while (custom_id_preset(&presets, &key, &value))
        if (str_is(key, name))
            return value;
    return STR_NONE;
}

static struct interaction_option text_option(const char *name, struct str text)
{
    return (struct interaction_option){
        .name = str_of(name), .type = OPTION_TYPE_STRING, .text = text};
}

bool raw_option(const struct attempt *attempt, const char *name,
                struct interaction_option *out)
{
    const struct interaction *it = attempt->interaction;
    for (int i = 0; i < it->option_count; i++) {
        if (str_is(it->options[i].name, name)) {
            *out = it->options[i];
            return true;
        }
    }
    struct str text = preset_value(attempt, name);
    if (it->chosen.n > 0 &&
        str_is(custom_id_chosen(attempt->custom_id.presets), name))
        text = it->chosen;
    if (text.s == NULL)
        return false;
    *out = text_option(name, text);
    return true;
}

static bool is_known_name(const struct attempt *attempt, struct str name)
{
    return command_option(attempt->command, name) != NULL ||
           (attempt->command->scope == SCOPE_INCIDENT &&
            str_is(name, incident_option.name));
}

static bool knows_all_names(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    struct str presets = attempt->presets, key, value;
    bool known = true;
    for (int i = 0; i < it->option_count; i++)
        known = known && is_known_name(attempt, it->options[i].name);
    while (custom_id_preset(&presets, &key, &value))
        known = known &&
                (is_known_name(attempt, key) || str_is(key, PRESET_DRAFT) ||
                 str_is(key, PRESET_MESSAGE) || str_is(key, PRESET_SEEN));
    return known ||
           attempt_refuse(attempt, "This command came with a field that "
                                   "opsroom does not know: your Discord app "
                                   "may show an older form. Reload it "
                                   "(Ctrl+R) and try again. Nothing was "
                                   "kept.");
}

bool say_missing(struct attempt *attempt, const struct option *option)
{
    buf_addf(&attempt->run->answer.words,
             "`%s` is missing: %s. Nothing was kept; fill it in and send the "
             "command again.",
             option->name, option->help);
    return false;
}

/* ---- checking ---- */

static void add_file(struct call *call, const struct interaction_file *file)
{
    if (call->file_count < CALL_FILES)
        call->files[call->file_count++] = *file;
}

static bool fill_files(struct attempt *attempt, const struct check *check,
                       const struct option *option, struct value *value)
{
    const struct interaction *it = attempt->interaction;
    struct call *call = &attempt->run->call;
    for (int i = 0; i < it->option_count; i++) {
        const struct interaction_option *raw = &it->options[i];
        if (!str_is(raw->name, option->name))
            continue;
        struct value checked = {.given = false};
        if (!check_option(check, option, raw, &checked))
            return false;
        if (checked.given)
            add_file(call, &raw->file);
    }
    value->given = call->file_count > 0;
    return true;
}

/* An id that a person or an older message names: of this server, and of what
 * the caller may know. */
static bool knows_incident(struct attempt *attempt, const struct option *option,
                           int64_t id)
{
    struct incident in;
    enum err err = store_incident(attempt->world->store, id, &in);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return attempt_fail(attempt, err);
    if (err == ERR_OK && reach_may_know(&attempt->run->call, &in))
        return true;
    buf_addf(&attempt->run->answer.words,
             "`%s`: there is no INC-%" PRId64 " in this server that you may "
             "see. Nothing was kept.",
             option->name, id);
    return false;
}

static struct str handle_of(const void *context, uint64_t user_id)
{
    return interaction_handle(context, user_id);
}

/* Text as typed where names make it too long. A mention and nothing else may
 * be of whoever did it: value->user. */
static void name_mentioned(struct attempt *attempt, const struct option *option,
                           int place, struct value *value)
{
    struct command_run *run = attempt->run;
    struct buf named = BUF_INIT(WORDS_BYTES), clean = BUF_INIT(WORDS_BYTES);
    size_t n;
    uint64_t id = mention_at(value->text, &n);
    if (id != 0 && n == value->text.n &&
        interaction_knows(attempt->interaction, id, &value->user))
        value->user.name = clean_name(run->names[place], &value->user);
    mentions_add(&named, value->text, handle_of, attempt->interaction);
    add_printable(&clean, buf_str(&named));
    if (!named.overflow && !clean.overflow &&
        utf16_units(buf_str(&clean)) <= (size_t)option->max_units)
        value->text = call_copy(&run->call, buf_str(&clean));
    buf_release(&named);
    buf_release(&clean);
}

static bool fill_option(struct attempt *attempt, const struct check *check,
                        int place)
{
    const struct option *option = &attempt->command->options[place];
    struct value *value = &attempt->run->call.values[place];
    struct interaction_option raw;
    if (option->type == VALUE_FILE)
        return fill_files(attempt, check, option, value);
    if (raw_option(attempt, option->name, &raw)) {
        if (!check_option(check, option, &raw, value))
            return false;
        value->emptied =
            attempt->interaction->type == INTERACTION_FORM && !value->given;
        if (option->type == VALUE_TEXT && value->given &&
            memchr(value->text.s, '<', value->text.n) != NULL)
            name_mentioned(attempt, option, place, value);
    } else if (attempt->menu != NULL &&
               !fill_from_menu(attempt, check, option, value)) {
        return false;
    }
    if (option->type == VALUE_USER && value->given)
        value->user.name = clean_name(attempt->run->names[place], &value->user);
    return option->type != VALUE_INCIDENT || !value->given ||
           knows_incident(attempt, option, value->number);
}

struct naming {
    const struct incident *in;
    struct when told;
};

static bool take_time(const struct entry *entry, void *context)
{
    struct naming *naming = context;
    naming->told = incident_time_told(naming->in, &entry->event);
    return false;
}

/* When that entry, or milestone, took place. Not set: nobody told, or the
 * option names neither. */
static struct when time_of_named(const struct attempt *attempt,
                                 const struct option *option, struct str name)
{
    static const struct when never;
    struct naming naming = {.in = &attempt->run->in};
    int64_t of, seq;
    if (option->type == VALUE_ENTRY)
        return entry_reference(name, &of, &seq) &&
                       store_entry(attempt->world->store, naming.in->id, seq,
                                   take_time, &naming) == ERR_OK
                   ? naming.told
                   : never;
    int milestone = option->choices == &milestone_words
                        ? word_find(&milestone_words, name)
                        : -1;
    return milestone < 0 ? never : naming.in->milestones[milestone];
}

/* What the command is to correct, if anybody told when that was. */
static struct when corrected_time(const struct attempt *attempt)
{
    const struct command *command = attempt->command;
    struct when told = {.from_ms = 0};
    struct interaction_option raw;
    for (int i = 0; i < command_option_count(command) && !when_is_set(&told);
         i++)
        if (raw_option(attempt, command->options[i].name, &raw))
            told = time_of_named(attempt, &command->options[i], raw.text);
    return told;
}

void fill_times(struct attempt *attempt)
{
    struct command_run *run = attempt->run;
    int64_t now_ms = attempt->world->now_ms;
    struct when told = corrected_time(attempt);
    run->call.times = incident_correction_base(&run->in, now_ms, &told);
}

bool fill_options(struct attempt *attempt)
{
    const struct command *command = attempt->command;
    const struct interaction *it = attempt->interaction;
    fill_times(attempt);
    struct check check = {
        .caller = &it->user,
        .times = attempt->run->call.times,
        .file_bytes = attempt->world->config->attachment_max_bytes,
        .words = &attempt->run->answer.words,
    };
    if (!knows_all_names(attempt))
        return false;
    if (attempt->menu != NULL && attempt->menu->files &&
        attempt->run->call.message != NULL)
        take_message_files(attempt, &check);
    for (int i = 0; i < command_option_count(command); i++)
        if (!fill_option(attempt, &check, i))
            return false;
    /* A button or menu may bring fewer: run() asks for the form then. */
    if (it->type != INTERACTION_COMMAND || attempt->menu != NULL)
        return true;
    for (int i = 0; i < command_option_count(command); i++)
        if (command->options[i].required && !attempt->run->call.values[i].given)
            return say_missing(attempt, &command->options[i]);
    return true;
}
