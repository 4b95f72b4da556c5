/* The script of a story: what people do and what goes wrong, when. */
#ifndef TESTS_SIM_STORY_H
#define TESTS_SIM_STORY_H

#include "tests/sim/sim.h"

#include <sys/types.h>

#define TURN_LIST(X)                                                           \
    X(ACT)                                                                     \
    X(TROUBLE)                                                                 \
    X(CLOSE)                                                                   \
    X(OP)                                                                      \
    X(FORGET)                                                                  \
    X(HANG)                                                                    \
    X(KILL)                                                                    \
    X(CUT)                                                                     \
    X(STOP)                                                                    \
    X(SKEW)                                                                    \
    X(LOSE_ROOM)                                                               \
    X(LOSE_MESSAGE)                                                            \
    X(MONITOR)                                                                 \
    X(TARGET)                                                                  \
    X(FORGE)                                                                   \
    X(MOVE)                                                                    \
    X(SHELVE)
#define TURN_ENUM(name) TURN_##name,
enum story_turn { TURN_LIST(TURN_ENUM) TURNS };

struct item {
    int64_t at_ms; /* of the story */
    enum story_turn kind;
    int a, b, c;
};
#define ITEMS 96
struct script {
    struct item items[ITEMS];
    int count;
    int64_t ends_ms;   /* everything is well again from then on */
    bool from_nothing; /* no database yet */
    bool is_watched;   /* by monitors and probes, and there are reminders */
    /* Watched, and pages become pull requests there; NONE: they do not. */
    enum forge_kind forge;
    bool is_hooked;  /* the forge tells what happens there */
    bool is_delayed; /* what the live room shows */
    bool is_filtered;
};
void script_make(struct script *script, uint64_t seed);
void item_print(const struct item *item, struct buf *out);
/* A scene is a script that was found to matter, kept as a file: "seed 7", then
 * a line an item, as scene_print has them. False: cannot be read. */
bool scene_read(const char *path, struct script *script, uint64_t *seed);
void scene_print(const struct script *script, uint64_t seed, const bool *kept,
                 struct buf *out);

/* Plays the items that are kept (NULL: all); ends the process when a promise
 * is broken. Once before the first: */
void story_prepare(void);
/* What that process left when it did not end as it should. */
void story_tidy(pid_t player);
void story_play(const struct script *script, uint64_t seed, const bool *kept);

#endif
