#include "commands/command.h"
#include "commands/words.h"

#include "bot/probe/measured.h"
#include "storage/samples.h"

static bool is_there(const struct sample *sample, void *context)
{
    (void)sample;
    *(bool *)context = true;
    return false;
}

/* Whether any of its probes measured something around it. */
static enum err find_samples(const struct call *call, bool *out)
{
    const struct probe *found[MEASURED_PROBES];
    struct measured_span span = measured_span(call->in, call->now_ms);
    int count = measured_find(&call->config->probes, &call->config->services,
                              call->in, found, MEASURED_PROBES);
    enum err err = ERR_OK;
    *out = false;
    for (int i = 0; i < count && err == ERR_OK && !*out; i++)
        err = store_each_sample(call->store, str_of(found[i]->name),
                                span.from_ms, span.to_ms + 1, is_there, out);
    return err;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    bool any;
    request->kind = REQUEST_CHART;
    if (call->in->services[0] == '\0')
        return REPLY_REQUEST; /* the rules say what to do */
    if (find_samples(call, &any) != ERR_OK)
        return REPLY_FAILED;
    if (any)
        return REPLY_REQUEST;
    buf_add_text(words, "No probe has measured anything around ");
    say_incident(words, call->in);
    buf_add_text(words, ", so there is nothing to draw: neither its services "
                        "nor those that they need have a probe with results "
                        "of that time. Nothing was kept.");
    return REPLY_REFUSED;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    (void)call;
    (void)outcome;
    buf_add_text(words, "What the probes measured around ");
    say_incident(words, after);
    buf_add_text(words, " is being drawn. The picture comes into its room, and "
                        "the samples are kept as an entry. If nothing was "
                        "measured since the last time, that one stands.");
}

const struct command command_probe_chart = {
    .name = "probe chart",
    .help = "Draw what the probes measured around an incident, and keep it",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .run = run,
    .told = told,
};
