/*
 * make bench: the same job for opsroom, for a bare floor in C and for bots on
 * other libraries, against tests/bench/discord.c, on this machine. The job is a
 * durable /timeline add: the interaction comes over the gateway, a row is on
 * disk, then the answer is POSTed. A figure of time is from handing the frame
 * to the kernel until the callback has arrived.
 *
 *   bench BUILD DIRECTORY [ROUNDS [ENTRIES [SECONDS [PEERS]]]]
 *
 * ROUNDS in which everybody takes a turn (PEERS 0: only opsroom; a name: only
 * it; none: nobody); then of opsroom how its answers grow with an incident of
 * up to ENTRIES, SECONDS of nothing, SECONDS of probes, and a storm of alerts.
 */
#include "tests/bench/bench.h"
#include "tests/bench/figures.h"
#include "tests/bench/link.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define EVERY_MS  10 /* 100 a second */
#define PACED     1000
#define WARM      500
#define IN_FLIGHT 32
#define FLAT_S    4
#define BURST     200 /* in ten seconds, ten at once */
#define AT_ONCE   10
#define BURST_MS  500
#define ALONE     200 /* syncs are counted over so many */
#define TOGETHER  4000
#define GUILDS    1000
/* Added to each sync: as of a volume over a network, or of an SSD that has to
 * empty its cache first. */
#define SLOW_DISK_US 1000

struct bench {
    struct figures figures;
    struct pace pace;
    struct bot bot;
    SSL_CTX *tls;
    const char *preload;
    int who, round;
};

static void keep(struct bench *bench, enum figure what, double value)
{
    bench->figures.values[bench->who][what][bench->round] = value;
}

/* ---- phases ---- */

static void first(struct bench *bench, enum figure what)
{
    pace_first(&bench->pace);
    keep(bench, what, (double)(discord_now_ns() - bench->bot.started_ns) / 1e6);
}

static void together(struct bench *bench, int in_flight, int64_t count)
{
    pace_flat_out(&bench->pace, count, in_flight, INT64_MAX);
}

static void paced(struct bench *bench, enum figure p50, enum figure p99)
{
    pace_run(&bench->pace, PACED, 1, EVERY_MS);
    keep(bench, p50, pace_ms(&bench->pace, 0.5));
    keep(bench, p99, pace_ms(&bench->pace, 0.99));
}

/* Commands a second. */
static void flat_out(struct bench *bench, enum figure rate)
{
    int64_t started_ns = discord_now_ns();
    pace_flat_out(&bench->pace, INT64_MAX, IN_FLIGHT,
                  started_ns + FLAT_S * INT64_C(1000000000));
    double seconds = (double)(discord_now_ns() - started_ns) / 1e9;
    keep(bench, rate, (double)bench->pace.answers / seconds);
}

static void flat_out_with_cpu(struct bench *bench, enum figure rate,
                              enum figure us)
{
    double cpu = bot_cpu_seconds(&bench->bot);
    flat_out(bench, rate);
    keep(bench, us,
         (bot_cpu_seconds(&bench->bot) - cpu) / (double)bench->pace.answers *
             1e6);
}

/* What a start still has to do is not to be measured with the commands. */
static void settle_down(struct bench *bench)
{
    pace_run(&bench->pace, 15, 1, 100);
}

/* ---- a turn of one contender ---- */

static void start(struct bench *bench, const char *what, int guilds,
                  bool is_tls)
{
    char database[100];
    struct discord_settings settings = {.guilds = guilds,
                                        .tls = is_tls ? bench->tls : NULL,
                                        .ready = bot_is_ready,
                                        .ready_context = &bench->bot,
                                        .answered = pace_answered,
                                        .context = &bench->pace};
    (void)snprintf(database, sizeof database, "%s-%s-%d.db",
                   bench->bot.contender->name, what, bench->round + 1);
    bench->pace.discord = discord_new(bench->bot.loop, &settings);
    bench->bot.is_tls = is_tls;
    sync(); /* what the one before wrote is not to be waited for by this one */
    bot_start(&bench->bot, bench->pace.discord, database);
}

