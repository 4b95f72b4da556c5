/*
 * The shell: one loop, one store, one gateway session. It wires the parts and
 * carries what arrives along the one road:
 *
 *   gateway -> interaction -> command -> incident_step -> one transaction ->
 *   answer, and outbox -> Discord, git -> the road again
 */
#ifndef BOT_APP_H
#define BOT_APP_H

#include "bot/config/config.h"

/* Runs until SIGTERM or SIGINT (0), a failure (1), or a token that Discord
 * refuses (3). program_dir is where opsroom-git is looked for. */
int app_run(const struct config *config, const char *token,
            const char *program_dir);

#endif
