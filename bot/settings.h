/*
 * Between config.c and settings.c only: what a setting is. The table is the
 * single list of them.
 */
#ifndef BOT_SETTINGS_H
#define BOT_SETTINGS_H

#include "bot/config.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_FLAG,
    SETTING_INTEGER,
    SETTING_ID,
    SETTING_ID_LIST,
    SETTING_CHOICE
};

/* NULL when the text is fine, else what is allowed. */
typedef const char *check_fn(const char *text);

struct setting {
    const char *section, *key;
    enum setting_kind kind;
    size_t offset;        /* of the field in struct config */
    const char *standard; /* the default, as TOML */
    int64_t least, most;  /* INTEGER: value; TEXT: bytes; ID_LIST: entries */
    const char *choices;  /* CHOICE: names with a blank between */
    check_fn *check;      /* TEXT: more than the length */
    const char *help;     /* lines of the example file */
};

extern const struct setting settings[];
extern const size_t setting_count;

#endif
