/*
 * Between the probes*.c files only: probes.c checks, probes_tell.c hands on
 * what changed, probes_keep.c keeps it with a turn.
 */
#ifndef BOT_WATCH_PROBE_RUNNER_H
#define BOT_WATCH_PROBE_RUNNER_H

#include "bot/io/check.h"
#include "bot/probe/expiry.h"
#include "bot/watch/probes.h"
#include "bot/watch/waiting_samples.h"

/* What comes back when an alert is kept, or not. */
struct receipt {
    struct runner_probe *one;
    bool is_of_expiry;
};

struct runner_probe {
    struct probe_runner *runner;
    const struct probe *probe;

    /* Checking. */
    struct judge judge;
    struct check *check;   /* NULL: none is under way */
    struct asking *asking; /* who waits for it */
    int64_t next_ms;       /* the next one; of the loop */
    struct probe_result last;
    int64_t last_ms;
    int64_t watched_until_ms;

    /* What was told, and the same without an alert that may yet turn out not
     * to be kept. */
    enum probe_state told, kept;
    int64_t told_since_ms, kept_since_ms;
    struct expiry expiry;
    int64_t kept_days; /* of `expiry`, likewise */
    struct receipt of_state, of_expiry;
    bool was_told_before; /* by another process, or in vain: tell again */

    /* A mute, the same as the store has it, and as a turn put it that may
     * fail. */
    int64_t muted_until_ms, kept_muted_ms, put_muted_ms;
    /* Of what is told and muted: not kept; kept by a turn that may still fail.
     */
    bool is_new, is_in_turn;
    int64_t number; /* in the store; 0: not asked yet */
};

struct probe_runner {
    struct probes_config config;
    struct runner_probe *all;
    int count;

    struct checks *checks;
    int running;
    struct deadline *next; /* to check */

    struct waiting_samples samples;
    int samples_in_turn; /* the first ones: kept, if the turn does not fail */
    struct deadline *flush;
    bool is_flush_due;
    bool is_memory_new;
    int64_t thin_ms; /* wall clock: not before */
};

/* ---- probes.c ---- */

/* Starts what is due, as far as it may. */
void runner_look(struct probe_runner *runner);

/* ---- probes_tell.c ---- */

/* After a result was judged: what is news is handed on, unless it is muted. */
void runner_tell(struct runner_probe *one, int64_t now_ms);
void runner_tell_expiry(struct runner_probe *one, int64_t now_ms);
/* What is told now is kept, or needs no keeping. */
void runner_note_kept(struct runner_probe *one);
/* What is told or muted is to be kept. */
void runner_memory_changed(struct runner_probe *one);

/* ---- probes_keep.c ---- */

/* What a process before us told, and the mute. */
MUST_CHECK enum err runner_remember(struct runner_probe *one);
/* The last result waits to be kept. */
void runner_add_sample(struct runner_probe *one);

#endif
