/*
 * The same questions to incidents of 10, 1,000 and 10,000 entries: what does
 * not take the same time reads more of the record than it shows.
 */
#include "tests/bench/bench.h"

#include "bot/base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZES_MOST 5
#define TIMES      41
#define ROOMS      2

/* %s in `data` is the entry that is asked for, %d of a write its number. */
struct question {
    const char *name;
    int type;
    const char *data;
    const char *wanted; /* in the answer */
    enum { FIRST, MIDDLE, LAST } entry;
    bool in_rooms; /* measured until both rooms show it */
};

#define TEXT_OPTION(name, value)                                               \
    "{\"name\":\"" name "\",\"type\":3,\"value\":\"" value "\"}"
#define FOCUSED_OPTION(name, value)                                            \
    "{\"name\":\"" name "\",\"type\":3,\"focused\":true,\"value\":\"" value    \
    "\"}"
#define COMMAND(name, sub, options)                                            \
    "{\"id\":\"2\",\"name\":\"" name                                           \
    "\",\"type\":1,\"options\":[{\"name\":\"" sub                              \
    "\",\"type\":1,\"options\":[" options "]}]}"

static const struct question questions[] = {
    {"timeline list", 2, COMMAND("timeline", "list", ""), "Timeline of", FIRST,
     false},
    {"timeline list, from the middle", 2,
     COMMAND("timeline", "list", TEXT_OPTION("before", "#%s")), "Timeline of",
     MIDDLE, false},
    {"timeline list, oldest", 2,
     COMMAND("timeline", "list", TEXT_OPTION("after", "#%s")), "Timeline of",
     FIRST, false},
    {"timeline edit, nothing typed", 4,
     COMMAND("timeline", "edit", FOCUSED_OPTION("id", "")), "choices", FIRST,
     false},
    {"timeline edit, a number typed", 4,
     COMMAND("timeline", "edit", FOCUSED_OPTION("id", "#%s")), "choices",
     MIDDLE, false},
    {"timeline edit, a word typed", 4,
     COMMAND("timeline", "edit", FOCUSED_OPTION("id", "database")), "choices",
     FIRST, false},
    {"timeline edit, a word of nothing", 4,
     COMMAND("timeline", "edit", FOCUSED_OPTION("id", "zebra")), "choices",
     FIRST, false},
    {"incident status", 2, COMMAND("incident", "status", ""), "Still open",
     FIRST, false},
    {"incident list", 2, COMMAND("incident", "list", ""), "INC-1", FIRST,
     false},
    {"card: Add note", 3,
     "{\"component_type\":2,\"custom_id\":\"1|timeline add|1|\"}", "custom_id",
     FIRST, false},
    {"timeline add", 2,
     COMMAND("timeline", "add", TEXT_OPTION("text", "Added as [%d]")),
     "Added as", FIRST, false},
    {"timeline edit", 2,
     COMMAND(
         "timeline", "edit",
         TEXT_OPTION("id", "#%s") "," TEXT_OPTION("text", "Corrected to [%d]")),
     "INC-1", MIDDLE, false},
    {"timeline add, until it is in the rooms", 2,
     COMMAND("timeline", "add", TEXT_OPTION("text", "Shown as [%d]")),
     "Shown as", FIRST, true},
};
#define QUESTIONS (int)(sizeof questions / sizeof questions[0])

struct growth {
    struct bot *bot;
    struct peer *peer;
    uv_timer_t timer;
    const struct question *question;
    int64_t next;
    int64_t asked_ns, answered_ns, shown_ns;
    int shown; /* rooms that have it */
    char mark[40];
    bool wrong;
};

static bool is_done(const struct growth *growth)
{
    return growth->answered_ns != 0 &&
           (!growth->question->in_rooms || growth->shown >= ROOMS);
}

static void on_answered(int64_t n, int64_t ns, struct str body, void *context)
{
    struct growth *growth = context;
    const char *wanted = growth->question->wanted;
    (void)n;
    if (memmem(body.s, body.n, wanted, strlen(wanted)) == NULL) {
        (void)fprintf(stderr, "bench: %s was answered with %.*s\n",
                      growth->question->name, STR_ARG(body));
        growth->wrong = true;
    }
    growth->answered_ns = ns;
    if (is_done(growth))
        uv_stop(growth->bot->loop);
}

