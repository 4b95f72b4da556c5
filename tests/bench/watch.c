#include "bot/base/buf.h"
#include "storage/alerts.h"
#include "tests/bench/bench.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBES     500
#define INTERVAL_S 30
#define SETTLED_MS 5000 /* after a start and a declaration */
#define WAKES_A_S  2    /* fewer is idle */
#define PACED      1000
#define EVERY_MS   10 /* 100 a second */
#define STORM      1000
#define GUESTS     8
#define BOUNDS     16
#define ANNOUNCED  "/channels/9000001/messages"
#define SECRET     "a-secret-for-the-bench-alone"
#define BODY_BYTES ((size_t)1 << 20)

/* What the bot says of itself: turns of its loop, by how long they were. */
struct busy {
    double bounds_ms[BOUNDS];
    int64_t counts[BOUNDS]; /* up to that bound */
    int n;
};

/* Shared with the child that posts. */
struct posted {
    int64_t ns;
    int64_t kept;
};

struct watching {
    struct pace pace;
    struct bot *bot;
    struct buf settings;
    struct posted *posted;
    int64_t cards; /* messages to the announce channel */
    bool ok;
};

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int bad = bind(fd, (const struct sockaddr *)&at, n);
    bad |= getsockname(fd, (struct sockaddr *)&at, &n);
    assert(bad == 0);
    (void)close(fd);
    return ntohs(at.sin_port);
}

/* ---- turns of the loop ---- */

static struct busy busy_now(const struct bot *bot)
{
    static const char name[] = "opsroom_loop_busy_seconds_bucket{le=\"";
    struct busy busy = {.n = 0};
    struct guest *guest = guest_new(bot->http_port);
    struct str rest, line;
    guest_send(guest, "GET /metrics", "", STR_NONE);
    int status = guest_read(guest, &rest);
    assert(status == 200);
    while (str_cut(&rest, '\n', &line) && busy.n < BOUNDS) {
        if (!str_starts(line, name))
            continue;
        char *end;
        busy.bounds_ms[busy.n] = strtod(line.s + sizeof name - 1, &end) * 1000;
        busy.counts[busy.n++] = strtoll(end + 3, NULL, 10); /* `"} ` */
    }
    guest_free(guest);
    return busy;
}

static void print_busy(const struct bot *bot, const struct busy *before)
{
    struct busy now = busy_now(bot);
    int64_t all = now.counts[now.n - 1] - before->counts[now.n - 1];
    int64_t within_ten = 0;
    int longest = 0;
    for (int i = 0; i < now.n; i++) {
        int64_t count = now.counts[i] - before->counts[i];
        if (now.bounds_ms[i] <= 10.0)
            within_ten = count;
        if (count < all)
            longest = i + 1;
    }
    (void)printf("  %-40s at most %g ms; %" PRId64 " of %" PRId64
                 " above 10 ms\n",
                 "  longest turn of the loop", now.bounds_ms[longest],
                 all - within_ten, all);
}

/* ---- start and stop ---- */

static void on_told(struct str path, struct str body, void *context)
{
    struct watching *watching = ((struct pace *)context)->context;
    (void)body;
    watching->cards += str_ends(path, ANNOUNCED);
}

static void write_secret(const struct bot *bot)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s/secret", bot->directory);
    FILE *file = fopen(path, "w");
    assert(file != NULL);
    (void)fputs(SECRET "\n", file);
    (void)fclose(file);
    (void)chmod(path, 0600);
}

static void begin(struct watching *watching, const char *database, int probes)
{
    struct bot *bot = watching->bot;
    struct pace *pace = &watching->pace;
    struct discord_settings settings = {.guilds = 1,
                                        .ready = bot_is_ready,
                                        .ready_context = bot,
                                        .answered = pace_answered,
                                        .told = on_told,
                                        .context = pace};
    pace_init(pace, bot);
    pace->context = watching;
    pace->discord = discord_new(bot->loop, &settings);
    buf_clear(&watching->settings);
    buf_addf(&watching->settings,
             "[[alert]]\nname = \"prometheus\"\nform = \"alertmanager\"\n"
             "secret_file = \"%s/secret\"\n",
             bot->directory);
    for (int i = 0; i < probes; i++)
        buf_addf(&watching->settings,
                 "[[probe]]\nname = \"probe %d\"\nkind = \"http\"\ntarget = "
                 "\"http://127.0.0.1:%d/probe/%d\"\ninterval_s = %d\n",
                 i, discord_port(pace->discord), i, INTERVAL_S);
    write_secret(bot);
    bot->settings = buf_text(&watching->settings);
    bot->http_port = free_port();
    bot->announces = true;
    bot_start(bot, pace->discord, database);
    pace_first(pace);
    pace_wait(pace, 1500);
    watching->cards = 0; /* that incident's own */
}

