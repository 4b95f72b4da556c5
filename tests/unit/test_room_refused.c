#include "bot/discord/json.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void add_role(struct world *world, uint64_t id)
{
    cJSON *role = json_object();
    json_set_id(role, "id", id);
    json_add(world->roles, role);
}

static void private_stays_private(void **state)
{
    (void)state;
    struct world world;
    uint64_t respond[] = {500, 600}, command[] = {600, 77};
    world_open(&world, WORLD_START);
    add_role(&world, WORLD_GUILD);
    add_role(&world, 500); /* 600 is a person */
    world.access.allowed[RIGHT_RESPOND] = (struct id_list){respond, 2};
    world.access.allowed[RIGHT_COMMAND] = (struct id_list){command, 2};
    int64_t id = world_declare(&world, "Leaked admin token", true);
    world_add(&world, id, "token revoked", VISIBILITY_LIVE);
    /* Whoever asks for it: nothing leaves. */
    assert_int_equal(store_begin(world.store), ERR_OK);
    static const enum effect_kind wishes[] = {EFFECT_LIVE_ROOM, EFFECT_LIVE,
                                              EFFECT_ANNOUNCE};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            store_want(world.store, wishes[i], id, 0, NULL, world.now_ms),
            ERR_OK);
    assert_int_equal(store_commit(world.store), ERR_OK);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    assert_int_equal(cJSON_GetArraySize(world.channels), 1);
    assert_int_equal(in.live_channel_id, 0);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    assert_int_equal(world_message_count(&world, in.war_channel_id), 2);
    world_check_body("room/war_channel_private.json",
                     world_channel(&world, in.war_channel_id));
    world_close(&world);
}

/* An id in the settings may be of another guild: the room comes without it. */
static void an_unknown_person_does_not_stop_a_private_room(void **state)
{
    (void)state;
    struct world world;
    uint64_t respond[] = {500, 600};
    world_open(&world, WORLD_START);
    add_role(&world, 500);
    world.access.allowed[RIGHT_RESPOND] = (struct id_list){respond, 2};
    world.trouble = TROUBLE_REJECTED;
    world.trouble_at = "POST /guilds";
    world.code = 50035;
    int64_t id = world_declare(&world, "Leaked admin token", true);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    const cJSON *list = json_get(world_channel(&world, in.war_channel_id),
                                 "permission_overwrites");
    static const char *const ids[] = {"1000", "1001", "77", "500"};
    assert_int_equal(cJSON_GetArraySize(list), 4);
    for (int i = 0; i < 4; i++)
        assert_true(
            str_is(json_text(cJSON_GetArrayItem(list, i), "id"), ids[i]));
    world_close(&world);
}

/* Discord takes a hundred in one request: the bot itself is among them. */
static void many_responders_do_not_stop_a_private_room(void **state)
{
    (void)state;
    struct world world;
    uint64_t respond[150];
    world_open(&world, WORLD_START);
    for (size_t i = 0; i < 150; i++) {
        respond[i] = 5000 + i;
        add_role(&world, respond[i]);
    }
    world.access.allowed[RIGHT_RESPOND] = (struct id_list){respond, 150};
    int64_t id = world_declare(&world, "Leaked admin token", true);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    const cJSON *list = json_get(world_channel(&world, in.war_channel_id),
                                 "permission_overwrites");
    assert_int_equal(cJSON_GetArraySize(list), 100);
    assert_true(str_is(json_text(cJSON_GetArrayItem(list, 1), "id"), "1001"));
    world_close(&world);
}

static void private_without_a_room_says_nothing(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "POST /guilds";
    world.code = 50013;
    world.trouble_more = 1; /* it is asked for with less, too */
    int64_t id = world_declare(&world, "Leaked admin token", true);
    world_run(&world, 3);
    world_add(&world, id, "token revoked", VISIBILITY_LIVE);
    world_run(&world, 3);
    assert_int_equal(cJSON_GetArraySize(world.channels), 0);
    assert_int_equal(cJSON_GetArraySize(world.messages), 0);
    world_close(&world);
}

struct failure {
    char words[500];
    int count;
};

