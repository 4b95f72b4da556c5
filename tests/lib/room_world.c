#include "tests/lib/room_world.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "tests/lib/golden.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NONCE_LIFE_MS (3 * MS_PER_MINUTE)
#define DISCORD_BEGAN INT64_C(1420070400000)
#define LISTING       100
#define DELETED       "deleted"

void world_open(struct world *world, int64_t now_ms)
{
    struct buf why = BUF_INIT(1000);
    char path[128];
    *world = (struct world){.now_ms = now_ms, .random = 1};
    str_copy_to(world->folder, STR("build/world-XXXXXX"));
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(path, sizeof path, "%s/opsroom.db", world->folder);
    assert_int_equal(store_open(path, false, &world->store, &why), ERR_OK);
    buf_release(&why);
    world->channels = json_array();
    world->messages = json_array();
    world->roles = json_array();
    world->calls = BUF_INIT(4u << 20);
    world->bodies = BUF_INIT(4u << 20);
    world->set = (struct room_settings){
        .bot_user_id = WORLD_BOT,
        .announce_channel_id = WORLD_ANNOUNCE,
        .access = &world->access,
    };
}

void world_close(struct world *world)
{
    char path[128];
    store_close(world->store);
    static const char *const names[] = {"", "-wal", "-shm", "-lock", ".lock"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/opsroom.db%s", world->folder,
                       names[i]);
        (void)unlink(path);
    }
    (void)rmdir(world->folder);
    cJSON_Delete(world->channels);
    cJSON_Delete(world->messages);
    cJSON_Delete(world->roles);
    buf_release(&world->bodies);
    buf_release(&world->calls);
}

/* ---- the record ---- */

struct incident world_incident(const struct world *world, int64_t id)
{
    struct incident in;
    assert_int_equal(store_incident(world->store, id, &in), ERR_OK);
    return in;
}

int64_t world_take(struct world *world, int64_t incident_id,
                   const struct request *request)
{
    struct incident before = {.id = 0}, after;
    struct outcome outcome;
    if (incident_id != 0)
        before = world_incident(world, incident_id);
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(road_take(world->store, &before, request, world->now_ms,
                               &after, &outcome),
                     ERR_OK);
    if (outcome.verdict != VERDICT_ACCEPTED)
        print_message("%s\n", outcome.words);
    assert_int_equal(outcome.verdict, VERDICT_ACCEPTED);
    assert_int_equal(store_commit(world->store), ERR_OK);
    return after.id;
}

int64_t world_declare(struct world *world, const char *title, bool is_private)
{
    struct request request = {
        .kind = REQUEST_DECLARE,
        .draft = {.kind = EVENT_DECLARED,
                  .text = str_of(title),
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")},
                  .severity = SEVERITY_1,
                  .is_private = is_private},
        .guild_id = WORLD_GUILD,
        .origin_channel_id = WORLD_ORIGIN,
    };
    assert_int_equal(store_next_incident_id(world->store, &request.new_id),
                     ERR_OK);
    return world_take(world, 0, &request);
}

void world_add(struct world *world, int64_t incident_id, const char *text,
               enum visibility visibility)
{
    struct request request = {
        .kind = REQUEST_ADD,
        .draft = {.kind = EVENT_NOTE,
                  .text = str_of(text),
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")},
                  .visibility = visibility},
    };
    (void)world_take(world, incident_id, &request);
}

/* ---- Discord ---- */

static uint64_t new_id(struct world *world)
{
    int64_t ms = world->now_ms - world->error_ms - DISCORD_BEGAN;
    return ((uint64_t)ms << 22) + ++world->next_id;
}

static cJSON *find(const cJSON *list, uint64_t id)
{
    cJSON *item;
    cJSON_ArrayForEach(item,
                       list) if (json_get_id(item, "id") == id) return item;
    return NULL;
}

cJSON *world_channel(const struct world *world, uint64_t id)
{
    return find(world->channels, id);
}

cJSON *world_message(const struct world *world, uint64_t id)
{
    return find(world->messages, id);
}

void world_delete(struct world *world, uint64_t message_id)
{
    json_set_true(world_message(world, message_id), DELETED);
}

void world_delete_channel(struct world *world, uint64_t id)
{
    cJSON_Delete(
        cJSON_DetachItemViaPointer(world->channels, world_channel(world, id)));
}

bool world_pinned(const struct world *world, uint64_t message_id)
{
    return json_is_true(world_message(world, message_id), "pinned");
}

static bool is_in(const cJSON *message, uint64_t channel_id)
{
    return json_get_id(message, "channel_id") == channel_id &&
           !json_is_true(message, DELETED);
}

bool world_is_announce(uint64_t channel_id)
{
    return channel_id == WORLD_ANNOUNCE || channel_id == WORLD_ANNOUNCE_NEXT;
}

static cJSON *add_message(struct world *world, uint64_t channel_id,
                          cJSON *message, uint64_t author_id)
{
    cJSON *author = json_object();
    json_set_id(message, "id", new_id(world));
    json_set_id(message, "channel_id", channel_id);
    json_set_id(author, "id", author_id);
    json_set(message, "author", author);
    json_add(world->messages, message);
    return message;
}

