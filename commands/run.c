#include "commands/run.h"

#include "commands/attempt.h"
#include "commands/typed.h"
#include "commands/words.h"

#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/discord/message.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_CHAT_INPUT 1

bool attempt_refuse(struct attempt *attempt, const char *words)
{
    buf_add_text(&attempt->run->answer.words, words);
    return false;
}

bool attempt_fail(struct attempt *attempt, enum err err)
{
    attempt->err = err;
    return false;
}

/* ---- what a command makes ---- */

struct call_block {
    struct call_block *next;
    max_align_t bytes[];
};

void *call_alloc(const struct call *call, size_t bytes)
{
    struct call_block *block = mem_alloc(sizeof *block + bytes);
    block->next = call->memory->blocks;
    call->memory->blocks = block;
    return block->bytes;
}

struct str call_copy(const struct call *call, struct str text)
{
    if (text.s == NULL)
        return STR_NONE;
    char *copy = call_alloc(call, text.n + 1);
    memcpy(copy, text.s, text.n);
    return (struct str){copy, text.n};
}

static void release_memory(struct call_memory *memory)
{
    while (memory->blocks != NULL) {
        struct call_block *block = memory->blocks;
        memory->blocks = block->next;
        free(block);
    }
    memory->own = NULL;
}

/* ---- who calls, and what ---- */

static bool is_served(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    const struct id_list *guilds = &attempt->world->config->guilds;
    if (it->guild_id == 0)
        return attempt_refuse(attempt,
                              "opsroom works in a server, not in direct "
                              "messages. Use the command in your server.");
    if (guilds->count > 0 && !id_list_has(guilds, it->guild_id))
        return attempt_refuse(attempt,
                              "opsroom does not serve this server. Whoever "
                              "runs it can add the server to its settings.");
    if (it->user.is_bot)
        return attempt_refuse(attempt,
                              "Only people may use opsroom's commands.");
    return true;
}

static bool find_by_custom_id(struct attempt *attempt)
{
    if (custom_id_parse(attempt->interaction->custom_id, &attempt->custom_id))
        attempt->command = command_find(attempt->custom_id.command);
    attempt->presets = attempt->custom_id.presets;
    return attempt->command != NULL ||
           attempt_refuse(attempt,
                          "This button is not known to this opsroom: it may "
                          "be from another version. Use the slash command "
                          "instead. Nothing was kept.");
}

static bool find_command(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    if (it->type == INTERACTION_COMPONENT || it->type == INTERACTION_FORM)
        return find_by_custom_id(attempt);
    if (it->command_type == TYPE_CHAT_INPUT) {
        attempt->command = command_find(str_of(it->command));
    } else {
        attempt->menu = menu_find(str_of(it->command), it->command_type);
        if (attempt->menu != NULL) {
            attempt->command = command_find(str_of(attempt->menu->command));
            attempt->presets = str_of(attempt->menu->presets);
        }
    }
    return attempt->command != NULL ||
           attempt_refuse(attempt,
                          "opsroom does not know this command: your "
                          "Discord app may show an older list. Reload it "
                          "(Ctrl+R) and try again. Nothing was kept.");
}

bool call_has(const struct call *call, enum right right)
{
    return access_allows(&call->config->access, right, call->caller.id,
                         call->roles, (size_t)call->role_count);
}

void call_say_unable(const struct call *call,
                     const struct interaction_user *user, enum role role,
                     struct buf *words)
{
    static const enum right needed[] = {RIGHT_RESPOND, RIGHT_COMMAND,
                                        RIGHT_RESOLVE};
    uint64_t ids[INTERACTION_ROLES];
    size_t count = interaction_role_ids(user, ids);
    int most = role == ROLE_COMMANDER ? 3 : 1;
    for (int i = 0; i < most && user->roles != NULL; i++) {
        if (access_allows(&call->config->access, needed[i], user->id, ids,
                          count))
            continue;
        buf_add_text(words, "\n**But ");
        if (user->id == call->caller.id)
            buf_add_text(words, "you");
        else
            say_excerpt(words, user->name, NAME_UNITS);
        buf_addf(words,
                 " may not %s here.** Whoever runs opsroom can change that: "
                 "`access` in its settings. Until then somebody else has to.",
                 right_words(needed[i]));
        return;
    }
}