/* Once before, unmeasured: a kernel that is short of memory, or thrifty, has
 * put away files that nobody used for ten seconds. Reading 35 pages of them
 * anew doubled opsroom's start, and would be a figure of the disk. */
static void start_again(struct bench *bench, const char *what, bool is_tls,
                        enum figure figure)
{
    start(bench, is_tls ? "once-tls" : "once", 1, is_tls);
    pace_first(&bench->pace);
    bot_stop(&bench->bot);
    start(bench, what, 1, is_tls);
    first(bench, figure);
}

static void plain_turn(struct bench *bench)
{
    start_again(bench, "plain", false, FIRST_MS);
    settle_down(bench);
    keep(bench, IDLE_MB, bot_resident_mb(&bench->bot));
    together(bench, 1, WARM);
    double cpu = bot_cpu_seconds(&bench->bot);
    paced(bench, PACED_P50_MS, PACED_P99_MS);
    keep(bench, PACED_CPU_US,
         (bot_cpu_seconds(&bench->bot) - cpu) / PACED * 1e6);
    pace_run(&bench->pace, BURST, AT_ONCE, BURST_MS);
    keep(bench, BURST_P99_MS, pace_ms(&bench->pace, 0.99));
    discord_set_delay(bench->pace.discord, 50);
    paced(bench, LATE_P50_MS, LATE_P99_MS);
    discord_set_delay(bench->pace.discord, 0);
    flat_out_with_cpu(bench, RATE, FLAT_CPU_US);
    keep(bench, AFTER_MB, bot_resident_mb(&bench->bot));
    bot_stop(&bench->bot);
}

static void tls_turn(struct bench *bench)
{
    start_again(bench, "tls", true, FIRST_TLS_MS);
    settle_down(bench);
    together(bench, 1, WARM);
    paced(bench, PACED_P50_TLS_MS, PACED_P99_TLS_MS);
    flat_out_with_cpu(bench, RATE_TLS, FLAT_CPU_TLS_US);
    bot_stop(&bench->bot);
}

static void many_turn(struct bench *bench)
{
    enum figure ignored = IDLE_MANY_MB;
    start(bench, "many", GUILDS, false);
    first(bench, ignored);
    settle_down(bench);
    keep(bench, IDLE_MANY_MB, bot_resident_mb(&bench->bot));
    bot_stop(&bench->bot);
}

static void syncs_turn(struct bench *bench)
{
    bench->bot.preload = bench->preload;
    start(bench, "syncs", 1, false);
    first(bench, SYNCS_ALONE);
    settle_down(bench);
    int64_t before = bot_syncs(&bench->bot);
    together(bench, 1, ALONE);
    int64_t between = bot_syncs(&bench->bot);
    together(bench, IN_FLIGHT, TOGETHER);
    keep(bench, SYNCS_ALONE, (double)(between - before) / ALONE);
    keep(bench, SYNCS_FLAT,
         (double)(bot_syncs(&bench->bot) - between) / TOGETHER);
    bot_set_sync_delay(&bench->bot, SLOW_DISK_US);
    flat_out(bench, RATE_SLOW_DISK);
    bot_stop(&bench->bot);
    bench->bot.preload = NULL;
}

/* ---- everybody ---- */

static void rounds(struct bench *bench, const struct contender *contenders)
{
    struct figures *figures = &bench->figures;
    for (bench->round = 0; bench->round < figures->rounds; bench->round++)
        for (bench->who = 0; bench->who < figures->contenders; bench->who++) {
            bench->bot.contender = &contenders[bench->who];
            figures->names[bench->who] = bench->bot.contender->name;
            (void)fprintf(stderr, "  round %d of %d: %s\n", bench->round + 1,
                          figures->rounds, bench->bot.contender->name);
            plain_turn(bench);
            tls_turn(bench);
            many_turn(bench);
            syncs_turn(bench);
        }
    pace_free(&bench->pace);
}

