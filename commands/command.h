/*
 * What a slash command is: data first, two functions after it. One file and one
 * word in commands/list.h; registration JSON, option checks, the permission
 * check, forms, buttons, menus, autocomplete, /help and the README's table all
 * come from this struct.
 *
 * Slash options, a form's fields, a button's presets, a select's value and the
 * message that a menu was used on are ways to fill the same options: run() sees
 * no difference. It gets a checked call and fills a request or an answer, or
 * asks for the form; it sees no JSON, no SQL and no HTTP.
 */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include "bot/config/config.h"
#include "bot/core/incident.h"
#include "bot/discord/interaction.h"
#include "commands/answer.h"
#include "commands/list.h"
#include "commands/process.h"
#include "storage/store.h"

enum value_type {
    VALUE_TEXT,
    VALUE_TIME,   /* text read by when_parse */
    VALUE_CHOICE, /* one of `choices`; `choice` is its index there */
    VALUE_FLAG,
    VALUE_MINUTES, /* 1..MINUTES_MAX */
    VALUE_USER,
    VALUE_FILE,     /* one option at most; the files are in call->files */
    VALUE_LINK,     /* https:// or http://, or a short reference as #217 */
    VALUE_ENTRY,    /* "#7" or "INC-12 #7": number is its seq. What it names is
                     * yet to be looked up. An incident named so is the call's; it
                     * is refused beside another one. */
    VALUE_INCIDENT, /* "INC-12" or "12": number is its id; refused unless it is
                     * of this server and the caller may know of it */
};
#define MINUTES_MAX (7 * 24 * 60)

struct call;

/* What is offered while somebody types. */
struct choices;
/* `value` is what the option gets when that choice is taken: with more than 100
 * units it is left out, and so is one that is there already. Of more than 25
 * the rest is left out. */
void choices_add(struct choices *out, struct str value, struct str shown);
bool choices_full(const struct choices *out);

struct option {
    const char *name, *help;
    enum value_type type;
    bool required;               /* of the slash command; see REPLY_FORM */
    const struct words *choices; /* CHOICE */
    bool (*offers)(int choice);  /* which of them; NULL: all */
    int max_units;               /* TEXT */
    bool many_lines;             /* a paragraph in a form */
    /* Autocomplete, from memory or an index: once a keystroke. Nothing else of
     * the call is checked yet but the caller, and `in` when it was found.
     * Shared ones: commands/complete.h. Not of CHOICE. */
    void (*complete)(const struct call *call, struct str typed,
                     struct choices *out);
};
#define COMMAND_OPTIONS 15
#define COMMAND_FIELDS  5      /* Discord's most in a form */
bool offers_named(int choice); /* all but the first word, "none" */
bool option_offers(const struct option *option, int choice);

/* A checked option. `given` false: nothing else is set, but for `emptied`. */
struct value {
    bool given;
    bool emptied; /* a field of a form that came back without a word */
    struct str text;
    struct when when;
    int choice;
    bool flag;
    int64_t number;
    /* USER; also a TEXT that is a mention and nothing else, or that a menu
     * filled from a message's author: who that is, beside `text`. */
    struct interaction_user user;
};

enum scope {
    SCOPE_NONE, /* no incident needed */
    /* The one that the option `incident` names, which every such command has
     * by itself; else the button's; else the room's; else the only live one. */
    SCOPE_INCIDENT,
};

#define CALL_FILES 10 /* Discord's most with a message or form */

/* What a command makes while it runs; goes when the answer is made. */
struct call_memory {
    void *own;                 /* what run() leaves to more() and told() */
    struct call_block *blocks; /* call_alloc's */
};

