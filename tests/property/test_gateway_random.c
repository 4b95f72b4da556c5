/*
 * The gateway session against random servers on a virtual clock: sockets that
 * fail, frames that get lost, op 1, 7, 9 and close codes at any time. Whatever
 * the server does, the rules below hold; when it behaves again, the session is
 * ready soon.
 *
 *   test_gateway_random [SEED]
 */
#include "bot/discord/gateway.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "tests/lib/chance.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SEEDS        150
#define CHAOS_MS     1200000 /* of trouble, then of peace */
#define READY_SOON   400000  /* two waits of a minute, a close, lost beats */
#define ROUNDS       3
#define SENDS        4000
#define PENDING      64
#define CLOSE_MS_MAX 5000

enum socket { SOCKET_NONE, SOCKET_CONNECTING, SOCKET_OPEN, SOCKET_CLOSING };

enum event_kind { ON_URL, ON_OPENED, ON_CLOSED, ON_FRAME, ON_TROUBLE };

struct event {
    int64_t at;
    enum event_kind kind;
    int connection; /* of which it is; 0: of none */
    int code;
    char *frame; /* owned */
};

struct world {
    uint64_t seed, random;
    int64_t now;
    struct gateway *gateway;
    struct event pending[PENDING];
    int pending_count;

    bool behaves, kills; /* kills: fatal codes too */
    enum socket socket;
    int connection;
    bool greeted, login_seen, is_dead;
    int64_t interval, last_beat;
    int64_t sends[SENDS]; /* of this connection */
    int send_count;
    int64_t last_identify;
    bool has_session;
    int seq, steps, identifies, readies;
};

static const char *program;

__attribute__((format(printf, 3, 4))) static void
check(const struct world *world, bool holds, const char *format, ...)
{
    if (holds)
        return;
    char text[300];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fail_msg("seed %" PRIu64 ", %" PRId64 " ms: %s. Again: %s %" PRIu64,
             world->seed, world->now, text, program, world->seed);
}

static int64_t any(struct world *world, int64_t below)
{
    return (int64_t)chance_below(&world->random, (uint64_t)below);
}

/* True in so many of a hundred cases, and never while the server behaves. */
static bool trouble(struct world *world, int percent)
{
    return any(world, 100) < percent && !world->behaves;
}

static void later(struct world *world, int64_t ms, struct event event)
{
    check(world, world->pending_count < PENDING, "too much at once");
    event.at = world->now + ms;
    world->pending[world->pending_count++] = event;
}

static void frame_later(struct world *world, int64_t ms, const char *frame)
{
    later(world, ms,
          (struct event){.kind = ON_FRAME,
                         .connection = world->connection,
                         .frame = mem_text(frame)});
}

static void dispatch_later(struct world *world, int64_t ms, const char *name)
{
    char frame[300];
    (void)snprintf(frame, sizeof frame,
                   "{\"op\":0,\"s\":%d,\"t\":\"%s\",\"d\":{"
                   "\"session_id\":\"s\","
                   "\"resume_gateway_url\":\"wss://re.test\"}}",
                   ++world->seq, name);
    frame_later(world, ms, frame);
}

/* ---- the server ---- */

static void on_login(struct world *world, bool is_resume)
{
    int64_t delay = any(world, 500);
    world->login_seen = true;
    if (trouble(world, 10))
        return; /* withheld until the server behaves */
    if (is_resume && (!world->has_session || trouble(world, 20))) {
        frame_later(world, delay, "{\"op\":9,\"d\":false}");
    } else if (trouble(world, 10)) {
        frame_later(world, delay,
                    any(world, 2) == 0 ? "{\"op\":9,\"d\":false}"
                                       : "{\"op\":9,\"d\":true}");
    } else if (is_resume) {
        dispatch_later(world, delay, "INTERACTION_CREATE");
        dispatch_later(world, delay, "RESUMED");
    } else {
        world->has_session = true;
        world->seq = 0;
        dispatch_later(world, delay, "READY");
    }
}

static void on_sent(struct world *world, const char *text)
{
    cJSON *payload = json_parse(str_of(text));
    int64_t op = -1;
    int in_window = 0;
    check(world, strlen(text) <= GATEWAY_SEND_BYTES, "a payload is too long");
    check(world, json_whole(json_get(payload, "op"), &op), "no payload");
    cJSON_Delete(payload);
    world->sends[world->send_count % SENDS] = world->now;
    world->send_count++;
    for (int i = 0; i < world->send_count && i < SENDS; i++)
        in_window += world->now - world->sends[i] < 60000;
    check(world, in_window <= 120, "%d payloads in 60 s", in_window);
    if (op == 1) {
        world->last_beat = world->now;
        if (!trouble(world, 5))
            frame_later(world, any(world, 300), "{\"op\":11}");
    } else {
        check(world, op == 2 || op == 6, "op %d", (int)op);
        check(world, world->greeted, "logs in before Hello");
        check(world, !world->login_seen, "logs in twice");
        on_login(world, op == 6);
    }
    if (op == 2) {
        check(world, world->now - world->last_identify >= 5000,
              "identifies after %" PRId64 " ms",
              world->now - world->last_identify);
        world->last_identify = world->now;
    }
}

