/*
 * Checks of the settings, as several commands name and show them.
 */
#ifndef COMMANDS_PROBES_H
#define COMMANDS_PROBES_H

#include "commands/command.h"

/* runner NULL: there are none, or no bot runs. */
const struct process_probes *probes_of(const struct call *call);
/* The option `target`. False: there is none of that name, or none at all, and
 * the words say so. */
bool probe_typed(const struct call *call, int *index, struct answer *answer);
void complete_probes(const struct call *call, struct str typed,
                     struct choices *out);
/* "**forum https** is down since 18:51 UTC: 502 Bad Gateway after 120 ms" */
void say_probe(struct buf *words, const struct probe_status *status,
               int64_t now_ms);
/* The required option `target`. */
#define PROBE_OPTION                                                           \
    {                                                                          \
        .name = "target", .help = "Which probe", .type = VALUE_TEXT,           \
        .required = true, .max_units = 80, .complete = complete_probes         \
    }

#endif