static void end(struct watching *watching)
{
    bot_stop(watching->bot);
    pace_free(&watching->pace);
}

/* ---- nothing ---- */

/* A live incident, a gateway that wants its heartbeats, and nobody there. */
static void with_nothing(struct watching *watching, int seconds)
{
    struct bot *bot = watching->bot;
    begin(watching, "nothing.db", 0);
    pace_wait(&watching->pace, SETTLED_MS);
    struct activity before = bot_activity(bot);
    pace_wait(&watching->pace, (uint64_t)seconds * 1000);
    struct activity now = bot_activity(bot);
    int64_t wakes = now.wakes - before.wakes;
    (void)printf("Nothing to do, for %d s\n", seconds);
    (void)printf("  %-40s %6" PRId64 "\n", "wake-ups", wakes);
    (void)printf("  %-40s %6.2f ms\n", "CPU",
                 (double)(now.ran_ns - before.ran_ns) / 1e6);
    watching->ok = watching->ok && wakes < WAKES_A_S * seconds;
    end(watching);
}

/* ---- probes ---- */

static void with_probes(struct watching *watching, int seconds)
{
    struct bot *bot = watching->bot;
    struct pace *pace = &watching->pace;
    begin(watching, "probes.db", PROBES);
    struct busy busy = busy_now(bot);
    int64_t checks = discord_requests(pace->discord);
    double cpu = bot_cpu_seconds(bot);
    pace_wait(pace, (uint64_t)seconds * 1000);
    cpu = bot_cpu_seconds(bot) - cpu;
    checks = discord_requests(pace->discord) - checks;
    (void)printf("%d probes, one each %d s, for %d s\n", PROBES, INTERVAL_S,
                 seconds);
    (void)printf("  %-40s %6.2f %% of a core, %.0f us each of %" PRId64 "\n",
                 "CPU", cpu / seconds * 100, cpu / (double)checks * 1e6,
                 checks);
    (void)printf("  %-40s %6.1f MB\n", "resident", bot_resident_mb(bot));
    print_busy(bot, &busy);
    busy = busy_now(bot);
    pace_run(pace, PACED, 1, EVERY_MS);
    pace_print(pace, "100/s");
    print_busy(bot, &busy);
    watching->ok = watching->ok && checks >= PROBES * seconds / INTERVAL_S / 2;
    end(watching);
}

/* ---- a storm of alerts ---- */

static void add_alert(struct buf *out, const char *storm, int i)
{
    buf_addf(
        out,
        "{\"status\":\"firing\",\"labels\":{\"alertname\":\"HighLatency\","
        "\"instance\":\"api-%d.example.org:9100\",\"job\":\"node\","
        "\"severity\":\"critical\",\"region\":\"eu-central-1\",\"storm\":"
        "\"%s\"},\"annotations\":{\"summary\":\"Latency on api-%d is above 500 "
        "ms\",\"description\":\"The 99th percentile of the latency of requests "
        "on api-%d.example.org:9100 has been above 500 ms for 10 minutes; it "
        "is 734.2 ms now. Users see slow pages and time-outs.\","
        "\"runbook_url\":\"https://runbooks.example.org/forum/high-latency\"},"
        "\"startsAt\":\"2026-11-21T12:00:00.123Z\",\"endsAt\":"
        "\"0001-01-01T00:00:00Z\",\"generatorURL\":"
        "\"http://prometheus.example:9090/graph?g0.expr=histogram_quantile"
        "%%280.99%%29+%%3E+0.5&g0.tab=1\",\"fingerprint\":\"%s%d\"}",
        i, storm, i, i, storm, i);
}

static void fill_body(struct buf *out, const char *storm, int from, int count)
{
    buf_clear(out);
    buf_add_text(
        out, "{\"version\":\"4\",\"groupKey\":\"{}:{}\",\"truncatedAlerts\":0,"
             "\"status\":\"firing\",\"receiver\":\"opsroom\",\"groupLabels\":{}"
             ",\"commonLabels\":{},\"commonAnnotations\":{},\"externalURL\":"
             "\"http://alertmanager.example:9093\",\"alerts\":[");
    for (int i = 0; i < count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        add_alert(out, storm, from + i);
    }
    buf_add_text(out, "]}");
}

