/*
 * From an interaction to a checked request, and from its outcome to the answer.
 * The one door to the commands for the app:
 *
 *     struct command_run run;
 *     cJSON *answer = NULL;
 *     err = command_run(&run, interaction, &world, &answer);
 *     if (err == ERR_OK && answer == NULL) {
 *         err = road_take(store, &run.in, &run.request, now, &after, &outcome);
 *         if (err == ERR_OK)
 *             answer = command_answer(&run, &after, &outcome);
 *     }
 *     if (err != ERR_OK)
 *         answer = command_sorry(interaction);
 *
 * Reads the store and writes nothing.
 */
#ifndef COMMANDS_RUN_H
#define COMMANDS_RUN_H

#include "commands/command.h"
#include "storage/store.h"

/* What a command may look at. */
struct command_world {
    struct store *store;
    const struct config *config;
    int64_t now_ms;
};

/* Holds pointers into itself and borrows from the interaction: not copied, and
 * the interaction's JSON stays alive until the answer is made. Needs no
 * release. */
struct command_run {
    const struct interaction *interaction;
    struct call call;
    struct incident in;     /* what the request is about; zero: a new one */
    struct request request; /* set when *answer stayed NULL */
    /* Names as Discord has them may hold what no record should. */
    char caller_name[NAME_BYTES], user_name[NAME_BYTES];
};

/* Finds the command of a slash command, button or form and its incident (the
 * button's, else the room's, else the only live one of the guild), checks
 * authority and every option, and runs it. Either *answer is the finished
 * answer, {type, data}, owned by the caller, and nothing is to be done; or it
 * is left alone, and run->request is to be taken down the road. Fails only when
 * the store does. */
MUST_CHECK enum err command_run(struct command_run *run,
                                const struct interaction *interaction,
                                const struct command_world *world,
                                cJSON **answer);
/* The private answer to what came of the request. */
cJSON *command_answer(const struct command_run *run,
                      const struct incident *after,
                      const struct outcome *outcome);
/* The private answer when the database failed: nothing was kept. */
cJSON *command_sorry(const struct interaction *interaction);

#endif
