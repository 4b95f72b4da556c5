#include "bot/base/utf8.h"
#include "commands/complete.h"
#include "commands/probes.h"
#include "commands/words.h"

#include <string.h>

#define LISTED 20
/* The rest is for how many more there are. */
#define PAGE_UNITS (MESSAGE_UNITS - 100)

static const enum probe_state order[] = {PROBE_DOWN, PROBE_FLAPPING,
                                         PROBE_UNKNOWN, PROBE_UP};

/* What is down comes first: it is why somebody asks. */
static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct process_probes *probes = probes_of(call);
    struct str part = call_value(call, "target")->text;
    struct buf *words = &answer->words;
    int count = probes->runner == NULL ? 0 : probes->count(probes->runner);
    int shown = 0, left_out = 0;
    struct buf line = BUF_INIT(WORDS_BYTES);
    size_t units = 0;
    (void)request;
    if (count == 0) {
        buf_add_text(words, "The settings have no [[probe]]. "
                            "config.example.toml shows how one is written.");
        return REPLY_TEXT;
    }
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++)
        for (int i = 0; i < count; i++) {
            struct probe_status status = probes->status(probes->runner, i);
            if (status.state != order[o] ||
                !(text_holds(str_of(status.probe->name), part) ||
                  text_holds(str_of(status.probe->service), part)))
                continue;
            buf_clear(&line);
            say_probe(&line, &status, call->now_ms);
            units += utf16_units(buf_str(&line)) + strlen("\n- ");
            if (left_out > 0 || shown == LISTED || units > PAGE_UNITS) {
                left_out++;
                continue;
            }
            buf_add_text(words, shown++ > 0 ? "\n- " : "- ");
            buf_add(words, buf_str(&line));
        }
    buf_release(&line);
    if (shown == 0)
        buf_add_text(words, "No probe is called so, and none is of a service "
                            "called so. `/probe list` shows all of them.");
    if (left_out > 0)
        buf_addf(words,
                 "\n… and %d more. `/probe list target:` and a part of "
                 "a name shows others.",
                 left_out);
    return REPLY_TEXT;
}

const struct command command_probe_list = {
    .name = "probe list",
    .help = "How the probes stand; what is down comes first",
    .right = RIGHT_RESPOND,
    .reads = true,
    .scope = SCOPE_NONE,
    .options = {{.name = "target",
                 .help = "A part of a name, or a service",
                 .type = VALUE_TEXT,
                 .max_units = 80,
                 .complete = complete_probes}},
    .run = run,
};