static bool copy_failure(const struct event *event, void *context)
{
    struct failure *failure = context;
    if (event->kind == EVENT_TASK && event->failed) {
        failure->count++;
        str_copy_to(failure->words, event->text);
    }
    return true;
}

static struct failure failure_of(const struct world *world, int64_t id)
{
    struct failure failure = {.count = 0};
    assert_int_equal(store_each_event(world->store, id, EVENTS_BY_SEQ, 0,
                                      copy_failure, &failure),
                     ERR_OK);
    return failure;
}

static void failures_name_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        enum trouble trouble;
        int code;
        const char *words;
    } cases[] = {
        {"POST /", TROUBLE_FORBIDDEN, 50013,
         "The war room could not be made: opsroom lacks the permission Manage "
         "Channels (Discord 50013). The incident goes on in the channel where "
         "it was declared."},
        {"POST /", TROUBLE_REJECTED, 30013,
         "The war room could not be made: the server has 500 channels, the "
         "most Discord allows (Discord 30013). The incident goes on in the "
         "channel where it was declared."},
        {"PUT /channels", TROUBLE_FORBIDDEN, 50013,
         "The card could not be pinned: opsroom lacks the permission Pin "
         "Messages (Discord 50013). It stands in the room all the same."},
        {"POST /", TROUBLE_FORBIDDEN, 60003,
         "The war room could not be made: the server asks its moderators for "
         "two-factor authentication, and whoever owns opsroom's application "
         "at Discord has to switch it on, too (Discord 60003). The incident "
         "goes on in the channel where it was declared."},
        {"PUT /channels", TROUBLE_FORBIDDEN, 50021, /* no permission helps */
         "The card could not be pinned: Discord refused it (status 403) "
         "(Discord 50021). It stands in the room all the same."},
        {"POST /channels", TROUBLE_REJECTED, 50035,
         "The card could not be shown: Discord refused it (status 400) "
         "(Discord 50035). /incident status tells the same."},
        {"PUT /channels", TROUBLE_FORBIDDEN, 0, /* Cloudflare's */
         "The card could not be pinned: Discord refused it (status 403). It "
         "stands in the room all the same."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        world.trouble = cases[i].trouble;
        world.trouble_at = cases[i].at;
        world.code = cases[i].code;
        world.trouble_more = strcmp(cases[i].at, "POST /") == 0; /* a thread */
        int64_t id = world_declare(&world, "Global outage", false);
        world_run(&world, 3);
        assert_string_equal(failure_of(&world, id).words, cases[i].words);
        world_close(&world);
    }
}

/* Whoever is not given a permission cannot take it from others: 50013 is not
 * of Manage Channels alone. */
static void rooms_take_more_than_manage_channels(void **state)
{
    (void)state;
    for (int is_private = 0; is_private < 2; is_private++) {
        struct world world;
        char words[300];
        world_open(&world, WORLD_START);
        int64_t id = world_declare(&world, "Global outage", is_private);
        while (!is_private && world_incident(&world, id).war_channel_id == 0)
            assert_true(world_step(&world));
        world.trouble = TROUBLE_FORBIDDEN;
        world.trouble_at = "POST /guilds";
        world.code = 50013;
        world.trouble_more = 3;
        world_run(&world, 3);
        (void)snprintf(words, sizeof words,
                       "The %s room could not be made: opsroom lacks the "
                       "permission Manage Channels, or another that /opsroom "
                       "setup lists (Discord 50013). ",
                       is_private ? "war" : "live");
        struct failure failure = failure_of(&world, id);
        assert_true(str_starts(str_of(failure.words), words));
        world_close(&world);
    }
}

static void without_a_war_room_work_goes_on_where_it_was_declared(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "POST /";
    world.trouble_more = 1;
    world.code = 50013;
    int64_t id = world_declare(&world, "Global outage", false);
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    assert_int_equal(in.war_channel_id, WORLD_ORIGIN);
    struct buf all = BUF_INIT(1u << 20);
    world_contents(&world, WORLD_ORIGIN, &all);
    assert_non_null(strstr(buf_text(&all), "SEV1 declared"));
    assert_non_null(strstr(buf_text(&all), "lacks the permission"));
    assert_non_null(world_message(&world, in.card_message_id));
    buf_release(&all);
    world_close(&world);
}