/* In a child: blocking, over several connections that stay. */
static void post(struct posted *posted, int port, int posts, int each)
{
    static const char line[] = "POST /alerts/prometheus";
    static const char head[] = "Authorization: Bearer " SECRET "\r\n"
                               "Content-Type: application/json\r\n";
    struct guest *guests[GUESTS];
    struct buf body = BUF_INIT(BODY_BYTES);
    int count = posts < GUESTS ? posts : GUESTS;
    for (int i = 0; i < count; i++)
        guests[i] = guest_new(port);
    fill_body(&body, posts > 1 ? "posts" : "body", 0, each);
    int64_t began_ns = discord_now_ns();
    for (int i = 0; i < posts; i += count) {
        int now = posts - i < count ? posts - i : count;
        for (int k = 0; k < now; k++) {
            if (posts > 1)
                fill_body(&body, "posts", i + k, each);
            guest_send(guests[k], line, head, buf_str(&body));
        }
        for (int k = 0; k < now; k++)
            posted->kept += guest_read(guests[k], NULL) == 200;
    }
    posted->ns = discord_now_ns() - began_ns;
    _exit(0);
}

static void storm(struct watching *watching, const char *what, int posts)
{
    struct pace *pace = &watching->pace;
    struct busy busy = busy_now(watching->bot);
    int status;
    *watching->posted = (struct posted){0};
    (void)fflush(stdout);
    pid_t pid = fork();
    assert(pid >= 0);
    if (pid == 0)
        post(watching->posted, watching->bot->http_port, posts, STORM / posts);
    pace_run(pace, 200, 1, EVERY_MS); /* meanwhile */
    while (waitpid(pid, &status, WNOHANG) == 0)
        pace_wait(pace, 5);
    (void)printf("%s\n  %-40s %6.0f ms, %" PRId64 " of %d answered 200\n", what,
                 "until the last was kept", (double)watching->posted->ns / 1e6,
                 watching->posted->kept, posts);
    pace_print(pace, "commands meanwhile, 100/s");
    print_busy(watching->bot, &busy);
    watching->ok = watching->ok && watching->posted->kept == posts;
}

static bool count_alert(const struct stored_alert *stored, void *context)
{
    (void)stored;
    ++*(int64_t *)context;
    return true;
}

static void count_kept(struct watching *watching, const char *database)
{
    char path[600];
    int64_t count = 0;
    struct store *store;
    struct buf why = BUF_INIT(500);
    (void)snprintf(path, sizeof path, "%s/%s", watching->bot->directory,
                   database);
    enum err err = store_open(path, false, &store, &why);
    if (err == ERR_OK)
        err = store_each_homeless_alert(store, count_alert, &count);
    assert(err == ERR_OK);
    store_close(store);
    (void)printf("  %-40s %" PRId64 " of %d, on %" PRId64 " card%s\n",
                 "alerts in the database", count, 2 * STORM, watching->cards,
                 watching->cards == 1 ? "" : "s");
    watching->ok = watching->ok && count == 2 * STORM && watching->cards == 1;
}

static void with_alerts(struct watching *watching)
{
    begin(watching, "alerts.db", 0);
    storm(watching, "1,000 alerts in one body", 1);
    storm(watching, "1,000 alerts in as many posts", STORM);
    pace_wait(&watching->pace, 1500);
    (void)printf("  %-40s %6.1f MB\n", "resident",
                 bot_resident_mb(watching->bot));
    end(watching);
    count_kept(watching, "alerts.db");
}

bool watching(struct bot *bot, int seconds)
{
    static struct watching all;
    all = (struct watching){
        .bot = bot, .settings = BUF_INIT(BODY_BYTES), .ok = true};
    all.posted = mmap(NULL, sizeof *all.posted, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(all.posted != MAP_FAILED);
    if (seconds > 0) {
        with_nothing(&all, seconds);
        with_probes(&all, seconds);
    }
    with_alerts(&all);
    buf_release(&all.settings);
    if (!all.ok)
        (void)fputs("bench: something was lost\n", stderr);
    return all.ok;
}
