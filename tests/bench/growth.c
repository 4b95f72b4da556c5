/*
 * The same questions to incidents of 10 to 1,000,000 entries: what does
 * not take the same time reads more of the record than it shows.
 */
#include "tests/bench/bench.h"

#include "tests/bench/chart.h"

#include "bot/base/buf.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
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

/* What follows the questions in a column of the table. */
enum whole { START_MS, RENDER_MS, RESIDENT_MB, WHOLES };
static const char *const wholes[WHOLES] = {
    [START_MS] = "start to first reply",
    [RENDER_MS] = "opsroom render",
    [RESIDENT_MB] = "resident, MB",
};
#define ROWS (QUESTIONS + WHOLES)

struct growth {
    struct bot *bot;
    struct discord *discord;
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
    growth->shown_ns = discord_now_ns() - growth->asked_ns;
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
    growth->asked_ns = discord_now_ns();
    discord_dispatch(growth->discord, growth->next++, question->type, data.s);
    while (!is_done(growth))
        bot_run(growth->bot);
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

/* The first question, put as soon as there is somebody to answer. */
static double first_ms(struct growth *growth, int64_t entries)
{
    int64_t ns;
    growth->question = &questions[0];
    ask(growth, entries, &ns);
    return (double)(discord_now_ns() - growth->bot->started_ns) / 1e6;
}

static void with_entries(struct growth *growth, int64_t entries, double *ms)
{
    char path[600], database[64];
    struct discord_settings settings = {.guilds = 1,
                                        .ready = bot_is_ready,
                                        .ready_context = growth->bot,
                                        .answered = on_answered,
                                        .told = on_told,
                                        .context = growth};
    (void)snprintf(database, sizeof database, "growth-%" PRId64 ".db", entries);
    (void)snprintf(path, sizeof path, "%s/%s", growth->bot->directory,
                   database);
    bench_fill(path, entries);
    growth->discord = discord_new(growth->bot->loop, &settings);
    growth->question = NULL;
    bot_start(growth->bot, growth->discord, database);
    ms[QUESTIONS + START_MS] = first_ms(growth, entries);
    pause_ms(growth, 1500); /* what a start wants of the rooms */
    measure(growth, entries, ms);
    ms[QUESTIONS + RESIDENT_MB] = bot_resident_mb(growth->bot);
    bot_stop(growth->bot);
    ms[QUESTIONS + RENDER_MS] = bot_render_ms(growth->bot);
}

static const char *row_name(int row)
{
    return row < QUESTIONS ? questions[row].name : wholes[row - QUESTIONS];
}

static void draw(const struct bot *bot, const int64_t *all, double (*ms)[ROWS],
                 int sizes)
{
    char path[600];
    (void)snprintf(path, sizeof path, "%s/growth.svg", bot->directory);
    FILE *out = fopen(path, "w");
    assert(out != NULL);
    chart_begin(out, ROWS, 6,
                "opsroom, median in ms by the entries of the incident");
    for (int row = 0; row < ROWS; row++) {
        struct chart_bar points[SIZES_MOST];
        char names[SIZES_MOST][24];
        int told = 0;
        for (int i = 0; i < sizes && !isnan(ms[i][row]); i++, told++) {
            (void)snprintf(names[i], sizeof names[i], "%" PRId64, all[i]);
            points[i] = (struct chart_bar){names[i], ms[i][row], ms[i][row],
                                           ms[i][row]};
        }
        chart_line(out, row, 6, row_name(row), points, told, 2);
    }
    chart_end(out);
    (void)fclose(out);
}

static void print(const struct bot *bot, const int64_t *all, double (*ms)[ROWS],
                  int sizes)
{
    char path[600];
    struct buf text = BUF_INIT(65536);
    int usual = sizes > 1 ? 1 : 0; /* an incident of 1,000 */
    buf_addf(&text, "| %-40s |", "p50 in ms, by entries");
    for (int i = 0; i < sizes; i++)
        buf_addf(&text, " %8" PRId64 " |", all[i]);
    buf_addf(&text, " last : %5" PRId64 " |\n|---|", all[usual]);
    for (int i = 0; i <= sizes; i++)
        buf_add_text(&text, "---|");
    for (int row = 0; row < ROWS; row++) {
        buf_addf(&text, "\n| %-40s |", row_name(row));
        for (int i = 0; i < sizes; i++)
            if (isnan(ms[i][row]))
                buf_add_text(&text, "  refused |");
            else
                buf_addf(&text, " %8.3f |", ms[i][row]);
        if (isnan(ms[sizes - 1][row]))
            buf_add_text(&text, "              |");
        else
            buf_addf(&text, " %12.1f |", ms[sizes - 1][row] / ms[usual][row]);
    }
    (void)snprintf(path, sizeof path, "%s/growth.md", bot->directory);
    FILE *out = fopen(path, "w");
    assert(out != NULL);
    (void)fprintf(out, "%s\n", text.s);
    (void)fclose(out);
    (void)puts(text.s);
    buf_release(&text);
}

bool growth(struct bot *bot, int64_t most)
{
    static const int64_t all[SIZES_MOST] = {10, 1000, 10000, 100000, 1000000};
    double ms[SIZES_MOST][ROWS] = {{0}};
    struct growth growth = {.bot = bot};
    int sizes = 0;
    (void)uv_timer_init(bot->loop, &growth.timer);
    for (; sizes < SIZES_MOST && all[sizes] <= most && !growth.wrong; sizes++) {
        (void)fprintf(stderr, "  %" PRId64 " entries\n", all[sizes]);
        with_entries(&growth, all[sizes], ms[sizes]);
    }
    if (sizes > 0 && !growth.wrong) {
        print(bot, all, ms, sizes);
        draw(bot, all, ms, sizes);
    }
    return !growth.wrong;
}
