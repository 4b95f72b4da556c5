/*
 * make bench: the real binary against tests/bench/peer.c, on this machine.
 * Every command is a durable /timeline add; a figure is the time from handing
 * the frame to the kernel until its callback has arrived. Prints one table.
 *
 *   bench PROGRAM DIRECTORY [ROUNDS [ENTRIES]]
 *
 * ROUNDS of load, then how answers grow with an incident of up to ENTRIES.
 */
#include "tests/bench/bench.h"
#include "bot/base/mem.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#define RATE      100 /* a second */
#define PACED     1000
#define BURST     200 /* entries in ten seconds, ten at once */
#define AT_ONCE   10
#define IN_FLIGHT 32
#define FLAT_OUT  60000

static const char command_declare[] =
    "{\"id\":\"1\",\"name\":\"incident\",\"type\":1,\"options\":[{\"name\":"
    "\"declare\",\"type\":1,\"options\":[{\"name\":\"title\",\"type\":3,"
    "\"value\":\"Bench: everything is slow\"}]}]}";
static const char command_add[] =
    "{\"id\":\"2\",\"name\":\"timeline\",\"type\":1,\"options\":[{\"name\":"
    "\"add\",\"type\":1,\"options\":[{\"name\":\"text\",\"type\":3,\"value\":"
    "\"Root cause: root filesystem full on the primary database server\"},"
    "{\"name\":\"kind\",\"type\":3,\"value\":\"finding\"}]}]}";

struct bench {
    struct peer *peer;
    struct bot bot;
    uv_timer_t pace;
    int64_t next;    /* number of the next interaction */
    int64_t wanted;  /* interactions of this phase still to be dispatched */
    int64_t answers; /* of this phase */
    int64_t target;
    int64_t *ns;
    int64_t first_ns;
    bool flat_out;
};

static void dispatch(struct bench *bench)
{
    if (bench->wanted == 0)
        return;
    bench->wanted--;
    peer_dispatch(bench->peer, bench->next++, 2, command_add);
}

static void on_answered(int64_t n, int64_t ns, struct str body, void *context)
{
    struct bench *bench = context;
    (void)n;
    (void)body;
    if (bench->answers < bench->target)
        bench->ns[bench->answers++] = ns;
    if (bench->flat_out)
        dispatch(bench);
    if (bench->answers == bench->target)
        uv_stop(bench->bot.loop);
}

static void on_pace(uv_timer_t *timer)
{
    dispatch(timer->data);
}

/* ---- phases ---- */

static void begin(struct bench *bench, int64_t count)
{
    bench->wanted = count;
    bench->target = count;
    bench->answers = 0;
    bench->ns = mem_resize(bench->ns, (size_t)count * sizeof *bench->ns);
}

static void run_until_answered(struct bench *bench)
{
    while (bench->answers < bench->target)
        (void)uv_run(bench->bot.loop, UV_RUN_DEFAULT);
}

static double percentile_ms(struct bench *bench, double share)
{
    return share_ms(bench->ns, (size_t)bench->answers, share);
}

static void declare(struct bench *bench)
{
    begin(bench, 1);
    bench->wanted = 0;
    peer_dispatch(bench->peer, bench->next++, 2, command_declare);
    run_until_answered(bench);
    bench->first_ns = peer_now_ns() - bench->bot.started_ns;
}

static void on_burst(uv_timer_t *timer)
{
    for (int i = 0; i < AT_ONCE; i++)
        dispatch(timer->data);
}

static void paced(struct bench *bench, const char *what, int64_t count,
                  uv_timer_cb tick, uint64_t every_ms)
{
    begin(bench, count);
    (void)uv_timer_start(&bench->pace, tick, 0, every_ms);
    run_until_answered(bench);
    (void)uv_timer_stop(&bench->pace);
    (void)printf("  %-40s p50 %6.3f ms   p99 %6.3f ms   max %7.3f ms\n", what,
                 percentile_ms(bench, 0.5), percentile_ms(bench, 0.99),
                 percentile_ms(bench, 1.0));
    (void)fflush(stdout);
}

