/*
 * Within bot/config and bot/cli only: what a setting is. The table is the
 * single list of them.
 */
#ifndef BOT_CONFIG_SETTINGS_H
#define BOT_CONFIG_SETTINGS_H

#include "bot/config/config.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_FILE, /* text: a file or folder; a relative one is looked for where
                   * the bot was started */
    SETTING_SECRET, /* text: a file that only the bot may read, or
                     * credential:NAME (bot/config/secret.c) */
    SETTING_FLAG,
    SETTING_INTEGER,
    SETTING_NUMBER, /* double, finite */
    SETTING_ID,
    SETTING_ID_LIST,
    SETTING_TEXT_LIST,
    SETTING_CHOICE, /* text */
    SETTING_WORD    /* an enum: the place of the word in `choices` */
};

/* NULL when the text is fine, else what is allowed. */
typedef const char *check_fn(const char *text);

struct setting {
    const char *section, *key;
    enum setting_kind kind;
    size_t offset;        /* of the field in struct config, or in the list's
                           * element */
    const char *standard; /* the default, as TOML */
    int64_t least, most;  /* INTEGER: value; texts: bytes; lists: entries */
    const char *choices;  /* CHOICE, WORD: names with a blank between; FILE:
                           * those that are no file, or NULL */
    check_fn *check;      /* texts: more than the length; TEXT_LIST: of each */
    const char *help;     /* lines of the example file */
    /* Of a list only. Several rows may share a key when their kinds differ. */
    bool is_required; /* `standard` is an example then */
    unsigned kinds;   /* bits of those that have it; 0: all */
};

extern const struct setting settings[];
extern const size_t setting_count;

/* An array of tables: [[section]] may stand in the file many times. */
struct setting_list {
    const char *section;
    size_t all, count;    /* offsets in struct config: pointer and int */
    size_t size;          /* of an element */
    int64_t most;         /* elements */
    const char *name_key; /* differs from element to element; whatever its case
                           */
    const char *kind_key; /* the WORD whose value is the bit in `kinds`; NULL:
                           * all are of one kind */
    const char *help;
};

extern const struct setting_list setting_lists[];
extern const size_t setting_list_count;

/* NULL: `section` is a plain table, or unknown. */
const struct setting_list *setting_list_find(const char *section);
/* TEXT, FILE, SECRET. */
bool setting_is_text(const struct setting *setting);
/* The word at a place of `choices`, borrowed; and the place of a word, false
 * when it is none of them. */
struct str setting_choice(const struct setting *setting, unsigned place);
bool setting_place(const struct setting *setting, struct str word,
                   unsigned *out);

/* settings_check.c */
check_fn check_api_base, check_branch, check_page_path, check_person;
check_fn check_listen, check_label, check_source_name, check_runbook;
check_fn check_web_target, check_prometheus_target, check_host_port;
check_fn check_host_name, check_server_name;
check_fn check_address, check_json_path;
check_fn check_forge_base, check_repository, check_forge_name;
check_fn check_git_address, check_host_key, check_git_user;

#endif
