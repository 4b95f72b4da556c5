/*
 * Random requests against the rules: whatever is asked, in whatever order, what
 * must hold holds. SEED and ROUNDS choose another run; a failure names its own.
 */
#include "bot/core/incident.h"
#include "tests/lib/chance.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <inttypes.h>

#define REQUESTS   60
#define MAX_EVENTS (REQUESTS * OUTCOME_EVENTS)
#define START_MS   INT64_C(1670957700000)

/* ---- chance ---- */

static uint64_t chance;

static int below(int n)
{
    return (int)chance_below(&chance, (uint64_t)n);
}

static bool one_in(int n)
{
    return below(n) == 0;
}

/* ---- random requests ---- */

static struct str any_text(void)
{
    static char longest[SUMMARY_UNITS + 2];
    static const size_t lengths[] = {
        0, 1, NAME_UNITS, TEXT_UNITS, SUMMARY_UNITS, SUMMARY_UNITS + 1};
    memset(longest, 'x', sizeof longest);
    if (one_in(4))
        return STR_NONE;
    if (one_in(8))
        return (struct str){longest, lengths[below(6)]};
    return one_in(10) ? STR("  ") : STR("words");
}

static struct actor any_actor(void)
{
    static const char *const names[] = {"nova", "dma", "malte_j", ""};
    int i = below(4);
    return (struct actor){.type = (enum actor_type)below(ACTOR_TYPE_COUNT),
                          .id = (uint64_t)i,
                          .name = str_of(names[i])};
}

static struct when any_when(int64_t now_ms)
{
    struct when when = when_exact(now_ms - below(100) * MS_PER_MINUTE);
    if (one_in(3))
        return (struct when){0};
    if (one_in(10))
        when.from_ms = when.to_ms = now_ms + MS_PER_DAY;
    when.precision = (enum precision)(1 + below(PRECISION_COUNT - 1));
    if (one_in(2))
        str_copy_to(when.typed, STR("18:53"));
    return when;
}

/* Any draft at all, also such as no command would make. */
static struct event any_draft(const struct incident *in, int64_t now_ms)
{
    struct event draft = {
        .kind = (enum event_kind)below(EVENT_KIND_COUNT),
        .occurred = any_when(now_ms),
        .actor = any_actor(),
        .recorder = any_actor(),
        .source = (enum source)below(SOURCE_COUNT),
        .visibility = (enum visibility)below(VISIBILITY_COUNT),
        .text = any_text(),
        .link = one_in(5) ? any_text() : STR_NONE,
        .target = one_in(4) ? below((int)in->last_seq + 2) : 0,
        .severity = (enum severity)below(SEVERITY_COUNT),
        .type = (enum incident_type)below(TYPE_COUNT),
        .impact = one_in(4) ? any_text() : STR_NONE,
        .impact_from = any_when(now_ms),
        .state_to = (enum incident_state)below(STATE_COUNT),
        .next_in_min = one_in(4) ? below(100) - 5 : 0,
        .role = (enum role)below(ROLE_COUNT),
        .holder = any_actor(),
        .effect = (enum effect_kind)(1 + below(EFFECT_KIND_COUNT - 1)),
        .failed = one_in(4),
        .ref_id = (uint64_t)below(4),
        .ref = one_in(2) ? STR("c1") : STR("c2"),
        .file_sha256 = one_in(2) ? STR("ab") : STR_NONE,
    };
    if (draft.kind == EVENT_FINDING)
        draft.confidence = (enum confidence)below(CONFIDENCE_COUNT);
    if (one_in(2))
        draft.change_what = draft.change_where = draft.change_from =
            draft.change_to = STR("x");
    return draft;
}

static struct request any_request(const struct incident *in, int64_t now_ms)
{
    struct request request = {
        .kind = (enum request_kind)(1 + below(REQUEST_KIND_COUNT - 1)),
        .draft = any_draft(in, now_ms),
        .fetches = {{.url = STR("https://cdn.example.org/x")}},
        .fetch_count = one_in(4),
    };
    if (in->state == STATE_NONE && !one_in(4)) {
        request.kind = REQUEST_DECLARE;
        request.draft.is_private = one_in(4);
        request.new_id = 1;
        request.guild_id = 2;
        request.origin_channel_id = 3;
    }
    return request;
}

/* ---- what must hold ---- */

struct history {
    struct event events[MAX_EVENTS];
    char texts[MAX_EVENTS][sizeof((struct outcome *)0)->text];
    int count;
};

static void keep(struct history *history, const struct outcome *out)
{
    for (int i = 0; i < out->event_count; i++) {
        struct event *event = &history->events[history->count];
        char *text = history->texts[history->count++];
        *event = out->events[i];
        if (event->text.s == out->text) { /* lives no longer than the outcome */
            memcpy(text, out->text, sizeof out->text);
            event->text = str_of(text);
        }
    }
}

