/*
 * What becomes of the rooms when the incident is called otherwise, becomes
 * private or public, or is long over.
 */
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "storage/rooms.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define VIEW UINT64_C(1024)
#define SEND UINT64_C(2048)

static const struct actor nova = {ACTOR_MEMBER, 77, {"nova", 4}};

static void set_title(struct world *world, int64_t id, const char *title)
{
    struct request request = world_setting(world, id);
    request.draft.title = str_of(title);
    (void)world_take(world, id, &request);
    world_run(world, 3);
}

static uint64_t bits(const struct world *world, uint64_t channel, uint64_t id,
                     const char *which)
{
    const cJSON *overwrite;
    uint64_t found = 0;
    cJSON_ArrayForEach(overwrite, json_get(world_channel(world, channel),
                                           "permission_overwrites"))
    {
        if (json_get_id(overwrite, "id") == id)
            (void)str_to_u64(json_text(overwrite, which), &found);
    }
    return found;
}

/* What is allowed there outdoes what is denied. */
static bool hides(const struct world *world, uint64_t channel)
{
    return (bits(world, channel, WORLD_GUILD, "deny") & VIEW) != 0 &&
           (bits(world, channel, WORLD_GUILD, "allow") & VIEW) == 0;
}

static const char *name_of(const struct world *world, uint64_t channel)
{
    return cJSON_GetStringValue(
        json_get(world_channel(world, channel), "name"));
}

static const char *topic_of(const struct world *world, uint64_t channel)
{
    return cJSON_GetStringValue(
        json_get(world_channel(world, channel), "topic"));
}

static void what_becomes_private_is_hidden(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    assert_false(hides(&world, in.live_channel_id));
    world_set_private(&world, in.id, true);
    world_add(&world, in.id, "keys rotated", VISIBILITY_LIVE);
    world_run(&world, 3);
    assert_true(hides(&world, in.live_channel_id));
    assert_true(hides(&world, in.war_channel_id));
    assert_int_equal(bits(&world, in.war_channel_id, 77, "allow") & VIEW, VIEW);
    assert_int_equal(bits(&world, in.war_channel_id, 78, "allow"), 0);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    assert_false(room_says(&world, in.live_channel_id, "keys rotated"));
    assert_string_equal(name_of(&world, in.war_channel_id), "inc-1-private");
    char *channels = json_print(world.channels);
    assert_null(strstr(channels, "outage"));
    free(channels);
    world_close(&world);
}

static void what_becomes_public_is_released(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Leaked token", true);
    world_add(&world, id, "token revoked", VISIBILITY_LIVE);
    world_run(&world, 3);
    world_set_private(&world, id, false);
    struct incident in = world_incident(&world, id);
    assert_int_not_equal(in.live_channel_id, 0);
    assert_false(hides(&world, in.war_channel_id));
    assert_true(room_says(&world, in.live_channel_id, "token revoked"));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_string_equal(name_of(&world, in.war_channel_id),
                        "inc-1-leaked-token");
    /* And back, and forth: one announcement, which links the room. */
    world_set_private(&world, id, true);
    assert_true(hides(&world, in.live_channel_id));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    world_set_private(&world, id, false);
    assert_false(hides(&world, in.live_channel_id));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    world_close(&world);
}

/* The category may let fewer in than the server. */
static void a_public_room_is_as_its_category(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.set.category_id = 4000;
    cJSON *category = json_parse(
        STR("{\"id\":\"4000\",\"permission_overwrites\":["
            "{\"id\":\"1000\",\"type\":0,\"allow\":\"0\",\"deny\":\"1024\"},"
            "{\"id\":\"500\",\"type\":0,\"allow\":\"1024\",\"deny\":\"0\"}]}"));
    json_add(world.channels, category);
    int64_t id = world_declare(&world, "Leaked token", true);
    world_run(&world, 3);
    world_set_private(&world, id, false);
    struct incident in = world_incident(&world, id);
    assert_true(hides(&world, in.war_channel_id));
    assert_int_equal(bits(&world, in.war_channel_id, 500, "allow"), VIEW);
    assert_int_equal(bits(&world, in.war_channel_id, 77, "allow"), 0);
    world_close(&world);
}