static void add_circumstances(struct buf *out)
{
    char date[32], line[200], model[200] = "unknown processor";
    double load[3] = {0};
    struct utsname system;
    time_t now = time(NULL);
    struct tm utc;
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "model name", 10) == 0)
            str_copy_to(model, str_trim(str_of(strchr(line, ':') + 1)));
    if (file != NULL)
        (void)fclose(file);
    (void)strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC",
                   gmtime_r(&now, &utc));
    (void)getloadavg(load, 3);
    (void)uname(&system);
    buf_addf(out, "%s, %ld x %s, Linux %s; load before it began %.2f\n\n", date,
             sysconf(_SC_NPROCESSORS_ONLN), model, system.release, load[0]);
}

static FILE *create(const char *directory, const char *name)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    assert(file != NULL);
    return file;
}

static void report(struct bench *bench, struct buf *out)
{
    figures_table(&bench->figures, out);
    buf_add_char(out, '\n');
    if (bench->figures.contenders > 1)
        figures_ratios(&bench->figures, out);
    FILE *table = create(bench->bot.directory, "table.md");
    (void)fputs(buf_text(out), table);
    (void)fclose(table);
    FILE *chart = create(bench->bot.directory, "peers.svg");
    figures_chart(&bench->figures, chart);
    (void)fclose(chart);
    (void)puts(buf_text(out));
}

static int choose(const char *peers, const struct contender *all, int count,
                  struct contender *chosen)
{
    int n = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(peers, "1") == 0 || strcmp(peers, all[i].name) == 0 ||
            (strcmp(peers, "0") == 0 && all[i].is_opsroom))
            chosen[n++] = all[i];
    return n;
}

static int64_t number(int count, char **words, int i, int64_t usual)
{
    return count > i ? strtoll(words[i], NULL, 10) : usual;
}

int main(int count, char **words)
{
    static struct bench bench;
    static char opsroom[600], bare[600], syncs[600];
    struct contender chosen[CONTENDERS_MOST];
    uv_loop_t loop;
    if (count < 3) {
        (void)fputs("usage: bench BUILD DIRECTORY [ROUNDS [ENTRIES [SECONDS "
                    "[PEERS]]]]\n",
                    stderr);
        return 2;
    }
    (void)snprintf(opsroom, sizeof opsroom, "%s/opsroom", words[1]);
    (void)snprintf(bare, sizeof bare, "%s/tests/bench/peers/floor", words[1]);
    (void)snprintf(syncs, sizeof syncs, "%s/tests/bench/peers/syncs.so",
                   words[1]);
    const struct contender contenders[] = {
        {"opsroom", {opsroom}, true},
        {"bare floor", {bare}, false},
        {"discord.js", {"node", "tests/bench/peers/discordjs.mjs"}, false},
        {"oceanic.js", {"node", "tests/bench/peers/oceanic.mjs"}, false},
        {"discord.py",
         {"/usr/bin/python3", "tests/bench/peers/discordpy.py"},
         false},
    };
    struct buf out = BUF_INIT(65536);
    int64_t turns = number(count, words, 3, 3);
    (void)uv_loop_init(&loop);
    (void)signal(SIGPIPE, SIG_IGN);
    bot_init(&bench.bot, &loop, words[2]);
    bench.tls = link_tls(words[2]);
    bench.preload = syncs;
    bench.figures.rounds = (int)(turns < 1             ? 1
                                 : turns > ROUNDS_MOST ? ROUNDS_MOST
                                                       : turns);
    bench.figures.contenders =
        choose(count > 6 ? words[6] : "1", contenders,
               (int)(sizeof contenders / sizeof contenders[0]), chosen);
    pace_init(&bench.pace, &bench.bot);
    add_circumstances(&out);
    if (bench.figures.contenders > 0) {
        rounds(&bench, chosen);
        report(&bench, &out);
    }
    buf_release(&out);
    bench.bot.contender = &contenders[0];
    bench.bot.is_tls = false;
    bool ok = growth(&bench.bot, number(count, words, 4, 1000000));
    ok = watching(&bench.bot, (int)number(count, words, 5, 60)) && ok;
    return ok ? 0 : 1;
}
