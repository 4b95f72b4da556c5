/*
 * Every command: to add one, write commands/NAME.c with `const struct command
 * command_NAME`, and put its word here. Nothing else.
 */
#ifndef COMMANDS_LIST_H
#define COMMANDS_LIST_H

#define COMMAND_LIST(X)                                                        \
    X(incident_declare)                                                        \
    X(incident_status)                                                         \
    X(incident_list)                                                           \
    X(incident_update)                                                         \
    X(incident_set)                                                            \
    X(incident_link)                                                           \
    X(incident_reopen)                                                         \
    X(incident_cancel)                                                         \
    X(incident_snooze)                                                         \
    X(ic_assign)                                                               \
    X(ic_handoff)                                                              \
    X(ic_who)                                                                  \
    X(ic_leave)                                                                \
    X(timeline_add)                                                            \
    X(timeline_change)                                                         \
    X(timeline_list)                                                           \
    X(timeline_edit)                                                           \
    X(timeline_strike)                                                         \
    X(timeline_settle)                                                         \
    X(timeline_import)                                                         \
    X(action_add)                                                              \
    X(action_list)                                                             \
    X(action_assign)                                                           \
    X(action_done)                                                             \
    X(action_drop)                                                             \
    X(probe_list)                                                              \
    X(probe_run)                                                               \
    X(probe_watch)                                                             \
    X(probe_mute)                                                              \
    X(probe_chart)                                                             \
    X(alert_list)                                                              \
    X(alert_ignore)                                                            \
    X(resolve)                                                                 \
    X(postmortem_preview)                                                      \
    X(postmortem_write)                                                        \
    X(opsroom_setup)                                                           \
    X(opsroom_health)                                                          \
    X(opsroom_export)                                                          \
    X(help)

/* The first word of commands that come in groups, and its help. */
#define COMMAND_GROUP_LIST(X)                                                  \
    X("incident", "Declare, follow and steer an incident")                     \
    X("ic", "Who commands, who does what")                                     \
    X("timeline", "Keep what happened, when, and who did it")                  \
    X("action", "What is to be done so that it does not happen again")         \
    X("probe", "Look at what the probes measure")                              \
    X("alert", "What monitors say")                                            \
    X("postmortem", "Read and write up what happened")                         \
    X("opsroom", "Set opsroom up, and see whether it is well")

#endif
