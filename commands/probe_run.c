#include "commands/probes.h"
#include "commands/words.h"

/* The check takes as long as its time-out at most; the answer is edited then.
 */
static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct process_probes *probes = probes_of(call);
    (void)request;
    if (!probe_typed(call, &answer->probe, answer))
        return REPLY_REFUSED;
    struct probe_status status = probes->status(probes->runner, answer->probe);
    if (call->comes_back) {
        say_probe(&answer->words, &status, call->now_ms);
        return REPLY_TEXT;
    }
    buf_add_text(&answer->words, "Checking ");
    say_excerpt(&answer->words, str_of(status.probe->name), 80);
    buf_addf(&answer->words,
             " now: the result comes here within %d seconds. If it does not, "
             "`/probe list` tells it.",
             (int)status.probe->timeout_s + 1);
    return REPLY_PROBE;
}

const struct command command_probe_run = {
    .name = "probe run",
    .help = "Check now",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_NONE,
    .options = {PROBE_OPTION},
    .run = run,
};
