/*
 * Whatever is asked for, in whatever order, with turns undone and the file
 * closed or the process killed at any moment: the stored incident is the fold
 * of its events, and the proof finds nothing.
 *
 * SEED=7 plays that seed alone.
 */
#include "bot/road/road.h"
#include "storage/store_internal.h"
#include "storage/verify.h"
#include "tests/lib/chance.h"
#include "tests/lib/scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define INCIDENTS 3
#define ROUNDS    30
#define TURNS     40
#define KILLS     15

struct world {
    uint64_t seed, random;
    const struct scratch *scratch;
    struct store *store;
    struct incident in[INCIDENTS]; /* what the rules say */
    int64_t now_ms;
    char text[8192]; /* of the request being made */
};

/* ---- chance ---- */

static uint64_t draw(struct world *world, uint64_t below)
{
    return chance_below(&world->random, below);
}

static bool chance(struct world *world, uint64_t one_in)
{
    return draw(world, one_in) == 0;
}

#define fail_seed(world, ...)                                                  \
    do {                                                                       \
        print_error("again: SEED=%" PRIu64                                     \
                    " build/san/tests/property/test_replay\n",                 \
                    (world)->seed);                                            \
        fail_msg(__VA_ARGS__);                                                 \
    } while (0)

static void must(struct world *world, enum err err, const char *what)
{
    if (err != ERR_OK)
        fail_seed(world, "%s: %s: %s", what, err_words(err),
                  world->store == NULL ? "" : store_why(world->store));
}

/* ---- requests ---- */

/* Mostly words; now and then nothing, or more than fits. */
static struct str some_text(struct world *world)
{
    static const char *const pieces[] = {"disk full ",   "`rm -rf`|",
                                         "<this file> ", "@nova ",
                                         "#217 ",        "504\n",
                                         "größer ",      "日本語 ",
                                         "\"; -- ",      "tweaked the CDNs "};
    uint64_t count = chance(world, 12) ? draw(world, 400) : draw(world, 8);
    size_t n = 0;
    for (uint64_t i = 0; i < count; i++) {
        const char *piece =
            pieces[draw(world, sizeof pieces / sizeof pieces[0])];
        n += (size_t)snprintf(world->text + n, sizeof world->text - n, "%s",
                              piece);
    }
    return str_trim((struct str){world->text, n});
}

static struct actor some_actor(struct world *world)
{
    static const char *const names[] = {"nova", "ivory", "UptimeRobot", ""};
    struct actor actor = {.type =
                              (enum actor_type)draw(world, ACTOR_TYPE_COUNT)};
    if (actor.type == ACTOR_MEMBER)
        actor.id = UINT64_MAX - draw(world, 4);
    if (actor.type != ACTOR_NOBODY)
        actor.name = str_of(names[draw(world, 4)]);
    return actor;
}

static struct when some_time(struct world *world)
{
    struct when when = {.precision = WHEN_NEVER};
    if (chance(world, 2))
        return when;
    when.precision =
        (enum precision)(1 + draw(world, (uint64_t)PRECISION_COUNT - 1));
    when.from_ms = world->now_ms - (int64_t)draw(world, 7200000);
    when.to_ms = when.from_ms + (when_is_point(&when) ? 0 : 1000);
    if (when.precision != WHEN_EXACT)
        str_copy_to(when.typed, STR("~18:52"));
    return when;
}

static void some_result(struct world *world, struct request *request)
{
    struct event *draft = &request->draft;
    struct sha256 hash;
    static char hex[SHA256_HEX];
    request->kind = REQUEST_EFFECT;
    draft->effect =
        (enum effect_kind)(1 + draw(world, (uint64_t)EFFECT_KIND_COUNT - 1));
    draft->failed = chance(world, 4);
    draft->ref_id = 1 + draw(world, 5);
    draft->ref = chance(world, 2) ? STR("0123abcd") : STR("4567cdef");
    if (draft->effect != EFFECT_FETCH)
        return;
    draft->target = (int64_t)draw(world, 12);
    must(world, store_put_attachment(world->store, draft->text, &hash),
         "attachment");
    sha256_hex(&hash, hex);
    draft->file_name = STR("log.txt");
    draft->file_sha256 = str_of(hex);
    draft->file_bytes = (int64_t)draft->text.n;
}

