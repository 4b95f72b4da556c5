/*
 * INTERACTION_CREATE as a plain struct. Text borrows from the JSON tree, which
 * the caller keeps alive. Everything is untrusted: ids are checked to be
 * decimal strings, lists are bounded, unknown fields are ignored.
 */
#ifndef BOT_DISCORD_INTERACTION_H
#define BOT_DISCORD_INTERACTION_H

#include "bot/base/err.h"
#include "bot/base/str.h"

#include <cjson/cJSON.h>

enum interaction_type {
    INTERACTION_COMMAND = 2,
    INTERACTION_COMPONENT = 3,
    INTERACTION_AUTOCOMPLETE = 4,
    INTERACTION_FORM = 5, /* modal submit */
};

/* Discord's option types (Application Commands, Option Type). */
enum option_type {
    OPTION_TYPE_STRING = 3,
    OPTION_TYPE_INTEGER = 4,
    OPTION_TYPE_BOOLEAN = 5,
    OPTION_TYPE_USER = 6,
    OPTION_TYPE_CHANNEL = 7,
    OPTION_TYPE_ROLE = 8,
    OPTION_TYPE_ATTACHMENT = 11,
};

struct interaction_user {
    uint64_t id;
    struct str name; /* nick, else global name, else user name */
    bool is_bot;
    const cJSON *roles; /* ids, of a member; borrowed. NULL: not known */
};

struct interaction_file {
    uint64_t id;
    struct str name, type, url;
    int64_t bytes;
};

struct interaction_option {
    struct str name;
    enum option_type type;
    struct str text;              /* STRING; of a form: the field's value;
                                   * what is being typed when focused */
    int64_t number;               /* INTEGER */
    bool flag;                    /* BOOLEAN */
    uint64_t id;                  /* CHANNEL, ROLE */
    struct interaction_user user; /* USER, resolved */
    struct interaction_file file; /* ATTACHMENT, resolved: has a url */
    bool focused;                 /* AUTOCOMPLETE */
};

/* A message that somebody used a menu on. When it was written: snowflake_ms of
 * its id. */
#define INTERACTION_FILES 10 /* Discord's most with a message or form */
struct interaction_message {
    uint64_t id, channel_id;
    struct interaction_user author;
    struct str content;
    /* What it shows beside that, see embedded.h: borrowed, or NULL. */
    const cJSON *embeds, *components, *poll;
    const cJSON *mentions; /* users who are named in it: borrowed, or NULL */
    struct interaction_file files[INTERACTION_FILES];
    int file_count;
    bool is_forwarded; /* the author brought it here; who wrote it is unknown */
};
/* False: not a message with an id and an author; *out is untouched. Its channel
 * may be missing (0). */
bool interaction_message_parse(const cJSON *json,
                               struct interaction_message *out);
/* For behind an @: the name of a user that the message mentions, or the user
 * name where only that is one word of letters, digits, _ . -; STR_NONE: of
 * nobody. */
struct str interaction_mention(const struct interaction_message *message,
                               uint64_t user_id);

#define INTERACTION_OPTIONS     25
#define INTERACTION_TOKEN_BYTES 400 /* today's have about 200 */
#define INTERACTION_ROLES       250 /* Discord's cap on roles of a guild */

struct interaction {
    uint64_t id, application_id, guild_id, channel_id;
    uint64_t parent_id; /* the channel that a thread belongs to, or 0 */
    enum interaction_type type;
    struct str token; /* a secret: never logged, never stored */
    struct interaction_user user;
    uint64_t roles[INTERACTION_ROLES];
    int role_count;
    uint64_t app_permissions;
    int command_type;  /* 1 slash, 2 user, 3 message; COMMAND only */
    char command[100]; /* "incident declare": name, group, subcommand */
    /* What a menu was used on; id 0: nothing. */
    struct interaction_user target_user;
    struct interaction_message target_message;
    const cJSON *target_json; /* of the message: borrowed, as it came */
    struct str custom_id;     /* COMPONENT, FORM */
    struct str chosen;        /* COMPONENT: the first value of a select */
    uint64_t message_id; /* COMPONENT (or its FORM): the message it sits on */
    bool on_private;     /* and that is one that only the user sees */
    /* A form's fields are options named by their custom_id: STRING, USER, and
     * ATTACHMENT once for each file. An option whose value does not fit its
     * type is left out, as if not given. */
    struct interaction_option options[INTERACTION_OPTIONS];
    const cJSON *resolved; /* see interaction_knows: borrowed, or NULL */
    int option_count;
    /* Filled by the shell when a command asked for what is in its attached
     * file: borrowed. */
    struct str file_text;
    bool file_lost;  /* it could not be downloaded */
    bool comes_back; /* what the first answer waited for is over */
};

/* ERR_INVALID with a sentence for the log when it is no interaction we can
 * answer (no id or token: nothing can be said to anybody); *out is untouched. A
 * direct message has guild_id 0 and is left to the caller to refuse in words.
 * A passed token needs no escaping in a URL path and has at most 400 bytes. */
MUST_CHECK enum err
interaction_parse(const cJSON *data, struct interaction *out, const char **why);
/* Somebody who is an option, or is mentioned in the text of one, comes with a
 * name. False: this one does not, and *out is untouched. */
bool interaction_knows(const struct interaction *in, uint64_t user_id,
                       struct interaction_user *out);
/* The same for behind an @, see interaction_mention; or STR_NONE. */
struct str interaction_handle(const struct interaction *in, uint64_t user_id);
/* Milliseconds since 1970 from a snowflake. */
int64_t snowflake_ms(uint64_t id);
/* How many of user->roles there are, into `out`. */
size_t interaction_role_ids(const struct interaction_user *user,
                            uint64_t out[static INTERACTION_ROLES]);

#endif
