#include "bot/watch/probes.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/config/config.h"
#include "bot/io/check.h"
#include "bot/io/loop.h"
#include "bot/watch/probe_runner.h"
#include "storage/samples.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE        20
#define KEEP_HOURS     48
#define KEEP_DAYS      90
#define FIRST_ROUND_MS (30 * MS_PER_SECOND) /* all are checked once by then */
#define WATCH_MS       (5 * MS_PER_SECOND)

/* Somebody who wants to hear of the check that is under way. */
struct asking {
    struct asking *next;
    probe_ran_fn *done;
    void *context;
};

/* ---- checking ---- */

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
    runner_add_sample(one);
    runner_tell(one, now_ms);
    runner_tell_expiry(one, now_ms);
    if (config->on_result != NULL) {
        struct probe_status status =
            probes_status(runner, (int)(one - runner->all));
        config->on_result(&status, config->result_context);
    }
    answer_all(one, asking);
    runner_look(runner);
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

void runner_look(struct probe_runner *runner)
{
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

/* ---- life ---- */

static void on_next(void *context)
{
    runner_look(context);
}

static void on_flush(void *context)
{
    struct probe_runner *runner = context;
    runner->is_flush_due = true;
    runner->config.wake(runner->config.wake_context);
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
    runner->next = deadline_new(config->loop, on_next, runner);
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
        err = runner_remember(one);
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
    runner_memory_changed(one);
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