/* What corrects, settles or steers; mostly of something that is there. */
static void some_amendment(struct world *world, int which, struct event *draft)
{
    static const char *const origins[] = {"https://a", "line 7"};
    draft->target =
        (int64_t)draw(world, (uint64_t)world->in[which].last_seq + 2);
    draft->entry_kind = chance(world, 2)
                            ? EVENT_REPORT
                            : (enum event_kind)draw(world, EVENT_DECLARED);
    if (!chance(world, 8) && draft->entry_kind != EVENT_FINDING)
        draft->confidence = CONFIDENCE_NONE;
    draft->settlement = (enum settlement)draw(world, SETTLEMENT_COUNT);
    draft->item_kind = (enum item_kind)draw(world, ITEM_KIND_COUNT);
    draft->item_state = (enum item_state)draw(world, ITEM_STATE_COUNT);
    draft->due_ms = (int64_t)draw(world, 2) * MS_PER_DAY;
    draft->milestone = (enum milestone)draw(world, MILESTONE_COUNT);
    draft->milestone_at = some_time(world);
    draft->reminder = (enum reminder)draw(world, REMINDER_COUNT);
    draft->until_ms = world->now_ms + (int64_t)draw(world, 7200000) - 60000;
    draft->other_id = (int64_t)draw(world, INCIDENTS + 2);
    draft->section = (enum section)draw(world, SECTION_COUNT);
    draft->title = chance(world, 2) ? STR("Disk full") : STR_NONE;
    draft->is_private = chance(world, 4);
    if (chance(world, 20))
        draft->origin = str_of(origins[draw(world, 2)]);
}

static struct request some_request(struct world *world, int which)
{
    struct request request = {
        .draft =
            {
                .occurred = some_time(world),
                .actor = some_actor(world),
                .recorder = some_actor(world),
                .source = (enum source)draw(world, SOURCE_COUNT),
                .visibility = (enum visibility)draw(world, VISIBILITY_COUNT),
                .text = some_text(world),
                .impact =
                    chance(world, 4) ? STR("nobody can log in") : STR_NONE,
            },
        .fetches = {{.url = STR("https://cdn/f")}},
        .fetch_count = chance(world, 5),
        .new_id = which + 1,
        .guild_id = 100 + draw(world, 2),
        .origin_channel_id = 7,
    };
    struct event *draft = &request.draft;
    static const enum request_kind kinds[] = {
        REQUEST_ADD,     REQUEST_ADD,    REQUEST_ADD,    REQUEST_ADD,
        REQUEST_MOVE,    REQUEST_MOVE,   REQUEST_ASSIGN, REQUEST_EFFECT,
        REQUEST_EDIT,    REQUEST_STRIKE, REQUEST_SETTLE, REQUEST_ITEM,
        REQUEST_HANDOFF, REQUEST_LINK,   REQUEST_SET,    REQUEST_SNOOZE,
        REQUEST_REMIND,  REQUEST_WRITE,  REQUEST_LOST};
    request.kind = world->in[which].last_seq == 0
                       ? REQUEST_DECLARE
                       : kinds[draw(world, sizeof kinds / sizeof kinds[0])];
    draft->severity = (enum severity)draw(world, SEVERITY_COUNT);
    draft->type = (enum incident_type)draw(world, TYPE_COUNT);
    draft->confidence = (enum confidence)draw(world, CONFIDENCE_COUNT);
    draft->role = (enum role)(1 + draw(world, (uint64_t)ROLE_COUNT - 1));
    draft->holder = some_actor(world);
    draft->state_to = (enum incident_state)draw(
        world, chance(world, 4) ? STATE_COUNT : STATE_CLOSED);
    draft->next_in_min = (int64_t)draw(world, 60);
    draft->impact_from = some_time(world);
    draft->change_what = draft->change_where = draft->change_from =
        draft->change_to = chance(world, 8) ? STR_NONE : STR("x");
    draft->change_verified = chance(world, 2) ? STR("df") : STR_NONE;
    if (request.kind != REQUEST_DECLARE)
        some_amendment(world, which, draft);
    if (request.kind == REQUEST_ADD) {
        draft->kind = chance(world, 2)
                          ? EVENT_REPORT
                          : (enum event_kind)draw(world, EVENT_DECLARED);
        if (draft->kind != EVENT_FINDING && !chance(world, 8))
            draft->confidence = CONFIDENCE_NONE;
        draft->target = chance(world, 4) ? draft->target : 0;
    } else if (request.kind == REQUEST_EFFECT) {
        some_result(world, &request);
    } else if (request.kind == REQUEST_LOST) {
        static const enum effect_kind lost[] = {
            EFFECT_WAR_ROOM, EFFECT_LIVE_ROOM, EFFECT_CARD,
            EFFECT_ANNOUNCE, EFFECT_ROOM,      EFFECT_LIVE};
        draft->effect = lost[draw(world, 6)];
        draft->ref_id = 1 + draw(world, 5);
    }
    return request;
}

