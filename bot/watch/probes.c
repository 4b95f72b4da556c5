#include "bot/watch/probes.h"

#include "bot/base/civil.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/config/config.h"
#include "bot/io/check.h"
#include "bot/io/loop.h"
#include "bot/probe/expiry.h"
#include "bot/probe/news.h"
#include "bot/watch/waiting_samples.h"
#include "storage/alerts.h"
#include "storage/samples.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE        20
#define KEEP_HOURS     48
#define KEEP_DAYS      90
#define FIRST_ROUND_MS (30 * MS_PER_SECOND) /* all are checked once by then */
#define WATCH_MS       (5 * MS_PER_SECOND)
#define FLUSH_MS       (5 * MS_PER_SECOND)
#define AGAIN_MS       (5 * MS_PER_SECOND) /* after an alert was not kept */
#define THIN_MS        MS_PER_MINUTE

/* Somebody who wants to hear of the check that is under way. */
struct asking {
    struct asking *next;
    probe_ran_fn *done;
    void *context;
};

/* What comes back when an alert is kept, or not. */
struct receipt {
    struct runner_probe *one;
    bool is_of_expiry;
};

struct runner_probe {
    struct probe_runner *runner;
    const struct probe *probe;
    struct judge judge;
    enum probe_state told;
    int64_t told_since_ms;
    /* The same without an alert that may yet turn out not to be kept. */
    enum probe_state kept;
    int64_t kept_since_ms;
    struct expiry expiry;
    int64_t kept_days; /* of `expiry`, likewise */
    struct receipt of_state, of_expiry;
    bool was_told_before; /* by another process, or in vain: tell again */
    int64_t muted_until_ms, watched_until_ms;
    /* The same mute as the store has it, and as a turn put it that may fail. */
    int64_t kept_muted_ms, put_muted_ms;
    int64_t next_ms; /* of the loop */
    struct check *check;
    struct asking *asking;
    struct probe_result last;
    int64_t last_ms;
    int64_t number; /* in the store; 0: not asked yet */
    /* Of what is told and muted: not kept; kept by a turn that may still fail.
     */
    bool is_new, is_in_turn;
};

struct probe_runner {
    struct probes_config config;
    struct checks *checks;
    struct runner_probe *all;
    int count;
    int running;
    struct deadline *next, *flush;
    bool is_due;
    bool is_memory_new;
    struct waiting_samples samples;
    int samples_in_turn; /* the first ones: kept, if the turn does not fail */
    int64_t thin_ms;     /* wall clock: not before */
};

/* ---- telling ---- */

static bool is_bad_news(enum probe_state state)
{
    return state == PROBE_DOWN || state == PROBE_FLAPPING;
}

static void memory_changed(struct runner_probe *one)
{
    struct probe_runner *runner = one->runner;
    one->is_new = true;
    runner->is_memory_new = true;
    runner->config.wake(runner->config.wake_context);
}

/* The receipt is of this news, and stays with the probe. */
static void hand_on(struct receipt *receipt, const struct probe_news *news)
{
    const struct probes_config *config = &receipt->one->runner->config;
    log_info("probe_changed", LOG_TEXT("probe", receipt->one->probe->name),
             LOG_STR("news", news->alert.title),
             LOG_TEXT("words", receipt->one->last.words));
    config->on_alert(&news->alert, receipt, config->alert_context);
}

static void tell_state(struct runner_probe *one, enum probe_state state)
{
    struct probe_news news;
    probe_news_of_state(&news, one->probe, state, &one->last);
    news.alert.started_ms = one->told_since_ms;
    news.alert.ended_ms = is_bad_news(state) ? 0 : one->judge.since_ms;
    hand_on(&one->of_state, &news);
    probe_news_release(&news);
}

static void tell_expiry(struct runner_probe *one, int64_t now_ms)
{
    struct probe_news news;
    if (one->muted_until_ms > now_ms ||
        !expiry_news(&one->expiry, one->probe, &one->last, now_ms))
        return;
    probe_news_of_expiry(&news, one->probe, one->expiry.told_days, &one->last);
    hand_on(&one->of_expiry, &news);
    probe_news_release(&news);
}

static void note_kept(struct runner_probe *one)
{
    one->kept = one->told;
    one->kept_since_ms = one->told_since_ms;
}

/* A target flaps since the first of the changes that say so. */
static int64_t since(const struct runner_probe *one)
{
    return one->told == PROBE_FLAPPING ? one->judge.changes_ms[0]
                                       : one->judge.since_ms;
}

