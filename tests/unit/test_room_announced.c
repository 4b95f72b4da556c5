/*
 * What was announced while the setting said another channel, or any: it goes on
 * where it stands.
 */
#include "bot/discord/json.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define OLD "/channels/1003/messages"

/* Elsewhere from now on, and nowhere at all. */
static const uint64_t settings[] = {WORLD_ANNOUNCE_NEXT, 0};

static void a_line_goes_on_where_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        world.set.announce_channel_id = settings[i];
        world_want(&world, in.id, EFFECT_ANNOUNCE);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
        assert_int_equal(world_calls(&world, "PATCH " OLD), 1);
        world_set_private(&world, in.id, true);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
        world_set_private(&world, in.id, false);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT),
                         settings[i] != 0);
        world_close(&world);
    }
}

/* What is in no channel any more is said in the new one. */
static void a_deleted_line_is_posted_where_it_is_announced_now(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    world_delete(&world, in.announce_message_id);
    world_want(&world, in.id, EFFECT_ANNOUNCE);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT), 1);
    world_close(&world);
}

static void an_old_channel_that_is_forbidden_is_told_of(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "DELETE " OLD;
    world.code = 50001;
    world_set_private(&world, in.id, true);
    in = world_incident(&world, in.id);
    assert_int_equal(world.trouble, TROUBLE_NONE);
    assert_true(room_says(&world, in.war_channel_id,
                          "The announcement could not be taken back"));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    world_close(&world);
}

/* Its first try was posted in the old channel, and nobody heard so. */
static void a_lost_answer_of_before_makes_no_second_line(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    (void)world_declare(&world, "Logins fail", false);
    world.trouble = TROUBLE_LOST;
    world.trouble_at = "POST " OLD;
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT), 0);
    assert_int_not_equal(world_incident(&world, 1).announce_message_id, 0);
    world_close(&world);
}

static void digests_forget_what_became_private(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        (void)room_item(&world, in.id, "Watch the disk");
        (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
        world_run(&world, 3);
        assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "INC-1 #"), 1);
        world.set.announce_channel_id = settings[i];
        world_set_private(&world, in.id, true);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
        world_close(&world);
    }
}

/* Nothing can be looked for there; what stands in the new one goes away. */
static void a_shut_channel_does_not_hold_a_digest(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    (void)room_item(&world, in.id, "Watch the disk");
    (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
    world_run(&world, 3);
    assert_int_equal(room_said(&world, WORLD_ANNOUNCE_NEXT, "INC-1 #"), 1);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "GET " OLD;
    world.code = 50001;
    world_set_private(&world, in.id, true);
    in = world_incident(&world, in.id);
    assert_int_equal(world.trouble, TROUBLE_NONE);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT), 0);
    assert_false(room_says(&world, in.war_channel_id, "could not be changed"));
    world_close(&world);
}

/* Made private while it is looked for, and public before the look has ended. */
static void make_public(struct world *world)
{
    struct request request = world_setting(world, 1);
    request.draft.is_private = false;
    (void)world_take(world, 1, &request);
}

static void where_nothing_is_announced_nothing_is_posted(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    (void)world_declare(&world, "Logins fail", false);
    world.trouble = TROUBLE_UNREACHED;
    world.trouble_at = "POST " OLD;
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world.set.announce_channel_id = 0;
    world.meanwhile_at = "GET " OLD;
    world.meanwhile = make_public;
    world_set_private(&world, 1, true);
    assert_null(world.meanwhile);
    assert_false(world_incident(&world, 1).is_private);
    assert_int_equal(world_calls(&world, "POST /channels/0/"), 0);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_goes_on_where_it_stands),
        cmocka_unit_test(a_deleted_line_is_posted_where_it_is_announced_now),
        cmocka_unit_test(an_old_channel_that_is_forbidden_is_told_of),
        cmocka_unit_test(a_lost_answer_of_before_makes_no_second_line),
        cmocka_unit_test(digests_forget_what_became_private),
        cmocka_unit_test(a_shut_channel_does_not_hold_a_digest),
        cmocka_unit_test(where_nothing_is_announced_nothing_is_posted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
