/*
 * opsroom-git: commits one page, and the files beside it, to a branch of a bare
 * repository. A program of its own, so that a hanging or leaking library stays
 * out of the bot; it reads stdin and that repository, nothing else.
 */
#ifndef BOT_HELPERS_GIT_H
#define BOT_HELPERS_GIT_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

#include <cjson/cJSON.h>

struct git_file {
    struct str path; /* {n} as in the job's */
    struct str bytes;
};

#define GIT_FILES 64

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
    /* Pictures beside the page; "files" of the job: [{path, text | base64}]. */
    struct git_file files[GIT_FILES];
    size_t file_count;
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
typedef struct git_tree git_tree;
typedef struct git_blob git_blob;

/* Reads the job; what is decoded from base64 takes the place of its text in
 * `root`. False: `why` says what is wrong with it. */
bool git_job_read(cJSON *root, struct git_job *job, struct buf *why);

/* Opens it, made if need be, and holds its lock until the process ends. */
MUST_CHECK enum err git_open(const struct git_job *job, git_repository **out,
                             struct buf *why);
/* Writes the file and takes *tree (NULL: an empty folder) to one that has it;
 * all else is kept. */
MUST_CHECK enum err git_put(git_repository *repo, struct git_file file,
                            git_tree **tree, struct buf *why);
struct git_found {
    bool is_there;
    git_blob *blob;   /* NULL: nothing is there, or no file */
    struct str bytes; /* of the blob */
};
MUST_CHECK enum err git_find(git_repository *repo, const git_tree *tree,
                             const char *path, struct git_found *out,
                             struct buf *why);
void git_found_release(struct git_found *found);
/* "WHAT: what libgit2 said"; returns ERR_IO. */
enum err git_say(struct buf *why, const char *what);

#endif