/* Also when the answer to making it is lost. */
static void in_a_full_server_a_thread_serves(void **state)
{
    (void)state;
    static const enum trouble troubles[] = {TROUBLE_NONE, TROUBLE_LOST,
                                            TROUBLE_UNREACHED};
    for (int i = 0; i < 3; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        world.is_full = true;
        world.trouble = troubles[i];
        world.trouble_at = "POST /channels/1002/threads";
        int64_t id = world_declare(&world, "Global outage", false);
        world_run(&world, 5);
        struct incident in = world_incident(&world, id);
        assert_true(in.war_is_borrowed);
        const cJSON *thread = world_channel(&world, in.war_channel_id);
        assert_true(str_is(json_text(thread, "parent_id"), "1002"));
        assert_int_equal(json_get(thread, "type")->valueint, 11); /* public */
        struct buf all = BUF_INIT(1u << 20);
        world_contents(&world, in.war_channel_id, &all);
        assert_non_null(strstr(buf_text(&all), "has 500 channels"));
        assert_non_null(strstr(buf_text(&all), "goes on in this thread"));
        assert_int_equal(cJSON_GetArraySize(world.channels), 1);
        buf_release(&all);
        world_close(&world);
    }
}

/* The whole record stands in the room that could be made at last. */
static void a_borrowed_room_is_left_for_a_room(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.is_full = true;
    int64_t id = world_declare(&world, "Global outage", false);
    world_add(&world, id, "disk of db-1 is full", VISIBILITY_LIVE);
    world_run(&world, 5);
    world.is_full = false;
    struct incident before = world_incident(&world, id);
    assert_true(before.war_is_borrowed);
    world_want(&world, id, EFFECT_WAR_ROOM);
    struct incident in = world_incident(&world, id);
    assert_false(in.war_is_borrowed);
    assert_int_not_equal(in.war_channel_id, before.war_channel_id);
    struct buf all = BUF_INIT(1u << 20), old = BUF_INIT(1u << 20);
    world_contents(&world, in.war_channel_id, &all);
    world_contents(&world, before.war_channel_id, &old);
    assert_non_null(strstr(buf_text(&all), "disk of db-1 is full"));
    assert_non_null(strstr(buf_text(&old), "goes on in <#"));
    assert_true(world_pinned(&world, in.card_message_id));
    assert_true(
        json_is_true(world_message(&world, before.card_message_id), "deleted"));
    /* Once is enough. */
    world_want(&world, id, EFFECT_WAR_ROOM);
    assert_int_equal(world_incident(&world, id).war_channel_id,
                     in.war_channel_id);
    buf_release(&all);
    buf_release(&old);
    world_close(&world);
}

static void what_works_again_is_on_the_record(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "PUT /channels";
    world.code = 50013;
    int64_t id = world_declare(&world, "Global outage", false);
    world_run(&world, 3);
    for (int i = 0; i < 3; i++)
        world_want(&world, id, EFFECT_PIN);
    struct incident in = world_incident(&world, id);
    assert_true(world_pinned(&world, in.card_message_id));
    struct buf all = BUF_INIT(1u << 20);
    world_contents(&world, in.war_channel_id, &all);
    const char *said = strstr(buf_text(&all), "done after all");
    assert_non_null(said);
    assert_null(strstr(said + 1, "done after all"));
    buf_release(&all);
    world_close(&world);
}

/* A room that stays broken is on the record once, not once an entry. */
static void a_closed_room_is_recorded_once(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    char posts[80];
    (void)snprintf(posts, sizeof posts, "POST /channels/%" PRIu64,
                   in.live_channel_id);
    world.trouble_at = posts;
    world.trouble = TROUBLE_FORBIDDEN;
    world.code = 50013;
    world.trouble_more = 100;
    for (int i = 0; i < 5; i++) {
        world_add(&world, in.id, "still down", VISIBILITY_LIVE);
        world_run(&world, 3);
    }
    struct failure failure = failure_of(&world, in.id);
    assert_int_equal(failure.count, 1);
    assert_string_equal(failure.words,
                        "The entries could not be shown in the live room: "
                        "opsroom lacks the permission Send Messages (Discord "
                        "50013). They are kept in the record.");
    world_close(&world);
}

