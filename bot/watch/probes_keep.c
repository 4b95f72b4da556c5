#include "bot/watch/probe_runner.h"

#include "bot/base/log.h"
#include "bot/io/loop.h"
#include "bot/probe/news.h"
#include "storage/alerts.h"
#include "storage/samples.h"

#define FLUSH_MS (5 * MS_PER_SECOND)
#define THIN_MS  MS_PER_MINUTE

/* ---- what a process before us knew ---- */

static bool note_warning(const struct stored_alert *stored, void *context)
{
    struct runner_probe *one = context;
    (void)stored;
    one->expiry.told_days = one->kept_days = EXPIRY_UNKNOWN;
    return false;
}

/* A warning that was not taken back. */
static enum err remember_expiry(struct runner_probe *one)
{
    struct buf key = BUF_INIT(ALERT_KEY_BYTES);
    probe_expiry_key(one->probe, &key);
    enum err err =
        store_firing_alert(one->runner->config.store, str_of(one->probe->name),
                           buf_str(&key), note_warning, one);
    buf_release(&key);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err runner_remember(struct runner_probe *one)
{
    struct probe_memory memory;
    enum err err = store_probe_memory(one->runner->config.store,
                                      str_of(one->probe->name), &memory);
    if (err != ERR_OK)
        return err == ERR_NOT_FOUND ? remember_expiry(one) : err;
    int told = word_find(&probe_state_words, str_of(memory.told));
    one->told = told < 0 ? PROBE_UNKNOWN : (enum probe_state)told;
    one->told_since_ms = memory.told_since_ms;
    one->muted_until_ms = one->kept_muted_ms = memory.muted_until_ms;
    one->was_told_before = true;
    runner_note_kept(one);
    return remember_expiry(one);
}

/* ---- samples ---- */

void runner_add_sample(struct runner_probe *one)
{
    struct probe_runner *runner = one->runner;
    if (runner->samples.count == 0)
        deadline_set(runner->flush,
                     loop_now_ms(runner->config.loop) + FLUSH_MS);
    waiting_samples_add(
        &runner->samples,
        &(struct waiting_sample){(int)(one - runner->all), one->last_ms,
                                 one->last.is_good, one->last.value});
}

/* ---- with the turn ---- */

bool probes_have_work(const struct probe_runner *runner)
{
    return runner->is_flush_due || runner->is_memory_new;
}

static enum err keep_samples(struct probe_runner *runner)
{
    struct store *store = runner->config.store;
    enum err err = ERR_OK;
    for (int i = 0; i < runner->samples.count && err == ERR_OK; i++) {
        const struct waiting_sample *sample = &runner->samples.all[i];
        struct runner_probe *one = &runner->all[sample->index];
        if (one->number == 0)
            err = store_probe_number(store, str_of(one->probe->name),
                                     &one->number);
        if (err == ERR_OK)
            err = store_put_sample(store, one->number, sample->at_ms,
                                   sample->is_good, sample->value);
    }
    return err;
}

static enum err keep_memories(struct probe_runner *runner)
{
    enum err err = ERR_OK;
    for (int i = 0; i < runner->count && err == ERR_OK; i++) {
        struct runner_probe *one = &runner->all[i];
        struct probe_memory memory = {
            .told_since_ms = one->told_since_ms,
            .muted_until_ms = one->muted_until_ms,
        };
        if (!one->is_new)
            continue;
        str_copy_to(memory.told,
                    str_of(word_of(&probe_state_words, (int)one->told)));
        err = store_put_probe_memory(runner->config.store,
                                     str_of(one->probe->name), &memory);
        one->put_muted_ms = one->muted_until_ms;
        one->is_new = false;
        one->is_in_turn = true;
    }
    return err;
}

static enum err thin(struct probe_runner *runner, int64_t now_ms)
{
    bool more = false;
    if (now_ms < runner->thin_ms)
        return ERR_OK;
    enum err err = store_thin_samples(
        runner->config.store, now_ms - runner->config.keep_hours * MS_PER_HOUR,
        now_ms - runner->config.keep_days * MS_PER_DAY, &more);
    runner->thin_ms = more ? 0 : now_ms + THIN_MS;
    return err;
}

enum err probes_settle(struct probe_runner *runner, int64_t now_ms)
{
    bool is_flush = runner->is_flush_due;
    runner->is_flush_due = runner->is_memory_new = false;
    deadline_set(runner->flush, INT64_MAX);
    enum err err = keep_memories(runner);
    if (err == ERR_OK)
        err = keep_samples(runner);
    runner->samples_in_turn = runner->samples.count;
    if (err == ERR_OK && is_flush)
        err = thin(runner, now_ms);
    if (err == ERR_OK && runner->samples.lost > 0) {
        log_warn("samples_lost", LOG_INT("count", runner->samples.lost));
        runner->samples.lost = 0;
    }
    return err;
}

static void turn_was_kept(struct probe_runner *runner)
{
    waiting_samples_drop(&runner->samples, runner->samples_in_turn);
    runner->samples_in_turn = 0;
    for (int i = 0; i < runner->count; i++) {
        struct runner_probe *one = &runner->all[i];
        if (one->is_in_turn)
            one->kept_muted_ms = one->put_muted_ms;
        one->is_in_turn = false;
    }
}

void probes_ended(struct probe_runner *runner, bool kept)
{
    if (kept) {
        turn_was_kept(runner);
        return;
    }
    runner->samples_in_turn = 0;
    runner->thin_ms = 0;
    for (int i = 0; i < runner->count; i++) {
        struct runner_probe *one = &runner->all[i];
        one->is_new = one->is_new || one->is_in_turn;
        one->is_in_turn = false;
        one->muted_until_ms = one->kept_muted_ms;
        one->number = 0; /* it may have been made in that turn */
    }
    deadline_set(runner->flush, loop_now_ms(runner->config.loop) + FLUSH_MS);
}