/* ---- the property ---- */

static void expect_same(struct world *world, int which)
{
    const struct incident *in = &world->in[which];
    struct incident stored = {0};
    enum err err = store_incident(world->store, which + 1, &stored);
    if (in->last_seq == 0 && err == ERR_NOT_FOUND)
        return;
    must(world, err, "load");
    bool same = columns_equal(&incident_columns, in, &stored);
    for (int i = 0; i < ROLE_HOLDERS; i++)
        same = same && columns_equal(&holder_columns, &in->holders[i],
                                     &stored.holders[i]);
    for (int i = 0; i < MILESTONE_COUNT; i++)
        same = same && columns_equal(&when_columns, &in->milestones[i],
                                     &stored.milestones[i]);
    if (!same)
        fail_seed(world, "INC-%d as stored is not as folded", which + 1);
}

/* An oracle for what corrections leave of the milestones: look at them all. */
struct earliest {
    enum milestone milestone;
    int64_t from_ms; /* 0: none */
};

static bool find_earliest(const struct entry *entry, void *context)
{
    struct earliest *earliest = context;
    if (entry->state.struck != 0 ||
        milestone_of_entry(entry->event.kind, entry->event.confidence,
                           entry->event.alert_state == ALERT_OVER) !=
            earliest->milestone)
        return true;
    earliest->from_ms = entry->event.occurred.from_ms;
    return false;
}

static void expect_milestones(struct world *world, int which)
{
    static const enum milestone of_entries[] = {
        MILESTONE_FIRST_REPORT, MILESTONE_FIRST_ALERT, MILESTONE_FIRST_NOTICE};
    static struct incident in;
    enum err err = store_incident(world->store, which + 1, &in);
    if (err == ERR_NOT_FOUND)
        return;
    must(world, err, "load");
    for (size_t i = 0; i < sizeof of_entries / sizeof of_entries[0]; i++) {
        struct earliest earliest = {.milestone = of_entries[i]};
        if (milestone_is_told(&in, of_entries[i]))
            continue;
        must(world,
             store_each_entry(world->store, which + 1, NULL, find_earliest,
                              &earliest),
             "entries");
        if (in.milestones[of_entries[i]].from_ms != earliest.from_ms)
            fail_seed(world, "INC-%d: %s is not the earliest that stands",
                      which + 1, word_of(&milestone_words, (int)of_entries[i]));
    }
}

static void expect_clean(struct world *world)
{
    for (int which = 0; which < INCIDENTS; which++)
        expect_milestones(world, which);
    struct buf report = BUF_INIT(65536);
    struct verdicts verdicts;
    enum err err = store_verify(world->store, &verdicts, &report);
    if (err != ERR_OK)
        fail_seed(world, "%s\n%s", store_why(world->store), buf_text(&report));
    buf_release(&report);
}

/* One request of a turn; kept, or undone as when a later part of it fails. */
static void ask(struct world *world)
{
    int which = (int)draw(world, INCIDENTS);
    struct incident before = world->in[which], after;
    struct outcome outcome;
    must(world, store_request_begin(world->store), "request");
    struct request request = some_request(world, which);
    int64_t changes = sqlite3_total_changes64(world->store->db);
    must(world,
         road_take(world->store, &before, &request, world->now_ms, &after,
                   &outcome),
         "take");
    if (outcome.verdict != VERDICT_ACCEPTED &&
        sqlite3_total_changes64(world->store->db) != changes)
        fail_seed(world, "refused (%s), but something was written",
                  outcome.words);
    if (chance(world, 8)) {
        store_request_undo(world->store);
        expect_same(world, which);
        return;
    }
    must(world, store_request_keep(world->store), "keep");
    world->in[which] = after;
    if (outcome.other_id != 0) /* it was told, down the same road */
        must(world,
             store_incident(world->store, outcome.other_id,
                            &world->in[outcome.other_id - 1]),
             "the other");
    expect_same(world, which);
}

static void take_turn(struct world *world)
{
    static struct incident before[INCIDENTS];
    memcpy(before, world->in, sizeof before);
    world->now_ms += (int64_t)draw(world, 600000);
    must(world, store_begin(world->store), "begin");
    for (uint64_t i = 0; i <= draw(world, 6); i++)
        ask(world);
    if (!chance(world, 8)) {
        must(world, store_commit(world->store), "commit");
        for (int i = 0; i < INCIDENTS; i++)
            expect_milestones(world, i);
        return;
    }
    store_rollback(world->store);
    memcpy(world->in, before, sizeof before);
    for (int i = 0; i < INCIDENTS; i++)
        expect_same(world, i);
}

