/*
 * What people think better of, and what they delete: rooms show entries as they
 * stand, and what is gone comes back.
 */
#include "bot/base/utf8.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "storage/rooms.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- what people think better of ---- */

static void strike(struct world *world, int64_t id, int64_t seq)
{
    struct request request = {
        .kind = REQUEST_STRIKE,
        .draft = {.target = seq,
                  .text = STR("Wrong incident"),
                  .recorder = {ACTOR_MEMBER, 79, {"quill", 5}}}};
    (void)world_take(world, id, &request);
}

static void corrections_show_in_place(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "disk of db-1 is full", VISIBILITY_LIVE);
    int64_t first = room_newest(&world, in.id);
    world_add(&world, in.id, "restarted db-1", VISIBILITY_LIVE);
    int64_t second = room_newest(&world, in.id);
    world_run(&world, 3);
    int posted = world_calls(&world, "POST /channels");
    world.now_ms += MS_PER_MINUTE;
    room_correct(&world, in.id, first, "disk of db-2 is full", VISIBILITY_LIVE);
    strike(&world, in.id, second);
    world_run(&world, 3);
    assert_int_equal(world_calls(&world, "POST /channels"), posted);
    const uint64_t rooms[] = {in.war_channel_id, in.live_channel_id};
    for (int i = 0; i < 2; i++) {
        room_contents(&world, rooms[i], "db-2 is full\n-# #", "disk of db-1");
        room_contents(&world, rooms[i], "corrected 03:00 UTC", NULL);
        room_contents(&world, rooms[i], "nova: restarted db-1~~", NULL);
        room_contents(&world, rooms[i],
                      "struck 03:00 UTC by quill: Wrong incident", NULL);
    }
    world_close(&world);
}

/* One edit of a message, however many of its entries were corrected, and none
 * of the others. */
static void only_what_differs_is_edited(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    char text[100];
    for (int i = 0; i < 60; i++) {
        (void)snprintf(text, sizeof text, "entry number %d is recorded", i);
        world_add(&world, in.id, text, VISIBILITY_ROOM);
    }
    world_run(&world, 3);
    int64_t last = room_newest(&world, in.id);
    char edits[80];
    (void)snprintf(edits, sizeof edits, "PATCH /channels/%" PRIu64,
                   in.war_channel_id);
    int before = world_calls(&world, edits);
    for (int i = 0; i < 5; i++)
        room_correct(&world, in.id, last - 59 + i, "better known",
                     VISIBILITY_ROOM);
    world_run(&world, 3);
    assert_int_equal(world_calls(&world, edits) - before, 1);
    world_close(&world);
}

static void what_is_no_longer_for_a_room_goes(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "internal host names", VISIBILITY_LIVE);
    int64_t first = room_newest(&world, in.id);
    world_run(&world, 3);
    room_correct(&world, in.id, first, "internal host names", VISIBILITY_ROOM);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "no longer shown here",
                  "internal");
    room_contents(&world, in.war_channel_id, "internal", NULL);
    room_correct(&world, in.id, first, "internal host names", VISIBILITY_LIVE);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "internal", "no longer");
    world_close(&world);
}

/* Nothing that the live room shows came before it, or after. */
static void what_may_be_told_after_all_is_shown(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "db-1 fails for gold customers", VISIBILITY_ROOM);
    int64_t seq = room_newest(&world, in.id);
    world_run(&world, 3);
    world.now_ms += MS_PER_MINUTE;
    room_correct(&world, in.id, seq, "some logins of gold customers fail",
                 VISIBILITY_ROOM);
    world_run(&world, 3);
    room_correct(&world, in.id, seq, "some logins fail", VISIBILITY_LIVE);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "some logins fail", "gold");
    world_close(&world);
}

