/*
 * Whatever people do to the rooms (delete messages and channels, tell us or
 * not, fill the server), whatever the incident becomes (private, public, called
 * otherwise), and whenever the bot is killed: once it is quiet and there is
 * room, the rooms say what the record says, and what is private is seen nowhere
 * else.
 */
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/outbox/heal.h"
#include "bot/outbox/losses.h"
#include "tests/lib/chance.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SEEDS     40
#define STEPS     150
#define INCIDENTS 3

#define NOVA ((struct actor){ACTOR_MEMBER, 77, STR("nova")})
#define VIEW UINT64_C(1024)

static uint64_t below(struct world *world, uint64_t n)
{
    return chance_below(&world->random, n);
}

/* ---- what people do ---- */

static void set_something(struct world *world, int64_t id)
{
    static const char *const titles[] = {"Logins fail", "Media are gone",
                                         "Everything is slow"};
    struct incident in = world_incident(world, id), after;
    struct outcome outcome;
    struct request request = {.kind = REQUEST_SET,
                              .draft = {.recorder = NOVA, .actor = NOVA}};
    incident_set_draft(&in, &request.draft);
    if (below(world, 2) == 0)
        request.draft.is_private = !in.is_private;
    else
        request.draft.title = str_of(titles[below(world, 3)]);
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(
        road_take(world->store, &in, &request, world->now_ms, &after, &outcome),
        ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
}

static void add_something(struct world *world, int64_t id)
{
    world_add(world, id, "something was seen",
              (enum visibility)below(world, VISIBILITY_COUNT));
}

/* Discord tells of it, if we listen. */
static void tell(struct world *world, struct loss loss)
{
    struct losses losses = {.count = 0};
    losses_add(&losses, loss);
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(losses_take(&losses, world->store, world->now_ms), ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
    losses_release(&losses);
}

static void delete_a_message(struct world *world)
{
    int count = cJSON_GetArraySize(world->messages);
    const cJSON *message;
    if (count == 0)
        return;
    message =
        cJSON_GetArrayItem(world->messages, (int)below(world, (uint64_t)count));
    struct loss loss = {.guild_id = WORLD_GUILD,
                        .channel_id = json_get_id(message, "channel_id"),
                        .message_id = json_get_id(message, "id")};
    world_delete(world, loss.message_id);
    tell(world, loss);
}

static void delete_a_channel(struct world *world)
{
    int count = cJSON_GetArraySize(world->channels);
    if (count == 0)
        return;
    cJSON *channel = cJSON_DetachItemFromArray(
        world->channels, (int)below(world, (uint64_t)count));
    if (below(world, 2) == 0)
        tell(world, (struct loss){.guild_id = WORLD_GUILD,
                                  .channel_id = json_get_id(channel, "id")});
    cJSON_Delete(channel);
}

static void do_something(struct world *world, const int64_t *ids)
{
    int64_t id = ids[below(world, INCIDENTS)];
    switch (below(world, 12)) {
    case 0:
        set_something(world, id);
        break;
    case 1:
    case 2:
        delete_a_message(world);
        break;
    case 3:
        delete_a_channel(world);
        break;
    case 4:
        world->is_full = !world->is_full;
        break;
    default:
        add_something(world, id);
        break;
    }
}

/* ---- what must hold in the end ---- */

static bool is_hidden(const struct world *world, uint64_t channel)
{
    const cJSON *overwrite;
    uint64_t deny = 0;
    cJSON_ArrayForEach(overwrite, json_get(world_channel(world, channel),
                                           "permission_overwrites"))
    {
        if (json_get_id(overwrite, "id") == WORLD_GUILD)
            (void)str_to_u64(json_text(overwrite, "deny"), &deny);
    }
    return (deny & VIEW) != 0;
}

static void check_incident(const struct world *world, int64_t id)
{
    struct incident in = world_incident(world, id);
    assert_false(in.war_is_borrowed);
    assert_non_null(world_channel(world, in.war_channel_id));
    assert_int_equal(is_hidden(world, in.war_channel_id), in.is_private);
    assert_true(world_pinned(world, in.card_message_id));
    check_room(world, id, ROOM_WAR);
    check_card(world, id, ROOM_WAR);
    assert_int_equal(in.announce_message_id == 0, in.is_private);
    if (in.is_private) {
        if (world_channel(world, in.live_channel_id) != NULL)
            assert_true(is_hidden(world, in.live_channel_id));
        return;
    }
    assert_non_null(world_channel(world, in.live_channel_id));
    assert_false(is_hidden(world, in.live_channel_id));
    check_room(world, id, ROOM_LIVE);
    check_card(world, id, ROOM_LIVE);
}

/* Nobody touches anything any more, and there is room. */
static void settle(struct world *world, const int64_t *ids)
{
    world->is_full = false;
    world->trouble = TROUBLE_NONE;
    world->kill_chance = 0;
    for (int i = 0; i < 2; i++) {
        world->now_ms += MS_PER_MINUTE;
        for (int n = 0; n < INCIDENTS; n++)
            world_add(world, ids[n], "still here", VISIBILITY_LIVE);
        assert_int_equal(store_begin(world->store), ERR_OK);
        assert_int_equal(heal_want(world->store, world->now_ms), ERR_OK);
        assert_int_equal(store_commit(world->store), ERR_OK);
        world_run(world, INT32_MAX);
    }
}

static void run(uint64_t seed)
{
    struct world world;
    int64_t ids[INCIDENTS];
    int public_count = 0;
    world_open(&world, WORLD_START);
    world.random = seed;
    if (below(&world, 2) == 0)
        world.set.live_delay_ms = 60 * MS_PER_SECOND;
    for (int i = 0; i < INCIDENTS; i++)
        ids[i] = world_declare(&world, "Global outage", i == INCIDENTS - 1);
    world.kill_chance = (int)below(&world, 100);
    for (int i = 0; i < STEPS; i++) {
        if (below(&world, 4) == 0)
            do_something(&world, ids);
        else if (!world_step(&world))
            world.now_ms += (int64_t)below(&world, 20000);
        if (world.trouble == TROUBLE_NONE && below(&world, 8) == 0) {
            world.trouble =
                below(&world, 2) == 0 ? TROUBLE_LOST : TROUBLE_UNREACHED;
            world.trouble_at = "";
        }
    }
    settle(&world, ids);
    for (int i = 0; i < INCIDENTS; i++) {
        check_incident(&world, ids[i]);
        public_count += !world_incident(&world, ids[i]).is_private;
    }
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), public_count);
    world_close(&world);
}

static void rooms_survive_their_people(void **state)
{
    (void)state;
    const char *given = getenv("SEED");
    uint64_t first = given == NULL ? 1 : strtoull(given, NULL, 10);
    uint64_t last = given == NULL ? SEEDS : first;
    for (uint64_t seed = first; seed <= last; seed++) {
        print_message("# seed %" PRIu64 ", again: SEED=%" PRIu64
                      " build/san/tests/property/test_rooms_people\n",
                      seed, seed);
        run(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rooms_survive_their_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
