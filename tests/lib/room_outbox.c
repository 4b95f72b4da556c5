/* The way to the guild in memory, with its troubles, and the outbox's loop that
 * goes it. */
#include "tests/lib/chance.h"
#include "tests/lib/room_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define RETRY_MS (2 * MS_PER_SECOND)

static struct rest_answer send_call(struct world *world,
                                    const struct rest_call *call)
{
    struct buf line = BUF_INIT(1000);
    enum trouble trouble = TROUBLE_NONE;
    struct rest_answer answer = {.fate = REST_UNREACHABLE};

    buf_addf(&line, "%s %s\n", rest_method_name(call->method), call->path);
    buf_add(&world->calls, buf_str(&line));
    if (str_is(str_of(call->route), "POST /channels/:id/messages"))
        buf_addf(&world->bodies, "%s\n", call->body);
    if (world->trouble != TROUBLE_NONE &&
        str_starts(buf_str(&line), world->trouble_at)) {
        trouble = world->trouble;
        if (world->trouble_more > 0)
            world->trouble_more--;
        else
            world->trouble = TROUBLE_NONE;
    }
    buf_release(&line);
    if (trouble == TROUBLE_FORBIDDEN || trouble == TROUBLE_REJECTED) {
        bool is_forbidden = trouble == TROUBLE_FORBIDDEN;
        answer.fate = is_forbidden ? REST_FORBIDDEN : REST_REJECTED;
        answer.status = is_forbidden ? 403 : 400;
        answer.code = world->code;
    } else if (trouble == TROUBLE_GONE) {
        answer.fate = REST_GONE;
        answer.status = 404;
        answer.code = world->code;
    } else if (trouble == TROUBLE_LOST) {
        struct rest_answer lost = world_answer(world, call);
        cJSON_Delete(lost.json);
        answer.maybe_done = true;
    } else if (trouble == TROUBLE_NONE) {
        answer = world_answer(world, call);
    }
    return answer;
}

/* ---- the outbox's loop ---- */

/* A kill forgets the delivery and what was not committed; the start after it
 * may come at once, or when nonces are long forgotten. */
static bool killed(struct world *world, struct delivery *delivery)
{
    if ((int)chance_below(&world->random, 1000) >= world->kill_chance)
        return false;
    world->kills++;
    rest_call_release(&delivery->call);
    if (store_in_transaction(world->store))
        store_rollback(world->store);
    world->now_ms += (int64_t)chance_below(&world->random, 400000);
    return true;
}

static void settle(struct world *world, struct delivery *delivery,
                   enum delivery_verdict verdict)
{
    const struct outbox_row *row = &delivery->row;
    struct incident after;
    struct outcome outcome;
    if (verdict == DELIVERY_RETRY) {
        assert_int_equal(store_outbox_retry(world->store, row->id,
                                            world->now_ms + RETRY_MS,
                                            str_of(delivery->words)),
                         ERR_OK);
        return;
    }
    if (delivery->has_result) {
        assert_int_equal(road_take(world->store, &delivery->in,
                                   &delivery->result, world->now_ms, &after,
                                   &outcome),
                         ERR_OK);
        assert_int_not_equal(outcome.verdict, VERDICT_REFUSED);
    }
    assert_int_equal(store_outbox_done(world->store, row->id, row->wanted,
                                       verdict == DELIVERY_AGAIN,
                                       delivery->again_ms > world->now_ms
                                           ? delivery->again_ms
                                           : world->now_ms,
                                       0),
                     ERR_OK);
}

/* The last line of the calls is the one under way. */
static void happen_meanwhile(struct world *world)
{
    const char *calls = buf_text(&world->calls);
    size_t n = world->calls.n;
    while (n > 1 && calls[n - 2] != '\n')
        n--;
    if (world->meanwhile == NULL ||
        !str_starts(str_of(calls + (n > 0 ? n - 1 : 0)), world->meanwhile_at))
        return;
    void (*happens)(struct world * world) = world->meanwhile;
    world->meanwhile = NULL;
    happens(world);
}

