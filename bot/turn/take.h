/*
 * A command's whole way within the turn's transaction: checked, taken down the
 * road with all its requests or with none, worded, and what it wants kept is
 * kept.
 */
#ifndef BOT_TURN_TAKE_H
#define BOT_TURN_TAKE_H

#include "commands/run.h"

struct taken {
    bool requested;         /* there was a request, whatever came of it */
    struct incident after;  /* these two only then */
    struct outcome outcome; /* of the first request, or of the refused one */
    bool kept;              /* something was written */
    bool accepted;          /* to the record */
    /* {type, data} as JSON, owned by the caller; NULL: failed. A file that is
     * to go with it is in run->answer. */
    char *answer;
    /* Of take.c only: a further request. */
    struct incident before;
    struct outcome further;
};

/* Begins and ends its own savepoint. On failure nothing is kept, and
 * taken->answer is NULL. `run` is to be released in any case. */
MUST_CHECK enum err take_command(struct command_run *run,
                                 const struct interaction *interaction,
                                 const struct command_world *world,
                                 struct taken *taken);

#endif
