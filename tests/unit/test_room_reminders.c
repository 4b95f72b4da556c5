/* What reminders say in the rooms, and that they say it once. */
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "tests/lib/golden.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct actor nova = {ACTOR_MEMBER, 77, {"nova", 4}};

static const cJSON *newest(const struct world *world, uint64_t channel)
{
    const cJSON *message, *found = NULL;
    cJSON_ArrayForEach(message, world->messages)
    {
        if (json_get_id(message, "channel_id") == channel)
            found = message;
    }
    return found;
}

static void reminders_say_what_to_do(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    (void)room_remind(&world, in.id, REMINDER_COMMANDER, 0);
    world_run(&world, 3);
    world_check_body("room/remind_commander.json",
                     newest(&world, in.war_channel_id));

    struct request change = {.kind = REQUEST_ADD,
                             .draft = {.kind = EVENT_CHANGE,
                                       .change_what = STR("read_timeout"),
                                       .change_where = STR("web-03"),
                                       .change_from = STR("30s"),
                                       .change_to = STR("120s"),
                                       .change_temporary = true,
                                       .recorder = nova}};
    (void)world_take(&world, in.id, &change);
    int64_t seq = world_incident(&world, in.id).last_seq;
    struct request command = {.kind = REQUEST_ASSIGN,
                              .draft = {.kind = EVENT_ROLE,
                                        .role = ROLE_COMMANDER,
                                        .holder = nova,
                                        .recorder = nova}};
    (void)world_take(&world, in.id, &command);
    world_run(&world, 3);
    (void)room_remind(&world, in.id, REMINDER_CHANGE, seq);
    world_run(&world, 3);
    world_check_body("room/remind_change.json",
                     newest(&world, in.war_channel_id));
    (void)room_remind(&world, in.id, REMINDER_UPDATE, 0);
    world_run(&world, 3);
    world_check_body("room/remind_update.json",
                     newest(&world, in.war_channel_id));

    struct request item = {.kind = REQUEST_ITEM,
                           .draft = {.text = STR("Alert on disk space"),
                                     .due_ms = WORLD_START,
                                     .recorder = nova}};
    (void)world_take(&world, in.id, &item);
    seq = world_incident(&world, in.id).last_seq;
    world_run(&world, 3);
    (void)room_remind(&world, in.id, REMINDER_ITEM_DUE, seq);
    world_run(&world, 3);
    world_check_body("room/remind_item.json",
                     newest(&world, in.war_channel_id));
    (void)room_remind(&world, in.id, REMINDER_ITEM_OWNER, seq);
    world_run(&world, 3);
    world_check_body("room/remind_owner.json",
                     newest(&world, in.war_channel_id));
    /* What only responders may read stays out of it. */
    int64_t hidden = world_declare(&world, "Keys of the vault leaked", true);
    (void)world_take(&world, hidden, &item);
    world_run(&world, 3);
    (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
    world_run(&world, 3);
    world_check_body("room/remind_digest.json", newest(&world, WORLD_ANNOUNCE));
    world_close(&world);
}

static void a_reminder_tells_nothing_private(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    struct request change = {.kind = REQUEST_ADD,
                             .draft = {.kind = EVENT_CHANGE,
                                       .change_what = STR("password"),
                                       .change_where = STR("vault"),
                                       .change_from = STR("old"),
                                       .change_to = STR("new"),
                                       .visibility = VISIBILITY_PRIVATE,
                                       .recorder = nova}};
    (void)world_take(&world, in.id, &change);
    (void)room_remind(&world, in.id, REMINDER_CHANGE,
                      world_incident(&world, in.id).last_seq);
    world_run(&world, 3);
    assert_true(room_says(&world, in.war_channel_id,
                          "is still open:** it is in "
                          "the record only"));
    assert_false(room_says(&world, in.war_channel_id, "vault"));
    (void)room_item(&world, in.id, "Take password=hunter22secret off the wiki");
    (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
    world_run(&world, 3);
    assert_true(room_says(&world, WORLD_ANNOUNCE, "a password"));
    assert_false(room_says(&world, WORLD_ANNOUNCE, "hunter22secret"));
    world_close(&world);
}

static void what_is_done_needs_no_reminder(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    int before = world_message_count(&world, in.war_channel_id);
    (void)room_remind(&world, in.id, REMINDER_COMMANDER, 0);
    struct request command = {.kind = REQUEST_ASSIGN,
                              .draft = {.kind = EVENT_ROLE,
                                        .role = ROLE_COMMANDER,
                                        .holder = nova,
                                        .recorder = nova}};
    (void)world_take(&world, in.id, &command);
    world_run(&world, 3);
    assert_false(room_says(&world, in.war_channel_id, "Nobody commands"));
    assert_int_equal(world_message_count(&world, in.war_channel_id),
                     before + 1);
    int64_t seq = room_item(&world, in.id, "Alert on disk space");
    (void)room_remind(&world, in.id, REMINDER_ITEM_DUE, seq);
    const struct request done = {
        .kind = REQUEST_ITEM,
        .draft = {.target = seq, .item_state = ITEM_DONE, .recorder = nova}};
    (void)world_take(&world, in.id, &done);
    world_run(&world, 3);
    assert_false(room_says(&world, in.war_channel_id, "is due"));
    world_close(&world);
}

/* It was put off, or has no day any more, while the reminder was waiting. */
static void what_is_due_later_needs_no_reminder(void **state)
{
    static const int64_t days_ms[] = {0, WORLD_START + 30 * MS_PER_DAY};
    (void)state;
    for (size_t i = 0; i < sizeof days_ms / sizeof days_ms[0]; i++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        struct request item = {.kind = REQUEST_ITEM,
                               .draft = {.text = STR("Alert on disk space"),
                                         .due_ms = WORLD_START - MS_PER_DAY,
                                         .recorder = nova}};
        (void)world_take(&world, in.id, &item);
        int64_t seq = world_incident(&world, in.id).last_seq;
        (void)room_remind(&world, in.id, REMINDER_ITEM_DUE, seq);
        item.draft = (struct event){.target = seq,
                                    .item_state = ITEM_OPEN,
                                    .due_ms = days_ms[i],
                                    .recorder = nova};
        (void)world_take(&world, in.id, &item);
        world_run(&world, 3);
        assert_false(room_says(&world, in.war_channel_id, "is due"));
        world_close(&world);
    }
}

static void a_reminder_is_said_once(void **state)
{
    (void)state;
    static const int64_t waits_ms[] = {0, 10 * MS_PER_MINUTE};
    for (int i = 0; i < 2; i++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        (void)room_remind(&world, in.id, REMINDER_COMMANDER, 0);
        int before = world_message_count(&world, in.war_channel_id);
        world.trouble = TROUBLE_LOST;
        world.trouble_at = "POST /channels";
        while (world.trouble != TROUBLE_NONE)
            assert_true(world_step(&world));
        world.now_ms += waits_ms[i];
        world_run(&world, 5);
        assert_int_equal(world_message_count(&world, in.war_channel_id),
                         before + 1);
        world_close(&world);
    }
}

/* What it names changes before it is known that it was said. */
static void a_digest_is_said_once(void **state)
{
    (void)state;
    for (int changes = 0; changes < 2; changes++) {
        struct world world;
        struct incident in = world_open_declared(&world);
        world.nonce_life_ms = 1;
        (void)room_item(&world, in.id, "Alert on disk space");
        (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
        world.trouble = TROUBLE_LOST;
        world.trouble_at = "POST /channels/1003/messages";
        while (world.trouble != TROUBLE_NONE)
            assert_true(world_step(&world));
        if (changes == 1)
            (void)room_item(&world, in.id, "Watch the queue");
        world.now_ms += 10 * MS_PER_MINUTE;
        world_run(&world, 5);
        assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "Alert on disk"), 1);
        world_close(&world);
    }
}

/* Two servers have one announce channel: what is said of one stands, and the
 * other's try did not arrive. */
static void each_server_has_its_digest(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    const struct request declare = {.kind = REQUEST_DECLARE,
                                    .draft = {.kind = EVENT_DECLARED,
                                              .text = STR("Mail is late"),
                                              .recorder = nova},
                                    .new_id = in.id + 1,
                                    .guild_id = WORLD_GUILD + 1,
                                    .origin_channel_id = WORLD_ORIGIN};
    int64_t other = world_take(&world, 0, &declare);
    (void)room_item(&world, other, "Watch the queue");
    (void)room_remind(&world, other, REMINDER_DIGEST, 0);
    world_run(&world, 3);
    (void)room_item(&world, in.id, "Alert on disk space");
    (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
    world.trouble = TROUBLE_UNREACHED;
    world.trouble_at = "POST /channels/1003/messages";
    world_run(&world, 5);
    assert_int_equal(world.trouble, TROUBLE_NONE);
    assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "Watch the queue"), 1);
    assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "Alert on disk"), 1);
    world_close(&world);
}