static void on_connect(struct world *world, const char *url)
{
    check(world, world->socket == SOCKET_NONE, "connects while connected");
    check(world, str_ends(str_of(url), "/?v=10&encoding=json"), "url %s", url);
    world->socket = SOCKET_CONNECTING;
    world->connection++;
    world->greeted = world->login_seen = false;
    world->send_count = 0;
    struct event event = {.connection = world->connection, .kind = ON_OPENED};
    if (trouble(world, 20))
        event.kind = ON_CLOSED;
    if (!trouble(world, 3)) /* else: nothing comes at all */
        later(world, any(world, 2000), event);
}

static void on_action(struct world *world, const struct gateway_action *action)
{
    switch (action->kind) {
    case GATEWAY_ACTION_FIND_URL:
        later(world, any(world, 1000), (struct event){.kind = ON_URL});
        break;
    case GATEWAY_ACTION_CONNECT:
        on_connect(world, action->text);
        break;
    case GATEWAY_ACTION_SEND:
        check(world, world->socket == SOCKET_OPEN, "sends without a socket");
        on_sent(world, action->text);
        break;
    case GATEWAY_ACTION_CLOSE:
        check(world, action->code == 4000, "closes with %d", action->code);
        check(world,
              world->socket == SOCKET_OPEN ||
                  world->socket == SOCKET_CONNECTING,
              "closes no socket");
        world->socket = SOCKET_CLOSING;
        later(
            world, any(world, CLOSE_MS_MAX),
            (struct event){.kind = ON_CLOSED, .connection = world->connection});
        break;
    case GATEWAY_ACTION_IDENTIFIED:
        world->identifies++;
        break;
    case GATEWAY_ACTION_FATAL:
        check(world, world->kills, "dies without reason");
        world->is_dead = true;
        break;
    case GATEWAY_ACTION_DISPATCH:
        world->readies += strcmp(action->name, "READY") == 0 ||
                          strcmp(action->name, "RESUMED") == 0;
        break;
    case GATEWAY_ACTION_SESSION:
    case GATEWAY_ACTION_LOG:
        break;
    }
}

static void carry_out(struct world *world, struct gateway_out *out)
{
    for (int i = 0; i < out->count; i++)
        on_action(world, &out->actions[i]);
    gateway_out_release(out);
}

static void close_now(struct world *world, int code)
{
    struct gateway_out out = {0};
    world->socket = SOCKET_NONE;
    gateway_closed(world->gateway, code, STR_NONE, world->now, &out);
    carry_out(world, &out);
}

/* Something bad happens to an open connection. */
static void make_trouble(struct world *world)
{
    static const int codes[] = {0,    1000, 1001, 1006, 4000, 4001, 4002,
                                4003, 4005, 4007, 4008, 4009, 4999};
    static const int fatal[] = {4004, 4010, 4011, 4012, 4013, 4014};
    static const char *const frames[] = {
        "{\"op\":7}",
        "{\"op\":9,\"d\":true}",
        "{\"op\":9}",
        "{\"op\":1}",
        "garbage",
        "{\"op\":31}",
        "{\"op\":0,\"t\":\"X\",\"s\":1}",
        "{\"op\":11}",
        "{\"op\":10,\"d\":{\"heartbeat_interval\":45000}}",
    };
    if (world->socket != SOCKET_OPEN)
        return;
    if (any(world, 100) < 40) {
        if (any(world, 2) == 0)
            world->has_session = false;
        if (world->kills && any(world, 20) == 0)
            close_now(world, fatal[any(world, 6)]);
        else
            close_now(world, codes[any(world, 13)]);
    } else if (any(world, 100) < 10) {
        /* Not so many that the answers of one moment do not fit. */
        for (int i = 0; i < 30; i++)
            frame_later(world, any(world, 1000), "{\"op\":1}");
    } else {
        const char *frame = frames[any(world, 9)];
        if (world->greeted || !str_starts(str_of(frame), "{\"op\":10"))
            frame_later(world, 0, frame);
    }
}

static void on_hello_time(struct world *world)
{
    char hello[100];
    world->interval = 15000 + any(world, 30000);
    (void)snprintf(hello, sizeof hello,
                   "{\"op\":10,\"d\":{\"heartbeat_interval\":%" PRId64 "}}",
                   world->interval);
    if (!trouble(world, 5))
        frame_later(world, any(world, 1000), hello);
}