static void check_one_commander(const struct incident *in)
{
    int commanders = 0;
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        commanders += in->holders[i].role == ROLE_COMMANDER;
        for (int j = 0; j < i; j++)
            assert_false(in->holders[i].role != ROLE_NONE &&
                         in->holders[i].role == in->holders[j].role &&
                         in->holders[i].type == in->holders[j].type &&
                         in->holders[i].user_id == in->holders[j].user_id &&
                         strcmp(in->holders[i].name, in->holders[j].name) == 0);
    }
    assert_true(commanders <= 1);
}

static void check_milestones(const struct incident *in,
                             const struct history *history)
{
    for (int m = 0; m < MILESTONE_COUNT; m++) {
        const struct when *milestone = &in->milestones[m];
        bool told = !when_is_set(milestone);
        for (int i = 0; i < history->count && !told; i++) {
            const struct event *event = &history->events[i];
            const struct when *when = m == MILESTONE_IMPACT_START
                                          ? &event->impact_from
                                          : &event->occurred;
            told = event->kind != EVENT_TASK &&
                   memcmp(milestone, when, sizeof *when) == 0;
        }
        if (!told)
            fail_msg("%s was invented", word_of(&milestone_words, m));
    }
}

static void check_effects(const struct incident *after,
                          const struct outcome *out)
{
    for (int i = 0; i < out->effect_count; i++) {
        enum effect_kind kind = out->effects[i].kind;
        bool is_public = kind == EFFECT_LIVE_ROOM || kind == EFFECT_LIVE ||
                         kind == EFFECT_LIVE_CARD || kind == EFFECT_ANNOUNCE;
        bool hides = kind == EFFECT_ANNOUNCE && out->effects[i].target != 0;
        assert_false(after->is_private && is_public && !hides);
        for (int j = 0; j < i; j++)
            assert_false(out->effects[j].kind == kind &&
                         out->effects[j].target == out->effects[i].target);
        if (kind == EFFECT_FETCH)
            assert_int_equal(out->effects[i].target, after->last_seq);
    }
}

static void check_refusal(const struct outcome *out)
{
    assert_int_equal(out->event_count, 0);
    assert_int_equal(out->effect_count, 0);
    assert_true(out->words[0] != '\0');
    assert_true(strlen(out->words) < sizeof out->words - 1); /* not cut off */
}

static void check_step(const struct incident *before,
                       const struct incident *after, const struct outcome *out)
{
    if (out->verdict != VERDICT_ACCEPTED) {
        check_refusal(out);
        return;
    }
    assert_true(out->event_count >= 1);
    assert_int_equal(after->last_seq, before->last_seq + out->event_count);
    for (int i = 0; i < out->event_count; i++)
        assert_int_equal(out->events[i].seq, before->last_seq + 1 + i);
    if (before->state != STATE_NONE && after->state != before->state)
        assert_true(state_may_move(before->state, after->state));
    if (before->state == STATE_NONE)
        assert_int_equal(after->state, STATE_INVESTIGATING);
    assert_true(before->state == STATE_NONE ||
                before->is_private == after->is_private ||
                out->events[0].kind == EVENT_SET);
    check_effects(after, out);
    check_one_commander(after);
}

static void check_replay(const struct incident *in,
                         const struct history *history)
{
    struct incident replayed;
    memset(&replayed, 0, sizeof replayed);
    for (int i = 0; i < history->count; i++) {
        assert_int_equal(history->events[i].seq, i + 1);
        incident_apply(&replayed, &history->events[i]);
    }
    assert_memory_equal(&replayed, in, sizeof replayed);
}

static void play_round(void)
{
    static struct history history;
    struct incident in, before;
    struct outcome out;
    int64_t now_ms = START_MS;
    memset(&in, 0, sizeof in);
    history.count = 0;
    for (int i = 0; i < REQUESTS; i++) {
        now_ms += below(3) * MS_PER_MINUTE;
        struct request request = any_request(&in, now_ms);
        memcpy(&before, &in, sizeof in);
        incident_step(&in, &request, NULL, now_ms, &out);
        assert_memory_equal(&before, &in, sizeof in);
        for (int k = 0; k < out.event_count; k++)
            incident_apply(&in, &out.events[k]);
        keep(&history, &out);
        check_step(&before, &in, &out);
        check_milestones(&in, &history);
    }
    check_replay(&in, &history);
}

static uint64_t round_seed;

static void what_must_hold_holds(void **state)
{
    (void)state;
    uint64_t seed = chance_setting("SEED", 1);
    uint64_t rounds = chance_setting("ROUNDS", 2000);
    for (uint64_t i = 0; i < rounds; i++) {
        round_seed = chance = seed + i;
        play_round();
    }
    round_seed = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_must_hold_holds)};
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (failures != 0)
        print_message("# again: SEED=%" PRIu64
                      " ROUNDS=1 build/san/tests/property/test_rules\n",
                      round_seed);
    return failures;
}
