/*
 * opsroom-git: brings one page, and the files beside it, onto a branch of a
 * repository: a bare one in a folder, or one behind https or ssh. A program of
 * its own, so that a hanging or leaking library stays out of the bot. It reads
 * its job from stdin and says on stdout what became of it; it sees nothing of
 * the bot's (git_fence.c).
 *
 * The job, as JSON; what is left out is "" or none:
 *
 *   op            "commit", or "look": says how things are, changes nothing
 *   repository    /a/folder, https://host/path, ssh://git@host:22/path or
 *                 git@host:path
 *   base          the branch to start from
 *   branch, path  of the page; {n} stands for nothing, or for -2, -3… when
 *                 something else has the place
 *   mark          the line that tells whose page it is
 *   content       the page as rendered; see merge.h
 *   files         [{path, text | base64}], beside it
 *   message, author_name, author_email, time (UTC seconds)
 *   coauthors     [{name, email}]
 *   cache         folder that keeps what was fetched; for https and ssh
 *   auth          {user, token, ca_file, ssh_key, host_key}
 *   signing_key   file of an ssh key that signs the commit
 *   timeout_ms    gives up with a sentence; the bot kills a little later
 *
 * The result: {branch, path, commit, unchanged, base_commit, merged_commit,
 * conflicts: [{block, ours, theirs}]}. `commit` is the branch's head; "look"
 * leaves it out when there is no branch. merged_commit is there when the base
 * branch has the page as it is on ours. Or {error, reason, retry}, and then no
 * branch has moved: `reason` is a word of GIT_REASON_LIST, `retry` tells
 * whether the same job may succeed later on its own.
 */
#ifndef BOT_HELPERS_GIT_H
#define BOT_HELPERS_GIT_H

#include "bot/base/buf.h"
#include "bot/base/err.h"

#include <cjson/cJSON.h>
#include <git2/oid.h>
#include <git2/types.h>

#define GIT_NAME_MARK  "{n}"
#define GIT_NAMES      99 /* -2 … -99 */
#define GIT_NAME_LIMIT 1000
#define GIT_FILES      64
#define GIT_COAUTHORS  64
#define GIT_CONFLICTS  8 /* the bot reads 64 KiB */

/* ---- job and result ---- */

enum git_op { GIT_OP_COMMIT, GIT_OP_LOOK };
enum git_way { GIT_WAY_FOLDER, GIT_WAY_HTTP, GIT_WAY_SSH };

struct git_file {
    struct str path, bytes;
};
struct git_person {
    struct str name, email;
};

/* Texts are borrowed from the job's JSON, and so each is ended by a NUL. */
struct git_job {
    enum git_op op;
    enum git_way way;
    struct str repository, base, branch, path, mark, content, message;
    struct str author_name, author_email;
    int64_t time_s; /* of author and committer: same job, same commit */
    struct git_file files[GIT_FILES];
    size_t file_count;
    struct git_person coauthors[GIT_COAUTHORS];
    size_t coauthor_count;
    struct str cache, user, token, ca_file, ssh_key, host_key, signing_key;
    int64_t timeout_ms; /* 0: none */
};

/* The last marked line says whose page it is: evidence before it may hold
 * anything. */
#define GIT_MARK_HEAD "<!-- opsroom: "

struct git_conflict {
    char block[64], ours[600], theirs[600]; /* cut, if need be */
};

struct git_done {
    char commit[48], base_commit[48], merged_commit[48]; /* "": none */
    char branch[256], path[GIT_NAME_LIMIT];
    bool unchanged; /* the branch already held this very page */
    struct git_conflict conflicts[GIT_CONFLICTS];
    size_t conflict_count;
};

/* name, word in the result, whether waiting may help */
#define GIT_REASON_LIST(X)                                                     \
    X(OTHER, "other", true)                                                    \
    X(JOB, "job", false)                                                       \
    X(AUTH, "auth", false)                                                     \
    X(CERTIFICATE, "certificate", false)                                       \
    X(HOST_KEY, "host_key", false)                                             \
    X(REFUSED, "refused", false)                                               \
    X(CONFLICT, "conflict", true)                                              \
    X(TAKEN, "taken", false)                                                   \
    X(LOCKED, "locked", true)                                                  \
    X(NOT_FOUND, "not_found", false)                                           \
    X(TIMEOUT, "timeout", true)                                                \
    X(NETWORK, "network", true)                                                \
    X(DISK_FULL, "disk_full", true)                                            \
    X(DAMAGED, "damaged", true)

#define GIT_REASON_ENUM(name, word, retry) GIT_REASON_##name,
enum git_reason { GIT_REASON_LIST(GIT_REASON_ENUM) GIT_REASON_COUNT };
#undef GIT_REASON_ENUM

struct git_trouble {
    enum git_reason reason;
    struct buf text; /* what happened, and what to do */
};

