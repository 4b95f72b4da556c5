/*
 * The private answer to a call, as a command fills it: words, buttons, a
 * select, a file. Only the caller sees it.
 */
#ifndef COMMANDS_ANSWER_H
#define COMMANDS_ANSWER_H

#include "bot/base/buf.h"
#include "bot/core/access.h"
#include "bot/discord/message.h"

#define ANSWER_FILE_BYTES (8u << 20)
#define DRAFT_BYTES       (256u << 10)
#define ANSWER_FILLS      5 /* Discord's most fields of a form */

struct answer {
    struct buf words; /* what Discord does not fit (2000 units) is cut */
    /* Replaces the private answer whose button was pressed, for paging. From
     * anywhere else it is a new answer. */
    bool update;
    /* Text to keep for a day, for this person: a button with the preset
     * "draft=ID" (ID: call->id) gives it back as call->draft. It is gone once a
     * request made with it was accepted. */
    struct buf draft;
    /* Of the form that is asked for, instead of the command's own fields: at
     * most five, ended by NULL. */
    const char *const *fields;
    /* And what it is about, after the incident in its title; NULL: nothing. */
    const char *form_about;
    /* It comes back as call->seen: what has changed since the form was opened
     * is known by that, the command knows how. -1: nothing. */
    int64_t seen;
    /* Sent with the answer, which has to be one that changes nothing: an
     * answer that is given again comes without. */
    char file_name[100], file_type[100]; /* "inc-12.json", "application/json" */
    struct buf file;

    int probe; /* of REPLY_PROBE: which one to check */
    /* What was done is kept with this turn, or not at all: no request says so.
     */
    bool is_to_be_kept;

    /* Of answer.c and run.c only. */
    int64_t incident_id; /* what the buttons are about */
    cJSON *message;      /* gets buttons and the select */
    cJSON *options;      /* of the select; within message */
    struct {
        const char *option;
        struct buf text;
    } fills[ANSWER_FILLS];
    bool reads_file; /* REPLY_READ */
    bool runs_probe; /* REPLY_PROBE */
    bool denied;
    enum right denied_right;
};

/* A press runs that command for the same incident with these options filled in.
 * presets: "state=mitigated|at=18:53", or "". They have no `|` and no text from
 * people; the whole fits 100 characters, or false: the button then brings no
 * presets, and the command asks for what it needs. At most 25, with a select
 * 20. */
bool answer_button(struct answer *answer, enum button_style style,
                   const char *label, const char *command, const char *presets,
                   ...) __attribute__((format(printf, 5, 6)));
/* The button that has to follow begins a row; there are at most five. */
void answer_row(struct answer *answer);
int answer_rows(const struct answer *answer); /* so far */
void answer_link_button(struct answer *answer, const char *label,
                        const char *url);
/* A list to choose from, one an answer: what is chosen becomes `option` of that
 * command. Then up to 25 rows; without any there is no select. */
bool answer_select(struct answer *answer, const char *placeholder,
                   const char *command, const char *option, const char *presets,
                   ...) __attribute__((format(printf, 5, 6)));
/* value: up to 100 units; label and hint are cut. */
void answer_select_row(struct answer *answer, struct str value,
                       struct str label, struct str hint);

/* What stands in a field of the form that is asked for (REPLY_FORM), unless the
 * call brought something for it. A choice as its word, a flag as yes or no. */
void answer_fill(struct answer *answer, const char *option, struct str text);

/* ---- for run.c and form.c ---- */

/* STR_NONE: nothing. */
struct str answer_filled(const struct answer *answer, const char *option);

void answer_init(struct answer *answer, int64_t incident_id);
void answer_release(struct answer *answer); /* may be repeated */
/* {type, data}, owned by the caller; `update` says whether there is something
 * to be replaced. What is to be sent as a file stays in the answer. */
cJSON *answer_finish(struct answer *answer, bool may_update);

#endif
