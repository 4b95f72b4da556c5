#include "bot/base/utf8.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void resolve(struct world *world, int64_t id)
{
    struct request request = {
        .kind = REQUEST_MOVE,
        .draft = {.kind = EVENT_STATE,
                  .state_to = STATE_RESOLVED,
                  .text = STR("Archive deleted, 187 GB free"),
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}},
    };
    (void)world_take(world, id, &request);
}

static const cJSON *newest_message(const struct world *world,
                                   uint64_t channel_id)
{
    const cJSON *message, *newest = NULL;
    cJSON_ArrayForEach(message, world->messages)
    {
        if (json_get_id(message, "channel_id") == channel_id)
            newest = message;
    }
    assert_non_null(newest);
    return newest;
}

static void declaring_makes_the_rooms(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);

    assert_int_not_equal(in.war_channel_id, 0);
    assert_int_not_equal(in.live_channel_id, 0);
    assert_int_not_equal(in.announce_message_id, 0);
    assert_true(world_pinned(&world, in.card_message_id));
    assert_int_equal(world_message_count(&world, in.war_channel_id), 2);
    assert_int_equal(world_message_count(&world, in.live_channel_id), 2);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_int_equal(world_message_count(&world, WORLD_ORIGIN), 0);
    /* Nothing is looked for when nothing went wrong. */
    assert_int_equal(world_calls(&world, "GET"), 0);

    world_check_body("room/war_channel.json",
                     world_channel(&world, in.war_channel_id));
    world_check_body("room/live_channel.json",
                     world_channel(&world, in.live_channel_id));
    world_check_body("room/entry_message.json",
                     newest_message(&world, in.live_channel_id));
    const cJSON *line = newest_message(&world, WORLD_ANNOUNCE);
    struct buf want = BUF_INIT(500);
    buf_addf(&want,
             "**SEV1** · **Global outage: 504 timeouts** · declared "
             "<t:1773457140:R> by nova · follow it in <#%" PRIu64
             "> · help in <#%" PRIu64 "> · INC-1",
             in.live_channel_id, in.war_channel_id);
    assert_string_equal(cJSON_GetStringValue(json_get(line, "content")),
                        buf_text(&want));
    buf_release(&want);
    world_close(&world);
}

static void move(struct world *world, int64_t id, enum incident_state to,
                 int64_t other_id)
{
    struct request request = {
        .kind = REQUEST_MOVE,
        .draft = {.kind = EVENT_STATE,
                  .state_to = to,
                  .other_id = other_id,
                  .text = STR("So it is"),
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}}};
    (void)world_take(world, id, &request);
    world_run(world, 3);
}

static bool announces(const struct world *world, const char *part)
{
    const cJSON *line = newest_message(world, WORLD_ANNOUNCE);
    return strstr(cJSON_GetStringValue(json_get(line, "content")), part) !=
           NULL;
}

static void the_announcement_says_when_it_is_mitigated(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    move(&world, in.id, STATE_IDENTIFIED, 0);
    assert_false(announces(&world, "Identified"));
    move(&world, in.id, STATE_MITIGATED, 0);
    assert_true(announces(&world, "**Mitigated** · **SEV"));
    assert_true(announces(&world, " by nova · follow it in <#"));
    move(&world, in.id, STATE_IDENTIFIED, 0);
    assert_false(announces(&world, "Mitigated"));
    move(&world, in.id, STATE_MITIGATED, 0);
    move(&world, in.id, STATE_RESOLVED, 0);
    assert_true(announces(&world, "**Resolved** · **SEV"));
    world_close(&world);
}

/* Nobody is sent to help, or to follow, what is over. */
static void the_announcement_says_when_it_is_over(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    assert_false(announces(&world, "Resolved"));
    move(&world, in.id, STATE_RESOLVED, 0);
    assert_true(announces(&world, "**Resolved** · **SEV"));
    assert_true(announces(&world, " by nova · what happened: <#"));
    assert_false(announces(&world, "help in"));
    move(&world, in.id, STATE_INVESTIGATING, 0);
    assert_false(announces(&world, "Resolved"));
    assert_true(announces(&world, "follow it in"));
    assert_true(announces(&world, "help in"));
    move(&world, in.id, STATE_CANCELLED, 0);
    assert_true(announces(&world, "**Cancelled** · **SEV"));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    world_close(&world);
}

