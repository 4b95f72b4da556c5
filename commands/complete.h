/*
 * What options offer while somebody types: for `complete` of an option. They
 * never offer what the caller may not know.
 */
#ifndef COMMANDS_COMPLETE_H
#define COMMANDS_COMPLETE_H

#include "commands/command.h"

/* "INC-12 Logins fail (mitigated)", newest first. */
void complete_incidents(const struct call *call, struct str typed,
                        struct choices *out);
/* now, 5m ago, …, and what is typed when it can be read. */
void complete_times(const struct call *call, struct str typed,
                    struct choices *out);

/* For VALUE_ENTRY, of the call's incident, newest first, struck ones left out:
 * "#7 18:53 nova: text". */
void complete_entries(const struct call *call, struct str typed,
                      struct choices *out);
/* Open changes and parked ideas. */
void complete_open(const struct call *call, struct str typed,
                   struct choices *out);
/* Open action items of the server, the call's incident first: "INC-12 #31 text
 * (prevent, nova)", for VALUE_ENTRY. */
void complete_items(const struct call *call, struct str typed,
                    struct choices *out);
/* Hosts and services that changes named: of this incident, then of others. */
void complete_places(const struct call *call, struct str typed,
                     struct choices *out);

/* Whether it is part of the text, ASCII case ignored; "" is. */
bool text_holds(struct str text, struct str part);

#endif
