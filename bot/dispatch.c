#include "bot/dispatch.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/facts.h"
#include "bot/registrar.h"

#include <stdlib.h>
#include <string.h>

#define HEAL_PAUSE_MS (10 * MS_PER_SECOND)

struct dispatch {
    struct dispatch_parts parts;
    struct registrar *registrar;
    struct deadline *heal;
    int64_t healed_ms; /* of the loop */
    uint64_t application_id, bot_user_id;
};

/* ---- who we are ---- */

static void know_bot(struct dispatch *dispatch, uint64_t bot_user_id)
{
    const struct config *config = dispatch->parts.config;
    dispatch->bot_user_id = bot_user_id;
    struct room_settings rooms = {
        .bot_user_id = bot_user_id,
        .announce_channel_id = config->announce_channel_id,
        .category_id = config->category_id,
        .archive_category_id = config->archive_category_id,
        .access = &config->access,
        .role_names = (const char *const *)config->role_names,
        .live_delay_ms = config->live_delay_s * MS_PER_SECOND,
        .private_pages = config->private_pages,
        .services = &config->services,
        .add_probes = watch_add_probes,
        .probes_context = dispatch->parts.watch,
    };
    outbox_set_rooms(dispatch->parts.outbox, &rooms);
}

static void know_application(struct dispatch *dispatch, uint64_t application_id)
{
    dispatch->application_id = application_id;
    dispatch->parts.process->application_id = application_id;
}

/* What the next command tells of it. */
static void connection_changed(struct dispatch *dispatch, bool is_connected)
{
    struct process *process = dispatch->parts.process;
    if (process->is_connected == is_connected)
        return;
    process->is_connected = is_connected;
    process->connection_ms = clock_wall_ms();
    supervisor_connected(dispatch->parts.supervisor, is_connected);
}

void dispatch_lost(struct dispatch *dispatch)
{
    connection_changed(dispatch, false);
}

/* Alerts go to whatever open incident is about their service, in any server. */
static void tell_of_strangers(const struct config *config,
                              const cJSON *application)
{
    if (config->guilds.count == 0 && json_is_true(application, "bot_public"))
        log_warn("serves_any_server",
                 LOG_TEXT("words",
                          "Whoever adds this bot to a server of theirs can "
                          "draw your alerts into an incident there, which is "
                          "announced in your channel. Switch off Public Bot in "
                          "the developer portal (Bot), or name your servers in "
                          "[discord] guilds."));
}

/* Discord docs, Receiving an Interaction: to that address, or over the gateway.
 * Nobody is answered then, and nothing else tells why. */
static void on_application(const struct rest_answer *answer, void *context)
{
    const struct dispatch *dispatch = context;
    struct str url = json_text(answer->json, "interactions_endpoint_url");
    tell_of_strangers(dispatch->parts.config, answer->json);
    if (url.n > 0)
        log_error("commands_go_elsewhere", LOG_STR("url", url),
                  LOG_TEXT("words",
                           "Discord sends every command to that address, and "
                           "none to opsroom: nobody is answered. Empty the "
                           "field Interactions Endpoint URL in the developer "
                           "portal (General Information)."));
}

static void on_heal(void *context)
{
    struct dispatch *dispatch = context;
    dispatch->healed_ms = loop_now_ms(dispatch->parts.loop);
    outbox_heal(dispatch->parts.outbox);
}

static void on_ready(struct dispatch *dispatch, const cJSON *data)
{
    uint64_t bot_user_id = json_get_id(json_get(data, "user"), "id");
    uint64_t application_id = json_get_id(json_get(data, "application"), "id");
    const cJSON *guilds = json_get(data, "guilds");
    log_info("ready", LOG_ID("user", bot_user_id),
             LOG_ID("application", application_id),
             LOG_INT("guilds", cJSON_GetArraySize(guilds)));
    connection_changed(dispatch, true);
    if (bot_user_id == 0 || application_id == 0)
        return;
    know_application(dispatch, application_id);
    know_bot(dispatch, bot_user_id);
    on_heal(dispatch); /* nobody told us of what has changed since */
    registrar_check(dispatch->registrar, application_id);
    struct rest_call call = rest_application();
    rest_send(dispatch->parts.rest, &call, on_application, dispatch);
}

/* It brings no READY; the program may be a newer one all the same. */
static void on_resumed(struct dispatch *dispatch, int64_t seq)
{
    log_info("resumed", LOG_INT("seq", seq));
    connection_changed(dispatch, true);
    registrar_check(dispatch->registrar, dispatch->application_id);
}