void world_chat(struct world *world, uint64_t channel_id, const char *content)
{
    cJSON *message = json_object();
    json_set_text(message, "content", str_of(content));
    (void)add_message(world, channel_id, message, 77);
}

static bool by_bot(const cJSON *message)
{
    return json_get_id(json_get(message, "author"), "id") == WORLD_BOT;
}

void world_contents(const struct world *world, uint64_t channel_id,
                    struct buf *out)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, world->messages)
    {
        struct str content = json_text(message, "content");
        if (!is_in(message, channel_id) || !by_bot(message) || content.n == 0)
            continue;
        buf_add(out, content);
        buf_add_char(out, '\n');
    }
}

int world_message_count(const struct world *world, uint64_t channel_id)
{
    const cJSON *message;
    int count = 0;
    cJSON_ArrayForEach(message, world->messages)
    {
        count += is_in(message, channel_id) && by_bot(message);
    }
    return count;
}

int world_calls(const struct world *world, const char *start)
{
    struct str rest = buf_str(&world->calls), line;
    int count = 0;
    while (str_cut(&rest, '\n', &line))
        count += str_starts(line, start);
    return count;
}

static struct rest_answer done(cJSON *json)
{
    return (struct rest_answer){.fate = REST_DONE, .status = 200, .json = json};
}

static struct rest_answer gone(int code)
{
    return (struct rest_answer){.fate = REST_GONE, .status = 404, .code = code};
}

/* The nth decimal number in the path: ids, and what follows after=. */
static uint64_t number_in(const char *path, int nth)
{
    uint64_t value = 0;
    for (const char *at = path; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || (at > path && at[-1] == 'v'))
            continue;
        char *end;
        value = strtoull(at, &end, 10);
        if (nth-- == 0)
            return value;
        at = end - 1;
    }
    return 0;
}

/* An archived thread takes no change but what is sent to it, which opens it. */
static bool is_archived(const struct world *world, uint64_t channel_id)
{
    return json_is_true(world_channel(world, channel_id), "archived");
}

static struct rest_answer refuse_archived(cJSON *body)
{
    cJSON_Delete(body);
    return (struct rest_answer){
        .fate = REST_REJECTED, .status = 400, .code = 50083};
}

static bool is_blocked(const struct world *world, const cJSON *body)
{
    struct str content = json_text(body, "content");
    return world->blocked != NULL && content.n > 0 &&
           strstr(content.s, world->blocked) != NULL;
}

static struct rest_answer post_message(struct world *world, uint64_t channel_id,
                                       cJSON *body)
{
    const cJSON *old;
    struct str nonce = json_text(body, "nonce");
    int64_t life_ms =
        world->nonce_life_ms != 0 ? world->nonce_life_ms : NONCE_LIFE_MS;
    cJSON_ArrayForEach(old, world->messages)
    {
        int64_t age = world->now_ms - world->error_ms -
                      snowflake_ms(json_get_id(old, "id"));
        if (nonce.n == 0 || !str_eq(json_text(old, "nonce"), nonce) ||
            age > life_ms)
            continue;
        cJSON_Delete(body);
        return json_is_true(old, DELETED) ? gone(10008)
                                          : done(cJSON_Duplicate(old, 1));
    }
    if (is_archived(world, channel_id))
        cJSON_DeleteItemFromObject(world_channel(world, channel_id),
                                   "archived");
    return done(
        cJSON_Duplicate(add_message(world, channel_id, body, WORLD_BOT), 1));
}

/* Discord gives the page that follows `after`, newest first. */
static struct rest_answer list_messages(struct world *world,
                                        uint64_t channel_id, uint64_t after)
{
    const cJSON *message;
    cJSON *page = json_array();
    cJSON_ArrayForEach(message, world->messages)
    {
        if (is_in(message, channel_id) && json_get_id(message, "id") > after &&
            cJSON_GetArraySize(page) < LISTING)
            cJSON_InsertItemInArray(page, 0, cJSON_Duplicate(message, 1));
    }
    return done(page);
}

static struct rest_answer edit_message(struct world *world, uint64_t channel_id,
                                       uint64_t id, cJSON *body)
{
    cJSON *message = world_message(world, id);
    cJSON *field;
    if (!is_in(message, channel_id)) {
        cJSON_Delete(body);
        return gone(10008);
    }
    cJSON_ArrayForEach(field, body)
    {
        json_set(message, field->string, cJSON_Duplicate(field, 1));
    }
    cJSON_Delete(body);
    return done(cJSON_Duplicate(message, 1));
}

static struct rest_answer delete_message(struct world *world,
                                         uint64_t channel_id, uint64_t id)
{
    if (!is_in(world_message(world, id), channel_id))
        return gone(10008);
    world_delete(world, id);
    return (struct rest_answer){.fate = REST_DONE, .status = 204};
}