/* Somebody deleted the category of the settings: the rooms are still there. */
static void without_its_category_a_room_is_public_all_the_same(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Leaked token", true);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    world.set.category_id = 4000;
    world_set_private(&world, id, false);
    assert_int_equal(world_incident(&world, id).war_channel_id,
                     in.war_channel_id);
    assert_false(hides(&world, in.war_channel_id));
    assert_int_equal(bits(&world, in.war_channel_id, 77, "allow"), 0);
    world_close(&world);
}

static void a_new_title_shows_everywhere(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    set_title(&world, in.id, "Pictures are gone");
    assert_string_equal(name_of(&world, in.war_channel_id),
                        "inc-1-pictures-are-gone");
    assert_string_equal(name_of(&world, in.live_channel_id), "inc-1-live");
    assert_true(room_says(&world, WORLD_ANNOUNCE, "Pictures are gone"));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    int changes = world_calls(&world, "PATCH /channels/");
    assert_int_equal(store_begin(world.store), ERR_OK);
    assert_int_equal(
        store_want(world.store, EFFECT_RENAME, in.id, 0, NULL, world.now_ms),
        ERR_OK);
    assert_int_equal(store_commit(world.store), ERR_OK);
    world_run(&world, 3);
    assert_int_equal(world_calls(&world, "PATCH /channels/"), changes);
    world_close(&world);
}

static void a_refused_title_gives_a_plain_name(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    char patch[60];
    (void)snprintf(patch, sizeof patch, "PATCH /channels/%" PRIu64 "\n",
                   in.war_channel_id);
    struct request request = world_setting(&world, in.id);
    request.draft.title = STR("A forbidden word");
    (void)world_take(&world, in.id, &request);
    world.trouble = TROUBLE_REJECTED;
    world.trouble_at = patch;
    world.code = 20031;
    world_run(&world, 3);
    assert_string_equal(name_of(&world, in.war_channel_id), "inc-1");
    world_close(&world);
}

/* The war room is as its category allows, the live room is opsroom's own. */
static void a_room_that_keeps_its_name_keeps_no_other(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    char patch[60];
    (void)snprintf(patch, sizeof patch, "PATCH /channels/%" PRIu64 "\n",
                   in.war_channel_id);
    struct request request = world_setting(&world, in.id);
    request.draft.title = STR("Keys leaked");
    (void)world_take(&world, in.id, &request);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = patch;
    world.code = 50013;
    world_run(&world, 3);
    assert_null(strstr(topic_of(&world, in.war_channel_id), "Keys leaked"));
    assert_non_null(
        strstr(topic_of(&world, in.live_channel_id), "Keys leaked"));
    assert_true(room_says(&world, in.war_channel_id, "could not be renamed"));
    world_close(&world);
}

/* Its name shows to everybody, whoever may see the room. */
static void a_name_that_stays_is_told_as_what_it_is(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    char at[60];
    (void)snprintf(at, sizeof at, "GET /channels/%" PRIu64 "\n",
                   in.war_channel_id);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = at;
    world.code = 50013;
    world_set_private(&world, in.id, true);
    assert_true(room_says(&world, in.war_channel_id, "by hand"));
    world_close(&world);
}

/* A private incident, linked with another, becomes public. */
static struct incident link_and_open(struct world *world, int64_t id,
                                     int64_t other)
{
    const struct request link = {
        .kind = REQUEST_LINK,
        .draft = {.kind = EVENT_LINK, .other_id = other, .recorder = nova}};
    (void)world_take(world, id, &link);
    world_run(world, 3);
    world_set_private(world, id, false);
    return world_incident(world, id);
}

/* Of what is linked with it, too: that may be private still, or anew. */
static void a_live_room_names_nothing_private(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Leaked token", true);
    int64_t other = world_declare(&world, "Stolen laptop", true);
    struct incident in = link_and_open(&world, id, other);
    assert_true(room_says(&world, in.war_channel_id, "INC-2"));
    assert_true(room_says(&world, in.live_channel_id, "now public"));
    assert_false(room_says(&world, in.live_channel_id, "INC-2"));
    world_set_private(&world, other, false);
    assert_true(room_says(&world, in.live_channel_id, "INC-2"));
    world_set_private(&world, other, true);
    assert_false(room_says(&world, in.live_channel_id, "INC-2"));
    world_close(&world);
}

