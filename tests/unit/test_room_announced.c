/*
 * What was announced while the setting said another channel, or any: it goes on
 * where it stands.
 */
#include "bot/discord/json.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define OLD  "/channels/1003/messages"
#define NEXT "/channels/1004/messages"

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

static void expect_messages(const struct world *world, int before, int next)
{
    assert_int_equal(world_message_count(world, WORLD_ANNOUNCE), before);
    assert_int_equal(world_message_count(world, WORLD_ANNOUNCE_NEXT), next);
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
    expect_messages(&world, 1, 0);
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

/* Nothing can be looked for there; what stands in the new one goes away. One
 * may stand there, too. */
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
    assert_true(room_says(&world, in.war_channel_id, "could not be changed"));
    world_close(&world);
}

/* Made private while it is looked for, and public before the look has ended. */
static void make_public(struct world *world)
{
    world_take_private(world, 1, false);
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

/* An incident announced in the next channel, after one in the old: both are
 * looked in for what it becomes. */
static int64_t announce_second(struct world *world)
{
    (void)world_open_declared(world);
    world->set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    int64_t id = world_declare(world, "Login is down", false);
    world_run(world, 3);
    assert_int_equal(world_message_count(world, WORLD_ANNOUNCE_NEXT), 1);
    return id;
}

/* From now on, for good. */
static void forbid(struct world *world, const char *calls)
{
    world->trouble = TROUBLE_FORBIDDEN;
    world->trouble_at = calls;
    world->trouble_more = INT_MAX;
    world->code = 50001;
}

/* What is refused for good is tried for ever. */
static void run_a_while(struct world *world)
{
    for (int i = 0; i < 60; i++)
        if (!world_step(world))
            world->now_ms += MS_PER_MINUTE;
}

static void allow_again(struct world *world)
{
    world->trouble = TROUBLE_NONE;
    run_a_while(world);
}

static void take_private(struct world *world, int64_t id)
{
    world_take_private(world, id, true);
    run_a_while(world);
}

static void resolve(struct world *world, int64_t id)
{
    const struct request request = {
        .kind = REQUEST_MOVE,
        .draft = {.recorder = {ACTOR_MEMBER, 77, STR("nova")},
                  .state_to = STATE_RESOLVED,
                  .text = STR("Fixed")}};
    (void)world_take(world, id, &request);
    run_a_while(world);
}

/* An older one that is shut, or the setting's: the line stands elsewhere. */
static void past_a_shut_channel_a_line_is_taken_back(void **state)
{
    (void)state;
    struct world world;
    int64_t id = announce_second(&world);
    world.set.announce_channel_id = 0;
    forbid(&world, "DELETE " OLD);
    take_private(&world, id);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT), 0);
    assert_false(room_says(&world, world_incident(&world, id).war_channel_id,
                           "could not be taken back"));
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    forbid(&world, "DELETE " NEXT);
    take_private(&world, 1);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    world_close(&world);
}

/* That it is not in the open ones tells that it is in the shut one. */
static void a_shut_channel_is_tried_again_when_all_others_are(void **state)
{
    (void)state;
    struct world world;
    (void)announce_second(&world);
    world.set.announce_channel_id = 0;
    forbid(&world, "DELETE " OLD);
    take_private(&world, 1);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_int_equal(room_said(&world, world_incident(&world, 1).war_channel_id,
                               "The announcement could not be taken back"),
                     1);
    allow_again(&world);
    expect_messages(&world, 0, 1);
    world_close(&world);
}

static void past_a_shut_channel_a_line_is_edited(void **state)
{
    (void)state;
    struct world world;
    int64_t id = announce_second(&world);
    world.set.announce_channel_id = 0;
    forbid(&world, "PATCH " OLD);
    resolve(&world, id);
    assert_true(room_says(&world, WORLD_ANNOUNCE_NEXT, "**Resolved**"));
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    forbid(&world, "PATCH " NEXT);
    resolve(&world, 1);
    assert_true(room_says(&world, WORLD_ANNOUNCE, "**Resolved**"));
    world_close(&world);
}

