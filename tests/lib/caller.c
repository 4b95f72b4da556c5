#include "tests/lib/caller.h"

#include "bot/discord/custom_id.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void caller_open(struct caller *caller)
{
    *caller = (struct caller){
        .now_ms = NOW,
        .offered = BUF_INIT(100000),
        .config = {.attachment_max_bytes = 1000000, .postmortem_enabled = true},
    };
    assert_int_equal(scratch_setup(&caller->scratch), 0);
    caller->store = scratch_open(caller->scratch);
}

void caller_close(struct caller *caller)
{
    store_close(caller->store);
    command_run_release(&caller->run);
    cJSON_Delete(caller->answer);
    buf_release(&caller->offered);
    assert_int_equal(scratch_teardown(&caller->scratch), 0);
}

static struct interaction by_nova(enum interaction_type type)
{
    return (struct interaction){
        .id = 1,
        .type = type,
        .guild_id = GUILD,
        .channel_id = LOBBY,
        .user = {.id = NOVA, .name = STR("nova")},
        .roles = {ROLE_SRE},
        .role_count = 1,
    };
}

struct interaction slash(const char *command)
{
    struct interaction it = by_nova(INTERACTION_COMMAND);
    it.command_type = 1;
    str_copy_to(it.command, str_of(command));
    return it;
}

struct interaction button(const char *custom_id)
{
    struct interaction it = by_nova(INTERACTION_COMPONENT);
    it.custom_id = str_of(custom_id);
    return it;
}

struct interaction form(const char *custom_id)
{
    struct interaction it = by_nova(INTERACTION_FORM);
    it.custom_id = str_of(custom_id);
    return it;
}

struct interaction message_menu(const char *name, const char *content)
{
    struct interaction it = by_nova(INTERACTION_COMMAND);
    it.command_type = 3;
    str_copy_to(it.command, str_of(name));
    it.target_message = (struct interaction_message){
        .id = (uint64_t)(WRITTEN - INT64_C(1420070400000)) << 22 | 5,
        .channel_id = LOBBY,
        .author = {.id = DMA, .name = STR("dma")},
        .content = str_of(content),
    };
    return it;
}

struct interaction user_menu(const char *name)
{
    struct interaction it = by_nova(INTERACTION_COMMAND);
    it.command_type = 2;
    str_copy_to(it.command, str_of(name));
    it.target_user = (struct interaction_user){.id = DMA, .name = STR("dma")};
    return it;
}

struct interaction typing(const char *command, const char *option,
                          const char *typed)
{
    struct interaction it = slash(command);
    it.type = INTERACTION_AUTOCOMPLETE;
    add_text(&it, option, typed);
    it.options[0].focused = true;
    return it;
}

static struct interaction_option *add(struct interaction *it, const char *name,
                                      enum option_type type)
{
    struct interaction_option *option = &it->options[it->option_count++];
    *option = (struct interaction_option){.name = str_of(name), .type = type};
    return option;
}

void add_text(struct interaction *it, const char *name, const char *text)
{
    add(it, name, OPTION_TYPE_STRING)->text = str_of(text);
}

void add_user(struct interaction *it, const char *name, uint64_t id,
              const char *shown)
{
    add(it, name, OPTION_TYPE_USER)->user =
        (struct interaction_user){.id = id, .name = str_of(shown)};
}

void add_flag(struct interaction *it, const char *name, bool flag)
{
    add(it, name, OPTION_TYPE_BOOLEAN)->flag = flag;
}

void add_number(struct interaction *it, const char *name, int64_t number)
{
    add(it, name, OPTION_TYPE_INTEGER)->number = number;
}

void add_file(struct interaction *it, const char *name, const char *file_name,
              int64_t bytes)
{
    add(it, name, OPTION_TYPE_ATTACHMENT)->file = (struct interaction_file){
        .id = 5,
        .name = str_of(file_name),
        .type = STR("text/plain"),
        .url = STR("https://cdn.example.org/log"),
        .bytes = bytes,
    };
}

static void take(struct caller *caller, const struct request *request,
                 const struct incident *in)
{
    assert_int_equal(store_request_begin(caller->store), ERR_OK);
    assert_int_equal(road_take(caller->store, in, request, caller->now_ms,
                               &caller->taken.after, &caller->taken.outcome),
                     ERR_OK);
    assert_int_equal(store_request_keep(caller->store), ERR_OK);
}

const char *caller_does(struct caller *caller, const struct interaction *it)
{
    struct command_world world = {caller->store, &caller->config,
                                  caller->now_ms, caller->process};
    cJSON_Delete(caller->answer);
    command_run_release(&caller->run);
    assert_int_equal(store_begin(caller->store), ERR_OK);
    assert_int_equal(take_command(&caller->run, it, &world, &caller->taken),
                     ERR_OK);
    assert_int_equal(store_commit(caller->store), ERR_OK);
    caller->answer = cJSON_Parse(caller->taken.answer);
    free(caller->taken.answer);
    assert_non_null(caller->answer);
    caller->requested = caller->taken.requested;
    const cJSON *data = cJSON_GetObjectItem(caller->answer, "data");
    const cJSON *content = cJSON_GetObjectItem(data, "content");
    if (content == NULL)
        return "";
    if (cJSON_GetObjectItem(caller->answer, "type")->valueint == 7)
        return content->valuestring; /* stays as private as it was */
    const cJSON *flags = cJSON_GetObjectItem(data, "flags");
    assert_non_null(flags);
    assert_int_equal(flags->valueint, 64); /* private, always */
    return content->valuestring;
}

