/*
 * One look at what became of an incident's pull request and of the issues of
 * its action items: one after the other, until one of them is news.
 */
#ifndef BOT_OUTBOX_FORGE_POLL_H
#define BOT_OUTBOX_FORGE_POLL_H

#include "bot/outbox/forge_desk.h"
#include "storage/store.h"

#define POLLED_MOST 60 /* issues of one incident */

/* All zero: nothing to look at. */
struct forge_poll {
    struct forge_desk *desk;
    struct store *store;
    const struct incident *in; /* as it is when an answer comes */
    struct polled {
        int64_t item; /* 0: the pull request */
        int64_t number;
        char url[FORGE_URL_BYTES]; /* of an issue, as the record has it */
    } all[POLLED_MOST + 1];
    int count, next;
    struct forge_call call;
    struct forge_pull pull;
    struct forge_issue issue;
    bool is_news; /* of the one before `next` */
    struct forge_verdict verdict;
    /* Why the pull request could not be seen; FORGE_DONE: it could. */
    struct forge_verdict unseen;
};

/* What there is to look at; borrows all three. */
MUST_CHECK enum err forge_poll_begin(struct forge_poll *poll,
                                     struct forge_desk *desk,
                                     struct store *store,
                                     const struct incident *in);
/* First with answer NULL. The call's body is the caller's to release. */
enum job_verdict forge_poll_step(struct forge_poll *poll,
                                 const struct forge_answer *answer,
                                 int64_t now_ms);
/* Which one the answer, or call, under way is about; 0: the pull request. */
int64_t forge_poll_item(const struct forge_poll *poll);

#endif