/* Which other one stands in the rooms alone: that may be private by now. */
static void a_duplicate_is_said_to_be_one(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    int64_t id = world_declare(&world, "Logins fail", false);
    world_run(&world, 3);
    move(&world, id, STATE_CANCELLED, in.id);
    assert_true(announces(&world, "**Cancelled as a duplicate** · **SEV"));
    assert_false(announces(&world, "INC-1"));
    in = world_incident(&world, id);
    char *card =
        cJSON_PrintUnformatted(world_message(&world, in.card_message_id));
    assert_non_null(strstr(card, "**Duplicate of** INC-1"));
    free(card);
    world_close(&world);
}

/* Every message: who may be pinged is said, and a nonce guards it. */
static void every_message_is_guarded(void **state)
{
    (void)state;
    struct world world;
    (void)world_open_declared(&world);
    const cJSON *message;
    cJSON_ArrayForEach(message, world.messages)
    {
        const cJSON *mentions = json_get(message, "allowed_mentions");
        assert_int_equal(cJSON_GetArraySize(mentions), 1);
        assert_int_equal(cJSON_GetArraySize(json_get(mentions, "parse")), 0);
        assert_int_equal(json_text(message, "nonce").n, NONCE_BYTES - 1);
        assert_true(json_is_true(message, "enforce_nonce"));
    }
    world_close(&world);
}

/* Whichever answer is lost, and however late the repeat comes, the world ends
 * the same. */
static void check_lost(const char *call, enum trouble trouble, int nth,
                       int64_t wait_ms)
{
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Global outage: 504 timeouts", false);
    while (world_calls(&world, call) < nth)
        assert_true(world_step(&world));
    world.trouble = trouble;
    world.trouble_at = call;
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world.now_ms += wait_ms;
    world_run(&world, 5);
    struct incident in = world_incident(&world, id);
    assert_int_equal(cJSON_GetArraySize(world.channels), 2);
    assert_int_equal(world_message_count(&world, in.war_channel_id), 2);
    assert_int_equal(world_message_count(&world, in.live_channel_id), 2);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_true(world_pinned(&world, in.card_message_id));
    world_close(&world);
}

static void a_lost_answer_makes_nothing_twice(void **state)
{
    (void)state;
    static const struct {
        const char *call;
        int count;
    } calls[] = {{"POST /guilds", 2}, {"POST /channels", 5}, {"PUT", 1}};
    for (size_t i = 0; i < 3; i++) {
        for (int nth = 0; nth < calls[i].count; nth++) {
            check_lost(calls[i].call, TROUBLE_LOST, nth, 0);
            check_lost(calls[i].call, TROUBLE_UNREACHED, nth, 0);
            check_lost(calls[i].call, TROUBLE_LOST, nth, 10 * MS_PER_MINUTE);
            check_lost(calls[i].call, TROUBLE_UNREACHED, nth,
                       10 * MS_PER_MINUTE);
        }
    }
}

static struct str last_line(const struct buf *lines, int from_end)
{
    struct str rest = buf_str(lines), line = STR_NONE;
    int count = 0, n = 0;
    for (size_t i = 0; i < rest.n; i++)
        count += rest.s[i] == '\n';
    while (n++ < count - from_end)
        assert_true(str_cut(&rest, '\n', &line));
    return line;
}

/* It must not grow by what is recorded in the meantime: the nonce would let
 * the first one stand and swallow the rest. */
static void a_planned_message_goes_out_unchanged(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "first", VISIBILITY_ROOM);
    world.trouble = TROUBLE_UNREACHED;
    world.trouble_at = "POST /channels";
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world_add(&world, in.id, "second", VISIBILITY_ROOM);
    world_run(&world, 5);
    assert_true(
        str_eq(last_line(&world.bodies, 2), last_line(&world.bodies, 1)));
    assert_false(
        str_eq(last_line(&world.bodies, 1), last_line(&world.bodies, 0)));
    assert_int_equal(world_message_count(&world, in.war_channel_id), 4);
    world_close(&world);
}

