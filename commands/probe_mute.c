#include "commands/probes.h"
#include "commands/words.h"

#define STANDARD_MIN 60

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct process_probes *probes = probes_of(call);
    const struct value *minutes = call_value(call, "minutes");
    bool ends = call_value(call, "end")->flag;
    int64_t count = minutes->given ? minutes->number : STANDARD_MIN;
    int index = 0;
    (void)request;
    if (!probe_typed(call, &index, answer))
        return REPLY_REFUSED;
    probes->mute(probes->runner, index,
                 ends ? 0 : call->now_ms + count * MS_PER_MINUTE);
    answer->is_to_be_kept = true;
    struct probe_status status = probes->status(probes->runner, index);
    buf_add_text(&answer->words,
                 ends ? "It tells of changes again.\n"
                      : "It goes on checking and tells nobody; what is still "
                        "true afterwards is told then.\n");
    say_probe(&answer->words, &status, call->now_ms);
    return REPLY_TEXT;
}

const struct command command_probe_mute = {
    .name = "probe mute",
    .help = "Let a probe tell nobody of changes for a while",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_NONE,
    .options = {PROBE_OPTION,
                {.name = "minutes",
                 .help = "For how long: 60 if left out",
                 .type = VALUE_MINUTES},
                {.name = "end",
                 .help = "Tell of changes again, from now on",
                 .type = VALUE_FLAG}},
    .run = run,
};