static void what_belongs_to_an_entry_goes_with_it(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    const uint64_t rooms[] = {in.war_channel_id, in.live_channel_id};
    world_add(&world, in.id, "these logins fail", VISIBILITY_LIVE);
    int64_t seq = room_newest(&world, in.id);
    room_add_file(&world, in.id, seq);
    world_run(&world, 3);
    room_contents(&world, rooms[0], "members.csv", NULL);
    room_contents(&world, rooms[1], "members.csv", NULL);
    room_correct(&world, in.id, seq, "these logins fail", VISIBILITY_ROOM);
    world_run(&world, 3);
    room_contents(&world, rooms[0], "members.csv", NULL);
    room_contents(&world, rooms[1], NULL, "members.csv");
    room_correct(&world, in.id, seq, "these logins fail", VISIBILITY_PRIVATE);
    room_add_file(&world, in.id, seq); /* it was still on its way */
    world_run(&world, 3);
    room_contents(&world, rooms[0], NULL, "members.csv");
    room_contents(&world, rooms[1], NULL, "members.csv");
    room_correct(&world, in.id, seq, "these logins fail", VISIBILITY_LIVE);
    world_run(&world, 3);
    room_contents(&world, rooms[0], "members.csv", NULL);
    room_contents(&world, rooms[1], "members.csv", NULL);
    world_close(&world);
}

/* It came later, and stands in a message of its own. */
static void what_came_later_goes_with_its_entry(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "these logins fail", VISIBILITY_LIVE);
    int64_t seq = room_newest(&world, in.id);
    world_run(&world, 3);
    world.now_ms += MS_PER_MINUTE;
    room_add_file(&world, in.id, seq);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "members.csv", NULL);
    room_correct(&world, in.id, seq, "these logins fail", VISIBILITY_ROOM);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, NULL, "members.csv");
    world_close(&world);
}

/* A message that is full takes longer words all the same. */
static void a_full_message_takes_corrections(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    struct buf words = BUF_INIT(2000);
    for (int i = 0; i < 280; i++)
        buf_add_text(&words, "word ");
    for (int i = 0; i < 12; i++)
        world_add(&world, in.id, "a short one", VISIBILITY_ROOM);
    world_run(&world, 3);
    int64_t last = room_newest(&world, in.id);
    for (int i = 0; i < 12; i++)
        room_correct(&world, in.id, last - i, buf_text(&words),
                     VISIBILITY_ROOM);
    world_run(&world, 3);
    const cJSON *message;
    cJSON_ArrayForEach(message, world.messages)
    {
        assert_in_range(utf16_units(json_text(message, "content")), 0,
                        MESSAGE_UNITS);
    }
    room_contents(&world, in.war_channel_id, " · shortened", "a short one");
    buf_release(&words);
    world_close(&world);
}

/* What came to be shown long afterwards belongs to one message, and is too much
 * for it: that is said. */
static void what_a_message_cannot_hold_is_said(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    const int count = 40;
    for (int i = 0; i < count; i++)
        world_add(&world, in.id, "restarted a worker", VISIBILITY_ROOM);
    world_add(&world, in.id, "it works again", VISIBILITY_LIVE);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "works again", "more entries");
    int64_t last = room_newest(&world, in.id);
    for (int i = 0; i < count; i++)
        room_correct(&world, in.id, last - count + i, "restarted a worker",
                     VISIBILITY_LIVE);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "more entries", NULL);
    const cJSON *message;
    cJSON_ArrayForEach(message, world.messages)
    {
        assert_in_range(utf16_units(json_text(message, "content")), 0,
                        MESSAGE_UNITS);
    }
    world_close(&world);
}

static void the_live_room_holds_entries_back(void **state)
{
    (void)state;
    struct world world;
    struct incident in;
    world_open(&world, WORLD_START);
    world.set.live_delay_ms = 60 * MS_PER_SECOND;
    int64_t id = world_declare(&world, "Global outage", false);
    world_run(&world, 3);
    in = world_incident(&world, id);
    int64_t wrong, right;
    world.now_ms += MS_PER_HOUR;
    world_add(&world, id, "my password is on the wiki", VISIBILITY_LIVE);
    wrong = room_newest(&world, id);
    world_add(&world, id, "disk of db-1 is full", VISIBILITY_LIVE);
    right = room_newest(&world, id);
    for (int i = 0; i < 4; i++)
        (void)world_step(&world);
    room_contents(&world, in.live_channel_id, NULL, "db-1");
    world.now_ms += 30 * MS_PER_SECOND;
    strike(&world, id, wrong);
    room_correct(&world, id, right, "disk of db-2 is full", VISIBILITY_LIVE);
    int64_t corrected_ms = world.now_ms;
    world_run(&world, 3);
    assert_in_range(world.now_ms - corrected_ms, 29 * MS_PER_SECOND,
                    40 * MS_PER_SECOND);
    room_contents(&world, in.live_channel_id, "db-2 is full", "password");
    room_contents(&world, in.live_channel_id, NULL, "corrected");
    room_contents(&world, in.war_channel_id, "password is on the wiki~~", NULL);
    /* Later it is seen, and says so. */
    strike(&world, id, right);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "db-2 is full~~", NULL);
    /* One whose time has come takes no other along. */
    world_add(&world, id, "db-3 is next", VISIBILITY_LIVE);
    world.now_ms += 40 * MS_PER_SECOND;
    world_add(&world, id, "db-4 is last", VISIBILITY_LIVE);
    world.now_ms += 30 * MS_PER_SECOND;
    while (world_step(&world))
        continue;
    room_contents(&world, in.live_channel_id, "db-3", "db-4");
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "db-4", NULL);
    world_close(&world);
}