const char *git_reason_word(enum git_reason reason);
bool git_reason_may_pass(enum git_reason reason);
/* Both return ERR_IO. The first: "WHAT: what libgit2 said". */
enum err git_say(struct git_trouble *trouble, const char *what);
enum err git_fail(struct git_trouble *trouble, enum git_reason reason,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Decodes base64 and the like within `root`. False: reason JOB. */
bool git_job_read(cJSON *root, struct git_job *job,
                  struct git_trouble *trouble);
cJSON *git_done_print(const struct git_job *job, const struct git_done *done);
cJSON *git_trouble_print(const struct git_trouble *trouble);

/* Does the job. */
MUST_CHECK enum err git_run(const struct git_job *job, struct git_done *out,
                            struct git_trouble *trouble);

/* ---- within the helper ---- */

struct git_watch;
struct git_work {
    const struct git_job *job;
    struct git_trouble *trouble;
    struct git_done *done;
    git_repository *repo; /* the folder, or the cache of what is elsewhere */
    const char *heads;    /* where its branches are: "refs/heads/", or ours */
    struct git_watch *watch;
};

/* git_fence.c: no core file, no inherited file or environment. */
void git_fence_begin(void);
/* Of all files, only those of the repository and what a connection needs; where
 * the kernel knows how. `folder`: may be written. */
void git_fence_close(const struct git_job *job, const char *folder);

/* git_watch.c: at the job's time-out prints what was being done, and ends. */
enum git_phase { GIT_PHASE_WAIT, GIT_PHASE_FETCH, GIT_PHASE_PUSH, GIT_PHASES };
struct git_watch *git_watch_new(const struct git_job *job);
void git_watch_phase(struct git_watch *watch, enum git_phase phase);

/* git_open.c: opens it, made if need be, and holds its lock until the process
 * ends. To look at, none is made: work->repo stays NULL. */
MUST_CHECK enum err git_open(struct git_work *work);
/* The cache is of no use: makes another in its place. */
MUST_CHECK enum err git_open_anew(struct git_work *work);

/* git_remote.c: work->repo gets the base branch and those that may be ours.
 * git_send moves one from `old` (NULL: there was none); CONFLICT when it is
 * not there any more. */
MUST_CHECK enum err git_fetch(struct git_work *work);
MUST_CHECK enum err git_send(struct git_work *work, const char *branch,
                             const git_oid *old, const git_oid *commit);
/* git_refs.c: of a folder. NOT_FOUND: people have branches there, and none is
 * the base; a page of its own beginning could not be merged into theirs. */
MUST_CHECK enum err git_look_for_base(struct git_work *work);
bool git_is_of_ours(const struct git_job *job, struct str branch);
enum err git_say_no_base(const struct git_work *work);
/* git_clear_stale removes the lock of a branch that a killed job
 * was moving; with the repository's own lock held. */
void git_clear_stale(const struct git_work *work);
MUST_CHECK enum err git_tip(struct git_work *work, const char *branch,
                            bool *has, git_oid *tip);
MUST_CHECK enum err git_move(struct git_work *work, const char *branch,
                             const git_oid *old, const git_oid *commit);
MUST_CHECK enum err git_tree_of(struct git_work *work, const git_oid *commit,
                                git_tree **out);
/* Calls for each commit that `of` has and `but` (may be NULL) has not, the
 * newest first; at most that many, or until it returns false. */
typedef bool git_each_fn(git_commit *commit, void *context);
MUST_CHECK enum err git_each(struct git_work *work, const git_oid *of,
                             const git_oid *but, int most, git_each_fn *each,
                             void *context);

/* git_tree.c: writes the file and takes *tree (NULL: an empty folder) to one
 * that has it; all else is kept. */
MUST_CHECK enum err git_put(struct git_work *work, struct git_file file,
                            git_tree **tree);
struct git_found {
    bool is_there;
    git_blob *blob;   /* NULL: nothing is there, or no file */
    struct str bytes; /* of the blob */
};
MUST_CHECK enum err git_find(struct git_work *work, const git_tree *tree,
                             const char *path, struct git_found *out);
void git_found_release(struct git_found *found);

/* git_place.c: where the page goes, and what is there. */
struct git_place {
    int number; /* what {n} stands for */
    char branch[256];
    char path[GIT_NAME_LIMIT];       /* where the page is now, or will be */
    char first_path[GIT_NAME_LIMIT]; /* where it was put; people move it */
    bool has_base, has_branch;
    git_oid base, tip;
    bool is_merged; /* the base has the page as the branch has it, or had */
    git_oid merged;
    /* To go on from: */
    git_oid parents[2];
    size_t parent_count;
    git_tree *tree; /* NULL: no commit yet */
    struct git_found page;
};
/* The first free place, or ours. TAKEN: there is none. */
MUST_CHECK enum err git_place_find(struct git_work *work,
                                   struct git_place *out);
void git_place_release(struct git_place *place);
/* A pattern of the job's with its {n}. */
void git_print_name(struct buf *out, struct str pattern, int n);
/* "INC-12", from the job's mark. */
struct str git_incident(const struct git_job *job);
#define GIT_TRAILER "Opsroom-Incident: "

/* git_merged.c: the commit that brought what `path` holds in `base` there. */
MUST_CHECK enum err git_merged_file(struct git_work *work, const git_oid *base,
                                    const char *path, git_oid *out);
/* The commit that brought `tip` into `base`. */
MUST_CHECK enum err git_merged_tip(struct git_work *work, const git_oid *base,
                                   const git_oid *tip, git_oid *out);

/* git_commit.c: the page merged with what people wrote, committed; nothing is
 * moved. *commit is the branch's head when work->done->unchanged. */
MUST_CHECK enum err git_commit_page(struct git_work *work,
                                    const struct git_place *place,
                                    git_oid *commit);
/* git_sign.c: an ssh signature of the commit's bytes. */
MUST_CHECK enum err git_sign(struct git_work *work, struct str commit,
                             struct buf *signature);

#endif
