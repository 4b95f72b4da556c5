#include "tests/bench/figures.h"

#include "tests/bench/chart.h"

#include <stdlib.h>
#include <string.h>

struct facts {
    const char *name, *unit;
    int decimals;
    bool more_is_better;
};

static const struct facts facts[FIGURES] = {
    [FIRST_MS] = {"start to first reply", "ms", 1, false},
    [FIRST_TLS_MS] = {"start to first reply, TLS", "ms", 1, false},
    [IDLE_MB] = {"resident, 1 guild", "MB", 1, false},
    [IDLE_MANY_MB] = {"resident, 1000 guilds", "MB", 1, false},
    [AFTER_MB] = {"resident, after the load", "MB", 1, false},
    [RATE] = {"32 in flight", "commands/s", 0, true},
    [RATE_TLS] = {"32 in flight, TLS", "commands/s", 0, true},
    [RATE_SLOW_DISK] = {"32 in flight, syncs +1 ms", "commands/s", 0, true},
    [FLAT_CPU_US] = {"CPU, 32 in flight", "µs/command", 1, false},
    [FLAT_CPU_TLS_US] = {"CPU, 32 in flight, TLS", "µs/command", 1, false},
    [PACED_CPU_US] = {"CPU, 100/s", "µs/command", 0, false},
    [PACED_P50_MS] = {"100/s, p50", "ms", 3, false},
    [PACED_P99_MS] = {"100/s, p99", "ms", 3, false},
    [PACED_P50_TLS_MS] = {"100/s, TLS, p50", "ms", 3, false},
    [PACED_P99_TLS_MS] = {"100/s, TLS, p99", "ms", 3, false},
    [BURST_P99_MS] = {"20/s, ten at once, p99", "ms", 3, false},
    [LATE_P50_MS] = {"100/s, REST 50 ms late, p50", "ms", 3, false},
    [LATE_P99_MS] = {"100/s, REST 50 ms late, p99", "ms", 3, false},
    [SYNCS_ALONE] = {"syncs, one at a time", "per command", 2, false},
    [SYNCS_FLAT] = {"syncs, 32 in flight", "per command", 2, false},
};

struct spread {
    double least, median, most;
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct spread spread(const struct figures *figures, int who,
                            enum figure what)
{
    double sorted[ROUNDS_MOST];
    int n = figures->rounds;
    memcpy(sorted, figures->values[who][what], sizeof sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    return (struct spread){
        .least = sorted[0],
        .median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2,
        .most = sorted[n - 1],
    };
}

/* ---- tables ---- */

static void add_cell(struct buf *out, const char *text)
{
    int columns = 0; /* µ and – are one, and more bytes */
    for (const char *c = text; *c != '\0'; c++)
        columns += (*c & 0xC0) != 0x80;
    buf_addf(out, " %s%*s |", text, columns < 22 ? 22 - columns : 0, "");
}

static void add_head(const struct figures *figures, const char *title,
                     struct buf *out)
{
    buf_addf(out, "| %-40s |", title);
    for (int who = 0; who < figures->contenders; who++)
        add_cell(out, figures->names[who]);
    buf_add_text(out, "\n|---|");
    for (int who = 0; who < figures->contenders; who++)
        buf_add_text(out, "---|");
    buf_add_char(out, '\n');
}

static void add_name(const struct facts *fact, struct buf *out)
{
    char text[100];
    (void)snprintf(text, sizeof text, "%s, %s", fact->name, fact->unit);
    bool is_micro = strstr(text, "µ") != NULL;
    buf_addf(out, "| %-*s |", is_micro ? 41 : 40, text);
}

void figures_table(struct figures *figures, struct buf *out)
{
    add_head(figures, "median (range)", out);
    for (enum figure what = 0; what < FIGURES; what++) {
        int decimals = facts[what].decimals;
        add_name(&facts[what], out);
        for (int who = 0; who < figures->contenders; who++) {
            char text[100];
            struct spread is = spread(figures, who, what);
            (void)snprintf(text, sizeof text, "%.*f (%.*f–%.*f)", decimals,
                           is.median, decimals, is.least, decimals, is.most);
            add_cell(out, text);
        }
        buf_add_char(out, '\n');
    }
}

void figures_ratios(struct figures *figures, struct buf *out)
{
    add_head(figures, "times what the first needs", out);
    for (enum figure what = 0; what < FIGURES; what++) {
        double first = spread(figures, 0, what).median;
        add_name(&facts[what], out);
        for (int who = 0; who < figures->contenders; who++) {
            char text[100];
            double it = spread(figures, who, what).median;
            double ratio = facts[what].more_is_better ? first / it : it / first;
            (void)snprintf(text, sizeof text, "%.*f", ratio < 10 ? 2 : 0,
                           ratio);
            add_cell(out, text);
        }
        buf_add_char(out, '\n');
    }
}

/* ---- the picture ---- */

void figures_chart(struct figures *figures, FILE *out)
{
    chart_begin(out, FIGURES, figures->contenders,
                "Median of each, line: from least to most");
    for (enum figure what = 0; what < FIGURES; what++) {
        struct chart_bar bars[CONTENDERS_MOST];
        char title[100];
        for (int who = 0; who < figures->contenders; who++) {
            struct spread is = spread(figures, who, what);
            bars[who] = (struct chart_bar){figures->names[who], is.median,
                                           is.least, is.most};
        }
        (void)snprintf(title, sizeof title, "%s, %s%s", facts[what].name,
                       facts[what].unit,
                       facts[what].more_is_better ? " (more is better)" : "");
        chart_bars(out, (int)what, title, bars, figures->contenders,
                   facts[what].decimals);
    }
    chart_end(out);
}