/* Of what was recorded by a clock that was ahead, nobody knows how long ago
 * that was. */
static void a_clock_put_back_holds_nothing_back(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.set.live_delay_ms = 60 * MS_PER_SECOND;
    int64_t put_back_ms = world.now_ms;
    world.now_ms += 3 * MS_PER_HOUR;
    world_add(&world, in.id, "disk of db-1 is full", VISIBILITY_LIVE);
    world.now_ms = put_back_ms;
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "disk of db-1 is full", NULL);
    assert_in_range(world.now_ms - put_back_ms, 0, MS_PER_MINUTE);
    world_close(&world);
}

static void the_live_room_keeps_secrets(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "it says password=hunter22secret on 10.1.2.3",
              VISIBILITY_LIVE);
    world_run(&world, 3);
    room_contents(&world, in.live_channel_id, "a password", "hunter22secret");
    room_contents(&world, in.live_channel_id, "a private address", "10.1.2.3");
    room_contents(&world, in.war_channel_id, "hunter22secret", "removed");
    (void)world_declare(&world, "Login fails with password=hunter22secret",
                        false);
    world_run(&world, 5);
    room_contents(&world, WORLD_ANNOUNCE, "a password", "hunter22secret");
    world_close(&world);
}

/* ---- what people delete ---- */

static const cJSON *message_with(const struct world *world, uint64_t channel,
                                 const char *text)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, world->messages)
    {
        struct str content = json_text(message, "content");
        if (json_get_id(message, "channel_id") == channel &&
            !json_is_true(message, "deleted") && content.n > 0 &&
            strstr(content.s, text) != NULL)
            return message;
    }
    fail_msg("no message with \"%s\"", text);
    return NULL;
}

static void a_deleted_message_is_posted_again(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "disk of db-1 is full", VISIBILITY_LIVE);
    int64_t seq = room_newest(&world, in.id);
    world_run(&world, 3);
    world.now_ms += MS_PER_MINUTE;
    const cJSON *message = message_with(&world, in.live_channel_id, "db-1");
    int64_t found_id, ordinal;
    enum room room;
    uint64_t message_id = json_get_id(message, "id");
    assert_int_equal(store_room_message_of(world.store, message_id, &found_id,
                                           &room, &ordinal),
                     ERR_OK);
    assert_int_equal(room, ROOM_LIVE);
    world_delete(&world, message_id);
    struct request lost = {.kind = REQUEST_LOST,
                           .draft = {.effect = EFFECT_LIVE,
                                     .target = ordinal,
                                     .ref_id = message_id}};
    (void)world_take(&world, in.id, &lost);
    world_run(&world, 3);
    (void)message_with(&world, in.live_channel_id, "db-1");
    /* One that is found deleted when it is to be edited. */
    message = message_with(&world, in.war_channel_id, "db-1");
    world_delete(&world, json_get_id(message, "id"));
    room_correct(&world, in.id, seq, "disk of db-2 is full", VISIBILITY_LIVE);
    world_run(&world, 3);
    (void)message_with(&world, in.war_channel_id, "db-2");
    (void)message_with(&world, in.live_channel_id, "db-2");
    /* Its line in the announce channel, too. */
    world_delete(&world, in.announce_message_id);
    world_want(&world, in.id, EFFECT_ANNOUNCE);
    world_run(&world, 3);
    (void)message_with(&world, WORLD_ANNOUNCE, "INC-1");
    assert_int_not_equal(world_incident(&world, in.id).announce_message_id,
                         in.announce_message_id);
    world_close(&world);
}