bool call_may(const struct call *call, enum right right, struct answer *answer)
{
    struct buf *words = &answer->words;
    if (call_has(call, right))
        return true;
    answer->denied = true;
    answer->denied_right = right;
    bool reads = call->command->reads;
    if (reads && right == RIGHT_RESPOND)
        buf_add_text(words, "Only responders may read this here.");
    else
        buf_addf(words, "You may not %s here.", right_words(right));
    buf_add_text(words, " Ask somebody who may, or ask whoever runs opsroom to "
                        "add you or one of your roles to `access` in its "
                        "settings.");
    if (!reads)
        buf_add_text(words, " Nothing was kept.");
    else if (right == RIGHT_RESPOND)
        buf_add_text(words, " `/incident status` tells how an incident stands, "
                            "and so does **What is happening?** in its live "
                            "room.");
    return false;
}

static enum source source_of(const struct attempt *attempt)
{
    switch (attempt->interaction->type) {
    case INTERACTION_COMPONENT:
        return SOURCE_BUTTON;
    case INTERACTION_FORM:
        return SOURCE_MODAL;
    case INTERACTION_COMMAND:
        return attempt->menu == NULL ? SOURCE_SLASH : SOURCE_MENU;
    case INTERACTION_AUTOCOMPLETE:
        break;
    }
    return SOURCE_SLASH;
}

static void fill_target(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    struct command_run *run = attempt->run;
    if (it->target_user.id != 0)
        run->call.target_user = &it->target_user;
    if (it->target_message.id != 0)
        set_message(run, &it->target_message);
}

bool find_caller(struct attempt *attempt)
{
    const struct interaction *it = attempt->interaction;
    struct command_run *run = attempt->run;
    struct call *call = &run->call;
    if (!is_served(attempt) || !find_command(attempt))
        return false;
    call->command = attempt->command;
    call->source = source_of(attempt);
    call->id = it->id;
    call->caller = (struct actor){ACTOR_MEMBER, it->user.id,
                                  clean_name(run->caller_name, &it->user)};
    call->roles = it->roles;
    call->role_count = it->role_count;
    call->guild_id = it->guild_id;
    call->channel_id = it->channel_id;
    call->parent_id = it->parent_id;
    call->now_ms = attempt->world->now_ms;
    call->config = attempt->world->config;
    call->store = attempt->world->store;
    call->process = attempt->world->process;
    call->app_permissions = it->app_permissions;
    call->in = &run->in;
    call->memory = &run->memory;
    call->file_text = it->file_text;
    call->comes_back = it->comes_back;
    fill_target(attempt);
    return true;
}

bool is_allowed(struct attempt *attempt)
{
    return attempt->command->anybody ||
           call_may(&attempt->run->call, attempt->command->right,
                    &attempt->run->answer);
}

/* ---- answers ---- */

/* A refusal is an answer of its own: a list that stands there stays. */
static cJSON *refusal(struct answer *answer,
                      const struct interaction *interaction)
{
    answer_typed(answer, interaction);
    return answer_finish(answer, false);
}

/* Of the message that a menu was used on. */
static void say_left_out(const struct call *call, struct buf *words)
{
    if (call->files_left_out > 0)
        buf_addf(words,
                 "\n%d of the message's files could not be kept: more than "
                 "%" PRId64 " bytes, or a name that cannot be read.",
                 call->files_left_out, call->config->attachment_max_bytes);
    if (call->message_is_cut && call->accepted > 0)
        buf_addf(words,
                 "\nThe message is longer than an entry: only its first %d "
                 "characters are kept. `/timeline add` takes the rest, as text "
                 "or as `file`.",
                 TEXT_UNITS - 1);
}

static cJSON *answer_to(struct command_run *run)
{
    struct answer *answer = &run->answer;
    say_left_out(&run->call, &answer->words);
    return answer_finish(answer, run->interaction->on_private);
}

/* ---- the door ---- */

static void prepare_request(struct command_run *run)
{
    const struct call *call = &run->call;
    run->request = (struct request){
        .draft = {.actor = call->caller,
                  .recorder = call->caller,
                  .source = call->source},
        .guild_id = call->guild_id,
        .origin_channel_id = call->channel_id,
    };
}

static bool has_file(struct attempt *attempt)
{
    return !attempt->interaction->file_lost ||
           attempt_refuse(attempt, "The attached file could not be read: "
                                   "Discord did not hand it out. Nothing was "
                                   "kept; attach it again.");
}

