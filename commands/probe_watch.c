#include "commands/probes.h"
#include "commands/words.h"

#define STANDARD_MIN 15
#define MOST_MIN     120

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct process_probes *probes = probes_of(call);
    const struct value *minutes = call_value(call, "minutes");
    int64_t count = minutes->given ? minutes->number : STANDARD_MIN;
    int index = 0;
    (void)request;
    if (!probe_typed(call, &index, answer))
        return REPLY_REFUSED;
    if (count > MOST_MIN)
        count = MOST_MIN;
    probes->watch(probes->runner, index, call->now_ms + count * MS_PER_MINUTE);
    struct probe_status status = probes->status(probes->runner, index);
    buf_add_text(&answer->words, "Checked every few seconds from now on.\n");
    say_probe(&answer->words, &status, call->now_ms);
    return REPLY_TEXT;
}

const struct command command_probe_watch = {
    .name = "probe watch",
    .help = "Check every few seconds for a while",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_NONE,
    .options = {PROBE_OPTION,
                {.name = "minutes",
                 .help = "For how long: 15 if left out, 120 at most",
                 .type = VALUE_MINUTES}},
    .run = run,
};
