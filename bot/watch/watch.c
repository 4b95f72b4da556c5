#include "bot/watch/watch.h"

#include "bot/base/mem.h"
#include "bot/discord/message.h"
#include "bot/version.h"

#include <stdlib.h>

#define CARD_PROBES 6 /* the rest is counted */

struct watch {
    struct watch_config config;
    struct alerts_desk *alerts;
    struct probe_runner *probes;
};

/* ---- probes ---- */

static void on_alert(const struct alert *alert, void *receipt, void *context)
{
    struct watch *watch = context;
    alerts_hand_in(watch->alerts, alert, 1, probes_told, receipt);
}

static bool start_probes(struct watch *watch, struct buf *why)
{
    const struct watch_config *parts = &watch->config;
    const struct config *config = parts->config;
    if (config->probes.count == 0)
        return true;
    watch->probes = probes_new(&(struct probes_config){
        .loop = parts->loop,
        .store = parts->store,
        .probes = &config->probes,
        .user_agent = OPSROOM_PROBE_AGENT,
        .at_once = (int)config->probes_at_once,
        .keep_hours = config->probes_keep_hours,
        .keep_days = config->probes_keep_days,
        .on_alert = on_alert,
        .alert_context = watch,
        .wake = parts->wake,
        .wake_context = parts->context,
    });
    if (watch->probes == NULL)
        buf_addf(why, "What is kept of the probes cannot be read: %s",
                 store_why(parts->store));
    return watch->probes != NULL;
}

struct process_probes watch_process_probes(const struct watch *watch)
{
    return (struct process_probes){
        .runner = watch->probes,
        .count = probes_count,
        .find = probes_find,
        .status = probes_status,
        .mute = probes_mute,
        .watch = probes_watch,
    };
}

static void add_probe(struct buf *out, const struct probe_status *status)
{
    markdown_add_line(out, str_of(status->probe->name));
    buf_addf(out, " %s", word_of(&probe_state_words, (int)status->state));
    if (status->since_ms != 0) {
        buf_add_text(out, " since ");
        markdown_add_timestamp(out, status->since_ms, 'f');
    }
}

void watch_add_probes(const struct incident *in, struct buf *out, void *context)
{
    const struct watch *watch = context;
    int count = watch->probes == NULL ? 0 : probes_count(watch->probes);
    int found = 0;
    for (int i = 0; i < count; i++) {
        struct probe_status status = probes_status(watch->probes, i);
        if (!incident_has_service(in, str_of(status.probe->service)))
            continue;
        if (found++ >= CARD_PROBES)
            continue;
        buf_add_text(out, found > 1 ? " · " : "");
        add_probe(out, &status);
    }
    if (found > CARD_PROBES)
        buf_addf(out, " · and %d more", found - CARD_PROBES);
}

/* ---- alerts ---- */

static bool is_watched(const struct alert *alert, void *context)
{
    const struct watch *watch = context;
    const struct config *config = watch->config.config;
    if (alert->by_probe) {
        for (int i = 0; i < config->probes.count; i++)
            if (str_is(alert->source, config->probes.all[i].name))
                return true;
        return false;
    }
    for (int i = 0; i < config->alert_sources.count; i++)
        if (str_is(alert->source, config->alert_sources.all[i].name))
            return true;
    return false;
}

/* ---- all of it ---- */

struct watch *watch_new(const struct watch_config *config, struct buf *why)
{
    struct watch *watch = mem_alloc(sizeof *watch);
    watch->config = *config;
    watch->alerts = alerts_new(&(struct alerts_config){
        .loop = config->loop,
        .store = config->store,
        .services = &config->config->services,
        .has_announcements = config->config->announce_channel_id != 0,
        .is_watched = is_watched,
        .watch_context = watch,
        .wake = config->wake,
        .context = config->context,
    });
    if (start_probes(watch, why))
        return watch;
    watch_free(watch);
    return NULL;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    probes_free(watch->probes);
    alerts_free(watch->alerts);
    free(watch);
}

struct alerts_desk *watch_alerts(const struct watch *watch)
{
    return watch->alerts;
}

struct probe_runner *watch_probes(const struct watch *watch)
{
    return watch->probes;
}