/* How old the nonce is cannot be told then: so it always looks. */
static void after_the_clock_was_put_back_it_looks(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "first", VISIBILITY_ROOM);
    world.trouble = TROUBLE_LOST;
    world.trouble_at = "POST /channels";
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world.now_ms -= 10 * MS_PER_MINUTE;
    world_run(&world, 5);
    assert_int_equal(world_calls(&world, "GET /channels"), 1);
    assert_int_equal(world_message_count(&world, in.war_channel_id), 3);
    world_close(&world);
}

/* The room talks on while Discord is away: ours is found far down. */
static void looking_reads_on(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world_add(&world, in.id, "first", VISIBILITY_ROOM);
    world.trouble = TROUBLE_LOST;
    world.trouble_at = "POST /channels";
    for (int i = 0; i < 150; i++)
        world_chat(&world, in.war_channel_id, "any news?");
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    for (int i = 0; i < 150; i++)
        world_chat(&world, in.war_channel_id, "any news?");
    world.now_ms += 10 * MS_PER_MINUTE;
    world_run(&world, 5);
    assert_int_equal(world_calls(&world, "GET /channels"), 2);
    assert_int_equal(world_message_count(&world, in.war_channel_id), 3);
    world_close(&world);
}

/* In order, each once, in as few messages as hold them. */
static void long_records_are_batched(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    for (int i = 0; i < 200; i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "entry number %d is recorded", i);
        world_add(&world, in.id, text, VISIBILITY_LIVE);
    }
    world_run(&world, 5);
    struct buf all = BUF_INIT(1u << 20);
    world_contents(&world, in.live_channel_id, &all);
    const char *at = buf_text(&all);
    for (int i = 0; i < 200; i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "entry number %d is", i);
        at = strstr(at, text);
        assert_non_null(at);
        assert_null(strstr(at + 1, text));
    }
    size_t units = utf16_units(buf_str(&all));
    int count = world_message_count(&world, in.live_channel_id) - 1;
    assert_in_range(count, units / MESSAGE_UNITS, units / MESSAGE_UNITS + 3);
    const cJSON *message;
    cJSON_ArrayForEach(message, world.messages)
    {
        assert_in_range(utf16_units(json_text(message, "content")), 0,
                        MESSAGE_UNITS);
    }
    buf_release(&all);
    world_close(&world);
}

/* The first try's nonce must not let the card stay as it was then. */
static void a_card_tried_again_is_up_to_date(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Global outage", false);
    while (world_incident(&world, id).live_channel_id == 0 ||
           world_incident(&world, id).war_channel_id == 0)
        assert_true(world_step(&world));
    world.trouble = TROUBLE_LOST;
    world.trouble_at = "POST /channels";
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    assert_int_equal(world_calls(&world, "POST /channels"), 1);
    resolve(&world, id);
    world_run(&world, 5);
    struct incident in = world_incident(&world, id);
    const cJSON *card = world_message(&world, in.card_message_id);
    const cJSON *embed = cJSON_GetArrayItem(json_get(card, "embeds"), 0);
    assert_true(str_starts(json_text(embed, "title"), "Resolved"));
    world_close(&world);
}

static const char *probes_say;

static void add_probes(const struct incident *in, struct buf *out,
                       void *context)
{
    (void)in;
    (void)context;
    buf_add_text(out, probes_say);
}