/* Of two that are linked, one may have no word on it: that the other one was
 * private then, or that its own record was final. */
static void a_one_sided_link_is_left_out_as_well(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Leaked token", true);
    int64_t other = world_declare(&world, "Outage", false);
    struct incident in = link_and_open(&world, id, other);
    assert_true(room_says(&world, in.live_channel_id, "INC-2"));
    world_set_private(&world, other, true);
    assert_false(room_says(&world, in.live_channel_id, "INC-2"));
    world_close(&world);
}

static bool card_says(const struct world *world, int64_t id, const char *text)
{
    struct room_message card;
    assert_int_equal(store_room_message(world->store, id, ROOM_LIVE, 0, &card),
                     ERR_OK);
    const cJSON *embeds =
        json_get(world_message(world, card.message_id), "embeds");
    const cJSON *embed = cJSON_GetArrayItem(embeds, 0);
    return strstr(json_text(embed, "description").s, text) != NULL;
}

static void a_duplicate_of_what_became_private_does_not_say_so(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    int64_t id = world_declare(&world, "Outage again", false);
    struct request cancel = {.kind = REQUEST_MOVE,
                             .draft = {.kind = EVENT_STATE,
                                       .state_to = STATE_CANCELLED,
                                       .other_id = in.id,
                                       .text = STR("The same"),
                                       .recorder = nova}};
    (void)world_take(&world, id, &cancel);
    world_run(&world, 3);
    uint64_t live = world_incident(&world, id).live_channel_id;
    assert_true(card_says(&world, id, "INC-1"));
    assert_true(room_says(&world, live, "duplicate of INC-1"));
    world_set_private(&world, in.id, true);
    assert_false(card_says(&world, id, "INC-1"));
    assert_true(room_says(&world, live, "The same"));
    assert_false(room_says(&world, live, "INC-1"));
    world_close(&world);
}

/* ---- archive ---- */

static void move(struct world *world, int64_t id, enum incident_state to)
{
    struct request request = {.kind = REQUEST_MOVE,
                              .draft = {.kind = EVENT_STATE,
                                        .state_to = to,
                                        .text = STR("So it is"),
                                        .recorder = nova}};
    (void)world_take(world, id, &request);
    world_run(world, 3);
}

/* Permissions were gone when the incident became private. */
static void a_line_that_could_not_be_taken_back_goes_later(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "DELETE /channels/1003";
    world.code = 50013;
    world_set_private(&world, in.id, true);
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    in = world_incident(&world, in.id);
    assert_true(
        room_says(&world, in.war_channel_id, "could not be taken back"));
    assert_true(room_says(&world, in.war_channel_id, "out of the way"));
    world_close(&world);
}

static void rooms_go_out_of_the_way_and_come_back(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.set.archive_category_id = 5000;
    move(&world, in.id, STATE_RESOLVED);
    (void)room_remind(&world, in.id, REMINDER_ARCHIVE, 0);
    world_run(&world, 3);
    const uint64_t rooms[] = {in.war_channel_id, in.live_channel_id};
    for (int i = 0; i < 2; i++) {
        assert_true(str_is(
            json_text(world_channel(&world, rooms[i]), "parent_id"), "5000"));
        assert_int_equal(bits(&world, rooms[i], WORLD_GUILD, "deny") & SEND,
                         SEND);
        assert_false(hides(&world, rooms[i]));
    }
    move(&world, in.id, STATE_INVESTIGATING);
    assert_int_equal(bits(&world, in.war_channel_id, WORLD_GUILD, "deny"), 0);
    assert_true(cJSON_IsNull(
        json_get(world_channel(&world, in.war_channel_id), "parent_id")));
    world_close(&world);
}

