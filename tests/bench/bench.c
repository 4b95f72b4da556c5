/*
 * make bench: the real binary against tests/bench/peer.c, on this machine.
 * Every command is a durable /timeline add; a figure is the time from handing
 * the frame to the kernel until its callback has arrived. Prints one table.
 *
 *   bench PROGRAM DIRECTORY [ROUNDS]
 */
#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "tests/bench/peer.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE      100 /* a second */
#define PACED     1000
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
    uv_loop_t loop;
    struct peer *peer;
    const char *program, *directory;
    uv_timer_t pace;
    pid_t bot;
    int64_t next;    /* number of the next interaction */
    int64_t wanted;  /* interactions of this phase still to be dispatched */
    int64_t answers; /* of this phase */
    int64_t target;
    int64_t *ns;
    int64_t started_ns, first_ns;
    bool flat_out, is_ready;
};

static void on_ready(void *context)
{
    struct bench *bench = context;
    bench->is_ready = true;
    uv_stop(&bench->loop);
}

static void dispatch(struct bench *bench)
{
    if (bench->wanted == 0)
        return;
    bench->wanted--;
    peer_dispatch(bench->peer, bench->next++, command_add);
}

static void on_answered(int64_t n, int64_t ns, void *context)
{
    struct bench *bench = context;
    (void)n;
    if (bench->answers < bench->target)
        bench->ns[bench->answers++] = ns;
    if (bench->flat_out)
        dispatch(bench);
    if (bench->answers == bench->target)
        uv_stop(&bench->loop);
}

static void on_pace(uv_timer_t *timer)
{
    dispatch(timer->data);
}

/* ---- the process under test ---- */

static void start_bot(struct bench *bench, const char *database)
{
    char config[600], log[600];
    (void)snprintf(config, sizeof config, "%s/bench.toml", bench->directory);
    (void)snprintf(log, sizeof log, "%s/bench.log", bench->directory);
    FILE *file = fopen(config, "w");
    assert(file != NULL);
    (void)fprintf(file,
                  "[discord]\napi_base = \"http://127.0.0.1:%d/api/v10\"\n"
                  "[storage]\npath = \"%s/%s\"\n",
                  peer_port(bench->peer), bench->directory, database);
    (void)fclose(file);
    bench->is_ready = false;
    bench->started_ns = peer_now_ns();
    bench->bot = fork();
    assert(bench->bot >= 0);
    if (bench->bot == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)dup2(fd, STDERR_FILENO);
        (void)setenv("DISCORD_TOKEN", "bench-token-bench-token-bench", 1);
        (void)execl(bench->program, bench->program, "run", "--config", config,
                    (char *)NULL);
        _exit(127);
    }
    while (!bench->is_ready)
        (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static void stop_bot(struct bench *bench)
{
    int status;
    (void)kill(bench->bot, SIGTERM);
    (void)waitpid(bench->bot, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        (void)fprintf(stderr, "bench: the bot ended with status %d\n", status);
}

static double cpu_seconds(pid_t pid)
{
    char path[64], line[1024];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    size_t n = fread(line, 1, sizeof line - 1, file);
    line[n] = '\0';
    (void)fclose(file);
    unsigned long user = 0, system = 0;
    const char *rest = strrchr(line, ')');
    if (rest == NULL || sscanf(rest,
                               ") %*c %*d %*d %*d %*d %*d %*u %*u %*u "
                               "%*u %*u %lu %lu",
                               &user, &system) != 2)
        return 0;
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double resident_mb(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtod(line + 6, NULL);
    if (file != NULL)
        (void)fclose(file);
    return kb / 1024;
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
        (void)uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(struct bench *bench, double share)
{
    size_t n = (size_t)bench->answers;
    qsort(bench->ns, n, sizeof *bench->ns, by_size);
    return (double)bench->ns[(size_t)((double)(n - 1) * share)] / 1e6;
}

static void declare(struct bench *bench)
{
    begin(bench, 1);
    bench->wanted = 0;
    peer_dispatch(bench->peer, bench->next++, command_declare);
    run_until_answered(bench);
    bench->first_ns = peer_now_ns() - bench->started_ns;
}

static void paced(struct bench *bench, const char *what)
{
    begin(bench, PACED);
    (void)uv_timer_start(&bench->pace, on_pace, 0, 1000 / RATE);
    run_until_answered(bench);
    (void)uv_timer_stop(&bench->pace);
    (void)printf("  %-40s p50 %6.3f ms   p99 %6.3f ms   max %7.3f ms\n", what,
                 percentile_ms(bench, 0.5), percentile_ms(bench, 0.99),
                 percentile_ms(bench, 1.0));
    (void)fflush(stdout);
}

static void flat_out(struct bench *bench)
{
    double cpu = cpu_seconds(bench->bot);
    int64_t requests = peer_requests(bench->peer);
    int64_t started = peer_now_ns();
    begin(bench, FLAT_OUT);
    bench->flat_out = true;
    for (int i = 0; i < IN_FLIGHT; i++)
        dispatch(bench);
    run_until_answered(bench);
    bench->flat_out = false;
    double seconds = (double)(peer_now_ns() - started) / 1e9;
    cpu = cpu_seconds(bench->bot) - cpu;
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
    uint64_t until = uv_now(&bench->loop) + 1500;
    (void)uv_timer_start(&bench->pace, on_pace, 100, 100);
    while (uv_now(&bench->loop) < until)
        (void)uv_run(&bench->loop, UV_RUN_ONCE);
    (void)uv_timer_stop(&bench->pace);
}

static void round_of(struct bench *bench, int round, int guilds)
{
    char database[64];
    (void)snprintf(database, sizeof database, "bench-%d-%d.db", guilds, round);
    start_bot(bench, database);
    declare(bench);
    (void)printf("round %d, %d guild%s\n", round, guilds,
                 guilds == 1 ? "" : "s");
    (void)printf("  %-40s %6.1f ms\n", "start to first reply",
                 (double)bench->first_ns / 1e6);
    settle_down(bench);
    (void)printf("  %-40s %6.1f MB\n", "resident, idle",
                 resident_mb(bench->bot));
    if (guilds == 1) {
        paced(bench, "100/s");
        flat_out(bench);
        peer_set_delay(bench->peer, 50);
        paced(bench, "100/s, REST answers 50 ms late");
        peer_set_delay(bench->peer, 0);
        (void)printf("  %-40s %6.1f MB\n", "resident, after all that",
                     resident_mb(bench->bot));
    }
    stop_bot(bench);
}

static void with_guilds(struct bench *bench, int round, int guilds)
{
    struct peer_settings settings = {.guilds = guilds,
                                     .ready = on_ready,
                                     .answered = on_answered,
                                     .context = bench};
    bench->peer = peer_new(&bench->loop, &settings);
    round_of(bench, round, guilds);
}

int main(int count, char **words)
{
    static struct bench bench;
    if (count < 3) {
        (void)fputs("usage: bench PROGRAM DIRECTORY [ROUNDS]\n", stderr);
        return 2;
    }
    int rounds = count > 3 ? (int)strtol(words[3], NULL, 10) : 3;
    bench.program = words[1];
    bench.directory = words[2];
    (void)uv_loop_init(&bench.loop);
    (void)uv_timer_init(&bench.loop, &bench.pace);
    bench.pace.data = &bench;
    (void)signal(SIGPIPE, SIG_IGN);
    for (int round = 1; round <= rounds; round++) {
        with_guilds(&bench, round, 1);
        with_guilds(&bench, round, 1000);
    }
    return 0;
}