static void deliver(struct world *world, const struct outbox_row *row)
{
    struct delivery delivery = {.row = *row};
    struct rest_answer answer;
    const struct rest_answer *given = NULL;
    enum delivery_verdict verdict;

    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(store_outbox_begin(world->store, row->id, world->now_ms),
                     ERR_OK);
    for (;;) {
        if (row->incident_id != 0) /* a card of alerts has none */
            delivery.in = world_incident(world, row->incident_id);
        verdict = row->kind == EFFECT_POSTMORTEM || row->kind == EFFECT_FETCH
                      ? DELIVERY_DONE
                      : room_deliver(&delivery, world->store, &world->set,
                                     given, world->now_ms);
        if (given != NULL)
            cJSON_Delete(answer.json);
        if (verdict != DELIVERY_CALL)
            break;
        if (killed(world, &delivery))
            return;
        assert_int_equal(store_commit(world->store), ERR_OK);
        if (killed(world, &delivery))
            return;
        answer = send_call(world, &delivery.call);
        given = &answer;
        rest_call_release(&delivery.call);
        happen_meanwhile(world);
        world->now_ms += 50;
        if (killed(world, &delivery)) {
            cJSON_Delete(answer.json);
            return;
        }
        assert_int_equal(store_begin(world->store), ERR_OK);
    }
    settle(world, &delivery, verdict);
    if (killed(world, &delivery))
        return;
    assert_int_equal(store_commit(world->store), ERR_OK);
}

static bool copy_row(const struct outbox_row *row, void *context)
{
    *(struct outbox_row *)context = *row;
    return false;
}

static bool due_row(struct world *world, struct outbox_row *row,
                    int64_t *next_due_ms)
{
    row->id = 0;
    assert_int_equal(
        store_due(world->store, world->now_ms, copy_row, row, next_due_ms),
        ERR_OK);
    return row->id != 0;
}

bool world_step(struct world *world)
{
    struct outbox_row row;
    int64_t next_due_ms;
    if (!due_row(world, &row, &next_due_ms))
        return false;
    deliver(world, &row);
    return true;
}

void world_run(struct world *world, int tries)
{
    struct outbox_row row;
    int64_t next_due_ms;
    for (;;) {
        if (due_row(world, &row, &next_due_ms)) {
            if (row.attempts >= tries)
                return;
            deliver(world, &row);
        } else if (next_due_ms != INT64_MAX) {
            world->now_ms = next_due_ms;
        } else {
            return;
        }
    }
}

void world_want(struct world *world, int64_t incident_id, enum effect_kind kind)
{
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(
        store_want(world->store, kind, incident_id, 0, NULL, world->now_ms),
        ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
    world_run(world, 5);
}

struct incident world_open_declared(struct world *world)
{
    world_open(world, WORLD_START);
    int64_t id = world_declare(world, "Global outage: 504 timeouts", false);
    world_run(world, 3);
    return world_incident(world, id);
}

static const struct actor nova = {ACTOR_MEMBER, 77, {"nova", 4}};

struct request world_setting(const struct world *world, int64_t id)
{
    struct incident in = world_incident(world, id);
    static char title[TITLE_BYTES], impact[IMPACT_BYTES];
    struct request request = {.kind = REQUEST_SET,
                              .draft = {.recorder = nova, .actor = nova}};
    incident_set_draft(&in, &request.draft);
    str_copy_to(title, request.draft.title);
    str_copy_to(impact, request.draft.impact);
    request.draft.title = str_of(title);
    request.draft.impact = str_of(impact);
    return request;
}

void world_take_private(struct world *world, int64_t id, bool is_private)
{
    struct request request = world_setting(world, id);
    request.draft.is_private = is_private;
    (void)world_take(world, id, &request);
}

void world_set_private(struct world *world, int64_t id, bool is_private)
{
    world_take_private(world, id, is_private);
    world_run(world, 3);
}
