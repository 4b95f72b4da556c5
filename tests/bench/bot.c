#include "tests/bench/bench.h"
#include "tests/bench/syncs.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 120000

/* Files of the bot's directory. */
struct place {
    char path[600];
};

static struct place in(const struct bot *bot, const char *name)
{
    struct place place;
    (void)snprintf(place.path, sizeof place.path, "%s/%s", bot->directory,
                   name);
    return place;
}

void bot_init(struct bot *bot, uv_loop_t *loop, const char *directory)
{
    *bot = (struct bot){.loop = loop, .directory = directory};
    (void)uv_timer_init(loop, &bot->guard);
    bot->guard.data = bot;
}

static void on_guard(uv_timer_t *timer)
{
    struct bot *bot = timer->data;
    (void)fprintf(stderr, "bench: %s is silent; see %s\n", bot->contender->name,
                  in(bot, "bench.log").path);
    (void)kill(bot->pid, SIGKILL);
    exit(1);
}

void bot_run(struct bot *bot)
{
    (void)uv_timer_start(&bot->guard, on_guard, PATIENCE_MS, 0);
    (void)uv_run(bot->loop, UV_RUN_DEFAULT);
    (void)uv_timer_stop(&bot->guard);
}

static void write_settings(const struct bot *bot, const char *api,
                           const char *database)
{
    FILE *file = fopen(in(bot, "bench.toml").path, "w");
    assert(file != NULL);
    (void)fprintf(file, "[discord]\napi_base = \"%s\"\n", api);
    if (bot->is_tls)
        (void)fprintf(file, "ca_file = \"%s\"\n", in(bot, "ca.pem").path);
    if (bot->announces)
        (void)fputs("announce_channel = \"9000001\"\n", file);
    (void)fprintf(file,
                  "[storage]\npath = \"%s\"\n"
                  "[http]\nlisten = \"127.0.0.1:%d\"\n%s",
                  in(bot, database).path, bot->http_port,
                  bot->settings == NULL ? "" : bot->settings);
    (void)fclose(file);
}

/* What the others read; opsroom reads its settings and DISCORD_TOKEN. */
static void set_environment(const struct bot *bot, const char *api,
                            const char *database)
{
    (void)setenv("DISCORD_TOKEN", "bench-token-bench-token-bench", 1);
    (void)setenv("BENCH_API", api, 1);
    (void)setenv("BENCH_DATABASE", in(bot, database).path, 1);
    if (bot->is_tls) {
        (void)setenv("NODE_EXTRA_CA_CERTS", in(bot, "ca.pem").path, 1);
        (void)setenv("SSL_CERT_FILE", in(bot, "ca.pem").path, 1);
    }
    if (bot->preload != NULL) {
        (void)setenv("BENCH_SYNCS", in(bot, "syncs").path, 1);
        (void)setenv("LD_PRELOAD", bot->preload, 1);
    }
}

static void become(const struct bot *bot)
{
    const struct contender *contender = bot->contender;
    char *words[8] = {NULL};
    int n = 0;
    for (; contender->words[n] != NULL; n++)
        words[n] = mem_text(contender->words[n]);
    if (contender->is_opsroom) {
        words[n++] = mem_text("run");
        words[n++] = mem_text("--config");
        words[n++] = mem_text(in(bot, "bench.toml").path);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)execvp(words[0], words);
    _exit(127);
}

void bot_start(struct bot *bot, const struct discord *discord,
               const char *database)
{
    char api[64];
    (void)snprintf(api, sizeof api, "%s://127.0.0.1:%d/api/v10",
                   bot->is_tls ? "https" : "http", discord_port(discord));
    write_settings(bot, api, database);
    (void)remove(in(bot, "syncs").path);
    bot->is_ready = false;
    bot->started_ns = discord_now_ns();
    bot->pid = fork();
    assert(bot->pid >= 0);
    if (bot->pid == 0) {
        int fd = open(in(bot, "bench.log").path, O_WRONLY | O_CREAT | O_APPEND,
                      0600);
        (void)dup2(fd, STDOUT_FILENO);
        (void)dup2(fd, STDERR_FILENO);
        set_environment(bot, api, database);
        become(bot);
    }
    while (!bot->is_ready)
        bot_run(bot);
}