static bool is_ready(struct attempt *attempt)
{
    struct command_run *run = attempt->run;
    if (!find_caller(attempt) || !is_allowed(attempt) || !find_kept(attempt) ||
        !find_incident(attempt) || !is_by_others(attempt) ||
        !fill_options(attempt) || !has_file(attempt))
        return false;
    run->answer.incident_id = run->in.id;
    prepare_request(run);
    if (attempt->command->scope == SCOPE_INCIDENT)
        return true;
    enum err err =
        store_next_incident_id(attempt->world->store, &run->request.new_id);
    return err == ERR_OK || attempt_fail(attempt, err);
}

/* The finished answer, or NULL when there is a request, or on failure. */
static cJSON *run_command(struct attempt *attempt)
{
    struct command_run *run = attempt->run;
    const struct interaction *it = attempt->interaction;
    bool ready = is_ready(attempt);
    if (attempt->err != ERR_OK)
        return NULL;
    if (!ready)
        return refusal(&run->answer, it);
    const struct command *command = attempt->command;
    if (attempt->menu != NULL && attempt->menu->form &&
        it->type == INTERACTION_COMMAND)
        return form_answer(attempt);
    switch (command->run(&run->call, &run->request, &run->answer)) {
    case REPLY_REQUEST:
        return NULL;
    case REPLY_FORM:
        /* Discord opens no form in answer to a form. */
        if (it->type != INTERACTION_FORM)
            return form_answer(attempt);
        (void)say_missing(
            attempt, command_option(command, str_of(command->form_fields[0])));
        return refusal(&run->answer, it);
    case REPLY_REFUSED:
        return refusal(&run->answer, it);
    case REPLY_READ:
        assert(run->call.file_count > 0 && it->file_text.s == NULL);
        run->answer.reads_file = true;
        break;
    case REPLY_PROBE:
        assert(run->answer.probe >= 0 && !it->comes_back);
        run->answer.runs_probe = true;
        break;
    case REPLY_FAILED:
        (void)attempt_fail(attempt, ERR_STORAGE);
        return NULL;
    case REPLY_TEXT:
        break;
    }
    return answer_to(run);
}

enum err command_run(struct command_run *run,
                     const struct interaction *interaction,
                     const struct command_world *world, cJSON **answer)
{
    *run = (struct command_run){.interaction = interaction,
                                .message_words = BUF_INIT(WORDS_BYTES),
                                .message_title = BUF_INIT(WORDS_BYTES),
                                .draft = BUF_INIT(DRAFT_BYTES)};
    answer_init(&run->answer, 0);
    struct attempt attempt = {
        .run = run,
        .interaction = interaction,
        .world = world,
    };
    cJSON *made = interaction->type == INTERACTION_AUTOCOMPLETE
                      ? typing_answer(&attempt)
                      : run_command(&attempt);
    if (made != NULL)
        *answer = made;
    return attempt.err;
}

void command_run_release(struct command_run *run)
{
    answer_release(&run->answer);
    release_memory(&run->memory);
    buf_release(&run->message_words);
    buf_release(&run->message_title);
    buf_release(&run->draft);
    cJSON_Delete(run->kept_json);
    run->kept_json = NULL;
}

bool command_more(struct command_run *run, const struct incident *after,
                  int taken)
{
    const struct command *command = run->call.command;
    if (command->more == NULL)
        return false;
    prepare_request(run);
    return command->more(&run->call, after, taken, &run->request);
}

cJSON *command_answer(struct command_run *run, const struct incident *after,
                      const struct outcome *outcome)
{
    struct call *call = &run->call;
    run->answer.incident_id = after->id;
    if (call->accepted == 0 && call->already <= 1) {
        markdown_add_words(&run->answer.words, str_of(outcome->words));
        if (outcome->verdict == VERDICT_REFUSED)
            buf_add_text(&run->answer.words, " Nothing was kept.");
        return refusal(&run->answer, run->interaction);
    }
    call->is_scrubbed =
        outcome->event_count > 0 &&
        say_removed(&run->answer.words, after, &outcome->events[0]);
    call->command->told(call, after, outcome, &run->answer);
    return answer_to(run);
}

cJSON *command_sorry(const struct interaction *interaction,
                     struct answer *answer)
{
    answer_init(answer, 0);
    buf_add_text(&answer->words,
                 "opsroom could not write to its record, so nothing "
                 "was kept. Try again in a minute; if it goes on, tell "
                 "whoever runs opsroom, and take notes elsewhere.");
    return refusal(answer, interaction);
}