/* Its room was deleted, and nobody knew: it is said in the one that is made. */
static void a_reminder_follows_to_a_new_room(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += MS_PER_MINUTE;
    world_delete_channel(&world, in.war_channel_id);
    (void)room_remind(&world, in.id, REMINDER_COMMANDER, 0);
    world_run(&world, 5);
    in = world_incident(&world, in.id);
    assert_non_null(world_channel(&world, in.war_channel_id));
    assert_true(room_says(&world, in.war_channel_id, "Nobody commands"));
    world_close(&world);
}

/* It was wanted before the room was lost, and comes before the next one. */
static void a_reminder_waits_for_the_room_that_is_made(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    (void)room_remind(&world, in.id, REMINDER_COMMANDER, 0);
    struct request loss = {
        .kind = REQUEST_LOST,
        .draft = {.effect = EFFECT_WAR_ROOM, .ref_id = in.war_channel_id}};
    (void)world_take(&world, in.id, &loss);
    world_run(&world, 5);
    in = world_incident(&world, in.id);
    assert_true(room_says(&world, in.war_channel_id, "Nobody commands"));
    world_close(&world);
}

/* Discord was away, or the room, and it was reminded again meanwhile: of what
 * piled up, the last word is said. */
static void of_reminders_that_piled_up_the_newest_is_said(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    int64_t seq = room_item(&world, in.id, "Alert on disk space");
    world_run(&world, 3);
    int before = world_message_count(&world, in.war_channel_id);
    for (int i = 0; i < 4; i++) {
        (void)room_remind(&world, in.id, REMINDER_COMMANDER, 0);
        (void)room_remind(&world, in.id, REMINDER_UPDATE, 0);
        (void)room_remind(&world, in.id, REMINDER_ITEM_OWNER, seq);
        world.now_ms += MS_PER_HOUR;
    }
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, in.war_channel_id),
                     before + 3);
    assert_true(room_says(&world, in.war_channel_id, "Nobody commands"));
    assert_true(room_says(&world, in.war_channel_id, "An update is due"));
    assert_true(room_says(&world, in.war_channel_id, "has no owner"));
    world_close(&world);
}

