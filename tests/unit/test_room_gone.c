/* What becomes private, or is called otherwise, when something of it is gone or
 * on its way. */
#include "bot/discord/json.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ANNOUNCED "/channels/1003/messages"
#define VIEW      UINT64_C(1024)

#define DISCORD_BEGAN INT64_C(1420070400000)

static bool hides(const struct world *world, uint64_t channel)
{
    const cJSON *overwrite;
    uint64_t denied = 0;
    cJSON_ArrayForEach(overwrite, json_get(world_channel(world, channel),
                                           "permission_overwrites"))
    {
        if (json_get_id(overwrite, "id") == WORLD_GUILD)
            (void)str_to_u64(json_text(overwrite, "deny"), &denied);
    }
    return (denied & VIEW) != 0;
}

static void becomes_private(struct world *world)
{
    world_take_private(world, 1, true);
}

/* The answer to the post was lost: the record does not know the line when it is
 * found and edited, so nothing else takes it back. */
static void a_line_that_was_found_again_is_taken_back(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    (void)world_declare(&world, "Logins fail", false);
    world.trouble = TROUBLE_LOST;
    world.trouble_at = "POST " ANNOUNCED;
    world.meanwhile_at = "PATCH " ANNOUNCED;
    world.meanwhile = becomes_private;
    world_run(&world, 5);
    assert_null(world.meanwhile);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    world_close(&world);
}

/* Nobody told the bot, which finds out when it closes the room. */
static void a_room_that_is_gone_keeps_no_other_open(void **state)
{
    (void)state;
    for (int is_live = 0; is_live < 2; is_live++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        uint64_t gone = is_live ? in.live_channel_id : in.war_channel_id;
        uint64_t other = is_live ? in.war_channel_id : in.live_channel_id;
        world.now_ms += MS_PER_HOUR;
        world_delete_channel(&world, gone);
        world_set_private(&world, in.id, true);
        assert_true(hides(&world, other));
        world_close(&world);
    }
}

/* The same when it is called otherwise. */
static void a_room_that_is_gone_leaves_no_other_its_title(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    cJSON *live = world_channel(&world, in.live_channel_id);
    world.now_ms += MS_PER_HOUR;
    json_set_text(live, "topic", STR("As it was called before"));
    world_delete_channel(&world, in.war_channel_id);
    world_want(&world, in.id, EFFECT_RENAME);
    assert_non_null(strstr(json_get(live, "topic")->valuestring, "Global out"));
    world_close(&world);
}

static uint64_t another;

/* Somebody told of the deletion, and there has been another for a minute. */
static void moves_on(struct world *world)
{
    const struct request lost = {
        .kind = REQUEST_LOST,
        .draft = {.effect = EFFECT_WAR_ROOM,
                  .ref_id = world_incident(world, 1).war_channel_id}};
    const struct request made = {
        .kind = REQUEST_EFFECT,
        .draft = {.effect = EFFECT_WAR_ROOM, .ref_id = another}};
    cJSON *channel = json_object();
    json_set_id(channel, "id", another);
    json_set_text(channel, "topic", STR_NONE);
    json_add(world->channels, channel);
    (void)world_take(world, 1, &lost);
    (void)world_take(world, 1, &made);
    world->now_ms += MS_PER_MINUTE;
}

/* What Discord answers late is about the room that was asked for, not about the
 * one that there is by now. */
static void a_late_answer_loses_no_other_room(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += MS_PER_HOUR;
    another = (uint64_t)(world.now_ms - DISCORD_BEGAN) << 22;
    world_delete_channel(&world, in.war_channel_id);
    world.meanwhile_at = "POST /channels";
    world.meanwhile = moves_on;
    world_add(&world, in.id, "restarted db-1", VISIBILITY_ROOM);
    world_run(&world, 5);
    assert_null(world.meanwhile);
    assert_int_equal(world_incident(&world, 1).war_channel_id, another);
    assert_true(room_says(&world, another, "restarted db-1"));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_was_found_again_is_taken_back),
        cmocka_unit_test(a_room_that_is_gone_keeps_no_other_open),
        cmocka_unit_test(a_room_that_is_gone_leaves_no_other_its_title),
        cmocka_unit_test(a_late_answer_loses_no_other_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