void bot_stop(struct bot *bot)
{
    int status;
    (void)kill(bot->pid, SIGTERM);
    (void)waitpid(bot->pid, &status, 0);
    bool is_clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!is_clean && (bot->contender->is_opsroom || !WIFSIGNALED(status) ||
                      WTERMSIG(status) != SIGTERM))
        (void)fprintf(stderr, "bench: %s ended with status %d\n",
                      bot->contender->name, status);
}

double bot_cpu_seconds(const struct bot *bot)
{
    char path[64], line[1024];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)bot->pid);
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

/* The number after `name` in a file of /proc, or its first; 0 without one. */
static int64_t number_in(const char *path, const char *name)
{
    char line[256];
    int64_t number = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            number = strtoll(line + strlen(name), NULL, 10);
    if (file != NULL)
        (void)fclose(file);
    return number;
}

struct activity bot_activity(const struct bot *bot)
{
    char directory[64], path[400];
    struct activity sum = {0};
    struct dirent *entry;
    (void)snprintf(directory, sizeof directory, "/proc/%d/task", (int)bot->pid);
    DIR *tasks = opendir(directory);
    assert(tasks != NULL);
    while ((entry = readdir(tasks)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s/status", directory,
                       entry->d_name);
        sum.wakes += number_in(path, "voluntary_ctxt_switches:") +
                     number_in(path, "nonvoluntary_ctxt_switches:");
        (void)snprintf(path, sizeof path, "%s/%s/schedstat", directory,
                       entry->d_name);
        sum.ran_ns += number_in(path, "");
    }
    (void)closedir(tasks);
    return sum;
}

double bot_resident_mb(const struct bot *bot)
{
    char path[64], line[256];
    double kb = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)bot->pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtod(line + 6, NULL);
    if (file != NULL)
        (void)fclose(file);
    return kb / 1024;
}

static struct syncs *syncs_of(const struct bot *bot)
{
    int fd = open(in(bot, "syncs").path, O_RDWR);
    void *shared = mmap(NULL, sizeof(struct syncs), PROT_READ | PROT_WRITE,
                        MAP_SHARED, fd, 0);
    assert(shared != MAP_FAILED);
    (void)close(fd);
    return shared;
}

int64_t bot_syncs(const struct bot *bot)
{
    struct syncs *syncs = syncs_of(bot);
    int64_t count = (int64_t)syncs->count;
    (void)munmap(syncs, sizeof *syncs);
    return count;
}

void bot_set_sync_delay(const struct bot *bot, uint64_t us)
{
    struct syncs *syncs = syncs_of(bot);
    syncs->longer_us = us;
    (void)munmap(syncs, sizeof *syncs);
}

double bot_render_ms(const struct bot *bot)
{
    int status = -1;
    int64_t started_ns = discord_now_ns();
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open("/dev/null", O_WRONLY);
        (void)dup2(fd, STDOUT_FILENO);
        (void)setenv("DISCORD_TOKEN", "bench-token-bench-token-bench", 1);
        (void)execl(bot->contender->words[0], bot->contender->words[0],
                    "render", "--config", in(bot, "bench.toml").path,
                    "--incident", "1", (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, &status, 0);
    double ms = (double)(discord_now_ns() - started_ns) / 1e6;
    return status == 0 ? ms : NAN;
}

void bot_is_ready(void *context)
{
    struct bot *bot = context;
    bot->is_ready = true;
    uv_stop(bot->loop);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

double share_ms(int64_t *ns, size_t n, double share)
{
    qsort(ns, n, sizeof *ns, by_size);
    return (double)ns[(size_t)((double)(n - 1) * share)] / 1e6;
}
