/*
 * What Discord does not let opsroom say: the one entry is shown without its
 * words, and nothing else suffers.
 */
#include "bot/discord/json.h"
#include "tests/lib/room_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void hide_newest(struct world *world)
{
    room_correct(world, 1, room_newest(world, 1), "it was evil.example",
                 VISIBILITY_PRIVATE);
}

/* Blocked, and taken out of the room before the answer came: nothing else is
 * said twice. */
static void what_is_blocked_may_be_gone(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "mails ask for passwords", VISIBILITY_ROOM);
    world_run(&world, 3);
    world.blocked = "evil.example";
    world.meanwhile_at = "POST /channels";
    world.meanwhile = hide_newest;
    world_add(&world, in.id, "they lead to evil.example", VISIBILITY_ROOM);
    world_run(&world, 3);
    assert_null(world.meanwhile);
    world_add(&world, in.id, "mails have stopped", VISIBILITY_ROOM);
    world_run(&world, 3);
    assert_int_equal(
        room_said(&world, in.war_channel_id, "mails ask for passwords"), 1);
    assert_int_equal(room_said(&world, in.war_channel_id, "mails have stopped"),
                     1);
    world_close(&world);
}

/* Nothing else would be shown in that room any more. */
static void a_correction_that_discord_blocks_is_withheld(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.blocked = "evil.example";
    world_add(&world, in.id, "mails lead to a page", VISIBILITY_LIVE);
    int64_t seq = room_newest(&world, in.id);
    world_run(&world, 3);
    room_correct(&world, in.id, seq, "mails lead to evil.example",
                 VISIBILITY_LIVE);
    world_run(&world, 3);
    world_add(&world, in.id, "the name is blocked", VISIBILITY_LIVE);
    world_run(&world, 3);
    const uint64_t rooms[] = {in.war_channel_id, in.live_channel_id};
    for (int i = 0; i < 2; i++) {
        room_contents(&world, rooms[i], "does not let its words", "a page");
        room_contents(&world, rooms[i], "the name is blocked", "could not be");
    }
    room_correct(&world, in.id, seq, "mails lead to a page", VISIBILITY_LIVE);
    world_run(&world, 3);
    check_room(&world, in.id, ROOM_WAR);
    check_room(&world, in.id, ROOM_LIVE);
    world_close(&world);
}

/* Neither keeps the other from its turn, again and again. */
static void what_is_blocked_is_tried_once(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "mails lead to a page", VISIBILITY_ROOM);
    int64_t seq = room_newest(&world, in.id);
    world_run(&world, 3);
    world.blocked = "members.csv";
    room_add_file(&world, in.id, seq);
    world_run(&world, 3);
    world.blocked = ".csv";
    room_correct(&world, in.id, seq, "mails lead to members.csv",
                 VISIBILITY_ROOM);
    world_run(&world, 3);
    int edits = world_calls(&world, "PATCH");
    world.now_ms += MS_PER_MINUTE;
    world_run(&world, 10);
    assert_int_equal(world_calls(&world, "PATCH"), edits);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_blocked_may_be_gone),
        cmocka_unit_test(a_correction_that_discord_blocks_is_withheld),
        cmocka_unit_test(what_is_blocked_is_tried_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
