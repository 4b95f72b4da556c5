/*
 * From an interaction to a checked request, and from its outcome to the answer.
 * The one door to the commands, for bot/turn/take.c:
 *
 *     err = command_run(&run, interaction, &world, &answer);
 *     if (err == ERR_OK && answer == NULL)
 *         the request goes down the road, and those of command_more;
 *         answer = command_answer(&run, &after, &outcome);
 *     if (err != ERR_OK)
 *         answer = command_sorry(interaction, &sorry);
 *     command_run_release(&run);
 *
 * Reads the store and writes nothing.
 */
#ifndef COMMANDS_RUN_H
#define COMMANDS_RUN_H

#include "commands/command.h"

/* What a command may look at. */
struct command_world {
    struct store *store;
    const struct config *config;
    int64_t now_ms;
    const struct process *process; /* NULL: none runs */
};

/* Holds pointers into itself and borrows from the interaction: not copied, and
 * the interaction's JSON stays alive until the answer is made. */
struct command_run {
    const struct interaction *interaction;
    struct call call;
    struct incident in;     /* what the request is about; zero: a new one */
    struct request request; /* set when *answer stayed NULL */
    struct call_memory memory;
    struct answer answer; /* its file and draft are the caller's to send and
                           * to keep */
    /* Names as Discord has them may hold what no record should. */
    char caller_name[NAME_BYTES], author_name[NAME_BYTES];
    char names[COMMAND_OPTIONS][NAME_BYTES];
    /* A menu's message. */
    char message_link[128], message_time[WHEN_TYPED_BYTES];
    struct buf message_words, message_title;
    /* What an earlier step left; the ids are 0 when there is none. */
    struct buf draft;
    uint64_t draft_id, message_draft_id;
    struct interaction_message kept_message;
    cJSON *kept_json; /* owned: kept_message borrows from it */
};

/* Finds the command of a slash command, menu, button, select or form and its
 * incident, checks authority and every option, and runs it. Either *answer is
 * the finished answer, {type, data}, owned by the caller, and nothing is to be
 * done but to keep a draft; or it is left alone, and run->request is to be
 * taken down the road. Fails only when the store does. To be released in any
 * case. */
MUST_CHECK enum err command_run(struct command_run *run,
                                const struct interaction *interaction,
                                const struct command_world *world,
                                cJSON **answer);
void command_run_release(struct command_run *run);
/* The next request of the same call, when there is one: run->request. `after`
 * is the call's incident by then, `taken` counts from 1. */
bool command_more(struct command_run *run, const struct incident *after,
                  int taken);
/* The private answer to what came of the request: of the first, when there were
 * more. Before, call.accepted and call.already are filled. */
cJSON *command_answer(struct command_run *run, const struct incident *after,
                      const struct outcome *outcome);
/* The private answer when the database failed: nothing was kept. *answer, made
 * here and released by the caller, holds the file that may go with it. */
cJSON *command_sorry(const struct interaction *interaction,
                     struct answer *answer);

#endif
