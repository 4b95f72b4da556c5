#include "bot/listener.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/forge_hook.h"
#include "bot/watch/alert_door.h"
#include "storage/health.h"

#include <inttypes.h>
#include <stdlib.h>

#define PAGE_BYTES   (1u << 20)
#define HEALTH_BYTES 400

struct listener {
    struct listener_parts parts;
    struct http_server *server;
    struct alert_door *door;
    struct forge_hook *hook;
    struct http_route routes[4];
};

/* ---- /healthz ---- */

static bool say_connection(const struct listener *listener, int64_t now_ms,
                           struct buf *words)
{
    const struct process *process = listener->parts.process;
    if (process->is_connected) {
        buf_add_text(words, "Connected to Discord.\n");
        return true;
    }
    buf_addf(words, "Not connected to Discord for %" PRId64 " s: %s.\n",
             (now_ms - process->connection_ms) / MS_PER_SECOND,
             gateway_state_words(session_state(listener->parts.session)));
    return false;
}

/* It answers when it can be read, and the last turn was kept. */
static bool say_database(const struct listener *listener, int64_t now_ms,
                         struct buf *words)
{
    const struct process *process = listener->parts.process;
    int64_t count, due_ms;
    if (store_outbox_waiting(listener->parts.store, 0, &count, &due_ms) !=
        ERR_OK) {
        buf_add_text(words, "The database does not answer.\n");
        return false;
    }
    if (process->failed_ms != 0) {
        buf_addf(words,
                 "The database could not be written %" PRId64 " s ago.\n",
                 (now_ms - process->failed_ms) / MS_PER_SECOND);
        return false;
    }
    buf_add_text(words, "The database answers.\n");
    return true;
}

static void on_health(struct http_request *request, void *context)
{
    struct buf words = BUF_INIT(HEALTH_BYTES);
    int64_t now_ms = clock_wall_ms();
    bool is_connected = say_connection(context, now_ms, &words);
    bool is_written = say_database(context, now_ms, &words);
    http_answer(request, is_connected && is_written ? 200 : 503, HTTP_TEXT,
                buf_str(&words));
    buf_release(&words);
}

/* ---- /metrics ---- */

static int64_t cpu_ms(void)
{
    uv_rusage_t used;
    if (uv_getrusage(&used) != 0)
        return 0;
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (int64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

static struct probe_status probe_at(const void *probes, int index)
{
    return probes_status(probes, index);
}

static struct metrics_facts facts_now(const struct listener *listener)
{
    const struct listener_parts *parts = &listener->parts;
    size_t resident = 0;
    int64_t waiting = -1, due_ms = 0;
    struct metrics_facts facts = {
        .version = parts->process->version,
        .now_ms = clock_wall_ms(),
        .started_ms = parts->process->started_ms,
        .gateway = session_state(parts->session),
        .is_connected = parts->process->is_connected,
        .silence_ms = session_silence_ms(parts->session),
        .alerts_received = alerts_received(parts->alerts),
        .rest = rest_counts(parts->rest),
        .http = http_server_counts(listener->server),
        .cpu_ms = cpu_ms(),
        .probe_count = parts->probes == NULL ? 0 : probes_count(parts->probes),
        .probe = probe_at,
        .probes = parts->probes,
    };
    if (store_outbox_waiting(parts->store, rest_ahead_ms(parts->rest), &waiting,
                             &due_ms) != ERR_OK)
        waiting = -1;
    facts.outbox_waiting = waiting;
    if (waiting > 0 && due_ms < facts.now_ms)
        facts.outbox_late_ms = facts.now_ms - due_ms;
    if (uv_resident_set_memory(&resident) == 0)
        facts.resident_bytes = (int64_t)resident;
    return facts;
}

static bool wants_openmetrics(const struct http_request *request)
{
    return str_has(request->accept, STR("application/openmetrics-text"));
}

static void on_metrics(struct http_request *request, void *context)
{
    const struct listener *listener = context;
    bool is_open = wants_openmetrics(request);
    struct metrics_facts facts = facts_now(listener);
    struct buf page = BUF_INIT(PAGE_BYTES);
    metrics_write(listener->parts.metrics, &facts, is_open, &page);
    http_answer(request, 200, is_open ? METRICS_OPENMETRICS : METRICS_TEXT,
                buf_str(&page));
    buf_release(&page);
}

/* ---- life ---- */

static void on_told(void *context)
{
    const struct listener *listener = context;
    outbox_poll(listener->parts.outbox);
}

static enum err start(struct listener *listener, struct buf *why)
{
    const struct config *config = listener->parts.config;
    int count = 0;
    listener->routes[count++] = (struct http_route){.path = "/healthz",
                                                    .methods = HTTP_GET,
                                                    .handler = on_health,
                                                    .context = listener};
    if (config->http_metrics)
        listener->routes[count++] = (struct http_route){.path = "/metrics",
                                                        .methods = HTTP_GET,
                                                        .handler = on_metrics,
                                                        .context = listener};
    listener->door = alert_door_new(config, listener->parts.alerts, why);
    if (listener->door == NULL)
        return ERR_INVALID;
    listener->routes[count++] = alert_door_route(listener->door);
    if (config->forge.webhook_secret_file[0] != '\0') {
        listener->hook = forge_hook_new(config, on_told, listener, why);
        if (listener->hook == NULL)
            return ERR_INVALID;
        listener->routes[count++] = forge_hook_route(listener->hook);
    }
    listener->server = http_server_new(
        &(struct http_config){
            .loop = listener->parts.loop,
            .listen = config->http_listen,
            .routes = listener->routes,
            .route_count = count,
            .limits = http_limits_usual(),
        },
        why);
    if (listener->server == NULL)
        return ERR_IO;
    log_info("listening",
             LOG_TEXT("address", http_server_address(listener->server)));
    return ERR_OK;
}

enum err listener_new(const struct listener_parts *parts, struct listener **out,
                      struct buf *why)
{
    struct listener *listener = mem_alloc(sizeof *listener);
    listener->parts = *parts;
    enum err err =
        parts->config->http_listen[0] == '\0' ? ERR_OK : start(listener, why);
    if (err == ERR_OK)
        *out = listener;
    else
        listener_free(listener);
    return err;
}

void listener_free(struct listener *listener)
{
    if (listener == NULL)
        return;
    http_server_free(listener->server);
    alert_door_free(listener->door);
    forge_hook_free(listener->hook);
    free(listener);
}
