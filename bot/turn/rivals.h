/*
 * Does another program answer with this bot's token? Discord hands every
 * command to each of them; who answers second is told that it is answered
 * already (JSON error 40060). Once may be chance: a copy of the request that
 * the network made. Two bots that go on keep two records, and make two rooms
 * for an incident.
 *
 * A session that Discord ends is no such sign: two bots have two sessions, and
 * Discord ends those of both when it has an outage of its own.
 */
#ifndef BOT_TURN_RIVALS_H
#define BOT_TURN_RIVALS_H

#include "bot/base/civil.h"

#define RIVALS_ANSWERS   3
#define RIVALS_WITHIN_MS (10 * MS_PER_MINUTE)

struct rivals {
    int64_t at_ms[RIVALS_ANSWERS]; /* the newest ones, a ring */
    int count;
};

/* Somebody else has answered a command that is new to us. True: so often within
 * minutes that there is another one. now_ms is monotonic. */
bool rivals_saw(struct rivals *rivals, int64_t now_ms);

#endif