/* It is in no other: it may stand in the one that is shut. */
static void a_line_that_may_stand_is_not_posted_again(void **state)
{
    (void)state;
    struct world world;
    (void)announce_second(&world);
    uint64_t line = world_incident(&world, 1).announce_message_id;
    world.set.announce_channel_id = WORLD_ANNOUNCE;
    forbid(&world, "PATCH " OLD);
    world.now_ms += MS_PER_HOUR; /* its nonce is forgotten */
    world_want(&world, 1, EFFECT_ANNOUNCE);
    assert_int_equal(world_calls(&world, "PATCH " NEXT), 1);
    expect_messages(&world, 1, 1);
    assert_int_equal(world_incident(&world, 1).announce_message_id, line);
    world_close(&world);
}

static void make_private_and_tidy(struct world *world)
{
    uint64_t line = world_incident(world, 1).announce_message_id;
    world_take_private(world, 1, true);
    world_delete(world, line);
}

/* It was edited elsewhere: the shut one has nothing to be taken back. */
static void a_line_that_was_found_is_in_no_shut_channel(void **state)
{
    (void)state;
    struct world world;
    (void)announce_second(&world);
    forbid(&world, "PATCH " NEXT);
    world.meanwhile_at = "PATCH " OLD;
    world.meanwhile = make_private_and_tidy;
    world_want(&world, 1, EFFECT_ANNOUNCE);
    assert_null(world.meanwhile);
    assert_false(room_says(&world, world_incident(&world, 1).war_channel_id,
                           "could not be taken back"));
    world_close(&world);
}

/* An older one that is shut, or the setting's: what became private stands there
 * until somebody sees to it, and not in the others. */
static void a_digest_in_a_shut_channel_is_told_of(void **state)
{
    static const char *const shut[] = {"GET " OLD, "GET " NEXT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        (void)room_item(&world, in.id, "Watch the disk");
        (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
        world_run(&world, 3);
        world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
        (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
        world_run(&world, 3);
        forbid(&world, shut[i]);
        take_private(&world, in.id);
        assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "INC-1 #"), i == 0);
        assert_int_equal(room_said(&world, WORLD_ANNOUNCE_NEXT, "INC-1 #"),
                         i == 1);
        assert_int_equal(
            room_said(&world, in.war_channel_id,
                      "The digest that names this incident could not be "
                      "changed"),
            1);
        allow_again(&world);
        expect_messages(&world, 0, 0);
        world_close(&world);
    }
}

/* Nothing of it was in any digest, nor is it private. */
static void who_is_in_no_digest_hears_of_none(void **state)
{
    (void)state;
    struct world world;
    int64_t id = announce_second(&world);
    forbid(&world, "GET " OLD);
    take_private(&world, id);
    assert_int_equal(world_calls(&world, "GET " OLD), 1);
    assert_false(room_says(&world, world_incident(&world, id).war_channel_id,
                           "could not be changed"));
    (void)room_item(&world, 1, "Watch the disk");
    (void)room_remind(&world, 1, REMINDER_DIGEST, 0);
    run_a_while(&world);
    assert_int_equal(room_said(&world, WORLD_ANNOUNCE_NEXT, "INC-1 #"), 1);
    assert_int_equal(world_calls(&world, "GET " OLD), 2);
    assert_false(room_says(&world, world_incident(&world, 1).war_channel_id,
                           "could not be changed"));
    world_close(&world);
}

/* Its first try was posted in the old channel, nobody heard so, and it is too
 * long ago for the nonce. */
static void a_digest_that_stands_in_an_old_channel_is_said_once(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.nonce_life_ms = 1;
    (void)room_item(&world, in.id, "Watch the disk");
    (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
    world.trouble = TROUBLE_LOST;
    world.trouble_at = "POST " OLD;
    for (int i = 0; i < 10 && world.trouble != TROUBLE_NONE; i++)
        assert_true(world_step(&world));
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    run_a_while(&world);
    assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "INC-1 #"), 1);
    assert_int_equal(room_said(&world, WORLD_ANNOUNCE_NEXT, "INC-1 #"), 0);
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
        cmocka_unit_test(past_a_shut_channel_a_line_is_taken_back),
        cmocka_unit_test(a_shut_channel_is_tried_again_when_all_others_are),
        cmocka_unit_test(past_a_shut_channel_a_line_is_edited),
        cmocka_unit_test(a_line_that_may_stand_is_not_posted_again),
        cmocka_unit_test(a_line_that_was_found_is_in_no_shut_channel),
        cmocka_unit_test(a_digest_in_a_shut_channel_is_told_of),
        cmocka_unit_test(who_is_in_no_digest_hears_of_none),
        cmocka_unit_test(a_digest_that_stands_in_an_old_channel_is_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
