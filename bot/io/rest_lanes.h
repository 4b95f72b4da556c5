/*
 * The calls that bot/io/rest.c has, in lanes: one lane per route and major id,
 * in order, one on the wire at a time; an interaction callback is a lane of its
 * own. A list holds the first call of each lane; the others hang behind it.
 */
#ifndef BOT_IO_REST_LANES_H
#define BOT_IO_REST_LANES_H

#include "bot/io/rest.h"

struct rest_job {
    struct rest_job *next;   /* of the lanes */
    struct rest_job *behind; /* the next one in this lane */
    struct rest_call call;
    rest_fn *done;
    void *context;
    int64_t not_before_ms; /* after a failure, or told by the rate limiter */
    int64_t sent_ms;       /* the last attempt */
    int failures;
    int status;      /* of the last attempt; 0: none was answered */
    bool is_sent;    /* on the wire now */
    bool maybe_done; /* an earlier attempt may have been carried out */
};

/* At the end of its lane. Takes the job. */
void lanes_add(struct rest_job **lanes, struct rest_job *job);
/* Takes out the first of a lane, which is the caller's then; the one behind
 * takes its place. */
void lanes_remove(struct rest_job **lanes, struct rest_job *job);
void rest_job_free(struct rest_job *job);

#endif
