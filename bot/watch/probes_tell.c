#include "bot/watch/probe_runner.h"

#include "bot/base/log.h"
#include "bot/io/loop.h"
#include "bot/probe/news.h"

#define AGAIN_MS (5 * MS_PER_SECOND) /* after an alert was not kept */

static bool is_bad_news(enum probe_state state)
{
    return state == PROBE_DOWN || state == PROBE_FLAPPING;
}

void runner_memory_changed(struct runner_probe *one)
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

void runner_tell_expiry(struct runner_probe *one, int64_t now_ms)
{
    struct probe_news news;
    if (one->muted_until_ms > now_ms ||
        !expiry_news(&one->expiry, one->probe, &one->last, now_ms))
        return;
    probe_news_of_expiry(&news, one->probe, one->expiry.told_days, &one->last);
    hand_on(&one->of_expiry, &news);
    probe_news_release(&news);
}

void runner_note_kept(struct runner_probe *one)
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

void runner_tell(struct runner_probe *one, int64_t now_ms)
{
    enum probe_state before = one->told;
    if (one->muted_until_ms > now_ms)
        return;
    if (one->muted_until_ms != 0) {
        one->muted_until_ms = 0;
        runner_memory_changed(one);
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
        runner_memory_changed(one);
    }
    if (news != PROBE_UNKNOWN)
        tell_state(one, news);
    else if (one->told != before)
        runner_note_kept(one);
}

static void take_back(struct runner_probe *one)
{
    one->told = one->kept;
    one->told_since_ms = one->kept_since_ms;
    one->was_told_before = true;
    runner_memory_changed(one);
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
        runner_note_kept(one);
    else if (of->is_of_expiry)
        one->expiry.told_days = one->kept_days;
    else
        take_back(one);
    if (kept)
        return;
    if (one->next_ms > again_ms)
        one->next_ms = again_ms;
    runner_look(runner);
}
