/*
 * What a slash command is: data first, one function after it. One file and one
 * word in commands/list.h; registration JSON, option checks, the permission
 * check, forms, buttons and the README's table all come from this struct.
 *
 * Slash options, a form's fields and a button's preset are three ways to fill
 * the same options: run() sees no difference. It gets a checked call and fills
 * a request, a reply or a form; it sees no JSON, no SQL and no HTTP.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include "bot/core/access.h"
#include "bot/discord/custom_id.h"
#include "bot/discord/interaction.h"
#include "commands/list.h"
#include "storage/store.h"

enum value_type {
    VALUE_TEXT,
    VALUE_TIME,   /* text read by when_parse */
    VALUE_CHOICE, /* one of `choices`; `choice` is its index there */
    VALUE_FLAG,
    VALUE_MINUTES, /* whole number */
    VALUE_USER,
    VALUE_FILE,
    VALUE_LINK, /* https:// or http://, or a short reference such as #217 */
};

struct option {
    const char *name, *help;
    enum value_type type;
    bool required;
    const struct words *choices; /* CHOICE */
    int skip_first;              /* leading words of `choices` not offered */
    int max_units;               /* TEXT; 0: TEXT_UNITS */
    bool many_lines;             /* a paragraph in a form */
};
#define COMMAND_OPTIONS 12

/* A checked option. `given` false: nothing else is set. */
struct value {
    bool given;
    struct str text;
    struct when when;
    int choice;
    bool flag;
    int64_t number;
    struct interaction_user user;
    struct interaction_file file;
};

enum scope {
    SCOPE_NONE,     /* no incident needed */
    SCOPE_INCIDENT, /* the room's, else the only live one */
};

struct call {
    const struct command *command;
    enum source source; /* slash, button, modal */
    struct actor caller;
    const uint64_t *roles;
    int role_count;
    uint64_t guild_id, channel_id;
    int64_t now_ms;
    const struct incident *in;            /* SCOPE_INCIDENT */
    struct value values[COMMAND_OPTIONS]; /* as in command->options */
    const struct config *config;
    struct store *store; /* for reading */
};
/* The option of that name; asserts that the command has it. */
const struct value *call_value(const struct call *call, const char *name);

enum reply_kind {
    REPLY_REQUEST, /* apply `request`, then command->told words the answer */
    REPLY_TEXT,    /* `words` is the private answer */
    REPLY_FORM,    /* ask for the options named in `form_fields` */
};

struct reply {
    enum reply_kind kind;
    struct request request;
    struct buf words;
    const char *form_title;
    const char *form_fields[5]; /* option names; NULL ends */
    bool touches_nothing;
};

struct command {
    const char *name; /* "timeline add", "resolve" */
    const char *help;
    enum right right;
    enum scope scope;
    struct option options[COMMAND_OPTIONS];
    void (*run)(const struct call *call, struct reply *reply);
    /* Words the private answer to an accepted request: after is the incident
     * with the outcome applied. */
    void (*told)(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct buf *words);
};

#define COMMAND_EXTERN(word) extern const struct command command_##word;
COMMAND_LIST(COMMAND_EXTERN)
#undef COMMAND_EXTERN

extern const struct command *const commands[];
extern const int command_count;
const struct command *command_find(const char *name);

/* The body of the bulk PUT: owned by the caller. */
char *commands_registration(void);
/* The README's table. */
void commands_print_table(struct buf *out);

#endif
