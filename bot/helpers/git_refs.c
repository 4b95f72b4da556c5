#include "bot/helpers/git.h"

#include <git2/commit.h>
#include <git2/errors.h>
#include <git2/refs.h>
#include <git2/repository.h>
#include <git2/revwalk.h>
#include <git2/tree.h>

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

enum err git_move(struct git_work *work, const char *branch, const git_oid *old,
                  const git_oid *commit)
{
    struct buf name = BUF_INIT(GIT_NAME_LIMIT);
    git_reference *ref = NULL;
    int rc;
    print_ref(work, branch, &name);
    do {
        rc = git_reference_create_matching(&ref, work->repo, buf_text(&name),
                                           commit, old != NULL, old,
                                           NOTE_REFLOG);
    } while (rc == GIT_ELOCKED && remove_old_lock(work, buf_text(&name)));
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