static void play(struct world *world)
{
    world->store = scratch_open(world->scratch);
    for (int i = 0; i < TURNS; i++) {
        take_turn(world);
        if (!chance(world, 10))
            continue;
        store_close(world->store);
        world->store = scratch_open(world->scratch);
        for (int which = 0; which < INCIDENTS; which++)
            expect_same(world, which);
        expect_clean(world);
    }
    expect_clean(world);
    store_close(world->store);
    assert_int_equal(remove(world->scratch->db), 0);
}

static struct world *world_new(void **state, uint64_t seed)
{
    static struct world world;
    world = (struct world){.seed = seed,
                           .random = seed,
                           .scratch = *state,
                           .now_ms = SCRATCH_NOW_MS};
    return &world;
}

static void stored_is_folded(void **state)
{
    const char *seed = getenv("SEED");
    if (seed != NULL) {
        play(world_new(state, strtoull(seed, NULL, 10)));
        return;
    }
    for (uint64_t i = 1; i <= ROUNDS; i++)
        play(world_new(state, i));
}

/* ---- killed ---- */

struct acknowledged {
    int64_t seq[INCIDENTS];
    struct sha256 hash[INCIDENTS]; /* of that event */
};

static bool hash_at(struct store *store, int64_t incident, int64_t seq,
                    struct sha256 *out)
{
    struct query query = query_new(
        store, "SELECT hash FROM event WHERE incident = ? AND seq = ?");
    query_int(&query, incident);
    query_int(&query, seq);
    bool found = query_row(&query) && row_hash(&query, 0, out);
    return query_end(&query) == ERR_OK && found;
}

static void acknowledge(struct world *world, int pipe)
{
    struct acknowledged acknowledged = {0};
    for (int i = 0; i < INCIDENTS; i++) {
        acknowledged.seq[i] = world->in[i].last_seq;
        if (acknowledged.seq[i] > 0 &&
            !hash_at(world->store, i + 1, acknowledged.seq[i],
                     &acknowledged.hash[i]))
            _exit(2);
    }
    if (write(pipe, &acknowledged, sizeof acknowledged) !=
        (ssize_t)sizeof acknowledged)
        _exit(3);
}

static void live_until_killed(struct world *world, int pipe)
{
    world->store = scratch_open(world->scratch);
    for (int i = 0; i < INCIDENTS; i++)
        if (store_incident(world->store, i + 1, &world->in[i]) == ERR_NOT_FOUND)
            world->in[i] = (struct incident){0};
    for (;;) {
        take_turn(world);
        acknowledge(world, pipe);
        if (store_tidy(world->store) != ERR_OK)
            _exit(4);
    }
}

/* The child says what it committed; it dies somewhere after `least` times. */
static struct acknowledged run_and_kill(struct world *world, uint64_t least)
{
    struct acknowledged one, last = {0};
    int pipes[2], status = 0;
    uint64_t count = 0;
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)close(pipes[0]);
        live_until_killed(world, pipes[1]);
    }
    (void)close(pipes[1]);
    while (read(pipes[0], &one, sizeof one) == (ssize_t)sizeof one) {
        last = one;
        if (++count == least)
            (void)kill(child, SIGKILL);
    }
    (void)close(pipes[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_seed(world, "the child ended by itself: %d", status);
    return last;
}

static void what_was_committed_survives_a_kill(void **state)
{
    struct world *world = world_new(state, chance_setting("SEED", 1));
    for (int round = 0; round < KILLS; round++) {
        struct acknowledged last = run_and_kill(world, 1 + draw(world, 12));
        /* Another child, other chances. */
        world->random += (uint64_t)round + 1;
        world->store = scratch_open(world->scratch);
        for (int i = 0; i < INCIDENTS; i++) {
            struct sha256 hash;
            if (last.seq[i] == 0)
                continue;
            if (!hash_at(world->store, i + 1, last.seq[i], &hash) ||
                memcmp(&hash, &last.hash[i], sizeof hash) != 0)
                fail_seed(world, "INC-%d #%" PRId64 " was lost", i + 1,
                          last.seq[i]);
        }
        expect_clean(world);
        store_close(world->store);
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stored_is_folded),
        TEST(what_was_committed_survives_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
