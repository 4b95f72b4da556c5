/* What stands behind `opsroom` on the command line. */
#ifndef BOT_CLI_ARGUMENTS_H
#define BOT_CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

struct arguments {
    const char *verb;
    const char *config;   /* NULL: the default */
    const char *name;     /* a check, or a file; NULL: none */
    const char *template; /* NULL: the settings' */
    uint64_t incident;    /* 0: none */
    bool json, is_public, online, help;
};

/* Whether `word` is one of `words`, which blanks keep apart. */
bool arguments_among(const char *words, const char *word);
/* `words[1]` is the command. Borrows from the words. False, and says why on
 * stderr: they make no sense, or something is missing. */
bool arguments_read(int count, char **words, struct arguments *out);

/* A complaint on stderr: what, the word it is about, and where to read on. */
void arguments_misused(const char *what, const char *word);

#endif
