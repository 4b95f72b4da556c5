/*
 * opsroom-git: commits one page to a branch of a bare repository. A program of
 * its own, so that a hanging or leaking library stays out of the bot; it reads
 * stdin and that repository, nothing else.
 */
#ifndef BOT_HELPERS_GIT_H
#define BOT_HELPERS_GIT_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

/* Texts are borrowed from the job's JSON. */
struct git_job {
    struct str repository, base; /* a folder; the branch to start from */
    /* {n} stands for nothing, or for -2, -3… when the page of another incident
     * lies there already. */
    struct str branch, path;
    struct str mark; /* the line that tells whose page it is */
    struct str content;
    struct str message, author_name, author_email;
    int64_t time_s; /* of author and committer: same job, same commit */
};

/* Whose line ends a page: the last that begins so. */
#define MARK_HEAD "<!-- opsroom: "

struct git_done {
    char commit[48], branch[128];
    bool unchanged; /* the branch already held this very page */
};

/* A repository that does not exist is made. On failure `why` says what stood in
 * the way, and no branch has moved. */
MUST_CHECK enum err git_commit_page(const struct git_job *job,
                                    struct git_done *out, struct buf *why);

/* ---- within the helper ---- */

typedef struct git_repository git_repository;

/* Opens it, made if need be, and holds its lock until the process ends. */
MUST_CHECK enum err git_open(const struct git_job *job, git_repository **out,
                             struct buf *why);
/* "WHAT: what libgit2 said"; returns ERR_IO. */
enum err git_say(struct buf *why, const char *what);

#endif