static void check_shown(const struct world *world, uint64_t channel,
                        const char *const *texts)
{
    struct buf all = BUF_INIT(1u << 20);
    world_contents(world, channel, &all);
    const char *at = buf_text(&all);
    for (int i = 0; texts[i] != NULL; i++) {
        at = strstr(at, texts[i]);
        if (at == NULL)
            fail_msg("%s is not, or not there, in\n%s", texts[i],
                     buf_text(&all));
    }
    assert_null(strstr(buf_text(&all), "evil.example"));
    buf_release(&all);
}

/* An incident may be about the very page that Discord lets nobody name. */
static void what_discord_blocks_hides_nothing_else(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.blocked = "evil.example";
    world_add(&world, in.id, "mails ask for passwords", VISIBILITY_LIVE);
    world_add(&world, in.id, "they lead to evil.example", VISIBILITY_LIVE);
    world_add(&world, in.id, "the name is blocked", VISIBILITY_LIVE);
    world_run(&world, 3);
    static const char *const first[] = {
        "mails ask for passwords",
        "**note** · Discord, or this server's AutoMod, does not let its words "
        "be shown; the record has them\n-# #",
        "the name is blocked", NULL};
    check_shown(&world, in.war_channel_id, first);
    check_shown(&world, in.live_channel_id, first);
    assert_int_equal(failure_of(&world, in.id).count, 0);
    world_add(&world, in.id, "mails have stopped", VISIBILITY_LIVE);
    world_run(&world, 3);
    static const char *const later[] = {"the name is blocked",
                                        "mails have stopped", NULL};
    check_shown(&world, in.live_channel_id, later);
    world_close(&world);
}

/* Without Manage Permissions there is a war room, and no live room: people are
 * sent to the one that there is. */
static void the_line_sends_people_to_the_next_room(void **state)
{
    (void)state;
    struct world world;
    char help[60];
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Global outage", false);
    while (world_incident(&world, id).war_channel_id == 0)
        assert_true(world_step(&world));
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "POST /guilds/1000/channels";
    world.code = 50013;
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    assert_int_equal(in.live_channel_id, 0);
    (void)snprintf(help, sizeof help, "help in <#%" PRIu64 ">",
                   in.war_channel_id);
    assert_true(room_says(&world, WORLD_ANNOUNCE, help));
    world.now_ms += MS_PER_MINUTE;
    world_delete_channel(&world, in.war_channel_id);
    world_add(&world, id, "restarted db-1", VISIBILITY_LIVE);
    world_run(&world, 3);
    in = world_incident(&world, id);
    assert_int_not_equal(in.war_channel_id, 0);
    (void)snprintf(help, sizeof help, "help in <#%" PRIu64 ">",
                   in.war_channel_id);
    assert_true(room_says(&world, WORLD_ANNOUNCE, help));
    world_close(&world);
}

/* The war room was deleted, and Discord does not make another yet. */
static void the_line_sends_nobody_where_there_is_no_room(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += MS_PER_MINUTE;
    world_delete_channel(&world, in.war_channel_id);
    world.trouble = TROUBLE_UNREACHED;
    world.trouble_at = "POST /guilds/1000/channels";
    world.trouble_more = 100;
    world_add(&world, in.id, "restarted db-1", VISIBILITY_LIVE);
    world_run(&world, 3);
    world_want(&world, in.id, EFFECT_ANNOUNCE);
    assert_int_equal(world_incident(&world, in.id).war_channel_id, 0);
    assert_false(room_says(&world, WORLD_ANNOUNCE, "help in"));
    world_close(&world);
}