static void happen(struct world *world, const struct event *event)
{
    struct gateway_out out = {0};
    bool is_current = event->connection == world->connection;
    switch (event->kind) {
    case ON_URL:
        gateway_url(world->gateway,
                    trouble(world, 20) ? STR_NONE : STR("wss://gw.test"), 1000,
                    0, 0, world->now, &out);
        break;
    case ON_OPENED:
        if (!is_current || world->socket != SOCKET_CONNECTING)
            break;
        world->socket = SOCKET_OPEN;
        gateway_opened(world->gateway, world->now, &out);
        on_hello_time(world);
        break;
    case ON_CLOSED:
        if (is_current && world->socket != SOCKET_NONE)
            close_now(world, 0);
        break;
    case ON_FRAME:
        if (!is_current || world->socket != SOCKET_OPEN)
            break;
        if (str_starts(str_of(event->frame), "{\"op\":10,")) {
            cJSON *hello = json_parse(str_of(event->frame));
            (void)json_whole(
                json_get(json_get(hello, "d"), "heartbeat_interval"),
                &world->interval);
            cJSON_Delete(hello);
            world->greeted = true;
            world->last_beat = world->now;
        }
        gateway_receive(world->gateway, str_of(event->frame), world->now, &out);
        break;
    case ON_TROUBLE:
        if (!world->behaves) {
            make_trouble(world);
            later(world, any(world, 40000), (struct event){.kind = ON_TROUBLE});
        }
        break;
    }
    carry_out(world, &out);
}

/* To the next thing that happens, but not past `until`. */
static void step(struct world *world, int64_t until)
{
    int first = -1;
    int64_t due = gateway_deadline(world->gateway);
    for (int i = 0; i < world->pending_count; i++)
        if (world->pending[i].at < due) {
            first = i;
            due = world->pending[i].at;
        }
    if (due > until) {
        world->now = until;
        return;
    }
    world->now = due > world->now ? due : world->now;
    world->steps++;
    if (first < 0) {
        struct gateway_out out = {0};
        gateway_tick(world->gateway, world->now, &out);
        carry_out(world, &out);
    } else {
        struct event event = world->pending[first];
        /* What is due at the same time happens in the order of its making. */
        memmove(&world->pending[first], &world->pending[first + 1],
                (size_t)(world->pending_count - first - 1) * sizeof event);
        world->pending_count--;
        happen(world, &event);
        free(event.frame);
    }
    if (world->socket == SOCKET_OPEN && world->greeted)
        check(world, world->now - world->last_beat <= world->interval,
              "no beat for %" PRId64 " of %" PRId64 " ms",
              world->now - world->last_beat, world->interval);
}

static void run(struct world *world, int64_t ms)
{
    int64_t until = world->now + ms;
    while (world->now < until && !world->is_dead)
        step(world, until);
}

/* What was withheld comes now: an honest server would have closed. */
static void behave(struct world *world)
{
    world->behaves = true;
    if (world->socket == SOCKET_OPEN && world->login_seen &&
        gateway_state(world->gateway) != GATEWAY_READY)
        dispatch_later(world, 0,
                       gateway_state(world->gateway) == GATEWAY_RESUMING
                           ? "RESUMED"
                           : "READY");
}

static void play_seed(uint64_t seed, bool kills, int *steps)
{
    struct gateway_config config = {
        .token = "secret", .intents = 1, .seed = seed};
    struct world world = {.seed = seed,
                          .random = seed,
                          .kills = kills,
                          .last_identify = -5000,
                          .gateway = gateway_new(&config)};
    for (int round = 0; round < ROUNDS && !world.is_dead; round++) {
        world.behaves = false;
        later(&world, 0, (struct event){.kind = ON_TROUBLE});
        run(&world, CHAOS_MS);
        if (world.is_dead)
            break;
        behave(&world);
        run(&world, READY_SOON);
        check(&world, gateway_state(world.gateway) == GATEWAY_READY, "still %s",
              gateway_state_words(gateway_state(world.gateway)));
        int before = world.connection;
        run(&world, CHAOS_MS);
        check(&world, world.connection == before, "leaves a good connection");
    }
    if (world.is_dead) {
        struct gateway_out out = {0};
        check(&world, gateway_state(world.gateway) == GATEWAY_DEAD, "lives");
        check(&world, gateway_deadline(world.gateway) == INT64_MAX, "waits");
        gateway_tick(world.gateway, world.now + 1000000, &out);
        check(&world, out.count == 0, "acts after its death");
    } else {
        check(&world, world.readies > 0 && world.identifies > 0, "idle");
    }
    *steps += world.steps;
    for (int i = 0; i < world.pending_count; i++)
        free(world.pending[i].frame);
    gateway_free(world.gateway);
}

static uint64_t first_seed = 1, last_seed = SEEDS;

static void holds_against_any_server(void **state)
{
    (void)state;
    int steps = 0;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++)
        play_seed(seed, false, &steps);
    print_message("%d steps\n", steps);
}

static void fatal_codes_end_it(void **state)
{
    (void)state;
    int steps = 0;
    for (uint64_t seed = first_seed; seed <= last_seed; seed++)
        play_seed(seed, true, &steps);
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc > 1)
        first_seed = last_seed = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_against_any_server),
        cmocka_unit_test(fatal_codes_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
