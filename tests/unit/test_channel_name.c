/*
 * What a war room is called, and what it is called when Discord does not allow
 * that.
 */
#include "bot/discord/json.h"
#include "bot/room/channel.h"
#include "bot/room/deliver.h"
#include "tests/lib/room_world.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define X30 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void a_room_is_called_like_its_incident(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        bool is_private, is_plain;
        const char *name;
    } cases[] = {
        {"Global outage: 504 timeouts", false, false,
         "inc-12-global-outage-504-timeouts"},
        {"  !!  ", false, false, "inc-12"},
        {"Medien kaputt \xE2\x80\x93 \xC3\xA4rgerlich", false, false,
         "inc-12-medien-kaputt-\xC3\xA4rgerlich"},
        {"Fire \xF0\x9F\x94\xA5 in DC", false, false, "inc-12-fire-in-dc"},
        {X30 " " X30 " " X30, false, false,
         "inc-12-" X30 "-" X30 "-xxxxxxxxxxxxxxxxxxxxx"},
        {"Leaked admin token", true, false, "inc-12-private"},
        {"Leaked password=hunter22secret", false, false,
         "inc-12-leaked-password-removed-a-password"},
        {"Global outage", false, true, "inc-12"},
        {"Leaked admin token", true, true, "inc-12"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct incident in = {.id = 12, .is_private = cases[i].is_private};
        struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
        str_copy_to(in.title, str_of(cases[i].title));
        channel_name_add(&name, &in, ROOM_WAR, cases[i].is_plain);
        assert_string_equal(buf_text(&name), cases[i].name);
        buf_release(&name);
    }
}

static void a_refused_name_gives_way_to_a_plain_one(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_REJECTED;
    world.trouble_at = "POST /guilds";
    world.code = 20031;
    int64_t id = world_declare(&world, "A word that is not allowed", false);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    const cJSON *room = world_channel(&world, in.war_channel_id);
    assert_true(str_is(json_text(room, "name"), "inc-1"));
    struct str topic = json_text(room, "topic");
    assert_non_null(memmem(topic.s, topic.n, "does not allow a word", 21));
    /* The live room's name has no words of the title. */
    assert_true(in.live_channel_id != 0);
    assert_int_equal(world_calls(&world, "POST /guilds"), 3);
    world_close(&world);
}

/* It is the server's name, or Discord does not like that either. */
static void a_plain_name_that_is_refused_is_told(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_REJECTED;
    world.trouble_at = "POST /guilds";
    world.code = 20031;
    world.trouble_more = 1;
    int64_t id = world_declare(&world, "A word that is not allowed", false);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    assert_true(in.war_is_borrowed);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_room_is_called_like_its_incident),
        cmocka_unit_test(a_refused_name_gives_way_to_a_plain_one),
        cmocka_unit_test(a_plain_name_that_is_refused_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