/* Over for two weeks, and a day more. */
static struct incident open_archived(struct world *world)
{
    struct incident in = world_open_declared(world);
    world->set.archive_category_id = 5000;
    move(world, in.id, STATE_RESOLVED);
    world->now_ms += 14 * MS_PER_DAY;
    (void)room_remind(world, in.id, REMINDER_ARCHIVE, 0);
    world_run(world, 3);
    world->now_ms += MS_PER_DAY;
    return in;
}

/* Resolved once more, its rooms wait for their time anew, whatever becomes of
 * who may see them. */
static void a_second_ending_is_not_archived_at_once(void **state)
{
    (void)state;
    struct world world;
    struct incident in = open_archived(&world);
    move(&world, in.id, STATE_INVESTIGATING);
    world.now_ms += MS_PER_HOUR;
    move(&world, in.id, STATE_RESOLVED);
    world_set_private(&world, in.id, true);
    assert_int_equal(bits(&world, in.war_channel_id, 77, "allow") & SEND, SEND);
    assert_true(cJSON_IsNull(
        json_get(world_channel(&world, in.war_channel_id), "parent_id")));
    world_close(&world);
}

/* What is archived stays so, also when it becomes private. */
static void what_is_archived_is_hidden_where_it_is(void **state)
{
    (void)state;
    struct world world;
    struct incident in = open_archived(&world);
    world_set_private(&world, in.id, true);
    assert_int_equal(bits(&world, in.war_channel_id, 77, "allow") & SEND, 0);
    assert_true(
        str_is(json_text(world_channel(&world, in.war_channel_id), "parent_id"),
               "5000"));
    world_close(&world);
}

static void rooms_go_out_of_the_way_when_allowed(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    int64_t began_ms = world.now_ms;
    bool failed = true;
    move(&world, in.id, STATE_RESOLVED);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "PATCH /channels/";
    world.code = 50013;
    world.trouble_more = 3; /* both rooms, twice */
    (void)room_remind(&world, in.id, REMINDER_ARCHIVE, 0);
    world_run(&world, 3);
    assert_int_equal(
        bits(&world, in.war_channel_id, WORLD_GUILD, "deny") & SEND, SEND);
    assert_true(world.now_ms - began_ms >= 10 * MS_PER_MINUTE);
    assert_int_equal(
        effect_failed_last(world.store, in.id, EFFECT_ARCHIVE, 0, &failed),
        ERR_OK);
    assert_false(failed);
    assert_int_equal(
        room_said(&world, in.war_channel_id, "could not be changed"), 1);
    world_close(&world);
}

static void becomes_private(struct world *world)
{
    world_take_private(world, 1, true);
}

/* The live room's card was posted, and its answer came when the incident was
 * private: it is not posted anew afterwards. */
static void a_card_that_arrives_late_is_known(void **state)
{
    (void)state;
    struct world world;
    char at[80];
    struct incident in;
    world_open(&world, WORLD_START);
    (void)world_declare(&world, "Logins fail", false);
    while (world_incident(&world, 1).live_channel_id == 0)
        assert_true(world_step(&world));
    in = world_incident(&world, 1);
    (void)snprintf(at, sizeof at, "POST /channels/%" PRIu64 "/messages",
                   in.live_channel_id);
    world.meanwhile_at = at;
    world.meanwhile = becomes_private;
    world_run(&world, 3);
    assert_null(world.meanwhile);
    world_set_private(&world, 1, false);
    assert_int_equal(world_calls(&world, at), 2); /* the card, the entries */
    world_close(&world);
}

/* What may become of a call and of its answer. */
static const enum trouble troubles[] = {TROUBLE_NONE, TROUBLE_LOST,
                                        TROUBLE_UNREACHED};
#define TROUBLES (sizeof troubles / sizeof troubles[0])

/* It becomes private while Discord does that. */
static void hide_meanwhile(struct world *world, const char *at,
                           enum trouble trouble)
{
    world->meanwhile_at = world->trouble_at = at;
    world->meanwhile = becomes_private;
    world->trouble = trouble;
    world_run(world, 5);
    assert_null(world->meanwhile);
}