/* All borrowed until the answer is made. */
struct call {
    const struct command *command;
    enum source source; /* slash, menu, button, modal */
    uint64_t id;        /* the interaction's; a draft is kept under it */
    struct actor caller;
    const uint64_t *roles; /* the caller's */
    int role_count;
    uint64_t guild_id, channel_id;
    uint64_t app_permissions; /* opsroom's in that channel, as Discord has them
                               */
    uint64_t parent_id;       /* the room that this thread belongs to, or 0 */
    int64_t now_ms;
    const struct config *config;
    const struct process *process; /* NULL: none runs */
    /* For reading only: what is written goes down the road. Entries, items,
     * other incidents (ask reach_may_know before showing one). */
    struct store *store;
    const struct incident *in;            /* SCOPE_INCIDENT; else all zero */
    struct when_base times;               /* what typed ones are relative to */
    struct value values[COMMAND_OPTIONS]; /* as in command->options */
    /* Of a FILE option, a form's upload, or the menu's message. */
    struct interaction_file files[CALL_FILES];
    int file_count;
    struct str file_text; /* of the first file, after REPLY_READ */
    bool comes_back;      /* after REPLY_PROBE */
    int files_left_out;   /* of the menu's message: too large */
    bool message_is_cut;  /* it has more than TEXT_UNITS */
    /* The message that a menu was used on, also in the form that the menu
     * opened; NULL otherwise. Its link is https://discord.com/channels/… */
    const struct interaction_message *message;
    struct str message_link;
    uint64_t message_kept; /* for the preset msg=ID, which brings it along; 0:
                              it is not kept */
    struct str message_words; /* cleaned, at most TEXT_UNITS; without any, its
                                 files' names */
    struct actor message_author; /* a member, or a robot */
    struct when message_time;
    const struct interaction_user *target_user; /* of a user menu, or NULL */
    /* What answer->draft kept, when this button or form carries the preset
     * draft=ID and the same person uses it; else STR_NONE. One that is gone, or
     * somebody else's, is refused before run(). */
    struct str draft;
    int64_t seen; /* answer->seen of the form that this came by, or -1 */
    /* For told(): what came of the requests, more() included. */
    int accepted, already;
    bool is_scrubbed; /* the live room leaves out a part of what was kept; the
                       * words say so already */
    struct call_memory *memory;
};
/* Zeroed; for what the request borrows, or more() and told() need. */
void *call_alloc(const struct call *call, size_t bytes);
struct str call_copy(const struct call *call, struct str text);
/* The call's files become evidence of what the request adds. */
void call_fetch(const struct call *call, struct request *request);
/* The option of that name; asserts that the command has it. */
const struct value *call_value(const struct call *call, const char *name);
bool call_has(const struct call *call, enum right right);
/* Says what somebody who takes this role needs to do there and may not; nothing
 * when their roles are not known. */
void call_say_unable(const struct call *call,
                     const struct interaction_user *user, enum role role,
                     struct buf *words);
/* For what needs more than the command's own right. False: the refusal is in
 * the answer. */
bool call_may(const struct call *call, enum right right, struct answer *answer);

enum reply {
    REPLY_REQUEST, /* take `request`; then told() words the answer */
    REPLY_TEXT,    /* the private answer, and nothing changes */
    REPLY_REFUSED, /* the same, and what was typed is given back to copy */
    REPLY_FORM,    /* too little to go on: open the command's form. From a form
                    * that comes back without its first field, a refusal.
                    * answer_fill says what stands in it. */
    REPLY_READ,  /* the words stand until the first file was read; then run() is
                  * called again, with file_text, and that answer takes their
                  * place. They say to attach the file again if nothing comes: a
                  * restart forgets it. */
    REPLY_PROBE, /* the words stand until that check is over; then run() is
                  * called again, with comes_back, as for READ */
    REPLY_FAILED, /* the store did: nothing was kept, and that is the answer */
};

struct command {
    const char *name; /* "timeline add", "resolve" */
    const char *help;
    enum right right;
    bool anybody; /* may use it: `right` is not asked for */
    bool reads;   /* only: whoever may not lost nothing, and is told so */
    enum scope scope;
    struct option options[COMMAND_OPTIONS];
    /* The form: "Resolve" becomes the title "Resolve INC-12". The first field
     * has to be filled, the others as their options say. A CHOICE or FLAG is a
     * select there, a USER a user select, a FILE an upload. */
    const char *form_title;
    const char *form_fields[COMMAND_FIELDS]; /* option names; NULL: no more */
    /* The slash command opens it, too, when what is to be written is left out.
     * Others need it from the start: there only buttons and menus do. */
    bool slash_asks;
    /* `request` comes with the caller as actor and recorder, the source and
     * the place, and a new incident's id. */
    enum reply (*run)(const struct call *call, struct request *request,
                      struct answer *answer);
    /* A call may be several requests about one incident, all in one
     * transaction. Asked after each: `taken` counts them from 1, `after` is the
     * incident by then, `request` comes as for run(). False: that was the last.
     * One that is refused takes all of them back, and its words are the answer.
     * NULL: there is one. */
    bool (*more)(const struct call *call, const struct incident *after,
                 int taken, struct request *request);
    /* Words the private answer to accepted requests: after is the incident with
     * all of them applied, outcome that of the first. A single one that is
     * `already` true is answered in the rules' words; of several, see
     * call->accepted. NULL when run() makes no request. */
    void (*told)(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer);
};

#define COMMAND_EXTERN(word) extern const struct command command_##word;
COMMAND_LIST(COMMAND_EXTERN)
#undef COMMAND_EXTERN

extern const struct command *const commands[];
extern const int command_count;
/* The option that every SCOPE_INCIDENT command has beside its own. */
extern const struct option incident_option;
const struct command *command_find(struct str name);
int command_option_count(const struct command *command); /* its own */
const struct option *command_option(const struct command *command,
                                    struct str name); /* NULL: has none */

/* The body of the bulk PUT, the same bytes every time: owned by the caller. */
char *commands_registration(void);
/* The README's table. */
void commands_print_table(struct buf *out);

#endif