static void on_told(struct str path, struct str body, void *context)
{
    struct growth *growth = context;
    (void)path;
    if (growth->question == NULL || growth->mark[0] == '\0' ||
        memmem(body.s, body.n, growth->mark, strlen(growth->mark)) == NULL)
        return;
    growth->shown++;
    growth->shown_ns = peer_now_ns() - growth->asked_ns;
    if (is_done(growth))
        uv_stop(growth->bot->loop);
}

static void ask(struct growth *growth, int64_t entries, int64_t *ns)
{
    const struct question *question = growth->question;
    int64_t of[] = {[FIRST] = 5, [MIDDLE] = entries / 2, [LAST] = entries};
    struct buf data = BUF_INIT(4000);
    for (const char *c = question->data; *c != '\0'; c++) {
        if (strncmp(c, "%s", 2) == 0)
            buf_addf(&data, "%" PRId64, of[question->entry]);
        else if (strncmp(c, "%d", 2) == 0)
            buf_addf(&data, "%" PRId64, growth->next);
        else
            buf_add_char(&data, *c);
        if (*c == '%')
            c++;
    }
    (void)snprintf(growth->mark, sizeof growth->mark, "[%" PRId64,
                   growth->next);
    growth->answered_ns = growth->shown_ns = 0;
    growth->shown = 0;
    growth->asked_ns = peer_now_ns();
    peer_dispatch(growth->peer, growth->next++, question->type, data.s);
    while (!is_done(growth))
        (void)uv_run(growth->bot->loop, UV_RUN_DEFAULT);
    *ns = question->in_rooms ? growth->shown_ns : growth->answered_ns;
    buf_release(&data);
}

static void on_timer(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void pause_ms(struct growth *growth, uint64_t ms)
{
    (void)uv_timer_start(&growth->timer, on_timer, ms, 0);
    while (uv_is_active((uv_handle_t *)&growth->timer))
        (void)uv_run(growth->bot->loop, UV_RUN_DEFAULT);
}

static void measure(struct growth *growth, int64_t entries, double *ms)
{
    for (int q = 0; q < QUESTIONS && !growth->wrong; q++) {
        int64_t ns[TIMES];
        growth->question = &questions[q];
        /* Rooms have a limit of their own; see also bot/discord/ratelimit.h. */
        int times = growth->question->in_rooms ? 5 : TIMES;
        for (int i = 0; i < times && !growth->wrong; i++)
            ask(growth, entries, &ns[i]);
        ms[q] = share_ms(ns, (size_t)times, 0.5);
    }
}

static void with_entries(struct growth *growth, int64_t entries, double *ms)
{
    char path[600], database[64];
    struct peer_settings settings = {.guilds = 1,
                                     .ready = bot_is_ready,
                                     .ready_context = growth->bot,
                                     .answered = on_answered,
                                     .told = on_told,
                                     .context = growth};
    (void)snprintf(database, sizeof database, "growth-%" PRId64 ".db", entries);
    (void)snprintf(path, sizeof path, "%s/%s", growth->bot->directory,
                   database);
    bench_fill(path, entries);
    growth->peer = peer_new(growth->bot->loop, &settings);
    growth->question = NULL;
    bot_start(growth->bot, growth->peer, database);
    pause_ms(growth, 1500); /* what a start wants of the rooms */
    measure(growth, entries, ms);
    bot_stop(growth->bot);
}

bool growth(struct bot *bot, int64_t most)
{
    static const int64_t all[SIZES_MOST] = {10, 1000, 10000, 100000, 1000000};
    double ms[SIZES_MOST][QUESTIONS] = {{0}};
    struct growth growth = {.bot = bot};
    int sizes = 0;
    (void)uv_timer_init(bot->loop, &growth.timer);
    for (; sizes < SIZES_MOST && all[sizes] <= most && !growth.wrong; sizes++)
        with_entries(&growth, all[sizes], ms[sizes]);
    if (growth.wrong || sizes == 0)
        return !growth.wrong;
    (void)printf("p50 in ms, entries:%22s", "");
    for (int i = 0; i < sizes; i++)
        (void)printf(" %8" PRId64, all[i]);
    (void)printf("   last : first\n");
    for (int q = 0; q < QUESTIONS; q++) {
        (void)printf("  %-40s", questions[q].name);
        for (int i = 0; i < sizes; i++)
            (void)printf(" %8.3f", ms[i][q]);
        (void)printf("   %.1f\n", ms[sizes - 1][q] / ms[0][q]);
    }
    return true;
}
