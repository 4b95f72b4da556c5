/*
 * A settings file in a scratch folder, for the tests of what is read from it.
 */
#ifndef TESTS_LIB_SETTINGS_FILE_H
#define TESTS_LIB_SETTINGS_FILE_H

#include "bot/config/config.h"
#include "tests/lib/scratch.h"

#include <sys/types.h>

/* The complaints without the file's name, "" when it is fine. */
void settings_load(const struct scratch *scratch, struct str text,
                   struct config *config, struct buf *why);
/* "FOLDER/name", with exactly these rights. */
void settings_write(const struct scratch *scratch, const char *name,
                    struct str text, mode_t mode, char path[static 160]);

#endif
