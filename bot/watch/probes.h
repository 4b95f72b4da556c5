/*
 * Runs the probes of the settings: each at its own point of its interval, a
 * limited number at once, one timer for the nearest. What it measures goes to
 * the store with a turn; a target that goes down, comes back or flaps is handed
 * on as an alert, once; that its certificate expires soon as a warning. Mutes,
 * and what was told, survive a restart.
 */
#ifndef BOT_WATCH_PROBES_H
#define BOT_WATCH_PROBES_H

#include "bot/core/alert.h"
#include "bot/probe/status.h"
#include "storage/store.h"

#include <uv.h>

struct probes_config {
    uv_loop_t *loop;
    struct store *store;
    const struct probes *probes; /* borrowed, like all of this */
    const char *user_agent;
    int at_once; /* checks under way at a time; 0: the default */
    /* Samples are kept whole for so long, then as means of five minutes. */
    int64_t keep_hours, keep_days; /* 0: the default */
    /* A target changed: see bot/probe/news.h. A bot that is started while its
     * target is down, or warned of, tells again: same key, and started_ms of
     * what is down. Never called from inside probes_new. Whoever is told gives
     * `receipt` to probes_told. */
    void (*on_alert)(const struct alert *alert, void *receipt, void *context);
    void *alert_context;
    /* Every result, after it was judged; may be NULL. */
    void (*on_result)(const struct probe_status *status, void *context);
    void *result_context;
    /* There is something for probes_settle: wake the turn. */
    void (*wake)(void *context);
    void *wake_context;
};

struct probe_runner;

/* NULL: what is kept of them cannot be read; store_why says why. */
struct probe_runner *probes_new(const struct probes_config *config);
void probes_free(struct probe_runner *runner); /* NULL is fine */

/* Within the turn's transaction: keeps samples, mutes and what was told. */
bool probes_have_work(const struct probe_runner *runner);
MUST_CHECK enum err probes_settle(struct probe_runner *runner, int64_t now_ms);
/* The turn is over. kept false: it failed, begun or not, and what it should
 * have kept is kept by a later one. But a mute that it had is none: whoever
 * asked for it is told so. */
void probes_ended(struct probe_runner *runner, bool kept);
/* The alert is kept; or it is not, and told again within seconds, if it is
 * still true. Not from inside on_alert. */
void probes_told(bool kept, void *receipt);

int probes_count(const struct probe_runner *runner);
struct probe_status probes_status(const struct probe_runner *runner, int index);
/* ASCII case is ignored; -1: no such probe. */
int probes_find(const struct probe_runner *runner, struct str name);

/* Checks now, whatever else is under way; `done` is called once, never from
 * inside, and not at all after probes_free. */
typedef void probe_ran_fn(const struct probe_status *status, void *context);
void probes_run(struct probe_runner *runner, int index, probe_ran_fn *done,
                void *context);
/* Nothing is told of it until then; what is still true then is told. 0 ends the
 * mute. Wall clock. */
void probes_mute(struct probe_runner *runner, int index, int64_t until_ms);
/* Checks every few seconds until then; 0 ends that. */
void probes_watch(struct probe_runner *runner, int index, int64_t until_ms);

#endif
