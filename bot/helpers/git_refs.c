#include "bot/helpers/git.h"

#include <git2/commit.h>
#include <git2/errors.h>
#include <git2/refs.h>
#include <git2/repository.h>
#include <git2/revwalk.h>
#include <git2/tree.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_OLD_S  120
#define NOTE_REFLOG "opsroom: postmortem"

static void print_ref(const struct git_work *work, const char *branch,
                      struct buf *out)
{
    buf_addf(out, "%s%s", work->heads, branch);
}

enum err git_tip(struct git_work *work, const char *branch, bool *has,
                 git_oid *tip)
{
    struct buf ref = BUF_INIT(GIT_NAME_LIMIT);
    print_ref(work, branch, &ref);
    int rc = git_reference_name_to_id(tip, work->repo, buf_text(&ref));
    *has = rc == 0;
    enum err err = ERR_OK;
    if (rc != 0 && rc != GIT_ENOTFOUND)
        err = git_say(work->trouble, buf_text(&ref));
    buf_release(&ref);
    return err;
}

/* ---- the branch to start from ---- */

/* "postmortem/" of "postmortem/2022-12-13-slow{n}": our own do not make a
 * repository one that has begun. */
bool git_is_of_ours(const struct git_job *job, struct str branch)
{
    const char *slash = memchr(job->branch.s, '/', job->branch.n);
    size_t n = slash == NULL ? 0 : (size_t)(slash - job->branch.s) + 1;
    return n > 0 && branch.n >= n && memcmp(branch.s, job->branch.s, n) == 0;
}

enum err git_say_no_base(const struct git_work *work)
{
    return git_fail(work->trouble, GIT_REASON_NOT_FOUND,
                    "%s has no branch %s to start from",
                    work->job->repository.s, work->job->base.s);
}

enum err git_look_for_base(struct git_work *work)
{
    git_reference_iterator *list = NULL;
    const char *name;
    git_oid tip;
    bool has, has_others = false;
    enum err err = git_tip(work, work->job->base.s, &has, &tip);
    if (err != ERR_OK || has)
        return err;
    int rc = git_reference_iterator_new(&list, work->repo);
    while (rc == 0 && (rc = git_reference_next_name(&name, list)) == 0)
        if (str_starts(str_of(name), work->heads))
            has_others =
                has_others ||
                !git_is_of_ours(work->job, str_of(name + strlen(work->heads)));
    git_reference_iterator_free(list);
    if (rc < 0 && rc != GIT_ITEROVER)
        return git_say(work->trouble, "reading the branches");
    return has_others ? git_say_no_base(work) : ERR_OK;
}

/* ---- moving a branch ---- */

/* git holds the lock of a branch for milliseconds; one that is minutes old was
 * left by a job that was killed. */
static bool remove_old_lock(const struct git_work *work, const char *ref)
{
    struct buf path = BUF_INIT(5000);
    struct stat stat;
    buf_addf(&path, "%s%s.lock", git_repository_path(work->repo), ref);
    bool is_old = lstat(buf_text(&path), &stat) == 0 &&
                  time(NULL) - stat.st_mtime > LOCK_OLD_S &&
                  unlink(buf_text(&path)) == 0;
    buf_release(&path);
    return is_old;
}

/* ---- which branch is being moved, for the next job ---- */

/* Beside HEAD; git does not mind. */
#define NOTE        "opsroom-moving"
#define NOTE_LOCK_S 60 /* the lock was made right after the note */

static void print_note(const struct git_work *work, struct buf *out)
{
    buf_addf(out, "%s" NOTE, git_repository_path(work->repo));
}

