/* What somebody asked of the bot, and what they were told. */
#ifndef TESTS_SIM_PEOPLE_H
#define TESTS_SIM_PEOPLE_H

#include "tests/sim/sim.h"

#define ANSWER_MS 3000 /* Discord docs: the first answer is due */
#define MUTED_MS  (2 * MS_PER_MINUTE)

struct ask {
    uint64_t id;
    enum people_act act;
    int64_t incident_id; /* 0: of none, or a new one */
    char token[32], word[24];
    uint64_t channel_id; /* where they asked; they saw it then */
    int who;             /* of enum caller */
    bool may;            /* do that at all, when it was sent */
    bool reads;          /* only */
    int64_t created_ms, delivered_ms, answered_ms; /* 0: not */
    bool is_answered, is_excused, is_form;
    bool is_hindered; /* the world was in its answer's way */
    /* A later start of the bot cannot tell that this one was answered: nothing
     * was kept of it, and by its clock it is not too late. */
    bool may_return;
    uint64_t draft;       /* that it was to use; 0: none */
    int64_t card;         /* of alerts, that it is about; 0: none */
    char *said;           /* content of the answer; NULL: none came */
    const char *typed[4]; /* what is to be given back on a refusal; NULL: no
                             more. Owned. */
};
int people_ask_count(void);
struct ask *people_ask(int i);
struct ask *people_find(uint64_t id); /* NULL: there is none */
/* The bot starts. */
void people_meet_process(void);

/* ---- callers.c: who asks ---- */

enum caller {
    NOVA, /* may do everything but administer */
    DMA,  /* the same */
    KIM,  /* may declare and write */
    GUEST,
    ADMIN,
    FORMER,  /* as nova, for a while */
    VISITOR, /* of another server */
    CALLERS
};
const char *caller_name(int who);
uint64_t caller_id(int who);
/* Without settings everybody may everything but administer. */
bool caller_may(int who, enum right right);
/* As Discord shows the channel. */
bool caller_sees(int who, uint64_t channel_id);
/* Discord had told of the role before. */
bool caller_lost_role_since(int who, int64_t ms);
bool caller_may_know(int who, const struct incident *in);
/* Their part of an interaction. */
void caller_sign(int who, cJSON *interaction);
/* The roles that the settings name. */
cJSON *caller_roles(void);

/* ---- between people.c and press.c ---- */

/* Its word begins with `kind`. */
struct ask *people_ask_new(enum people_act act, const char *kind);
/* Takes `data` and `message` (NULL: none). */
void people_send(struct ask *ask, int type, uint64_t channel_id, cJSON *data,
                 cJSON *message);
void people_press(enum people_act act, int which, const struct incident *in);
struct option_given {
    const char *name; /* NULL: no more */
    int type;
    const char *text;
    bool flag;
};
/* About the incident that people_act has chosen. `resolved` (NULL: nothing is)
 * is taken. */
void people_ask_command(struct ask *ask, const char *command,
                        const struct option_given *given, cJSON *resolved);
/* About none, or about the one that an option names. */
void people_ask_alone(struct ask *ask, const char *command,
                      const struct option_given *given);
/* How a word begins that goes into its record: who does not know it keeps no
 * secrets of it. */
const char *people_kind(const struct incident *in);
/* What they do about the answer. */
void people_go_on(const struct ask *ask, int type, const cJSON *answer);

/* ---- deeds.c ---- */

#define DEEDS_TIMELINE                                                         \
    "2026-03-14 02:30 UTC @dma %s\n2026-03-14 02:31 UTC @dma and more\n"
void deeds_act(enum people_act act, int which, const struct incident *in);
/* What stands at an address, owned; NULL: nothing does. */
char *deeds_file(const char *url);
/* An answer was edited: with what was found in a file. */
void deeds_edited(const char *token, struct str body);
/* ---- readers.c: what changes nothing, and what is long ---- */

void readers_act(enum people_act act, int which, const struct incident *in);

/* The number in its word. */
int ask_number(const struct ask *ask);

#endif
