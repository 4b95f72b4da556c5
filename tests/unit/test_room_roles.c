#include "tests/lib/room_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* [roles], as on the card. */
static void roles_have_the_names_that_people_use(void **state)
{
    static const char *const names[ROLE_COUNT] = {[ROLE_COMMANDER] =
                                                      "incident lead"};
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    struct request request = {
        .kind = REQUEST_ASSIGN,
        .draft = {.kind = EVENT_ROLE,
                  .role = ROLE_COMMANDER,
                  .holder = {ACTOR_MEMBER, 79, STR("quill")},
                  .actor = {ACTOR_MEMBER, 79, STR("quill")},
                  .recorder = {ACTOR_MEMBER, 79, STR("quill")}},
    };
    world.set.role_names = names;
    (void)world_take(&world, in.id, &request);
    world_run(&world, 3);
    for (int room = 0; room < 2; room++) {
        struct buf all = BUF_INIT(1u << 20);
        world_contents(
            &world, room == 0 ? in.war_channel_id : in.live_channel_id, &all);
        assert_non_null(strstr(buf_text(&all), "**incident lead** · quill"));
        assert_null(strstr(buf_text(&all), "commander"));
        buf_release(&all);
    }
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_have_the_names_that_people_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