/* Without a note the next job waits for the lock to grow old. */
static void write_note(const struct git_work *work, struct str ref)
{
    struct buf path = BUF_INIT(5000);
    print_note(work, &path);
    int file = open(buf_text(&path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                    S_IRUSR | S_IWUSR);
    if (file >= 0) {
        (void)!write(file, ref.s, ref.n);
        (void)close(file);
    }
    buf_release(&path);
}

static void remove_note(const struct git_work *work)
{
    struct buf path = BUF_INIT(5000);
    print_note(work, &path);
    (void)unlink(buf_text(&path));
    buf_release(&path);
}

/* Another program's lock has another time. */
static void remove_noted_lock(const struct git_work *work, const char *ref,
                              const struct stat *note)
{
    struct buf path = BUF_INIT(5000);
    struct stat stat;
    buf_addf(&path, "%s%s.lock", git_repository_path(work->repo), ref);
    if (lstat(buf_text(&path), &stat) == 0 && S_ISREG(stat.st_mode) &&
        stat.st_mtime >= note->st_mtime &&
        stat.st_mtime <= note->st_mtime + NOTE_LOCK_S)
        (void)unlink(buf_text(&path));
    buf_release(&path);
}

void git_clear_stale(const struct git_work *work)
{
    struct buf path = BUF_INIT(5000);
    char ref[GIT_NAME_LIMIT] = "";
    struct stat stat;
    print_note(work, &path);
    int file = open(buf_text(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file >= 0) {
        ssize_t n = read(file, ref, sizeof ref - 1);
        if (n > 0 && fstat(file, &stat) == 0 &&
            str_starts(str_of(ref), work->heads) && strstr(ref, "..") == NULL)
            remove_noted_lock(work, ref, &stat);
        (void)close(file);
        (void)unlink(buf_text(&path));
    }
    buf_release(&path);
}

enum err git_move(struct git_work *work, const char *branch, const git_oid *old,
                  const git_oid *commit)
{
    struct buf name = BUF_INIT(GIT_NAME_LIMIT);
    git_reference *ref = NULL;
    int rc;
    print_ref(work, branch, &name);
    write_note(work, buf_str(&name));
    do {
        rc = git_reference_create_matching(&ref, work->repo, buf_text(&name),
                                           commit, old != NULL, old,
                                           NOTE_REFLOG);
    } while (rc == GIT_ELOCKED && remove_old_lock(work, buf_text(&name)));
    remove_note(work);
    enum err err =
        rc < 0 ? git_say(work->trouble, "moving the branch") : ERR_OK;
    if (rc == GIT_EMODIFIED || rc == GIT_EEXISTS)
        work->trouble->reason = GIT_REASON_CONFLICT;
    else if (rc == GIT_ELOCKED)
        work->trouble->reason = GIT_REASON_LOCKED;
    git_reference_free(ref);
    buf_release(&name);
    return err;
}

enum err git_tree_of(struct git_work *work, const git_oid *commit,
                     git_tree **out)
{
    git_commit *found = NULL;
    enum err err = ERR_OK;
    if (git_commit_lookup(&found, work->repo, commit) < 0 ||
        git_commit_tree(out, found) < 0)
        err = git_say(work->trouble, "reading the branch");
    git_commit_free(found);
    return err;
}

enum err git_each(struct git_work *work, const git_oid *of, const git_oid *but,
                  int most, git_each_fn *each, void *context)
{
    git_revwalk *walk = NULL;
    git_oid id;
    int rc = git_revwalk_new(&walk, work->repo);
    if (rc == 0)
        rc = git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL);
    if (rc == 0)
        rc = git_revwalk_push(walk, of);
    if (rc == 0 && but != NULL)
        rc = git_revwalk_hide(walk, but);
    bool goes_on = true;
    for (int n = 0; rc == 0 && goes_on && n < most; n++) {
        git_commit *commit = NULL;
        rc = git_revwalk_next(&id, walk);
        if (rc == 0)
            rc = git_commit_lookup(&commit, work->repo, &id);
        if (rc == 0)
            goes_on = each(commit, context);
        git_commit_free(commit);
    }
    git_revwalk_free(walk);
    return rc < 0 && rc != GIT_ITEROVER
               ? git_say(work->trouble, "reading the branch")
               : ERR_OK;
}