static void a_line_on_its_way_is_taken_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < TROUBLES; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        (void)world_declare(&world, "Logins fail", false);
        hide_meanwhile(&world, "POST /channels/1003/messages", troubles[i]);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
        assert_int_equal(world_calls(&world, world.meanwhile_at), 1);
        world_set_private(&world, 1, false);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
        world_close(&world);
    }
}

/* Clients can read the topics of channels that they are not let into. */
static bool shows_live_room(const struct world *world)
{
    const cJSON *channel;
    cJSON_ArrayForEach(channel, world->channels)
    {
        const char *topic = json_get(channel, "topic")->valuestring;
        bool is_told = strstr(topic, "Logins fail") != NULL;
        if (strstr(topic, " live ") != NULL &&
            (is_told || !hides(world, json_get_id(channel, "id"))))
            return true;
    }
    return false;
}

static void a_live_room_on_its_way_is_closed(void **state)
{
    (void)state;
    for (size_t i = 0; i < TROUBLES; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        (void)world_declare(&world, "Logins fail", false);
        while (world_incident(&world, 1).war_channel_id == 0)
            assert_true(world_step(&world));
        hide_meanwhile(&world, "POST /guilds/", troubles[i]);
        assert_false(shows_live_room(&world));
        world_set_private(&world, 1, false);
        assert_true(shows_live_room(&world));
        world_close(&world);
    }
}

/* Also of a digest that was on its way. */
static void digests_forget_what_became_private(void **state)
{
    (void)state;
    for (int is_late = 0; is_late < 2; is_late++) {
        struct world world;
        (void)world_open_declared(&world);
        int64_t other = world_declare(&world, "Logins fail", false);
        (void)room_item(&world, 1, "Watch the disk");
        (void)room_item(&world, other, "Watch the disk");
        world_run(&world, 3);
        if (is_late) {
            world.meanwhile_at = "POST /channels/1003/messages";
            world.meanwhile = becomes_private;
        }
        (void)room_remind(&world, 1, REMINDER_DIGEST, 0);
        world_run(&world, 3);
        if (!is_late) { /* nor does the one after it name it any more */
            world.now_ms += 7 * MS_PER_DAY;
            (void)room_remind(&world, 1, REMINDER_DIGEST, 0);
            world_run(&world, 3);
            assert_int_equal(room_said(&world, WORLD_ANNOUNCE, "INC-1 #"), 2);
            world_set_private(&world, 1, true);
        }
        assert_false(room_says(&world, WORLD_ANNOUNCE, "INC-1"));
        assert_true(room_says(&world, WORLD_ANNOUNCE, "INC-2 #"));
        world_set_private(&world, other, true);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_that_arrives_late_is_known),
        cmocka_unit_test(what_becomes_private_is_hidden),
        cmocka_unit_test(what_becomes_public_is_released),
        cmocka_unit_test(a_public_room_is_as_its_category),
        cmocka_unit_test(without_its_category_a_room_is_public_all_the_same),
        cmocka_unit_test(a_new_title_shows_everywhere),
        cmocka_unit_test(a_refused_title_gives_a_plain_name),
        cmocka_unit_test(a_room_that_keeps_its_name_keeps_no_other),
        cmocka_unit_test(a_name_that_stays_is_told_as_what_it_is),
        cmocka_unit_test(a_live_room_names_nothing_private),
        cmocka_unit_test(a_one_sided_link_is_left_out_as_well),
        cmocka_unit_test(a_duplicate_of_what_became_private_does_not_say_so),
        cmocka_unit_test(a_line_on_its_way_is_taken_back),
        cmocka_unit_test(a_live_room_on_its_way_is_closed),
        cmocka_unit_test(a_line_that_could_not_be_taken_back_goes_later),
        cmocka_unit_test(rooms_go_out_of_the_way_and_come_back),
        cmocka_unit_test(a_second_ending_is_not_archived_at_once),
        cmocka_unit_test(what_is_archived_is_hidden_where_it_is),
        cmocka_unit_test(rooms_go_out_of_the_way_when_allowed),
        cmocka_unit_test(digests_forget_what_became_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
