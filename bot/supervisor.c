#include "bot/supervisor.h"

#include "bot/base/mem.h"
#include "bot/io/notify.h"

struct supervisor {
    uv_loop_t *loop;
    struct deadline *patience, *ping;
    int64_t ping_ms; /* 0: nobody watches */
};

static void ready(struct supervisor *supervisor, const char *lines)
{
    deadline_set(supervisor->patience, INT64_MAX);
    notify_send(lines);
}

static void on_patience_over(void *context)
{
    ready(context, "READY=1\nSTATUS=Discord is not reached yet; trying on.");
}

/* Twice in the time allowed, so that a late one is no death. */
static void on_ping(void *context)
{
    struct supervisor *supervisor = context;
    notify_send("WATCHDOG=1");
    deadline_set(supervisor->ping,
                 loop_now_ms(supervisor->loop) + supervisor->ping_ms);
}

struct supervisor *supervisor_new(uv_loop_t *loop, int64_t patience_ms)
{
    struct supervisor *supervisor = mem_alloc(sizeof *supervisor);
    supervisor->loop = loop;
    supervisor->patience = deadline_new(loop, on_patience_over, supervisor);
    supervisor->ping = deadline_new(loop, on_ping, supervisor);
    supervisor->ping_ms = notify_watchdog_ms() / 2;
    if (notify_is_wanted())
        deadline_set(supervisor->patience, loop_now_ms(loop) + patience_ms);
    if (supervisor->ping_ms > 0)
        on_ping(supervisor);
    return supervisor;
}

void supervisor_connected(struct supervisor *supervisor, bool is_connected)
{
    if (is_connected)
        ready(supervisor, "READY=1\nSTATUS=Connected to Discord.");
    else
        notify_send("STATUS=Lost the connection to Discord; trying again.");
}

void supervisor_stopping(struct supervisor *supervisor)
{
    deadline_set(supervisor->patience, INT64_MAX);
    notify_send("STOPPING=1\nSTATUS=Stopping.");
}

void supervisor_free(struct supervisor *supervisor)
{
    if (supervisor == NULL)
        return;
    deadline_free(supervisor->patience);
    deadline_free(supervisor->ping);
    free(supervisor);
}