const char *caller_is_offered(struct caller *caller,
                              const struct interaction *it)
{
    const cJSON *choice;
    (void)caller_does(caller, it);
    const cJSON *data = cJSON_GetObjectItem(caller->answer, "data");
    const cJSON *choices = cJSON_GetObjectItem(data, "choices");
    assert_non_null(choices);
    assert_false(caller->requested);
    assert_in_range(cJSON_GetArraySize(choices), 0, 25);
    buf_clear(&caller->offered);
    cJSON_ArrayForEach(choice, choices)
    {
        buf_addf(&caller->offered, "%s\t%s\n",
                 cJSON_GetObjectItem(choice, "value")->valuestring,
                 cJSON_GetObjectItem(choice, "name")->valuestring);
    }
    return buf_text(&caller->offered);
}

const char *caller_button(const struct caller *caller, const char *label)
{
    const cJSON *row, *item;
    const cJSON *data = cJSON_GetObjectItem(caller->answer, "data");
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(data, "components"))
    {
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(row, "components"))
        {
            const char *shown =
                cJSON_GetStringValue(cJSON_GetObjectItem(item, "label"));
            if (shown != NULL && strcmp(shown, label) == 0)
                return cJSON_GetObjectItem(item, "custom_id")->valuestring;
        }
    }
    return NULL;
}

const char *caller_presses(struct caller *caller, const char *label)
{
    char id[CUSTOM_ID_BYTES];
    const char *found = caller_button(caller, label);
    if (found == NULL)
        fail_msg("no button \"%s\"", label);
    str_copy_to(id, str_of(found));
    struct interaction it = button(id);
    it.on_private = true;
    return caller_does(caller, &it);
}

int caller_answer_type(const struct caller *caller)
{
    return cJSON_GetObjectItem(caller->answer, "type")->valueint;
}

const char *caller_field(const struct caller *caller, const char *name)
{
    const cJSON *label;
    const cJSON *data = cJSON_GetObjectItem(caller->answer, "data");
    cJSON_ArrayForEach(label, cJSON_GetObjectItem(data, "components"))
    {
        const cJSON *field = cJSON_GetObjectItem(label, "component");
        if (strcmp(cJSON_GetObjectItem(field, "custom_id")->valuestring,
                   name) == 0)
            return cJSON_GetStringValue(cJSON_GetObjectItem(field, "value"));
    }
    return NULL;
}

static void room_result(struct caller *caller, int64_t id,
                        const struct event *result)
{
    struct incident in;
    struct request request = {.kind = REQUEST_EFFECT, .draft = *result};
    request.draft.kind = EVENT_TASK;
    request.draft.source = SOURCE_SYSTEM;
    caller_in(caller, id, &in);
    assert_int_equal(store_begin(caller->store), ERR_OK);
    take(caller, &request, &in);
    assert_int_equal(caller->taken.outcome.verdict, VERDICT_ACCEPTED);
    assert_int_equal(store_commit(caller->store), ERR_OK);
}

void caller_room_failed(struct caller *caller, int64_t id)
{
    struct event failed = {.effect = EFFECT_WAR_ROOM,
                           .failed = true,
                           .text = STR("No permission to make channels")};
    room_result(caller, id, &failed);
}

void caller_room(struct caller *caller, int64_t id)
{
    struct event war = {.effect = EFFECT_WAR_ROOM,
                        .ref_id = 1000 + (uint64_t)id};
    room_result(caller, id, &war);
}

/* It asks whether a second one is the same. */
static void declare_anyway(struct caller *caller, const struct interaction *it)
{
    char custom_id[100];
    struct interaction pressed = button(custom_id);
    (void)snprintf(custom_id, sizeof custom_id,
                   "1|incident declare|0|draft=%" PRIu64, it->id);
    pressed.custom_id = str_of(custom_id);
    (void)caller_does(caller, &pressed);
}

int64_t caller_declares(struct caller *caller)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Logins fail");
    (void)caller_does(caller, &it);
    if (!caller->requested)
        declare_anyway(caller, &it);
    assert_true(caller->requested);
    assert_int_equal(caller->taken.outcome.verdict, VERDICT_ACCEPTED);
    int64_t id = caller->taken.after.id;
    struct event live = {.effect = EFFECT_LIVE_ROOM,
                         .ref_id = 2000 + (uint64_t)id};
    caller_room(caller, id);
    room_result(caller, id, &live);
    return id;
}

void caller_in(struct caller *caller, int64_t id, struct incident *out)
{
    assert_int_equal(store_incident(caller->store, id, out), ERR_OK);
}

static bool count_events(const struct incident *in, void *context)
{
    *(int64_t *)context += in->last_seq;
    return true;
}

int64_t caller_kept(struct caller *caller)
{
    int64_t events = 0, rows = 0;
    assert_int_equal(store_each_incident(caller->store, count_events, &events),
                     ERR_OK);
    assert_int_equal(store_outbox_count(caller->store, &rows), ERR_OK);
    return events * 1000 + rows;
}

void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in \"%s\"", part, text);
}
