/*
 * Whatever is recorded, and whenever the bot is killed or an answer is lost,
 * each room ends up saying what the record says for it: every entry once, in
 * order, and nothing that is not for it.
 */
#include "bot/discord/json.h"
#include "tests/lib/chance.h"
#include "tests/lib/room_check.h"

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

static bool may_be_struck(const struct entry *entry, void *context)
{
    struct event *event = context;
    if (!event_kind_by_person(entry->event.kind) || entry->state.struck != 0)
        return true;
    incident_edit_draft(&entry->event, event);
    return false;
}

/* Somebody thinks again about an entry, any of them. */
static void correct_something(struct world *world, int64_t id)
{
    const struct actor nova = {ACTOR_MEMBER, 77, STR("nova")};
    struct request request = {.draft = {.recorder = nova}};
    const struct entry_page page = {
        .order = EVENTS_BY_SEQ,
        .after_seq =
            1 + (int64_t)below(world,
                               (uint64_t)world_incident(world, id).last_seq)};
    struct event *draft = &request.draft;
    assert_int_equal(
        store_each_entry(world->store, id, &page, may_be_struck, draft),
        ERR_OK);
    if (draft->target == 0)
        return;
    /* What the entry's texts were is gone. */
    draft->actor = nova;
    draft->text = str_of(texts[below(world, 5)]);
    draft->link = draft->file_name = draft->file_sha256 = STR_NONE;
    if (below(world, 2) == 0) {
        request.kind = REQUEST_STRIKE;
    } else {
        request.kind = REQUEST_EDIT;
        draft->visibility = (enum visibility)below(world, VISIBILITY_COUNT);
    }
    (void)world_take(world, id, &request);
}

static bool is_card(const cJSON *message)
{
    return json_get(message, "embeds") != NULL &&
           !json_is_true(message, "deleted");
}

static void check_world(const struct world *world, const int64_t *ids)
{
    const cJSON *message;
    int cards = 0;
    for (int i = 0; i < INCIDENTS; i++) {
        check_room(world, ids[i], ROOM_WAR);
        check_room(world, ids[i], ROOM_LIVE);
        check_card(world, ids[i], ROOM_WAR);
        if (i < INCIDENTS - 1)
            check_card(world, ids[i], ROOM_LIVE);
    }
    cJSON_ArrayForEach(message, world->messages)
    {
        cards += is_card(message);
    }
    /* The last one is private: no live room, no announcement. */
    assert_int_equal(cJSON_GetArraySize(world->channels), 2 * INCIDENTS - 1);
    assert_int_equal(world_message_count(world, WORLD_ANNOUNCE), INCIDENTS - 1);
    assert_int_equal(cards, 2 * INCIDENTS - 1);
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
        } else if (below(&world, 8) == 0) {
            correct_something(&world, ids[below(&world, INCIDENTS)]);
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
