/*
 * make bench: the real binary against tests/bench/peer.c, on this machine.
 * Every command is a durable /timeline add; a figure is the time from handing
 * the frame to the kernel until its callback has arrived. Prints one table.
 *
 *   bench PROGRAM DIRECTORY [ROUNDS [ENTRIES [SECONDS]]]
 *
 * ROUNDS of load, how answers grow with an incident of up to ENTRIES, and
 * SECONDS of probes with a storm of alerts.
 */
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#define EVERY_MS  10 /* 100 a second */
#define PACED     1000
#define BURST     200 /* entries in ten seconds, ten at once */
#define AT_ONCE   10
#define IN_FLIGHT 32
#define FLAT_OUT  60000

static void flat_out(struct pace *pace)
{
    double cpu = bot_cpu_seconds(pace->bot);
    int64_t requests = peer_requests(pace->peer);
    int64_t started = peer_now_ns();
    pace_flat_out(pace, FLAT_OUT, IN_FLIGHT);
    double seconds = (double)(peer_now_ns() - started) / 1e9;
    cpu = bot_cpu_seconds(pace->bot) - cpu;
    (void)printf("  %-40s %8.0f /s   %6.1f us CPU   p99 %6.3f ms   "
                 "%" PRId64 " other requests\n",
                 "32 in flight", FLAT_OUT / seconds, cpu / FLAT_OUT * 1e6,
                 pace_ms(pace, 0.99),
                 peer_requests(pace->peer) - requests - FLAT_OUT);
    (void)fflush(stdout);
}

static void loaded(struct pace *pace)
{
    pace_run(pace, PACED, 1, EVERY_MS);
    pace_print(pace, "100/s");
    pace_run(pace, BURST, AT_ONCE, 500);
    pace_print(pace, "200 entries in 10 s, ten at once");
    flat_out(pace);
    peer_set_delay(pace->peer, 50);
    pace_run(pace, PACED, 1, EVERY_MS);
    pace_print(pace, "100/s, REST answers 50 ms late");
    peer_set_delay(pace->peer, 0);
    (void)printf("  %-40s %6.1f MB\n", "resident, after all that",
                 bot_resident_mb(pace->bot));
}

static void round_of(struct pace *pace, int round, int guilds)
{
    char database[64];
    (void)snprintf(database, sizeof database, "bench-%d-%d.db", guilds, round);
    bot_start(pace->bot, pace->peer, database);
    pace_declare(pace);
    (void)printf("round %d, %d guild%s\n", round, guilds,
                 guilds == 1 ? "" : "s");
    (void)printf("  %-40s %6.1f ms\n", "start to first reply",
                 (double)(peer_now_ns() - pace->bot->started_ns) / 1e6);
    /* Rooms, card and pin are still on their way: let a paced phase begin when
     * they are there. */
    pace_wait(pace, 1500);
    (void)printf("  %-40s %6.1f MB\n", "resident, idle",
                 bot_resident_mb(pace->bot));
    if (guilds == 1)
        loaded(pace);
    bot_stop(pace->bot);
}

static void with_guilds(struct pace *pace, int round, int guilds)
{
    struct peer_settings settings = {.guilds = guilds,
                                     .ready = bot_is_ready,
                                     .ready_context = pace->bot,
                                     .answered = pace_answered,
                                     .context = pace};
    pace->peer = peer_new(pace->bot->loop, &settings);
    round_of(pace, round, guilds);
}

static void load(struct bot *bot, int rounds)
{
    static struct pace pace;
    pace_init(&pace, bot);
    for (int round = 1; round <= rounds; round++) {
        with_guilds(&pace, round, 1);
        with_guilds(&pace, round, 1000);
    }
    pace_free(&pace);
}

static int64_t number(int count, char **words, int i, int64_t usual)
{
    return count > i ? strtoll(words[i], NULL, 10) : usual;
}

int main(int count, char **words)
{
    static struct bot bot;
    uv_loop_t loop;
    if (count < 3) {
        (void)fputs("usage: bench PROGRAM DIRECTORY [ROUNDS [ENTRIES "
                    "[SECONDS]]]\n",
                    stderr);
        return 2;
    }
    (void)uv_loop_init(&loop);
    (void)signal(SIGPIPE, SIG_IGN);
    bot =
        (struct bot){.loop = &loop, .program = words[1], .directory = words[2]};
    load(&bot, (int)number(count, words, 3, 3));
    bool ok = growth(&bot, number(count, words, 4, 10000));
    ok = watching(&bot, (int)number(count, words, 5, 60)) && ok;
    return ok ? 0 : 1;
}
