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
    int64_t created_ms, delivered_ms, answered_ms; /* 0: not */
    bool is_answered, is_excused, is_form;
    bool is_hindered; /* the world was in its answer's way */
    /* A later start of the bot cannot tell that this one was answered: nothing
     * was kept of it, and by its clock it is not too late. */
    bool may_return;
    uint64_t draft; /* that it was to use; 0: none */
    int64_t card;   /* of alerts, that it is about; 0: none */
    char *said;     /* content of the answer; NULL: none came */
};
int people_ask_count(void);
struct ask *people_ask(int i);
struct ask *people_find(uint64_t id); /* NULL: there is none */
/* The bot starts. */
void people_meet_process(void);

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
/* The number in its word. */
int ask_number(const struct ask *ask);

#endif
