#include "bot/base/mem.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

static const char command_declare[] =
    "{\"id\":\"1\",\"name\":\"incident\",\"type\":1,\"options\":[{\"name\":"
    "\"declare\",\"type\":1,\"options\":[{\"name\":\"title\",\"type\":3,"
    "\"value\":\"Bench: everything is slow\"}]}]}";
static const char command_add[] =
    "{\"id\":\"2\",\"name\":\"timeline\",\"type\":1,\"options\":[{\"name\":"
    "\"add\",\"type\":1,\"options\":[{\"name\":\"text\",\"type\":3,\"value\":"
    "\"Root cause: root filesystem full on the primary database server\"},"
    "{\"name\":\"kind\",\"type\":3,\"value\":\"finding\"}]}]}";

static void dispatch(struct pace *pace)
{
    if (pace->wanted > 0 && discord_now_ns() >= pace->until_ns)
        pace->wanted = 0;
    if (pace->wanted == 0)
        return;
    pace->wanted--;
    pace->in_flight++;
    discord_dispatch(pace->discord, pace->next++, 2, command_add);
}

void pace_answered(int64_t n, int64_t ns, struct str body, void *context)
{
    struct pace *pace = context;
    (void)n;
    (void)body;
    if (pace->answers == pace->room) {
        pace->room = pace->room * 2 + 1024;
        pace->ns = mem_resize(pace->ns, (size_t)pace->room * sizeof *pace->ns);
    }
    pace->ns[pace->answers++] = ns;
    pace->in_flight--;
    if (pace->flat_out)
        dispatch(pace);
    if (pace->in_flight == 0 && pace->wanted == 0)
        uv_stop(pace->bot->loop);
}

static void on_pace(uv_timer_t *timer)
{
    struct pace *pace = timer->data;
    for (int i = 0; i < pace->at_once; i++)
        dispatch(pace);
}

void pace_init(struct pace *pace, struct bot *bot)
{
    *pace = (struct pace){.bot = bot};
    (void)uv_timer_init(bot->loop, &pace->timer);
    pace->timer.data = pace;
}

void pace_free(struct pace *pace)
{
    free(pace->ns);
}

static void begin(struct pace *pace, int64_t count)
{
    pace->wanted = count;
    pace->answers = 0;
    pace->until_ns = INT64_MAX;
}

static void run_until_answered(struct pace *pace)
{
    while (pace->in_flight > 0 || pace->wanted > 0)
        bot_run(pace->bot);
}

void pace_first(struct pace *pace)
{
    begin(pace, 0);
    pace->in_flight = 1;
    discord_dispatch(pace->discord, pace->next++, 2,
                     pace->bot->contender->is_opsroom ? command_declare
                                                      : command_add);
    run_until_answered(pace);
}

void pace_run(struct pace *pace, int64_t count, int at_once, uint64_t every_ms)
{
    begin(pace, count);
    pace->at_once = at_once;
    (void)uv_timer_start(&pace->timer, on_pace, every_ms, every_ms);
    run_until_answered(pace);
    (void)uv_timer_stop(&pace->timer);
}

void pace_flat_out(struct pace *pace, int64_t count, int in_flight,
                   int64_t until_ns)
{
    begin(pace, count);
    pace->until_ns = until_ns;
    pace->flat_out = true;
    for (int i = 0; i < in_flight; i++)
        dispatch(pace);
    run_until_answered(pace);
    pace->flat_out = false;
}

double pace_ms(struct pace *pace, double share)
{
    return share_ms(pace->ns, (size_t)pace->answers, share);
}

void pace_print(struct pace *pace, const char *what)
{
    (void)printf("  %-40s p50 %6.3f ms   p99 %6.3f ms   max %7.3f ms\n", what,
                 pace_ms(pace, 0.5), pace_ms(pace, 0.99), pace_ms(pace, 1.0));
    (void)fflush(stdout);
}

static void on_waited(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

void pace_wait(struct pace *pace, uint64_t ms)
{
    (void)uv_timer_start(&pace->timer, on_waited, ms, 0);
    while (uv_is_active((uv_handle_t *)&pace->timer))
        bot_run(pace->bot);
}
