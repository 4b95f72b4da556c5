/*
 * Plays requests against the rules, one minute apart, and checks what holds for
 * every one of them: a step writes nothing but its outcome, numbers are dense,
 * a refusal has words and changes nothing.
 */
#ifndef TESTS_LIB_PLAY_H
#define TESTS_LIB_PLAY_H

#include "bot/core/incident.h"

#define T0 INT64_C(1670957700000) /* 2022-12-13 18:55 UTC */

extern const struct actor nova, dma;

struct play {
    struct incident in;
    struct subject subject; /* of the next request */
    int64_t now_ms;
    struct outcome out;
    char wanted[200]; /* "card room live" */
};

enum verdict take(struct play *play, struct request request);
void accepts(struct play *play, struct request request);
/* Refused, or true already, in words that hold `says`. */
void answers(struct play *play, enum verdict verdict, struct request request,
             const char *says);

/* "Logins fail", INC-12, declared by nova at T0 */
struct play declared(void);
struct play in_state(enum incident_state state);

struct when at(int64_t ms, const char *typed);
struct request declaring(const char *title);
struct request moving(enum incident_state to, const char *message);
struct request assigning(struct actor holder, enum role role);
struct request adding(enum event_kind kind, const char *text);
struct request adding_at(enum event_kind kind, int64_t ms);
struct request finished(enum effect_kind effect, uint64_t ref_id);
struct request failed(enum effect_kind effect);
struct request committed(const char *commit);
/* That many characters, until the next call. */
const char *chars(size_t n);

#endif