static void flat_out(struct bench *bench)
{
    double cpu = bot_cpu_seconds(&bench->bot);
    int64_t requests = peer_requests(bench->peer);
    int64_t started = peer_now_ns();
    begin(bench, FLAT_OUT);
    bench->flat_out = true;
    for (int i = 0; i < IN_FLIGHT; i++)
        dispatch(bench);
    run_until_answered(bench);
    bench->flat_out = false;
    double seconds = (double)(peer_now_ns() - started) / 1e9;
    cpu = bot_cpu_seconds(&bench->bot) - cpu;
    (void)printf("  %-40s %8.0f /s   %6.1f us CPU   p99 %6.3f ms   "
                 "%" PRId64 " other requests\n",
                 "32 in flight", FLAT_OUT / seconds, cpu / FLAT_OUT * 1e6,
                 percentile_ms(bench, 0.99),
                 peer_requests(bench->peer) - requests - FLAT_OUT);
    (void)fflush(stdout);
}

static void settle_down(struct bench *bench)
{
    /* Rooms, card and pin are still on their way: let a paced phase begin when
     * they are there. */
    uint64_t until = uv_now(bench->bot.loop) + 1500;
    (void)uv_timer_start(&bench->pace, on_pace, 100, 100);
    while (uv_now(bench->bot.loop) < until)
        (void)uv_run(bench->bot.loop, UV_RUN_ONCE);
    (void)uv_timer_stop(&bench->pace);
}

static void round_of(struct bench *bench, int round, int guilds)
{
    char database[64];
    (void)snprintf(database, sizeof database, "bench-%d-%d.db", guilds, round);
    bot_start(&bench->bot, bench->peer, database);
    declare(bench);
    (void)printf("round %d, %d guild%s\n", round, guilds,
                 guilds == 1 ? "" : "s");
    (void)printf("  %-40s %6.1f ms\n", "start to first reply",
                 (double)bench->first_ns / 1e6);
    settle_down(bench);
    (void)printf("  %-40s %6.1f MB\n", "resident, idle",
                 bot_resident_mb(&bench->bot));
    if (guilds == 1) {
        paced(bench, "100/s", PACED, on_pace, 1000 / RATE);
        paced(bench, "200 entries in 10 s, ten at once", BURST, on_burst, 500);
        flat_out(bench);
        peer_set_delay(bench->peer, 50);
        paced(bench, "100/s, REST answers 50 ms late", PACED, on_pace,
              1000 / RATE);
        peer_set_delay(bench->peer, 0);
        (void)printf("  %-40s %6.1f MB\n", "resident, after all that",
                     bot_resident_mb(&bench->bot));
    }
    bot_stop(&bench->bot);
}

static void with_guilds(struct bench *bench, int round, int guilds)
{
    struct peer_settings settings = {.guilds = guilds,
                                     .ready = bot_is_ready,
                                     .ready_context = &bench->bot,
                                     .answered = on_answered,
                                     .context = bench};
    bench->peer = peer_new(bench->bot.loop, &settings);
    round_of(bench, round, guilds);
}

static void load(struct bench *bench, int rounds)
{
    (void)uv_timer_init(bench->bot.loop, &bench->pace);
    bench->pace.data = bench;
    for (int round = 1; round <= rounds; round++) {
        with_guilds(bench, round, 1);
        with_guilds(bench, round, 1000);
    }
    free(bench->ns);
}

int main(int count, char **words)
{
    static struct bench bench;
    uv_loop_t loop;
    if (count < 3) {
        (void)fputs("usage: bench PROGRAM DIRECTORY [ROUNDS [ENTRIES]]\n",
                    stderr);
        return 2;
    }
    int rounds = count > 3 ? (int)strtol(words[3], NULL, 10) : 3;
    int64_t most = count > 4 ? strtoll(words[4], NULL, 10) : 10000;
    (void)uv_loop_init(&loop);
    (void)signal(SIGPIPE, SIG_IGN);
    bench.bot =
        (struct bot){.loop = &loop, .program = words[1], .directory = words[2]};
    load(&bench, rounds);
    return growth(&bench.bot, most) ? 0 : 1;
}