/* What was just made is not known everywhere at Discord's. */
static void what_is_new_may_be_unknown_for_a_moment(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        int code;
    } cases[] = {{"POST /channels/", 10003},
                 {"PUT /channels/", 10003},
                 {"PUT /channels/", 10008},
                 {"PATCH /channels/", 10008}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        int64_t id = world_declare(&world, "Global outage", false);
        while (world_incident(&world, id).war_channel_id == 0)
            assert_true(world_step(&world));
        world.trouble = TROUBLE_GONE;
        world.trouble_at = cases[i].at;
        world.code = cases[i].code;
        world_run(&world, 5);
        world.now_ms += MS_PER_SECOND; /* the card tells when */
        world_add(&world, id, "disk of db-1 is full", VISIBILITY_LIVE);
        world_run(&world, 5);
        assert_int_equal(world.trouble, TROUBLE_NONE);
        assert_int_equal(cJSON_GetArraySize(world.channels), 2);
        check_room(&world, id, ROOM_WAR);
        check_room(&world, id, ROOM_LIVE);
        struct incident in = world_incident(&world, id);
        struct buf all = BUF_INIT(1u << 20);
        world_contents(&world, in.war_channel_id, &all);
        assert_null(strstr(buf_text(&all), "somebody deleted"));
        buf_release(&all);
        assert_int_equal(failure_of(&world, id).count, 0);
        world_close(&world);
    }
}

static void a_deleted_card_comes_back_pinned(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += MS_PER_MINUTE;
    world_delete(&world, in.card_message_id);
    world_add(&world, in.id, "still down", VISIBILITY_LIVE);
    world_run(&world, 3);
    struct incident after = world_incident(&world, in.id);
    assert_int_not_equal(after.card_message_id, in.card_message_id);
    assert_true(world_pinned(&world, after.card_message_id));
    world_close(&world);
}

static void a_full_category_does_not_stop_the_live_room(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    world.set.category_id = 4000;
    int64_t id = world_declare(&world, "Global outage", false);
    while (world_incident(&world, id).war_channel_id == 0)
        assert_true(world_step(&world));
    world.trouble = TROUBLE_REJECTED;
    world.trouble_at = "POST /guilds";
    world.code = 50035;
    world_run(&world, 3);
    struct incident in = world_incident(&world, id);
    const cJSON *war = world_channel(&world, in.war_channel_id);
    const cJSON *live = world_channel(&world, in.live_channel_id);
    assert_true(str_is(json_text(war, "parent_id"), "4000"));
    assert_non_null(live);
    assert_null(json_get(live, "parent_id"));
    assert_int_equal(failure_of(&world, id).count, 0);
    world_close(&world);
}

/* Whoever reads that there is no room learns what to mend. */
static void a_category_that_takes_no_room_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *code, *words;
    } cases[] = {
        {"CHANNEL_PARENT_MAX_CHANNELS", "its category holds 50 channels"},
        {"CHANNEL_PARENT_INVALID", "discord.category in the settings"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        world.set.category_id = 4000;
        world.category_refuses = cases[i].code;
        int64_t id = world_declare(&world, "Global outage", false);
        world_run(&world, 3);
        struct incident in = world_incident(&world, id);
        assert_true(in.war_is_borrowed);
        assert_true(room_says(&world, in.war_channel_id, cases[i].words));
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_stays_private),
        cmocka_unit_test(an_unknown_person_does_not_stop_a_private_room),
        cmocka_unit_test(many_responders_do_not_stop_a_private_room),
        cmocka_unit_test(private_without_a_room_says_nothing),
        cmocka_unit_test(failures_name_what_is_missing),
        cmocka_unit_test(rooms_take_more_than_manage_channels),
        cmocka_unit_test(without_a_war_room_work_goes_on_where_it_was_declared),
        cmocka_unit_test(in_a_full_server_a_thread_serves),
        cmocka_unit_test(a_borrowed_room_is_left_for_a_room),
        cmocka_unit_test(what_works_again_is_on_the_record),
        cmocka_unit_test(a_closed_room_is_recorded_once),
        cmocka_unit_test(what_discord_blocks_hides_nothing_else),
        cmocka_unit_test(the_line_sends_people_to_the_next_room),
        cmocka_unit_test(the_line_sends_nobody_where_there_is_no_room),
        cmocka_unit_test(what_is_new_may_be_unknown_for_a_moment),
        cmocka_unit_test(a_deleted_card_comes_back_pinned),
        cmocka_unit_test(a_full_category_does_not_stop_the_live_room),
        cmocka_unit_test(a_category_that_takes_no_room_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