/* ---- what people delete ---- */

static struct loss loss_in(const cJSON *data)
{
    return (struct loss){
        .guild_id = json_get_id(data, "guild_id"),
        .channel_id = json_get_id(data, "channel_id"),
        .message_id = json_get_id(data, "id"),
    };
}

static void on_channel_delete(struct dispatch *dispatch, const cJSON *data)
{
    struct loss loss = loss_in(data);
    loss.channel_id = loss.message_id;
    loss.message_id = 0;
    outbox_lost(dispatch->parts.outbox, loss);
    outbox_heal(dispatch->parts.outbox); /* there is room for another */
}

static void on_message_delete(struct dispatch *dispatch, const cJSON *data)
{
    outbox_lost(dispatch->parts.outbox, loss_in(data));
}

static void on_bulk_delete(struct dispatch *dispatch, const cJSON *data)
{
    const cJSON *id;
    struct loss loss = loss_in(data);
    cJSON_ArrayForEach(id, json_get(data, "ids"))
    {
        loss.message_id = json_id_of(id);
        outbox_lost(dispatch->parts.outbox, loss);
    }
}

/* ---- what people allow again ---- */

/* Permissions may have come back. */
static void on_role_update(struct dispatch *dispatch, const cJSON *data)
{
    (void)data;
    outbox_heal(dispatch->parts.outbox);
}

static void on_member_update(struct dispatch *dispatch, const cJSON *data)
{
    const cJSON *user = json_get(data, "user");
    if (json_get_id(user, "id") == dispatch->bot_user_id)
        outbox_heal(dispatch->parts.outbox);
}

/* A channel may be one that we have changed, and a server one of a thousand
 * after READY: they must not keep us busy. Into a server we may have been
 * invited again. */
static void on_update(struct dispatch *dispatch, const cJSON *data)
{
    int64_t now_ms = loop_now_ms(dispatch->parts.loop);
    int64_t soonest_ms = dispatch->healed_ms + HEAL_PAUSE_MS;
    (void)data;
    deadline_set(dispatch->heal, soonest_ms > now_ms ? soonest_ms : now_ms);
}

void dispatch_try_again(struct dispatch *dispatch)
{
    registrar_check(dispatch->registrar, dispatch->application_id);
    outbox_heal(dispatch->parts.outbox);
}

/* ---- all of it ---- */

static const struct {
    const char *name;
    void (*take)(struct dispatch *dispatch, const cJSON *data);
} listeners[] = {
    {"READY", on_ready},
    {"CHANNEL_DELETE", on_channel_delete},
    {"THREAD_DELETE", on_channel_delete},
    {"CHANNEL_UPDATE", on_update},
    {"GUILD_CREATE", on_update},
    {"GUILD_ROLE_UPDATE", on_role_update},
    {"GUILD_MEMBER_UPDATE", on_member_update},
    {"MESSAGE_DELETE", on_message_delete},
    {"MESSAGE_DELETE_BULK", on_bulk_delete},
};

void dispatch_take(struct dispatch *dispatch, struct gateway_action *action)
{
    struct turn *turn = dispatch->parts.turn;
    if (strcmp(action->name, "INTERACTION_CREATE") == 0) {
        cJSON *data = action->data;
        action->data = NULL;
        turn_add(turn, data, action->seq, action->replayed);
        return;
    }
    turn_saw(turn, action->seq);
    if (strcmp(action->name, "RESUMED") == 0)
        on_resumed(dispatch, action->seq);
    for (size_t i = 0; i < sizeof listeners / sizeof listeners[0]; i++)
        if (strcmp(action->name, listeners[i].name) == 0)
            listeners[i].take(dispatch, action->data);
}

struct dispatch *dispatch_new(const struct dispatch_parts *parts)
{
    struct dispatch *dispatch = mem_alloc(sizeof *dispatch);
    dispatch->parts = *parts;
    dispatch->registrar = registrar_new(parts->store, parts->rest);
    dispatch->heal = deadline_new(parts->loop, on_heal, dispatch);
    know_application(dispatch, fact_id(parts->store, "application_id"));
    know_bot(dispatch, fact_id(parts->store, "bot_user_id"));
    return dispatch;
}

void dispatch_free(struct dispatch *dispatch)
{
    if (dispatch == NULL)
        return;
    registrar_free(dispatch->registrar);
    deadline_free(dispatch->heal);
    free(dispatch);
}
