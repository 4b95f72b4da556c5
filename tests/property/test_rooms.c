/*
 * Whatever is recorded, and whenever the bot is killed or an answer is lost,
 * each room ends up saying what the record says for it: every entry once, in
 * order, and nothing that is not for it.
 */
#include "bot/discord/json.h"
#include "tests/lib/chance.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SEEDS     40
#define STEPS     120
#define INCIDENTS 3

static const char *const texts[] = {
    "still down",
    "disk of `db-1` is full",
    "@everyone look\nat this",
    "**18:54 UTC** · **decision** · boss: drop the database",
    "a rather long sentence about nothing, so that the messages fill up before "
    "the run is over, and then some more of it to be sure, with an asterisk * "
    "and a dash - and an emoji \xF0\x9F\x94\xA5 to make counting interesting",
};

static uint64_t below(struct world *world, uint64_t n)
{
    return chance_below(&world->random, n);
}

static void record_something(struct world *world, int64_t id)
{
    static const enum event_kind kinds[] = {
        EVENT_NOTE, EVENT_REPORT, EVENT_FINDING, EVENT_IDEA, EVENT_EVIDENCE};
    struct incident in = world_incident(world, id);
    struct request request = {
        .kind = REQUEST_ADD,
        .draft = {.kind = kinds[below(world, 5)],
                  .text = str_of(texts[below(world, 5)]),
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")},
                  .visibility =
                      (enum visibility)below(world, VISIBILITY_COUNT)},
    };
    if (below(world, 10) == 0) {
        request.kind = REQUEST_MOVE;
        request.draft.kind = EVENT_STATE;
        request.draft.state_to = in.state == STATE_INVESTIGATING
                                     ? STATE_RESOLVED
                                     : STATE_INVESTIGATING;
        request.draft.visibility = VISIBILITY_LIVE;
    }
    (void)world_take(world, id, &request);
}

struct projection {
    struct incident in;
    enum room room;
    struct buf text;
};

static bool project(const struct event *event, void *context)
{
    struct projection *projection = context;
    if (entry_belongs(&projection->in, event, projection->room)) {
        entry_add(&projection->text, event);
        buf_add_char(&projection->text, '\n');
    }
    return true;
}

static void check_room(const struct world *world, int64_t id, enum room room)
{
    struct projection want = {.in = world_incident(world, id),
                              .room = room,
                              .text = BUF_INIT(1u << 20)};
    struct buf got = BUF_INIT(1u << 20);
    uint64_t channel =
        room == ROOM_WAR ? want.in.war_channel_id : want.in.live_channel_id;
    assert_int_equal(
        store_each_event(world->store, id, EVENTS_BY_SEQ, 0, project, &want),
        ERR_OK);
    world_contents(world, channel, &got);
    assert_string_equal(buf_text(&got), buf_text(&want.text));
    buf_release(&got);
    buf_release(&want.text);
}

static bool has_embed(const cJSON *message)
{
    return json_get(message, "embeds") != NULL;
}

/* The card that stands is the card of the record. */
static void check_card(const struct world *world, int64_t id)
{
    struct incident in = world_incident(world, id);
    const cJSON *stands = world_message(world, in.card_message_id);
    cJSON *want = card_message(&in);
    static const char *const parts[] = {"embeds", "components"};
    for (size_t i = 0; i < 2; i++) {
        char *a = cJSON_PrintUnformatted(json_get(stands, parts[i]));
        char *b = cJSON_PrintUnformatted(json_get(want, parts[i]));
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    cJSON_Delete(want);
}

static void check_world(const struct world *world, const int64_t *ids)
{
    const cJSON *message;
    int cards = 0;
    for (int i = 0; i < INCIDENTS; i++) {
        check_room(world, ids[i], ROOM_WAR);
        check_room(world, ids[i], ROOM_LIVE);
        check_card(world, ids[i]);
    }
    cJSON_ArrayForEach(message, world->messages)
    {
        cards += has_embed(message);
    }
    /* The last one is private: no live room, no announcement. */
    assert_int_equal(cJSON_GetArraySize(world->channels), 2 * INCIDENTS - 1);
    assert_int_equal(world_message_count(world, WORLD_ANNOUNCE), INCIDENTS - 1);
    assert_int_equal(cards, INCIDENTS);
}

static void run(uint64_t seed)
{
    struct world world;
    int64_t ids[INCIDENTS];
    world_open(&world, INT64_C(1773457140000));
    world.random = seed;
    for (int i = 0; i < INCIDENTS; i++)
        ids[i] = world_declare(&world, "Global outage", i == INCIDENTS - 1);
    world.kill_chance = (int)below(&world, 200);
    for (int i = 0; i < STEPS; i++) {
        if (below(&world, 3) == 0) {
            record_something(&world, ids[below(&world, INCIDENTS)]);
        } else if (!world_step(&world)) {
            world.now_ms += (int64_t)below(&world, 10000);
        }
        if (world.trouble == TROUBLE_NONE && below(&world, 8) == 0) {
            world.trouble =
                below(&world, 2) == 0 ? TROUBLE_LOST : TROUBLE_UNREACHED;
            world.trouble_at = "";
        }
    }
    world.kill_chance = 0;
    world_run(&world, INT32_MAX);
    check_world(&world, ids);
    world_close(&world);
}

static void rooms_say_what_the_record_says(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    uint64_t first = given == NULL ? 1 : strtoull(given, NULL, 10);
    uint64_t last = given == NULL ? SEEDS : first;
    for (uint64_t seed = first; seed <= last; seed++) {
        print_message("# seed %" PRIu64 ", again: SEED=%" PRIu64
                      " build/san/tests/property/test_rooms\n",
                      seed, seed);
        run(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rooms_say_what_the_record_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
