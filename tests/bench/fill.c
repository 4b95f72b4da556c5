#include "storage/rooms.h"
#include "tests/bench/bench.h"

#include "bot/road/road.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define OPEN_CHANGES 3 /* whatever the number of entries */
#define TURN         1000
#define PER_MESSAGE  20
#define GUILD        500000
#define CHANNEL      9000000

struct filling {
    struct store *store;
    struct incident in;
    int64_t now_ms;
};

static void take(struct filling *filling, struct request *request)
{
    static struct outcome outcome; /* large */
    struct incident after;
    struct event *draft = &request->draft;
    if (request->kind != REQUEST_EFFECT)
        draft->actor = draft->recorder =
            (struct actor){ACTOR_MEMBER, 4242, STR("nova")};
    filling->now_ms += 1000;
    enum err err = road_take(filling->store, &filling->in, request,
                             filling->now_ms, &after, &outcome);
    if (err != ERR_OK || outcome.verdict != VERDICT_ACCEPTED)
        (void)fprintf(stderr, "bench: %s%s\n", store_why(filling->store),
                      outcome.words);
    assert(err == ERR_OK && outcome.verdict == VERDICT_ACCEPTED);
    filling->in = after;
}

static void declare(struct filling *filling)
{
    struct request request = {
        .kind = REQUEST_DECLARE,
        .draft = {.kind = EVENT_DECLARED, .text = STR("Bench: it grows")},
        .new_id = 1,
        .guild_id = GUILD,
        .origin_channel_id = CHANNEL};
    filling->in.id = 1;
    take(filling, &request);
}

static void make_rooms(struct filling *filling)
{
    static const enum effect_kind made[] = {EFFECT_WAR_ROOM, EFFECT_LIVE_ROOM,
                                            EFFECT_CARD};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        struct request request = {
            .kind = REQUEST_EFFECT,
            .draft = {.effect = made[i], .ref_id = CHANNEL + 1 + i}};
        take(filling, &request);
    }
}

static void add(struct filling *filling, int64_t n)
{
    static const enum event_kind kinds[] = {
        EVENT_NOTE, EVENT_FINDING, EVENT_ACTION, EVENT_CHANGE, EVENT_DECISION};
    char text[100];
    enum event_kind kind = kinds[n % 5];
    struct request request = {.kind = REQUEST_ADD, .draft = {.kind = kind}};
    (void)snprintf(text, sizeof text,
                   "Entry %" PRId64 ": the database answers slowly again", n);
    request.draft.text = str_of(text);
    if (kind == EVENT_FINDING)
        request.draft.confidence = CONFIDENCE_THEORY;
    if (kind == EVENT_CHANGE) {
        request.draft.change_what = STR("max_connections");
        request.draft.change_where = STR("db01");
        request.draft.change_from = STR("100");
        request.draft.change_to = STR("200");
        request.draft.change_undo = STR("set it back");
        if (n >= OPEN_CHANGES * 5)
            request.draft.change_verified = STR("the graph");
    }
    take(filling, &request);
}

/* As if every entry had been shown. */
static void put_room(struct filling *filling, enum room room)
{
    int64_t last = filling->in.last_seq;
    for (int64_t n = 0; n * PER_MESSAGE < last; n++) {
        int64_t to = (n + 1) * PER_MESSAGE;
        const struct room_message message = {
            .ordinal = n + 1,
            .first_seq = n * PER_MESSAGE + 1,
            .last_seq = to < last ? to : last,
            .message_id = (uint64_t)(2000000 + 2 * n + (int)room),
            .planned_ms = filling->now_ms,
        };
        enum err err = store_put_room_message(filling->store, filling->in.id,
                                              room, &message);
        assert(err == ERR_OK);
    }
    enum err err =
        store_put_room_settled(filling->store, filling->in.id, room, last);
    assert(err == ERR_OK);
}

void bench_fill(const char *path, int64_t entries)
{
    static struct filling filling;
    struct buf why = BUF_INIT(1000);
    filling = (struct filling){.now_ms = ((int64_t)time(NULL) - entries - 100) *
                                         MS_PER_SECOND};
    enum err err = store_open(path, false, &filling.store, &why);
    assert(err == ERR_OK);
    for (int64_t n = 0; n <= entries; n++) {
        if (n % TURN == 0)
            err = store_begin(filling.store);
        assert(err == ERR_OK);
        if (n == 0) {
            declare(&filling);
            make_rooms(&filling);
        } else {
            add(&filling, n);
        }
        if (n == entries) {
            put_room(&filling, ROOM_WAR);
            put_room(&filling, ROOM_LIVE);
        }
        if (n % TURN == TURN - 1 || n == entries)
            err = store_commit(filling.store);
        assert(err == ERR_OK);
    }
    store_close(filling.store);
    buf_release(&why);
}
