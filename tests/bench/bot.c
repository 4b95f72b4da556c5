#include "tests/bench/bench.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void bot_start(struct bot *bot, const struct peer *peer, const char *database)
{
    char config[600], log[600];
    (void)snprintf(config, sizeof config, "%s/bench.toml", bot->directory);
    (void)snprintf(log, sizeof log, "%s/bench.log", bot->directory);
    FILE *file = fopen(config, "w");
    assert(file != NULL);
    (void)fprintf(file,
                  "[discord]\napi_base = \"http://127.0.0.1:%d/api/v10\"\n"
                  "%s[storage]\npath = \"%s/%s\"\n"
                  "[http]\nlisten = \"127.0.0.1:%d\"\n%s",
                  peer_port(peer),
                  bot->announces ? "announce_channel = \"9000001\"\n" : "",
                  bot->directory, database, bot->http_port,
                  bot->settings == NULL ? "" : bot->settings);
    (void)fclose(file);
    bot->is_ready = false;
    bot->started_ns = peer_now_ns();
    bot->pid = fork();
    assert(bot->pid >= 0);
    if (bot->pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        (void)dup2(fd, STDERR_FILENO);
        (void)setenv("DISCORD_TOKEN", "bench-token-bench-token-bench", 1);
        (void)execl(bot->program, bot->program, "run", "--config", config,
                    (char *)NULL);
        _exit(127);
    }
    while (!bot->is_ready)
        (void)uv_run(bot->loop, UV_RUN_DEFAULT);
}

void bot_stop(struct bot *bot)
{
    int status;
    (void)kill(bot->pid, SIGTERM);
    (void)waitpid(bot->pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        (void)fprintf(stderr, "bench: the bot ended with status %d\n", status);
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
