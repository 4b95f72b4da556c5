/*
 * Brings one pull request in line with what is wanted: finds it, opens it if
 * there is none, asks for labels and reviewers once, and renews what differs.
 * A machine without I/O: told the answer, it says what to ask next. A job that
 * died anywhere is begun anew; it looks before it opens.
 */
#ifndef BOT_FORGE_PULL_JOB_H
#define BOT_FORGE_PULL_JOB_H

#include "bot/forge/forge.h"

/* Between these lines the body is ours; what people write around them stays. */
#define FORGE_BODY_BEGIN "<!-- opsroom: begin -->"
#define FORGE_BODY_END   "<!-- opsroom: end -->"

#define JOB_WORDS_BYTES (FORGE_WORDS_BYTES + 100)

struct pull_wish {
    const char *branch;
    int64_t number; /* as the record has it; 0: none was recorded */
    /* It may have been opened, and have ended, before that was recorded: one
     * that is over is it, too; but not that of an earlier review. */
    bool may_be_there;
    /* The last that was merged, 0: none. Forges count upward: of one with a
     * smaller number that is over was told before. */
    int64_t earlier;
    /* What the branch ends with: taken by the merge, nothing is left to open
     * another one for. */
    const char *commit;
    struct forge_text text;
};

enum job_verdict {
    JOB_CALL,   /* send `call` and come back */
    JOB_DONE,   /* see `pull`, `issue`; `words` may tell what was left out */
    JOB_LATER,  /* `words`; not before retry_at_ms (0: at the usual pace) */
    JOB_FAILED, /* not by trying again; `words` say what to do */
};

struct pull_job {
    const struct forge_settings *set;
    /* Owned copies of the wish. */
    char *branch, *title, *body, *commit;
    bool is_draft;
    enum pull_step {
        PULL_BEGIN,
        PULL_EARLIER,
        PULL_GET,
        PULL_FIND,
        PULL_POST,
        PULL_LABEL,
        PULL_PERSON,
        PULL_REVIEW,
        PULL_PATCH,
        PULL_MARK
    } step;
    int page, person;
    bool may_be_there;
    int64_t earlier;
    bool has_looked_again; /* somebody opened one between look and open */
    bool is_recorded;      /* labels and reviewers were asked for before */
    bool is_behind;        /* title or body differ */
    char *merged;          /* owned; our part within what is there */
    int64_t ids[FORGE_NAMES_MOST];
    int id_count;

    struct forge_pull pull;
    struct forge_call call;
    int64_t retry_at_ms;
    char words[JOB_WORDS_BYTES];
};

void pull_job_init(struct pull_job *job, const struct forge_settings *set,
                   const struct pull_wish *wish);
void pull_job_release(struct pull_job *job); /* NULL is fine; zeroed */
/* First with answer NULL. The call's body is the caller's to release. */
enum job_verdict pull_job_step(struct pull_job *job,
                               const struct forge_answer *answer,
                               int64_t now_ms);

/* ---- the issue of an action item ---- */

struct issue_wish {
    struct forge_issue_text text; /* the number of its assignee is found */
    const char *mark; /* a line of the body that no other issue has */
    /* When it may have been opened already: look through what was made since
     * then. 0: it cannot have been. */
    int64_t look_since_ms;
    bool is_unwanted; /* only one that is there already is taken */
};

struct issue_job {
    const struct forge_settings *set;
    char *title, *body, *assignee, *mark; /* owned */
    int64_t look_since_ms, assignee_number;
    bool is_unwanted;
    enum issue_step {
        ISSUE_BEGIN,
        ISSUE_LOOK,
        ISSUE_PERSON,
        ISSUE_POST,
        ISSUE_LABEL
    } step;
    int page;
    struct forge_issue issue; /* number 0: unwanted, and there is none */
    struct forge_call call;
    int64_t retry_at_ms;
    char words[JOB_WORDS_BYTES];
};

void issue_job_init(struct issue_job *job, const struct forge_settings *set,
                    const struct issue_wish *wish);
void issue_job_release(struct issue_job *job);
enum job_verdict issue_job_step(struct issue_job *job,
                                const struct forge_answer *answer,
                                int64_t now_ms);

#endif