static struct rest_answer edit_channel(struct world *world, uint64_t id,
                                       cJSON *body)
{
    cJSON *channel = world_channel(world, id);
    cJSON *field;
    cJSON_ArrayForEach(field, body)
    {
        json_set(channel, field->string, cJSON_Duplicate(field, 1));
    }
    cJSON_Delete(body);
    return done(cJSON_Duplicate(channel, 1));
}

static struct rest_answer make_thread(struct world *world, uint64_t parent_id,
                                      cJSON *body)
{
    json_set_id(body, "id", new_id(world));
    json_set_id(body, "parent_id", parent_id);
    json_set_id(body, "owner_id", WORLD_BOT);
    json_add(world->channels, body);
    return done(cJSON_Duplicate(body, 1));
}

static struct rest_answer active_threads(const struct world *world)
{
    cJSON *page = json_object();
    json_set(page, "threads", cJSON_Duplicate(world->channels, 1));
    return done(page);
}

static struct rest_answer refuse_category(const struct world *world,
                                          cJSON *body)
{
    char text[200];
    (void)snprintf(text, sizeof text,
                   "{\"code\":50035,\"errors\":{\"parent_id\":{\"_errors\":"
                   "[{\"code\":\"%s\"}]}}}",
                   world->category_refuses);
    cJSON_Delete(body);
    return (struct rest_answer){.fate = REST_REJECTED,
                                .status = 400,
                                .code = 50035,
                                .json = json_parse(str_of(text))};
}

struct rest_answer world_answer(struct world *world,
                                const struct rest_call *call)
{
    cJSON *body = call->body == NULL ? NULL : json_parse(str_of(call->body));
    uint64_t first = number_in(call->path, 0);
    if (str_is(str_of(call->route), "GET /guilds/:id/channels"))
        return done(cJSON_Duplicate(world->channels, 1));
    if (str_is(str_of(call->route), "GET /guilds/:id/roles"))
        return done(cJSON_Duplicate(world->roles, 1));
    if (str_is(str_of(call->route), "POST /guilds/:id/channels")) {
        if (world->is_full) {
            cJSON_Delete(body);
            return (struct rest_answer){
                .fate = REST_REJECTED, .status = 400, .code = 30013};
        }
        if (world->category_refuses != NULL &&
            json_get(body, "parent_id") != NULL)
            return refuse_category(world, body);
        json_set_id(body, "id", new_id(world));
        json_add(world->channels, body);
        return done(cJSON_Duplicate(body, 1));
    }
    if (str_is(str_of(call->route), "GET /guilds/:id/threads/active"))
        return active_threads(world);
    if (str_is(str_of(call->route), "POST /channels/:id/threads"))
        return make_thread(world, first, body);
    if (first != WORLD_ORIGIN && !world_is_announce(first) &&
        world_channel(world, first) == NULL) {
        cJSON_Delete(body);
        return gone(10003);
    }
    if (is_blocked(world, body)) {
        cJSON_Delete(body);
        return (struct rest_answer){
            .fate = REST_REJECTED, .status = 400, .code = 240000};
    }
    if (str_is(str_of(call->route), "POST /channels/:id/messages"))
        return post_message(world, first, body);
    if (str_is(str_of(call->route), "GET /channels/:id/messages"))
        return list_messages(world, first, number_in(call->path, 2));
    if (is_archived(world, first) && call->method != REST_GET &&
        !cJSON_IsFalse(json_get(body, "archived")))
        return refuse_archived(body);
    if (str_is(str_of(call->route), "PATCH /channels/:id/messages/:id"))
        return edit_message(world, first, number_in(call->path, 1), body);
    if (str_is(str_of(call->route), "DELETE /channels/:id/messages/:id"))
        return delete_message(world, first, number_in(call->path, 1));
    if (str_is(str_of(call->route), "GET /channels/:id"))
        return done(cJSON_Duplicate(world_channel(world, first), 1));
    if (str_is(str_of(call->route), "PATCH /channels/:id") ||
        str_is(str_of(call->route), "PATCH /channels/:id name"))
        return edit_channel(world, first, body);
    assert_string_equal(call->route, "PUT /channels/:id/messages/pins/:id");
    cJSON *message = world_message(world, number_in(call->path, 1));
    if (message == NULL || json_is_true(message, DELETED))
        return gone(10008);
    json_set_true(message, "pinned");
    return (struct rest_answer){.fate = REST_DONE, .status = 204};
}

void world_check_body(const char *name, const cJSON *body)
{
    cJSON *copy = cJSON_Duplicate(body, 1);
    static const char *const random[] = {"id", "nonce", "channel_id"};
    for (size_t i = 0; i < sizeof random / sizeof random[0]; i++)
        cJSON_DeleteItemFromObject(copy, random[i]);
    struct str topic = json_text(copy, "topic");
    if (topic.n > 9) {
        struct buf fixed = BUF_INIT(2000);
        buf_add(&fixed, (struct str){topic.s, topic.n - 9});
        buf_add_text(&fixed, "00000000)");
        json_set_text(copy, "topic", buf_str(&fixed));
        buf_release(&fixed);
    }
    golden_json(name, copy);
    cJSON_Delete(copy);
}
