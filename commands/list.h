/*
 * Every command: to add one, write commands/NAME.c with `const struct command
 * command_NAME`, and put its word here. Nothing else.
 */
#ifndef COMMANDS_LIST_H
#define COMMANDS_LIST_H

#define COMMAND_LIST(X)                                                        \
    X(incident_declare)                                                        \
    X(incident_status)                                                         \
    X(incident_update)                                                         \
    X(ic_assign)                                                               \
    X(timeline_add)                                                            \
    X(timeline_change)                                                         \
    X(resolve)

/* The first word of commands that come in groups, and its help. */
#define COMMAND_GROUP_LIST(X)                                                  \
    X("incident", "Declare, follow and steer an incident")                     \
    X("ic", "Who commands, who does what")                                     \
    X("timeline", "Keep what happened, when, and who did it")

#endif
