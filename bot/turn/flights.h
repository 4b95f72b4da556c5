/*
 * Answers under way to Discord, oldest first: what is not confirmed yet is to
 * be answered again by the next process.
 */
#ifndef BOT_TURN_FLIGHTS_H
#define BOT_TURN_FLIGHTS_H

#include "bot/discord/interaction.h"
#include "bot/discord/rest_call.h"

struct flights {
    struct flight *oldest, *newest;
    void *context; /* of whoever sent them */
};

struct flight {
    struct flight *before, *after;
    struct flights *flights;
    uint64_t interaction_id;
    /* For a plainer answer, in case that this one is refused; "": none is to
     * be given, or it was. */
    char token[INTERACTION_TOKEN_BYTES + 1];
    uint64_t application_id;
    bool is_kept;    /* what it tells of stands in the record */
    int64_t seq;     /* the dispatch's */
    int64_t came_ms; /* of the loop; -1: it is no first answer */
    bool is_new;     /* no process of ours can have answered it */
    /* Owned: the answer itself, when this one says that it comes; or NULL. */
    struct rest_call *later;
    cJSON *data; /* owned: to be gone on with when this has arrived; or NULL */
    const char *wants_file; /* within `data` */
    int wants_probe;        /* which one, from 1 on; 0: none */
};

/* `flight` is copied, with its data, behind the others. */
struct flight *flights_add(struct flights *flights,
                           const struct flight *flight);
/* It arrived, or never will. */
void flight_end(struct flight *flight);
/* Sequence numbers start anew. */
void flights_renewed(struct flights *flights);
/* `seq`, or what is before the oldest of them. */
int64_t flights_safe_seq(const struct flights *flights, int64_t seq);
void flights_end_all(struct flights *flights);

#endif