/* Posted below, unheard; what it tells is what the older one tells again. */
static void a_moved_card_that_tells_the_same_is_found(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.set.add_probes = add_probes;
    for (int i = 0; i < 2; i++) {
        probes_say = i == 0 ? "up" : "down";
        assert_int_equal(store_begin(world.store), ERR_OK);
        assert_int_equal(
            store_want(world.store, EFFECT_CARD, in.id, 0, NULL, world.now_ms),
            ERR_OK);
        assert_int_equal(store_commit(world.store), ERR_OK);
        world.trouble = i == 0 ? TROUBLE_NONE : TROUBLE_LOST;
        world.trouble_at = "POST /channels";
        while (world.trouble != TROUBLE_NONE)
            assert_true(world_step(&world));
        probes_say = "up";
        world_run(&world, 3);
        world.now_ms += 2 * MS_PER_HOUR;
    }
    assert_int_equal(world_message_count(&world, in.war_channel_id), 2);
    world_close(&world);
}

/* Permissions are gone for a moment: no second card stays. */
static void a_moved_card_takes_the_older_one_away(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    world.now_ms += 2 * MS_PER_HOUR;
    world_add(&world, in.id, "Still slow", VISIBILITY_LIVE);
    int before = world_message_count(&world, in.war_channel_id);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "DELETE /channels";
    world.code = 50013;
    while (world.trouble != TROUBLE_NONE)
        assert_true(world_step(&world));
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, in.war_channel_id),
                     before + 1);
    world_close(&world);
}

/* Its posting is not heard of; found again, it may not be edited yet. */
static void post_unheard(struct world *world, const char *post,
                         const char *edit, bool is_private)
{
    world_open(world, WORLD_START);
    world->trouble = TROUBLE_LOST;
    world->trouble_at = post;
    (void)world_declare(world, "Global outage", is_private);
    while (world->trouble != TROUBLE_NONE)
        assert_true(world_step(world));
    world->now_ms += 10 * MS_PER_MINUTE;
    world->trouble = TROUBLE_FORBIDDEN;
    world->trouble_at = edit;
    world->code = 50013;
    while (world->trouble != TROUBLE_NONE)
        assert_true(world_step(world));
    world_want(world, 1, is_private ? EFFECT_CARD : EFFECT_ANNOUNCE);
}

static void what_is_found_is_not_posted_again(void **state)
{
    (void)state;
    struct world world;
    const cJSON *message;
    int cards = 0;
    post_unheard(&world, "POST /channels/1003", "PATCH /channels/1003", false);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    world_close(&world);
    post_unheard(&world, "POST /channels/14", "PATCH /channels/14", true);
    cJSON_ArrayForEach(message, world.messages)
    {
        cards += cJSON_GetArraySize(json_get(message, "embeds"));
    }
    assert_int_equal(cards, 1);
    world_close(&world);
}

static bool see_announcement(const struct outbox_row *row, void *context)
{
    if (row->kind == EFFECT_ANNOUNCE)
        *(int64_t *)context = row->attempts;
    return true;
}

/* The announcement links both rooms, whichever is made first. To wait for one
 * is no failure: no back-off holds it up when the room is there. */
static void an_announcement_waits_for_the_war_room(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t id = world_declare(&world, "Global outage", false);
    world.trouble = TROUBLE_UNREACHED;
    world.trouble_at = "POST /guilds";
    int64_t attempts = -1, next_ms;
    world_run(&world, 1);
    assert_int_equal(store_due(world.store, world.now_ms + MS_PER_MINUTE,
                               see_announcement, &attempts, &next_ms),
                     ERR_OK);
    assert_int_equal(attempts, 0);
    world_run(&world, 5);
    assert_true(world.now_ms < WORLD_START + MS_PER_MINUTE);
    struct incident in = world_incident(&world, id);
    char link[32];
    (void)snprintf(link, sizeof link, "<#%" PRIu64 ">", in.war_channel_id);
    struct buf all = BUF_INIT(4000);
    world_contents(&world, WORLD_ANNOUNCE, &all);
    assert_non_null(strstr(buf_text(&all), link));
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    buf_release(&all);
    world_close(&world);
}

