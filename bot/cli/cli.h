/*
 * The subcommands other than `run`. All but cli_restore look and change
 * nothing. Each prints to stdout, says what is wrong on stderr, and returns the
 * exit code (0 fine, 1 found or failed, 2 wrong use or settings).
 */
#ifndef BOT_CLI_CLI_H
#define BOT_CLI_CLI_H

#include "bot/config/config.h"

#include <limits.h>

#include <stdbool.h>

/* Are the settings, the token, the database and the postmortem's repository
 * usable? Connects to nobody; `online`: to that repository. */
int cli_check(const struct config *config, const char *program_dir,
              bool online);
/* git.c: can the repository's secrets be read; does it answer? 0: yes. */
int cli_check_git(const struct config *config, const char *program_dir,
                  bool online);
/* Is that setting a folder, and no address? */
bool cli_is_folder(const char *repository);
/* service.c: to root, what the service's user would find otherwise. */
void cli_service_notes(const struct config *config);
int cli_verify(const struct config *config);
/* backup.c */
int cli_backup(const struct config *config, const char *file);
int cli_restore(const struct config *config, const char *file);
int cli_timeline(const struct config *config, int64_t incident_id, bool json);
/* The postmortem's page, as it would be committed. `template`: instead of the
 * settings'; NULL: theirs. */
int cli_render(const struct config *config, int64_t incident_id,
               const char *template, bool is_public);
/* Can the settings' template render any record? Complains if not; 0 is yes. */
int cli_check_template(const struct config *config);
/* Runs that check once, and is 0 when it is good (probe.c). */
int cli_probe(const struct config *config, const char *name, bool json);
/* The registration JSON as it is PUT to Discord; the README's table; the
 * example settings. */
int cli_commands(void);
int cli_command_table(void);
int cli_example(void);

enum helper {
    HELPER_GIT,
    HELPER_DRAW,
};
/* A helper's absolute path: what is set, else where `make install` puts it,
 * else beside the program. False: the settings want it, and it cannot be run;
 * *why says so. Without it the bot does all that it can. */
bool cli_helper(const struct config *config, const char *program_dir,
                enum helper helper, char out[static PATH_MAX], struct buf *why);
struct postmortem_settings;
void cli_postmortem_settings(const struct config *config,
                             struct postmortem_settings *out);

#endif
