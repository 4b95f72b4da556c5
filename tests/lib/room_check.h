/*
 * Whether what stands in the rooms of the guild in memory is what the record
 * says of them: every entry once, as it stands, in order, and nothing else.
 */
#ifndef TESTS_LIB_ROOM_CHECK_H
#define TESTS_LIB_ROOM_CHECK_H

#include "storage/rooms.h"
#include "tests/lib/room_world.h"

void check_room(const struct world *world, int64_t id, enum room room);
void check_card(const struct world *world, int64_t id, enum room room);

/* How often that stands in the channel; whether it does. */
int room_said(const struct world *world, uint64_t channel, const char *text);
bool room_says(const struct world *world, uint64_t channel, const char *text);
/* Keeps that somebody is to be reminded: the event's number. */
int64_t room_remind(struct world *world, int64_t id, enum reminder reminder,
                    int64_t target);

/* Keeps an action item that is due, recorded by a moderator: its number. */
int64_t room_item(struct world *world, int64_t id, const char *text);

/* nova's entry says something else now; quill corrected it. */
void room_correct(struct world *world, int64_t id, int64_t seq,
                  const char *text, enum visibility visibility);
/* members.csv came with the entry: an entry of its own, in the same rooms. */
void room_add_file(struct world *world, int64_t id, int64_t seq);
/* The number of the incident's newest event. */
int64_t room_newest(const struct world *world, int64_t id);
/* Fails unless something in the channel has the one text, and nothing the
 * other; NULL: never mind. */
void room_contents(const struct world *world, uint64_t channel, const char *has,
                   const char *has_not);

#endif