static void tell(struct runner_probe *one, int64_t now_ms)
{
    enum probe_state before = one->told;
    if (one->muted_until_ms > now_ms)
        return;
    if (one->muted_until_ms != 0) {
        one->muted_until_ms = 0;
        memory_changed(one);
    }
    enum probe_state news = judge_news(&one->judge, &one->told);
    if (one->told == before && one->was_told_before && is_bad_news(before) &&
        judge_state(&one->judge) == before)
        news = before;
    if (judge_state(&one->judge) != PROBE_UNKNOWN)
        one->was_told_before = false;
    if (one->told != before) {
        if (!is_bad_news(before) || is_bad_news(one->told))
            one->told_since_ms = since(one);
        memory_changed(one);
    }
    if (news != PROBE_UNKNOWN)
        tell_state(one, news);
    else if (one->told != before)
        note_kept(one);
}

/* ---- samples ---- */

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

static void add_sample(struct runner_probe *one)
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

static void on_flush(void *context)
{
    struct probe_runner *runner = context;
    runner->is_due = true;
    runner->config.wake(runner->config.wake_context);
}

/* ---- checking ---- */

static void look(void *context);

static int64_t interval_of(const struct runner_probe *one)
{
    int64_t ms = one->probe->interval_s * MS_PER_SECOND;
    bool is_watched = one->watched_until_ms > clock_wall_ms();
    return is_watched && ms > WATCH_MS ? WATCH_MS : ms;
}

static void answer_all(struct runner_probe *one, struct asking *asking)
{
    struct probe_status status =
        probes_status(one->runner, (int)(one - one->runner->all));
    while (asking != NULL) {
        struct asking *next = asking->next;
        asking->done(&status, asking->context);
        free(asking);
        asking = next;
    }
}

/* Two results of a probe are never of the same moment: it is their key. */
static int64_t moment_after(int64_t last_ms)
{
    int64_t now_ms = clock_wall_ms();
    bool is_close = now_ms <= last_ms && now_ms > last_ms - MS_PER_SECOND;
    return is_close ? last_ms + 1 : now_ms;
}

static void on_checked(const struct probe_result *result, void *context)
{
    struct runner_probe *one = context;
    struct probe_runner *runner = one->runner;
    const struct probes_config *config = &runner->config;
    struct asking *asking = one->asking;
    int64_t now_ms = moment_after(one->last_ms);
    runner->running--;
    one->check = NULL;
    one->asking = NULL;
    one->last = *result;
    one->last_ms = now_ms;
    one->next_ms = judge_next_due(str_of(one->probe->name), interval_of(one),
                                  loop_now_ms(config->loop));
    log_debug("probed", LOG_TEXT("probe", one->probe->name),
              LOG_TEXT("good", result->is_good ? "yes" : "no"),
              LOG_TEXT("words", result->words));
    (void)judge_result(&one->judge, one->probe, result->is_good, now_ms);
    add_sample(one);
    tell(one, now_ms);
    tell_expiry(one, now_ms);
    if (config->on_result != NULL) {
        struct probe_status status =
            probes_status(runner, (int)(one - runner->all));
        config->on_result(&status, config->result_context);
    }
    answer_all(one, asking);
    look(runner);
}

static void start(struct runner_probe *one)
{
    struct probe_runner *runner = one->runner;
    struct check_order order = {.probe = one->probe};
    struct buf why = BUF_INIT(RESULT_WORDS_BYTES);
    char *credentials = NULL;
    if (one->probe->credentials_file[0] != '\0') {
        if (config_credentials(one->probe->credentials_file, &credentials,
                               &why) == ERR_OK)
            order.credentials = credentials;
        else
            order.trouble = "not checked: its credentials_file is not usable";
    }
    if (order.trouble != NULL)
        log_warn("probe_without_credentials",
                 LOG_TEXT("probe", one->probe->name),
                 LOG_STR("why", buf_str(&why)));
    runner->running++;
    one->next_ms = INT64_MAX;
    one->check = check_run(runner->checks, &order, on_checked, one);
    if (credentials != NULL)
        explicit_bzero(credentials, strlen(credentials));
    free(credentials);
    buf_release(&why);
}

static struct runner_probe *most_due(struct probe_runner *runner)
{
    struct runner_probe *first = NULL;
    for (int i = 0; i < runner->count; i++)
        if (runner->all[i].check == NULL &&
            (first == NULL || runner->all[i].next_ms < first->next_ms))
            first = &runner->all[i];
    return first;
}

static void look(void *context)
{
    struct probe_runner *runner = context;
    int64_t now_ms = loop_now_ms(runner->config.loop);
    int64_t next_ms = INT64_MAX;
    while (runner->running < runner->config.at_once) {
        struct runner_probe *one = most_due(runner);
        if (one == NULL)
            break;
        if (one->next_ms > now_ms) {
            next_ms = one->next_ms;
            break;
        }
        start(one);
    }
    deadline_set(runner->next, next_ms);
}

static void take_back(struct runner_probe *one)
{
    one->told = one->kept;
    one->told_since_ms = one->kept_since_ms;
    one->was_told_before = true;
    memory_changed(one);
}

