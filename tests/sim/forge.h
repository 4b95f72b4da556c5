/* The forge: one repository of its kind, the way there, and what it tells by
 * itself. */
#ifndef TESTS_SIM_FORGE_H
#define TESTS_SIM_FORGE_H

#include "bot/forge/forge.h"
#include "tests/sim/sim.h"

/* A pull request, or an issue. */
struct thing {
    bool is_pull, is_closed, is_merged, is_draft, is_labelled, is_reviewed;
    bool is_dropped; /* closed as not planned */
    bool was_bare;   /* when it ended: nobody dresses it afterwards */
    int64_t number;  /* GitLab counts either by itself */
    bool is_written; /* people wrote below our part, and it stands there */
    int head;        /* commit of its branch, when it was merged */
    int endings;     /* how often it was closed, or merged */
    int64_t made_ms, changed_ms, ended_ms, written_ms, read_ms;
    int hidden_from;  /* the process that the token's refusal kept from it */
    bool was_hidden;  /* and not only once */
    bool seemed_gone; /* the forge said that it knows none */
    char branch[200], assignee[40];
    char *title, *body; /* as people read them there */
};

/* ---- what there is (forge.c) ---- */

enum forge_kind forge_kind(void);
int forge_count(void);
const struct thing *forge_at(int i);
/* NULL: there is none. */
const struct thing *forge_find(bool is_pull, int64_t number);
void forge_print_url(const struct thing *thing, char *out, size_t bytes);

struct forge_asked {
    enum forge_method method;
    const char *path;
    bool is_graphql;
    const cJSON *body; /* NULL: none */
};
/* Carries it out: the status, and what it answers with (NULL: nothing). */
int forge_take(const struct forge_asked *asked, cJSON **answer);

/* The token does not let the bot see what became of that one. */
void forge_hide(const char *path);
void forge_deny(const char *path); /* it says that there is no such thing */
/* Nothing can be written into the record. */
bool forge_disk_fails(void);

/* ---- the way there (forge_wire.c) ---- */

void forge_wire_reset(void);
/* When it last answered otherwise than it should, or not; 0: never. */
int64_t forge_disturbed_ms(void);
/* It has refused to write something: what need not be there may be missing. */
bool forge_has_refused(void);
/* Requests of which nobody can say what became of them. */
int forge_unanswered(void);
/* Of the process that runs it wants to be left alone. */
bool forge_wants_rest(void);

/* ---- its webhook, in some stories (forge_hook.c) ---- */

void forge_hook_reset(void);
/* Something happened to that one. */
void forge_hook_tell(const struct thing *thing);

#endif
