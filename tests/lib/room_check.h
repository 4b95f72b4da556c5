/*
 * Whether what stands in the rooms of the guild in memory is what the record
 * says of them: every entry once, as it stands, in order, and nothing else.
 */
#ifndef TESTS_LIB_ROOM_CHECK_H
#define TESTS_LIB_ROOM_CHECK_H

#include "tests/lib/room_world.h"

void check_room(const struct world *world, int64_t id, enum room room);
void check_card(const struct world *world, int64_t id, enum room room);

#endif
