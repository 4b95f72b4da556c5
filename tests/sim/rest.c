/* Discord's REST, as far as the bot asks: the guild is tests/lib/room_world's.
 */
#include "tests/sim/people.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How long Discord knows a nonce it does not promise. */
#define SHORT_NONCE_MS (100 * MS_PER_SECOND)

#define THREAD_PUBLIC 11 /* Discord docs, Channel Types */

static struct world world;

/* Deleted by hand. Who begins a new session never hears of what was deleted
 * before: by design it is found when something is to be written there. */
#define LOSSES 64
static struct {
    uint64_t channel_id;
    int64_t at_ms;
} losses[LOSSES];
static int loss_count;

static void note_loss(uint64_t channel_id)
{
    if (loss_count < LOSSES) {
        losses[loss_count].channel_id = channel_id;
        losses[loss_count++].at_ms = sim.now_ms;
    }
}

bool discord_lost_unseen(uint64_t channel_id)
{
    for (int i = 0; i < loss_count; i++)
        if (losses[i].channel_id == channel_id &&
            losses[i].at_ms <= gateway_identified_ms())
            return true;
    return false;
}

bool discord_lost_any(void)
{
    return loss_count > 0;
}

struct world *discord_world(void)
{
    return &world;
}

void discord_open(void)
{
    loss_count = 0;
    world = (struct world){.channels = json_array(),
                           .messages = json_array(),
                           .roles = caller_roles(),
                           .random = 1};
    if (sim.is_watched && sim.seed % 2 == 0)
        world.nonce_life_ms = SHORT_NONCE_MS;
    world.set = (struct room_settings){
        .bot_user_id = WORLD_BOT,
        .announce_channel_id = WORLD_ANNOUNCE,
        .access = &world.access,
        .private_pages = sim.config->private_pages,
        .live_delay_ms = sim.config->live_delay_s * MS_PER_SECOND,
    };
}

void discord_close(void)
{
    cJSON_Delete(world.channels);
    cJSON_Delete(world.messages);
    cJSON_Delete(world.roles);
}

/* ---- who may read it ---- */

static bool is_public(uint64_t channel_id)
{
    const cJSON *channel = world_channel(&world, channel_id);
    char name[40];
    int64_t id;
    if (world_is_announce(channel_id) || channel_id == WORLD_ORIGIN)
        return true;
    str_copy_to(name, json_text(channel, "name"));
    return sscanf(name, "inc-%" SCNd64 "-live", &id) == 1 &&
           strstr(name, "-live") != NULL;
}

/* What was on the wire when the incident became private may still arrive. */
static void check_private(int64_t id, const char *body, int64_t sent_ms)
{
    int64_t since_ms = id == 0 ? 0 : people_hidden_ms(id);
    if (since_ms != 0 && sent_ms > since_ms)
        sim_fail("INC-%" PRId64 " was private for %" PRId64
                 " ms when this was sent: %s",
                 id, sent_ms - since_ms, body);
}

/* Not even the number stands where everybody reads. */
static void check_hidden(uint64_t channel_id, const char *body, int64_t sent_ms)
{
    char name[40];
    int64_t id = 0;
    const char *at = world_is_announce(channel_id) ? body : NULL;
    while (at != NULL && (at = strstr(at, "INC-")) != NULL) {
        at += 4;
        check_private(strtoll(at, NULL, 10), body, sent_ms);
    }
    str_copy_to(name, json_text(world_channel(&world, channel_id), "name"));
    if (!world_is_announce(channel_id) && is_public(channel_id) &&
        sscanf(name, "inc-%" SCNd64, &id) == 1)
        check_private(id, body, sent_ms);
}

static void check_secrecy(const char *what, uint64_t channel_id,
                          const char *body)
{
    if (strstr(body, "hiddenq") != NULL)
        sim_fail("%s shows what is in the record only: %s", what, body);
    /* Where it was declared may have to serve as the war room. */
    if (strstr(body, "innerq") != NULL && is_public(channel_id) &&
        channel_id != WORLD_ORIGIN)
        sim_fail("%s shows everybody what stays in the room: %s", what, body);
    if (is_public(channel_id) && is_secret(body))
        sim_fail("%s shows everybody a secret: %s", what, body);
}

static bool note_recorded(const struct event *event, void *context)
{
    *(int64_t *)context = event->recorded_at_ms;
    return false;
}

static void check_delayed(int64_t incident_id, int64_t seq, int64_t sent_ms)
{
    int64_t recorded_ms = 0;
    sim.is_looking = true;
    enum err err =
        store_event(sim.store, incident_id, seq, note_recorded, &recorded_ms);
    sim.is_looking = false;
    int64_t due_ms = recorded_ms + world.set.live_delay_ms;
    if (err == ERR_OK && sent_ms < due_ms)
        sim_fail("INC-%" PRId64 " #%" PRId64 " is in the live room %" PRId64
                 " ms too soon",
                 incident_id, seq, due_ms - sent_ms);
}

