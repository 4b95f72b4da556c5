/* Between the files of promises only. */
#ifndef TESTS_SIM_PROMISES_H
#define TESTS_SIM_PROMISES_H

#include "storage/rooms.h"
#include "tests/lib/room_world.h"
#include "tests/sim/sim.h"

/* Ends the story when the record could not be read. */
void must_read(enum err err);

/* Who deletes something of an incident that is over has tidied up: nothing is
 * made again, or said there. */
bool is_tidied(const struct incident *in);
/* Neither the repository nor the forge is told of it. */
bool is_withheld(const struct incident *in);

/* ---- promises_alerts.c ---- */

/* What monitors were told is kept is there, as often as it can be. */
void alerts_check(void);
/* Each alert is in its incident's record, or on a card; each card says what is
 * so, once; what probes look at is told as it is. */
void alerts_check_all(void);

/* ---- promises_said.c ---- */

/* Messages of a room that are neither entries nor its card. */
int said_others(const struct world *world, const struct incident *in,
                enum room room);
/* Each reminder was said once. */
void reminders_check(const struct incident *in);

/* ---- promises_deeds.c ---- */

/* At rest: roles as they were taken and left; each attached file, and each
 * chart, is there or is told to have failed. */
void deeds_check(const struct incident *in);
/* Whether an answer says that it was kept. */
struct ask;
bool deeds_settled(const char *said);
bool deeds_assigned(const struct ask *ask, const char *said);

/* ---- promises_people.c ---- */

/* `times` it is on record. */
void people_check(const struct ask *ask, int times);
void people_check_recorders(void);

/* ---- promises_forge.c ---- */

/* At rest: the record has each pull request and issue as it is there. */
void forge_check(const struct incident *in);
/* What stood in the way was told no sooner than it should. */
void forge_check_all(void);

/* ---- promises_due.c ---- */

void due_reset(void);
/* All is well again, and somebody looks every few seconds: nothing stays undone
 * that is due. */
void due_check(void);
/* What failed is mended by now. */
bool due_is_healed(void);
/* An incident has its rooms, and cards in them. */
void rooms_check(const struct incident *in);

#endif