static int pinged(const struct world *world, uint64_t channel, const char *text)
{
    const cJSON *message = message_with(world, channel, text);
    const cJSON *mentions = json_get(message, "allowed_mentions");
    return cJSON_GetArraySize(json_get(mentions, "users"));
}

/* Who was called for was called: at night, once is enough. */
static void what_is_posted_again_calls_nobody_again(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    const struct request assign = {
        .kind = REQUEST_ASSIGN,
        .draft = {.kind = EVENT_ROLE,
                  .role = ROLE_COMMANDER,
                  .holder = {ACTOR_MEMBER, 79, STR("quill")},
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}}};
    struct request lost = {.kind = REQUEST_LOST,
                           .draft = {.effect = EFFECT_ROOM}};
    int64_t id;
    enum room room;
    (void)world_take(&world, in.id, &assign);
    world_run(&world, 3);
    assert_int_equal(pinged(&world, in.war_channel_id, "<@79>"), 1);
    lost.draft.ref_id =
        json_get_id(message_with(&world, in.war_channel_id, "<@79>"), "id");
    assert_int_equal(store_room_message_of(world.store, lost.draft.ref_id, &id,
                                           &room, &lost.draft.target),
                     ERR_OK);
    world.now_ms += MS_PER_MINUTE;
    world_delete(&world, lost.draft.ref_id);
    (void)world_take(&world, in.id, &lost);
    world_run(&world, 3);
    assert_int_equal(pinged(&world, in.war_channel_id, "<@79>"), 0);
    world_close(&world);
}

static void a_deleted_room_is_made_again(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "disk of db-1 is full", VISIBILITY_LIVE);
    world_run(&world, 3);
    world.now_ms += MS_PER_MINUTE;
    world_delete_channel(&world, in.war_channel_id);
    world_delete_channel(&world, in.live_channel_id);
    world_add(&world, in.id, "restarted db-1", VISIBILITY_LIVE);
    world_run(&world, 3);
    struct incident after = world_incident(&world, in.id);
    assert_non_null(world_channel(&world, after.war_channel_id));
    assert_non_null(world_channel(&world, after.live_channel_id));
    const uint64_t rooms[] = {after.war_channel_id, after.live_channel_id};
    for (int i = 0; i < 2; i++) {
        room_contents(&world, rooms[i], "disk of db-1 is full", NULL);
        room_contents(&world, rooms[i], "restarted db-1", NULL);
    }
    room_contents(&world, after.war_channel_id, "somebody deleted the war room",
                  NULL);
    assert_true(world_pinned(&world, after.card_message_id));
    assert_int_equal(
        json_get_id(world_message(&world, after.card_message_id), "channel_id"),
        after.war_channel_id);
    world_close(&world);
}

/* It was posted a moment ago, and not everywhere at Discord's is that known. */
static void an_entry_corrected_at_once_is_no_loss(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "disk of db-1 is full", VISIBILITY_ROOM);
    int64_t seq = room_newest(&world, in.id);
    world_run(&world, 3);
    int posted = world_calls(&world, "POST /channels");
    room_correct(&world, in.id, seq, "disk of db-2 is full", VISIBILITY_ROOM);
    world.trouble = TROUBLE_GONE;
    world.trouble_at = "PATCH /channels/";
    world.code = 10008;
    world_run(&world, 3);
    assert_int_equal(world.trouble, TROUBLE_NONE);
    assert_int_equal(world_calls(&world, "POST /channels"), posted);
    check_room(&world, in.id, ROOM_WAR);
    world_close(&world);
}

/* What was taken back while only responders could read it. */
static void what_was_struck_in_private_stays_there(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Leaked token", true);
    world_add(&world, id, "it was mallory", VISIBILITY_LIVE);
    int64_t seq = room_newest(&world, id);
    world_run(&world, 3);
    strike(&world, id, seq);
    world_set_private(&world, id, false);
    struct incident in = world_incident(&world, id);
    room_contents(&world, in.war_channel_id, "mallory~~", NULL);
    room_contents(&world, in.live_channel_id, "now public", "mallory");
    /* What people have seen does not go without a word. */
    world_add(&world, id, "it was nobody", VISIBILITY_LIVE);
    seq = room_newest(&world, id);
    world_run(&world, 3);
    world_set_private(&world, id, true);
    strike(&world, id, seq);
    world_set_private(&world, id, false);
    room_contents(&world, in.live_channel_id, "nobody~~", "mallory");
    world_close(&world);
}