/* Responders have some time to think better of what all are going to read:
 * entries end with their number, charts begin with it. */
static void check_delay(uint64_t channel_id, const char *body, int64_t sent_ms)
{
    static const char *const marks[] = {"\\n-# #", "\"**#"};
    char name[40];
    int64_t id = 0;
    str_copy_to(name, json_text(world_channel(&world, channel_id), "name"));
    if (world.set.live_delay_ms == 0 || sim.was_skewed || sim.store == NULL ||
        sscanf(name, "inc-%" SCNd64, &id) != 1 || !is_public(channel_id))
        return;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        for (const char *at = strstr(body, marks[i]); at != NULL;
             at = strstr(at, marks[i])) {
            at += strlen(marks[i]);
            check_delayed(id, strtoll(at, NULL, 10), sent_ms);
        }
}

static uint64_t id_at(const char *path, const char *after)
{
    const char *at = strstr(path, after);
    return at == NULL ? 0 : strtoull(at + strlen(after), NULL, 10);
}

/* ---- events of it ---- */

static void tell_message_gone(uint64_t channel_id, uint64_t id)
{
    cJSON *data = json_object();
    json_set_id(data, "guild_id", WORLD_GUILD);
    json_set_id(data, "channel_id", channel_id);
    json_set_id(data, "id", id);
    gateway_dispatch("MESSAGE_DELETE", data);
}

static void tell_channel(const char *name, uint64_t id)
{
    cJSON *data = json_object();
    json_set_id(data, "guild_id", WORLD_GUILD);
    json_set_id(data, "id", id);
    gateway_dispatch(name, data);
}

void discord_delete_message(uint64_t id)
{
    const cJSON *message = world_message(&world, id);
    if (message == NULL || json_is_true(message, "deleted"))
        return;
    uint64_t channel_id = 0;
    (void)str_to_u64(json_text(message, "channel_id"), &channel_id);
    sim_tell("somebody deletes message %" PRIu64, id);
    world_delete(&world, id);
    note_loss(channel_id);
    tell_message_gone(channel_id, id);
}

void discord_delete_channel(uint64_t id)
{
    cJSON *message, *channel = world_channel(&world, id);
    if (channel == NULL)
        return;
    sim_tell("somebody deletes channel %" PRIu64, id);
    cJSON_ArrayForEach(message, world.messages)
    {
        uint64_t in = 0;
        (void)str_to_u64(json_text(message, "channel_id"), &in);
        if (in == id)
            json_set_true(message, "deleted");
    }
    cJSON_Delete(cJSON_DetachItemViaPointer(world.channels, channel));
    note_loss(id);
    tell_channel("CHANNEL_DELETE", id);
}

void discord_shelve(void)
{
    cJSON *channel;
    int64_t type;
    cJSON_ArrayForEach(channel, world.channels)
    {
        if (json_whole(json_get(channel, "type"), &type) &&
            type == THREAD_PUBLIC)
            json_set_true(channel, "archived");
    }
}

/* ---- the guild ---- */

/* "GET /channels/:id/messages" of its path. */
static void print_route(const struct sim_request *request, char *out,
                        size_t bytes)
{
    struct buf text = BUF_INIT(500);
    buf_addf(&text, "%s ", rest_method_name(request->method));
    for (const char *at = request->path; *at != '\0' && *at != '?'; at++) {
        bool is_id = at[0] == '/' && at[1] >= '0' && at[1] <= '9';
        buf_add_char(&text, *at);
        if (is_id) {
            buf_add_text(&text, ":id");
            at += 1 + strspn(at + 1, "0123456789") - 1;
        }
    }
    (void)snprintf(out, bytes, "%s", buf_text(&text));
    buf_release(&text);
}

static void answer_with(struct rest_reply *reply,
                        const struct rest_answer *answer)
{
    reply->status = answer->status;
    if (answer->code != 0) {
        char body[80];
        (void)snprintf(body, sizeof body, "{\"code\":%d,\"message\":\"no\"}",
                       answer->code);
        reply->body = mem_text(body);
    } else if (answer->json != NULL) {
        char *text = json_print(answer->json);
        reply->body = mem_text(text);
        cJSON_free(text);
    }
    cJSON_Delete(answer->json);
}

static void answer_code(struct rest_reply *reply, int status, int code)
{
    struct rest_answer answer = {.status = status, .code = code};
    answer_with(reply, &answer);
}

