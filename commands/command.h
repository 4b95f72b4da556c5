/*
 * What a slash command is: data first, two functions after it. One file and one
 * word in commands/list.h; registration JSON, option checks, the permission
 * check, forms, buttons and the README's table all come from this struct.
 *
 * Slash options, a form's fields and a button's preset are three ways to fill
 * the same options: run() sees no difference. It gets a checked call and fills
 * a request or words, or asks for the form; it sees no JSON, no SQL and no
 * HTTP.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include "bot/config.h"
#include "bot/core/incident.h"
#include "bot/discord/interaction.h"
#include "commands/list.h"

enum value_type {
    VALUE_TEXT,
    VALUE_TIME,   /* text read by when_parse */
    VALUE_CHOICE, /* one of `choices`; `choice` is its index there */
    VALUE_FLAG,
    VALUE_MINUTES, /* 1..MINUTES_MAX */
    VALUE_USER,
    VALUE_FILE,
    VALUE_LINK, /* https:// or http://, or a short reference such as #217 */
};
#define MINUTES_MAX (7 * 24 * 60)

struct option {
    const char *name, *help;
    enum value_type type;
    bool required;               /* of the slash command; see REPLY_FORM */
    const struct words *choices; /* CHOICE */
    bool (*offers)(int choice);  /* which of them; NULL: all */
    int max_units;               /* TEXT */
    bool many_lines;             /* a paragraph in a form */
};
#define COMMAND_OPTIONS 12
#define COMMAND_FIELDS  5      /* Discord's most in a form */
bool offers_named(int choice); /* all but the first word, "none" */

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
    const uint64_t *roles; /* the caller's */
    int role_count;
    uint64_t guild_id, channel_id;
    int64_t now_ms;
    const struct config *config;
    const struct incident *in;            /* SCOPE_INCIDENT; else all zero */
    struct value values[COMMAND_OPTIONS]; /* as in command->options */
};
/* The option of that name; asserts that the command has it. */
const struct value *call_value(const struct call *call, const char *name);
/* For what needs more than the command's own right. False: the refusal is in
 * `words`. */
bool call_may(const struct call *call, enum right right, struct buf *words);

enum reply {
    REPLY_REQUEST, /* take `request`; then told() words the answer */
    REPLY_TEXT,    /* `words` is the private answer, and nothing changes */
    REPLY_REFUSED, /* the same, and what was typed is given back to copy */
    REPLY_FORM,    /* too little to go on: open the command's form. From a form
                    * that comes back without its first field, a refusal. */
};

struct command {
    const char *name; /* "timeline add", "resolve" */
    const char *help;
    enum right right;
    enum scope scope;
    struct option options[COMMAND_OPTIONS];
    /* The form: "Resolve" becomes the title "Resolve INC-12". The first field
     * has to be filled, the others as their options say. */
    const char *form_title;
    const char *form_fields[COMMAND_FIELDS]; /* option names; NULL: no more */
    /* `request` comes with the caller as actor and recorder, the source and
     * the place, and a new incident's id. */
    enum reply (*run)(const struct call *call, struct request *request,
                      struct buf *words);
    /* Words the private answer to an accepted request: after is the incident
     * with the outcome applied. NULL when run() makes no request. */
    void (*told)(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct buf *words);
};

#define COMMAND_EXTERN(word) extern const struct command command_##word;
COMMAND_LIST(COMMAND_EXTERN)
#undef COMMAND_EXTERN

extern const struct command *const commands[];
extern const int command_count;
const struct command *command_find(struct str name);
int command_option_count(const struct command *command);
const struct option *command_option(const struct command *command,
                                    struct str name); /* NULL: has none */

/* The body of the bulk PUT, the same bytes every time: owned by the caller. */
char *commands_registration(void);
/* The README's table. */
void commands_print_table(struct buf *out);

#endif
