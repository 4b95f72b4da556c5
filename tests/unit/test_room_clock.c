/* Our clock may be ahead of Discord's, by which messages are numbered, and what
 * was sent by it is looked for where it is. */
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define AHEAD_MS (3 * MS_PER_HOUR)

static void is_told(struct world *world)
{
    world->set.ahead_ms = AHEAD_MS;
}

/* Only after so long that by Discord's clock, too, it is past. */
static void is_told_after_hours(struct world *world)
{
    world->set.ahead_ms = AHEAD_MS;
    world->now_ms += 2 * AHEAD_MS;
}

static void is_put_back(struct world *world)
{
    world->now_ms -= AHEAD_MS;
    world->error_ms = 0;
}

/* Posted by a try whose answer was lost, before anybody knew. */
static void expect_found(void (*meanwhile)(struct world *world),
                         const char *method)
{
    struct world world;
    char post[80], at[80];
    struct incident in = world_open_declared(&world);
    (void)snprintf(post, sizeof post, "POST /channels/%" PRIu64,
                   in.live_channel_id);
    (void)snprintf(at, sizeof at, "%s /channels/%" PRIu64, method,
                   in.live_channel_id);
    world.now_ms += MS_PER_DAY;
    world.error_ms = AHEAD_MS;
    world.nonce_life_ms = 1;
    world.trouble = TROUBLE_LOST;
    world.trouble_at = post;
    world.meanwhile_at = at;
    world.meanwhile = meanwhile;
    world_add(&world, in.id, "restarted db-1", VISIBILITY_LIVE);
    world_run(&world, 5);
    assert_null(world.meanwhile);
    assert_int_equal(room_said(&world, in.live_channel_id, "restarted db-1"),
                     1);
    world_close(&world);
}

static void it_is_found_by_a_clock_that_was_put_right(void **state)
{
    (void)state;
    expect_found(is_put_back, "POST");
}

static void it_is_found_when_the_error_is_known(void **state)
{
    (void)state;
    expect_found(is_told, "POST");
    expect_found(is_told_after_hours, "POST");
}

/* What Discord gives of the time that we took for now is nothing. */
static void it_is_found_when_the_listing_tells_the_error(void **state)
{
    (void)state;
    expect_found(is_told, "GET");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_by_a_clock_that_was_put_right),
        cmocka_unit_test(it_is_found_when_the_error_is_known),
        cmocka_unit_test(it_is_found_when_the_listing_tells_the_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
