#include "bot/postmortem/charts.h"

#include <inttypes.h>
#include <stdio.h>

struct evidence {
    char sha256[SHA256_HEX];
};

struct charts {
    struct store *store;
    const struct incident *in;
    bool has_folder, is_public; /* the page */
    page_chart_fn *each;
    void *context;
    struct evidence newest[PAGE_CHARTS]; /* first */
    int evidence_count;
    char seen[PAGE_CHARTS][500];
    int count;
};

static bool note_evidence(const struct entry *entry, void *context)
{
    struct charts *charts = context;
    const struct event *event = &entry->event;
    if (!measured_is(event) || entry->state.struck != 0 ||
        event->visibility == VISIBILITY_PRIVATE ||
        (charts->is_public && event->visibility != VISIBILITY_LIVE))
        return true;
    str_copy_to(charts->newest[charts->evidence_count].sha256,
                event->file_sha256);
    charts->evidence_count++;
    return charts->evidence_count < PAGE_CHARTS;
}

static bool is_new(struct charts *charts, const struct chart *chart)
{
    char name[500] = "";
    struct buf text = BUF_IN(name);
    buf_add(&text, chart->title);
    buf_addf(&text, ", %.*s", STR_ARG(chart->quantity));
    for (int i = 0; i < charts->count; i++)
        if (str_is(buf_str(&text), charts->seen[i]))
            return false;
    if (charts->count == PAGE_CHARTS)
        return false;
    str_copy_to(charts->seen[charts->count], buf_str(&text));
    charts->count++;
    return true;
}

static void add_chart(struct charts *charts, const struct chart *chart)
{
    char name[60];
    if (!is_new(charts, chart))
        return;
    if (charts->has_folder)
        (void)snprintf(name, sizeof name, "chart-%d", charts->count);
    else
        (void)snprintf(name, sizeof name, "inc-%" PRId64 "-chart-%d",
                       charts->in->id, charts->count);
    charts->each(chart, name, charts->context);
}

/* A file of that name that is none of ours shows no chart. */
static enum err read_evidence(struct charts *charts,
                              const struct evidence *evidence)
{
    struct buf csv = BUF_INIT(MEASURED_BYTES);
    struct measured measured = {.count = 0};
    struct measured_charts drawn;
    enum err err =
        store_attachment(charts->store, str_of(evidence->sha256), &csv);
    if (err == ERR_OK && measured_read(buf_str(&csv), &measured) == ERR_OK) {
        measured_charts(&measured, charts->in, &drawn);
        for (int i = 0; i < drawn.count; i++)
            add_chart(charts, &drawn.all[i]);
    }
    buf_release(&csv);
    measured_release(&measured);
    return err == ERR_STORAGE ? err : ERR_OK;
}

enum err postmortem_charts(struct store *store, const struct incident *in,
                           const struct postmortem_settings *set,
                           page_chart_fn *each, void *context)
{
    static const enum event_kind kind = EVENT_EVIDENCE;
    const struct entry_page page = {
        .order = EVENTS_BY_TIME, .newest_first = true, .kind = &kind};
    struct charts charts = {.store = store,
                            .in = in,
                            .has_folder =
                                str_ends(str_of(set->path), "/index.md"),
                            .is_public = set->is_public,
                            .each = each,
                            .context = context};
    enum err err =
        store_each_entry(store, in->id, &page, note_evidence, &charts);
    for (int i = 0; i < charts.evidence_count && err == ERR_OK; i++)
        err = read_evidence(&charts, &charts.newest[i]);
    return err;
}
