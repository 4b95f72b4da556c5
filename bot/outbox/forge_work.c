#include "bot/outbox/forge_work.h"

#include "bot/base/mem.h"
#include "bot/outbox/forge_kinds.h"

#include <assert.h>
#include <stdlib.h>

#define POLLED_INCIDENTS 500

void forge_work_free(struct forge_work *forge)
{
    if (forge == NULL)
        return;
    if (forge->request != NULL)
        forge_http_cancel(forge->request);
    pull_job_release(&forge->pull);
    issue_job_release(&forge->issue);
    forge_call_release(&forge->poll.call);
    free(forge);
}

/* ---- asking ---- */

static struct forge_call *call_of(struct forge_work *forge)
{
    switch ((int)forge->work->delivery.row.kind) {
    case EFFECT_PULL:
        return &forge->pull.call;
    case EFFECT_ISSUE:
        return &forge->issue.call;
    default:
        return &forge->poll.call;
    }
}

static enum job_verdict job_step(struct forge_work *forge,
                                 const struct forge_answer *answer,
                                 int64_t now_ms)
{
    switch ((int)forge->work->delivery.row.kind) {
    case EFFECT_PULL:
        return pull_job_step(&forge->pull, answer, now_ms);
    case EFFECT_ISSUE:
        return issue_job_step(&forge->issue, answer, now_ms);
    default:
        return forge_poll_step(&forge->poll, answer, now_ms);
    }
}

static void on_answer(const struct forge_answer *answer, void *context);

static void send_call(struct forge_work *forge)
{
    forge->request = forge_http_send(forge_desk_config(forge->desk)->http,
                                     call_of(forge), on_answer, forge);
}

static void on_answer(const struct forge_answer *answer, void *context)
{
    struct forge_work *forge = context;
    forge->request = NULL;
    forge->verdict = job_step(forge, answer, clock_wall_ms());
    if (forge->verdict == JOB_CALL)
        send_call(forge);
    else
        forge->work->answered(forge->work);
}

void forge_work_send(struct work *work)
{
    send_call(work->forge);
}

/* ---- how it ends ---- */

enum delivery_verdict forge_work_fail(struct work *work, struct store *store,
                                      const char *what, const char *words)
{
    struct buf text = BUF_INIT(1000);
    buf_addf(&text, "%s: %s It is tried again by itself.", what, words);
    str_copy_to(work->forge->words, buf_str(&text));
    buf_release(&text);
    return work_fail_once(work, store, work->forge->words);
}

enum delivery_verdict forge_work_in_line(struct work *work, struct store *store)
{
    if (work_past(work, store, "").has_failed)
        work_result(work)->text = STR("What hindered it is out of the way.");
    return DELIVERY_DONE;
}

enum delivery_verdict forge_work_put_off(struct delivery *delivery,
                                         const char *words, int64_t at_ms)
{
    str_copy_to(delivery->words, str_of(words));
    delivery->again_ms = at_ms;
    delivery->is_to_wait = at_ms != 0;
    return DELIVERY_RETRY;
}

enum delivery_verdict
forge_work_later_or_fail(struct work *work, struct store *store,
                         const char *what, const char *words, int64_t wall_ms,
                         int64_t retry_at_ms)
{
    struct delivery *delivery = &work->delivery;
    if (retry_at_ms != 0)
        forge_desk_close_until(work->forge->desk, wall_ms, retry_at_ms);
    else if (delivery->row.attempts >= WORK_ATTEMPTS)
        return forge_work_fail(work, store, what, words);
    return forge_work_put_off(delivery, words, retry_at_ms);
}

bool forge_work_may_be_there(const struct work *work, struct store *store)
{
    return work->delivery.row.attempts > 0 ||
           work_past(work, store, "").has_failed;
}

/* ---- the kinds ---- */

/* It wants to be left alone: nothing is asked. */
static bool is_closed(struct work *work, struct forge_desk *desk,
                      int64_t wall_ms)
{
    int64_t until_ms = forge_desk_closed_until(desk, wall_ms);
    if (until_ms <= wall_ms)
        return false;
    (void)forge_work_put_off(&work->delivery, "The forge wants us to wait.",
                             until_ms);
    return true;
}

static enum delivery_verdict
begin(struct work *work, const struct outbox_config *config, int64_t wall_ms)
{
    enum delivery_verdict verdict;
    if (config->forge == NULL)
        return DELIVERY_DONE;
    if (is_closed(work, config->forge, wall_ms))
        return DELIVERY_RETRY;
    work->forge = mem_alloc(sizeof *work->forge);
    work->forge->work = work;
    work->forge->desk = config->forge;
    work->ask = WORK_ASK_FORGE;
    if (work->delivery.row.kind == EFFECT_PULL)
        verdict = forge_pull_begin(work, config->store);
    else if (work->delivery.row.kind == EFFECT_ISSUE)
        verdict = forge_issue_begin(work, config);
    else
        verdict = forge_look_begin(work, config->store);
    if (verdict == DELIVERY_CALL) {
        enum job_verdict first = job_step(work->forge, NULL, wall_ms);
        assert(first == JOB_CALL);
    }
    return verdict;
}

enum delivery_verdict forge_work_step(struct work *work,
                                      const struct outbox_config *config,
                                      int64_t wall_ms)
{
    if (work->state == WORK_BEGUN)
        return begin(work, config, wall_ms);
    switch ((int)work->delivery.row.kind) {
    case EFFECT_PULL:
        return forge_pull_end(work, config->store, wall_ms);
    case EFFECT_ISSUE:
        return forge_issue_end(work, config->store, wall_ms);
    default:
        return forge_look_end(work, config->store, wall_ms);
    }
}

enum err forge_want_polls(struct store *store, int64_t now_ms)
{
    int64_t ids[POLLED_INCIDENTS];
    int count = 0;
    enum err err = store_polled(store, ids, POLLED_INCIDENTS, &count);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = store_want(store, EFFECT_POLL, ids[i], 0, NULL, now_ms);
    return err;
}