static void who_is_called_for_is_pinged(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    struct request request = {
        .kind = REQUEST_ASSIGN,
        .draft = {.kind = EVENT_ROLE,
                  .role = ROLE_COMMANDER,
                  .holder = {ACTOR_MEMBER, 79, STR("quill")},
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}},
    };
    (void)world_take(&world, in.id, &request);
    world_run(&world, 3);
    world_check_body("room/assigned_war.json",
                     newest_message(&world, in.war_channel_id));
    world_check_body("room/assigned_live.json",
                     newest_message(&world, in.live_channel_id));
    world_close(&world);
}

static void resolving_leaves_the_final_card(void **state)
{
    (void)state;
    struct world world;
    struct incident in = world_open_declared(&world);
    resolve(&world, in.id);
    world_run(&world, 3);
    const cJSON *card = world_message(&world, in.card_message_id);
    assert_int_equal(cJSON_GetArraySize(json_get(card, "components")), 0);
    const cJSON *embed = cJSON_GetArrayItem(json_get(card, "embeds"), 0);
    assert_true(str_starts(json_text(embed, "title"), "Resolved · SEV1"));
    struct buf all = BUF_INIT(1u << 20);
    world_contents(&world, in.live_channel_id, &all);
    assert_non_null(strstr(buf_text(&all), "Archive deleted, 187 GB free"));
    buf_release(&all);
    world_close(&world);
}

/* As the settings have it. */
static void the_final_card_tells_where_a_private_page_is(void **state)
{
    static const char *const words[] = {"only in `/postmortem preview`",
                                        "not written yet"};
    (void)state;
    for (int pages = 0; pages < 2; pages++) {
        struct world world;
        world_open(&world, WORLD_START);
        world.set.private_pages = pages == 1;
        int64_t id = world_declare(&world, "Leaked key", true);
        world_run(&world, 3);
        resolve(&world, id);
        world_run(&world, 3);
        struct incident in = world_incident(&world, id);
        const cJSON *card = world_message(&world, in.card_message_id);
        const cJSON *embed = cJSON_GetArrayItem(json_get(card, "embeds"), 0);
        assert_non_null(
            strstr(json_text(embed, "description").s, words[pages]));
        world_close(&world);
    }
}

static void channel_names_are_what_discord_takes(void **state)
{
    (void)state;
    static const struct {
        const char *title, *name;
    } cases[] = {
        {"Global outage: 504 timeouts", "inc-1-global-outage-504-timeouts"},
        {"  -- ?! ", "inc-1"},
        {"Störung: Médias", "inc-1-störung-médias"},
        {"サーバー障害 🔥", "inc-1-サーバー障害"},
        {"@everyone look", "inc-1-everyone-look"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        int64_t id = world_declare(&world, cases[i].title, false);
        world_run(&world, 3);
        struct incident in = world_incident(&world, id);
        const cJSON *channel = world_channel(&world, in.war_channel_id);
        assert_string_equal(cJSON_GetStringValue(json_get(channel, "name")),
                            cases[i].name);
        world_close(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_announcement_says_when_it_is_mitigated),
        cmocka_unit_test(the_announcement_says_when_it_is_over),
        cmocka_unit_test(a_duplicate_is_said_to_be_one),
        cmocka_unit_test(declaring_makes_the_rooms),
        cmocka_unit_test(every_message_is_guarded),
        cmocka_unit_test(a_lost_answer_makes_nothing_twice),
        cmocka_unit_test(a_planned_message_goes_out_unchanged),
        cmocka_unit_test(after_the_clock_was_put_back_it_looks),
        cmocka_unit_test(looking_reads_on),
        cmocka_unit_test(long_records_are_batched),
        cmocka_unit_test(a_card_tried_again_is_up_to_date),
        cmocka_unit_test(a_moved_card_that_tells_the_same_is_found),
        cmocka_unit_test(a_moved_card_takes_the_older_one_away),
        cmocka_unit_test(what_is_found_is_not_posted_again),
        cmocka_unit_test(an_announcement_waits_for_the_war_room),
        cmocka_unit_test(who_is_called_for_is_pinged),
        cmocka_unit_test(resolving_leaves_the_final_card),
        cmocka_unit_test(the_final_card_tells_where_a_private_page_is),
        cmocka_unit_test(channel_names_are_what_discord_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