/* Somebody deleted it: the war room of the incident that records the digest
 * goes on all the same. */
static void a_digest_without_its_channel_holds_up_no_room(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    (void)room_item(&world, in.id, "Alert on disk space");
    world_run(&world, 3);
    world.set.announce_channel_id = 999;
    (void)room_remind(&world, in.id, REMINDER_DIGEST, 0);
    world_add(&world, in.id, "The disk is full", VISIBILITY_LIVE);
    world_run(&world, 3);
    assert_true(room_says(&world, in.war_channel_id, "The disk is full"));
    assert_true(room_says(&world, in.war_channel_id,
                          "The weekly digest could not be said: the channel "
                          "was deleted"));
    assert_int_equal(world_incident(&world, in.id).war_channel_id,
                     in.war_channel_id);
    world_close(&world);
}

/* People told something by a clock that was put back since. */
static void an_update_told_tomorrow_silences_no_reminder(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += MS_PER_DAY;
    struct request update = {.kind = REQUEST_MOVE,
                             .draft = {.kind = EVENT_STATE,
                                       .text = STR("Still slow"),
                                       .recorder = nova}};
    (void)world_take(&world, in.id, &update);
    world_run(&world, 3);
    world.now_ms -= MS_PER_DAY - MS_PER_HOUR;
    (void)room_remind(&world, in.id, REMINDER_UPDATE, 0);
    world_run(&world, 3);
    assert_true(room_says(&world, in.war_channel_id, "An update is due"));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reminders_say_what_to_do),
        cmocka_unit_test(a_reminder_tells_nothing_private),
        cmocka_unit_test(what_is_done_needs_no_reminder),
        cmocka_unit_test(what_is_due_later_needs_no_reminder),
        cmocka_unit_test(a_reminder_is_said_once),
        cmocka_unit_test(a_digest_is_said_once),
        cmocka_unit_test(each_server_has_its_digest),
        cmocka_unit_test(a_reminder_follows_to_a_new_room),
        cmocka_unit_test(a_reminder_waits_for_the_room_that_is_made),
        cmocka_unit_test(of_reminders_that_piled_up_the_newest_is_said),
        cmocka_unit_test(a_digest_without_its_channel_holds_up_no_room),
        cmocka_unit_test(an_update_told_tomorrow_silences_no_reminder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
