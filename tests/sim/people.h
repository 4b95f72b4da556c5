/* What somebody asked of the bot, and what they were told. */
#ifndef TESTS_SIM_PEOPLE_H
#define TESTS_SIM_PEOPLE_H

#include "tests/sim/sim.h"

#define ANSWER_MS 3000 /* Discord docs: the first answer is due */

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
    char *said; /* content of the answer; NULL: none came */
};
int people_ask_count(void);
struct ask *people_ask(int i);
struct ask *people_find(uint64_t id); /* NULL: there is none */
/* The bot starts. */
void people_meet_process(void);

#endif
