/*
 * Within forge_*.c only: a job at the forge, how each kind of it begins and
 * ends, and what the ends share.
 */
#ifndef BOT_OUTBOX_FORGE_KINDS_H
#define BOT_OUTBOX_FORGE_KINDS_H

#include "bot/outbox/forge_desk.h"
#include "bot/outbox/forge_poll.h"
#include "bot/outbox/work.h"

/* Of what a pull request or an issue says. */
#define FORGE_TEXT_BYTES 50000

struct forge_work {
    struct work *work;
    struct forge_desk *desk;
    struct forge_request *request;
    struct pull_job pull;
    struct issue_job issue;
    struct forge_poll poll;
    enum job_verdict verdict;
    /* Text that the result borrows. */
    char words[JOB_WORDS_BYTES + 100], number[24],
        evidence[FORGE_URL_BYTES + 60], owner[NAME_BYTES];
};

/* Begin: CALL when there is something to ask, as the job then knows. End: what
 * the last answer made of it, in forge->verdict. */

/* EFFECT_PULL */
enum delivery_verdict forge_pull_begin(struct work *work, struct store *store);
enum delivery_verdict forge_pull_end(struct work *work, struct store *store,
                                     int64_t wall_ms);
/* What the record should know of it. */
void forge_pull_tell(struct work *work, const struct forge_pull *pull,
                     const char *notes, int64_t wall_ms);

/* EFFECT_ISSUE */
enum delivery_verdict forge_issue_begin(struct work *work,
                                        const struct outbox_config *config);
enum delivery_verdict forge_issue_end(struct work *work, struct store *store,
                                      int64_t wall_ms);

/* EFFECT_POLL: what became of both. */
enum delivery_verdict forge_look_begin(struct work *work, struct store *store);
enum delivery_verdict forge_look_end(struct work *work, struct store *store,
                                     int64_t wall_ms);

/* ---- what they share (forge_work.c) ---- */

/* On the record, once: "The pull request is not up to date: ...". */
enum delivery_verdict forge_work_fail(struct work *work, struct store *store,
                                      const char *what, const char *words);
/* Nothing new, but for what had failed before. */
enum delivery_verdict forge_work_in_line(struct work *work,
                                         struct store *store);
/* RETRY; at_ms 0: when the outbox thinks fit. */
enum delivery_verdict forge_work_put_off(struct delivery *delivery,
                                         const char *words, int64_t at_ms);
/* Until the forge wants to be asked again, or a few times. */
enum delivery_verdict
forge_work_later_or_fail(struct work *work, struct store *store,
                         const char *what, const char *words, int64_t wall_ms,
                         int64_t retry_at_ms);
/* An earlier try may have opened it, and have died before it was heard. */
bool forge_work_may_be_there(const struct work *work, struct store *store);

#endif