/* Discord limits edits of what is older than an hour; one may be put off. */
static void an_old_card_moves_down(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += MS_PER_HOUR - 4 * MS_PER_MINUTE;
    world_add(&world, in.id, "still down", VISIBILITY_LIVE);
    world_run(&world, 3);
    struct incident after = world_incident(&world, in.id);
    assert_int_not_equal(after.card_message_id, in.card_message_id);
    assert_true(world_pinned(&world, after.card_message_id));
    assert_true(
        json_is_true(world_message(&world, in.card_message_id), "deleted"));
    int edits = world_calls(&world, "PATCH");
    world.now_ms += MS_PER_MINUTE;
    world_run(&world, 3);
    assert_int_equal(world_calls(&world, "PATCH"), edits);
    world_close(&world);
}

/* The guild takes no more channels: the rooms are threads. */
static struct incident open_in_thread(struct world *world)
{
    world_open(world, WORLD_START);
    world->is_full = true;
    int64_t id = world_declare(world, "Global outage", false);
    world_run(world, 5);
    struct incident in = world_incident(world, id);
    assert_true(in.war_is_borrowed);
    return in;
}

/* Whoever thinks that it is over closes it, and so does Discord when there are
 * many: it takes no edit then, but what is sent opens it. */
static void an_archived_thread_takes_corrections(void **state)
{
    (void)state;
    struct world world;
    struct incident in = open_in_thread(&world);
    int64_t id = in.id;
    world_add(&world, id, "disk of db-1 is full", VISIBILITY_ROOM);
    int64_t first = room_newest(&world, id);
    world_run(&world, 5);
    cJSON *thread = world_channel(&world, in.war_channel_id);
    json_set_true(thread, "archived");
    world.now_ms += MS_PER_MINUTE;
    room_correct(&world, id, first, "disk of db-2 is full", VISIBILITY_ROOM);
    world_run(&world, 5);
    room_contents(&world, in.war_channel_id, "db-2 is full", "disk of db-1");
    room_contents(&world, in.war_channel_id, NULL, "could not be shown");
    check_card(&world, id, ROOM_WAR);
    json_set_true(thread, "archived");
    world_want(&world, id, EFFECT_PIN);
    assert_false(json_is_true(thread, "archived"));
    check_room(&world, id, ROOM_WAR);
    world_close(&world);
}

/* As one that a moderator has locked. */
static void a_thread_that_stays_closed_is_told(void **state)
{
    (void)state;
    struct world world;
    struct incident in = open_in_thread(&world);
    json_set_true(world_channel(&world, in.war_channel_id), "archived");
    char open_it[80];
    (void)snprintf(open_it, sizeof open_it, "PATCH /channels/%" PRIu64 "\n",
                   in.war_channel_id);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = open_it;
    world.code = 50013;
    world_want(&world, in.id, EFFECT_PIN);
    room_contents(&world, in.war_channel_id,
                  "could not be opened again: opsroom lacks the permission "
                  "Manage Threads",
                  NULL);
    check_room(&world, in.id, ROOM_WAR);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corrections_show_in_place),
        cmocka_unit_test(only_what_differs_is_edited),
        cmocka_unit_test(what_is_no_longer_for_a_room_goes),
        cmocka_unit_test(what_may_be_told_after_all_is_shown),
        cmocka_unit_test(what_came_later_goes_with_its_entry),
        cmocka_unit_test(what_belongs_to_an_entry_goes_with_it),
        cmocka_unit_test(a_full_message_takes_corrections),
        cmocka_unit_test(what_a_message_cannot_hold_is_said),
        cmocka_unit_test(the_live_room_holds_entries_back),
        cmocka_unit_test(a_clock_put_back_holds_nothing_back),
        cmocka_unit_test(the_live_room_keeps_secrets),
        cmocka_unit_test(a_deleted_message_is_posted_again),
        cmocka_unit_test(what_is_posted_again_calls_nobody_again),
        cmocka_unit_test(a_deleted_room_is_made_again),
        cmocka_unit_test(an_entry_corrected_at_once_is_no_loss),
        cmocka_unit_test(what_was_struck_in_private_stays_there),
        cmocka_unit_test(an_old_card_moves_down),
        cmocka_unit_test(an_archived_thread_takes_corrections),
        cmocka_unit_test(a_thread_that_stays_closed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
