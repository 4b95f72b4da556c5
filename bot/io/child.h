/*
 * A helper executable: job on stdin, result on stdout, killed at the time-out.
 * It gets an empty environment but for what is named, and no file of ours.
 */
#ifndef BOT_IO_CHILD_H
#define BOT_IO_CHILD_H

#include "bot/base/str.h"

#include <uv.h>

struct child_job {
    const char *program; /* absolute path */
    struct str input;    /* borrowed for the call */
    int64_t timeout_ms;
    size_t output_limit; /* bytes; more ends the child */
};

/* status: exit code, or -1 when it was killed, timed out or could not start
 * (`output` is then a sentence). Called once, never from inside child_run. */
typedef void child_fn(int status, struct str output, void *context);
struct child;
struct child *child_run(uv_loop_t *loop, const struct child_job *job,
                        child_fn *done, void *context);
/* Kills it; no callback. */
void child_cancel(struct child *child);

#endif