void probes_told(bool kept, void *receipt)
{
    const struct receipt *of = receipt;
    struct runner_probe *one = of->one;
    struct probe_runner *runner = one->runner;
    int64_t again_ms = loop_now_ms(runner->config.loop) + AGAIN_MS;
    if (kept && of->is_of_expiry)
        one->kept_days = one->expiry.told_days;
    else if (kept)
        note_kept(one);
    else if (of->is_of_expiry)
        one->expiry.told_days = one->kept_days;
    else
        take_back(one);
    if (kept)
        return;
    if (one->next_ms > again_ms)
        one->next_ms = again_ms;
    look(runner);
}

/* ---- life ---- */

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

static enum err remember(struct runner_probe *one)
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
    note_kept(one);
    return remember_expiry(one);
}

static void set_defaults(struct probes_config *config)
{
    config->at_once = config->at_once == 0 ? AT_ONCE : config->at_once;
    config->keep_hours =
        config->keep_hours == 0 ? KEEP_HOURS : config->keep_hours;
    config->keep_days = config->keep_days == 0 ? KEEP_DAYS : config->keep_days;
}

struct probe_runner *probes_new(const struct probes_config *config)
{
    struct probe_runner *runner = mem_alloc(sizeof *runner);
    enum err err = ERR_OK;
    runner->config = *config;
    set_defaults(&runner->config);
    runner->count = config->probes->count;
    runner->all = mem_alloc((size_t)runner->count * sizeof *runner->all);
    runner->checks = checks_new(config->loop, config->user_agent);
    runner->next = deadline_new(config->loop, look, runner);
    runner->flush = deadline_new(config->loop, on_flush, runner);
    int64_t now_ms = loop_now_ms(config->loop);
    for (int i = 0; i < runner->count && err == ERR_OK; i++) {
        struct runner_probe *one = &runner->all[i];
        one->runner = runner;
        one->of_state = (struct receipt){one, false};
        one->of_expiry = (struct receipt){one, true};
        one->probe = &config->probes->all[i];
        int64_t interval_ms = one->probe->interval_s * MS_PER_SECOND;
        one->next_ms = judge_next_due(
            str_of(one->probe->name),
            interval_ms < FIRST_ROUND_MS ? interval_ms : FIRST_ROUND_MS,
            now_ms);
        err = remember(one);
    }
    if (err != ERR_OK) {
        probes_free(runner);
        return NULL;
    }
    if (runner->count > 0)
        deadline_set(runner->next, now_ms);
    return runner;
}

void probes_free(struct probe_runner *runner)
{
    if (runner == NULL)
        return;
    for (int i = 0; i < runner->count; i++) {
        while (runner->all[i].asking != NULL) {
            struct asking *asking = runner->all[i].asking;
            runner->all[i].asking = asking->next;
            free(asking);
        }
    }
    checks_free(runner->checks);
    deadline_free(runner->next);
    deadline_free(runner->flush);
    waiting_samples_release(&runner->samples);
    free(runner->all);
    free(runner);
}

/* ---- keeping ---- */

bool probes_have_work(const struct probe_runner *runner)
{
    return runner->is_due || runner->is_memory_new;
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
    bool is_flush = runner->is_due;
    runner->is_due = runner->is_memory_new = false;
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

/* ---- what others ask ---- */

int probes_count(const struct probe_runner *runner)
{
    return runner->count;
}

struct probe_status probes_status(const struct probe_runner *runner, int index)
{
    const struct runner_probe *one = &runner->all[index];
    return (struct probe_status){
        .probe = one->probe,
        .state = judge_state(&one->judge),
        .since_ms = one->judge.since_ms,
        .last = one->last,
        .last_ms = one->last_ms,
        .muted_until_ms = one->muted_until_ms,
        .watched_until_ms = one->watched_until_ms,
        .is_running = one->check != NULL,
    };
}

int probes_find(const struct probe_runner *runner, struct str name)
{
    for (int i = 0; i < runner->count; i++)
        if (str_is_nocase(name, runner->all[i].probe->name))
            return i;
    return -1;
}

void probes_run(struct probe_runner *runner, int index, probe_ran_fn *done,
                void *context)
{
    struct runner_probe *one = &runner->all[index];
    struct asking *asking = mem_alloc(sizeof *asking);
    *asking = (struct asking){one->asking, done, context};
    one->asking = asking;
    if (one->check == NULL)
        start(one);
}

void probes_mute(struct probe_runner *runner, int index, int64_t until_ms)
{
    struct runner_probe *one = &runner->all[index];
    one->muted_until_ms = until_ms;
    memory_changed(one);
    if (until_ms == 0 && one->check == NULL)
        start(one); /* what is to be told then is told soon */
}

void probes_watch(struct probe_runner *runner, int index, int64_t until_ms)
{
    struct runner_probe *one = &runner->all[index];
    one->watched_until_ms = until_ms;
    if (until_ms != 0 && one->check == NULL)
        start(one);
}
