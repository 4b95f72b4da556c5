/*
 * Between run.c, kept.c, find.c, fill.c, message.c, form.c and typing.c only:
 * one interaction on its way to a checked call. A step that returns false has
 * put the answer's words into run->answer, or its failure into `err`.
 */
#ifndef COMMANDS_ATTEMPT_H
#define COMMANDS_ATTEMPT_H

#include "bot/discord/custom_id.h"
#include "commands/check.h"
#include "commands/menus.h"
#include "commands/run.h"

/* Presets that are no options: what is kept under that interaction's id, as
 * answer->draft, or the message of the menu that opened the form; what the form
 * was opened with. */
#define PRESET_DRAFT   "draft"
#define PRESET_MESSAGE "msg"
#define PRESET_SEEN    "seen"

struct attempt {
    struct command_run *run;
    const struct interaction *interaction;
    const struct command_world *world;
    const struct command *command;
    const struct menu *menu;    /* of a menu, or of the form that it opened */
    struct custom_id custom_id; /* of a button or form */
    struct str presets;         /* its, or the menu's */
    enum err err;
};

bool attempt_refuse(struct attempt *attempt, const char *words);
bool attempt_fail(struct attempt *attempt, enum err err);

/* run.c: whom we serve, which command, and who calls. Without the command's
 * own right, which is_allowed asks for. */
bool find_caller(struct attempt *attempt);
bool is_allowed(struct attempt *attempt);
/* kept.c: a draft, or a menu's message, into the call. */
bool find_kept(struct attempt *attempt);
/* find.c: the incident that the call is about, into run->in. */
bool find_incident(struct attempt *attempt);
/* fill.c: checked options. */
bool fill_options(struct attempt *attempt);
/* What times that are typed are relative to, into the call. */
void fill_times(struct attempt *attempt);
bool say_missing(struct attempt *attempt, const struct option *option);
/* What came for that option, by whatever way; false: nothing. */
bool raw_option(const struct attempt *attempt, const char *name,
                struct interaction_option *out);
/* The value of a preset; STR_NONE: there is none. */
struct str preset_value(const struct attempt *attempt, const char *name);
/* Nobody can help what stands in their nick, so it is cleaned, not refused. */
struct str clean_name(char out[static NAME_BYTES],
                      const struct interaction_user *user);
/* message.c: what a menu was used on, into the call. Borrowed. */
void set_message(struct command_run *run,
                 const struct interaction_message *message);
/* The menu of a message was used, just now. */
bool comes_from_message(const struct attempt *attempt);
/* It comes along with a form or button that has these presets: kept for that
 * alone, with the signed addresses of its files. */
void bring_message(struct attempt *attempt, struct buf *presets);
/* An option's part of it; false: refused. Nothing given is fine. */
bool fill_from_menu(struct attempt *attempt, const struct check *check,
                    const struct option *option, struct value *out);
/* False: opsroom wrote the message itself, and the record has what it shows. A
 * copy would carry our markup, and what stays in the room into the live room.
 */
bool is_by_others(struct attempt *attempt);
/* The message's files into the call; what is too large is counted. */
void take_message_files(struct attempt *attempt, const struct check *check);
/* form.c: the command's form as an answer. */
cJSON *form_answer(struct attempt *attempt);
/* typing.c: what is offered while somebody types. */
struct choices {
    cJSON *list; /* of {name, value} */
    int count;
};
cJSON *typing_answer(struct attempt *attempt);

#endif