/* What comes with files: its first part. */
static char *json_of(const struct sim_request *request)
{
    static const char part[] = "name=\"payload_json\"";
    if (strncmp(request->content_type, "multipart/", 10) != 0)
        return request->body[0] == '\0' ? NULL : mem_text(request->body);
    const char *at = strstr(request->body, part);
    at = at == NULL ? NULL : strstr(at, "\r\n\r\n");
    const char *end = at == NULL ? NULL : strstr(at, "\r\n--");
    if (end == NULL)
        sim_fail("a body in parts has no JSON: %.200s", request->body);
    char *json = mem_text(at + 4);
    json[end - at - 4] = '\0';
    return json;
}

/* Reading is always allowed. */
static int refusal(const struct sim_request *request, const char *route)
{
    if (request->method != REST_GET && trouble_befalls(SIM_FORBIDDEN))
        return 50013;
    return strcmp(route, "POST /guilds/:id/channels") == 0 &&
                   trouble_befalls(SIM_CROWDED)
               ? 30013
               : 0;
}

static void take_guild(const struct sim_request *request,
                       struct rest_reply *reply)
{
    char route[200];
    struct rest_call call = {.method = request->method};
    print_route(request, route, sizeof route);
    call.route = route;
    str_copy_to(call.path, str_of(request->path));
    call.body = json_of(request);
    uint64_t channel_id = id_at(request->path, "/channels/");
    bool is_message = strstr(request->path, "/messages") != NULL;
    bool says_new =
        request->method == REST_POST || world_is_announce(channel_id);
    if (call.body != NULL && is_message && says_new)
        check_hidden(channel_id, call.body, request->sent_ms);
    if (call.body != NULL && is_message)
        check_secrecy(route, channel_id, call.body);
    if (call.body != NULL && is_message && request->method == REST_POST)
        check_delay(channel_id, call.body, request->sent_ms);
    int code = refusal(request, route);
    if (code != 0) {
        answer_code(reply, code == 50013 ? 403 : 400, code);
        free(call.body);
        return;
    }
    world.now_ms = sim.now_ms;
    world.blocked =
        sim.is_filtered && !world_is_announce(channel_id) ? SIM_BLOCKED : NULL;
    struct rest_answer answer = world_answer(&world, &call);
    bool is_done = answer.status < 300;
    answer_with(reply, &answer);
    if (is_done && request->method == REST_DELETE && is_message)
        tell_message_gone(channel_id, id_at(request->path, "/messages/"));
    if (is_done && request->method == REST_PATCH && !is_message)
        tell_channel("CHANNEL_UPDATE", channel_id);
    free(call.body);
}

/* ---- answers to interactions ---- */

static void take_callback(const struct sim_request *request,
                          struct rest_reply *reply)
{
    char token[64] = "";
    uint64_t id = strtoull(request->path + 14, NULL, 10);
    const char *slash = strchr(request->path + 14, '/');
    int code = 0;
    char *json = json_of(request);
    cJSON *answer = json_parse(str_of(json));
    free(json);
    people_read_answer(id, request->body);
    (void)snprintf(token, sizeof token, "%.*s",
                   slash == NULL ? 0 : (int)strcspn(slash + 1, "/"),
                   slash == NULL ? "" : slash + 1);
    int status = people_answered(id, token, answer, &code);
    cJSON_Delete(answer);
    answer_code(reply, status, code);
}

static void take_edit(const struct sim_request *request,
                      struct rest_reply *reply)
{
    char token[64] = "";
    int code = 0;
    const char *slash = strchr(request->path + 10, '/');
    (void)snprintf(token, sizeof token, "%.*s",
                   slash == NULL ? 0 : (int)strcspn(slash + 1, "/"),
                   slash == NULL ? "" : slash + 1);
    int status = people_edited(token, &code);
    if (status == 200)
        deeds_edited(token, str_of(request->body));
    answer_code(reply, status, code);
}

void discord_take(const struct sim_request *request, struct rest_reply *reply)
{
    if (request->is_foreign) {
        reply->body = deeds_file(request->path);
        reply->status = reply->body == NULL ? 404 : 200;
    } else if (strncmp(request->path, "/interactions/", 14) == 0) {
        take_callback(request, reply);
    } else if (strncmp(request->path, "/webhooks/", 10) == 0) {
        take_edit(request, reply);
    } else if (strncmp(request->path, "/applications/", 14) == 0) {
        reply->status = 200;
        reply->body = mem_text("[]");
    } else if (strcmp(request->path, "/gateway/bot") == 0) {
        char body[200];
        (void)snprintf(body, sizeof body,
                       "{\"url\":\"wss://gateway.test\",\"shards\":1,"
                       "\"session_start_limit\":{\"total\":1000,"
                       "\"remaining\":%d,\"reset_after\":3600000,"
                       "\"max_concurrency\":1}}",
                       1000 - gateway_identifies());
        reply->status = 200;
        reply->body = mem_text(body);
    } else {
        take_guild(request, reply);
    }
}
