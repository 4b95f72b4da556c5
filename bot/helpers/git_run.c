#include "bot/helpers/git.h"

#include <git2/oid.h>

#include <string.h>

/* Somebody else pushes to the same branch, too. */
#define ATTEMPTS 4

static void note_place(struct git_done *done, const struct git_place *place)
{
    str_copy_to(done->branch, str_of(place->branch));
    str_copy_to(done->path, str_of(place->path));
    if (place->has_base)
        git_oid_tostr(done->base_commit, sizeof done->base_commit,
                      &place->base);
    if (place->is_merged)
        git_oid_tostr(done->merged_commit, sizeof done->merged_commit,
                      &place->merged);
}

static enum err commit(struct git_work *work, const struct git_place *place)
{
    struct git_done *done = work->done;
    const git_oid *old = place->has_branch ? &place->tip : NULL;
    git_oid head;
    enum err err = git_commit_page(work, place, &head);
    if (err != ERR_OK)
        return err;
    if (!done->unchanged) {
        err = work->job->way == GIT_WAY_FOLDER
                  ? git_move(work, place->branch, old, &head)
                  : git_send(work, place->branch, old, &head);
        done->merged_commit[0] = '\0'; /* this is not */
    }
    git_oid_tostr(done->commit, sizeof done->commit, &head);
    return err;
}

/* As it would be in a repository that has nothing. */
static void note_nothing(const struct git_work *work)
{
    struct buf name = BUF_INIT(GIT_NAME_LIMIT);
    *work->done = (struct git_done){0};
    git_print_name(&name, work->job->branch, 1);
    str_copy_to(work->done->branch, buf_str(&name));
    buf_clear(&name);
    git_print_name(&name, work->job->path, 1);
    str_copy_to(work->done->path, buf_str(&name));
    buf_release(&name);
}

static enum err once(struct git_work *work)
{
    struct git_place place = {0};
    enum err err = work->job->way == GIT_WAY_FOLDER ? git_look_for_base(work)
                                                    : git_fetch(work);
    *work->done = (struct git_done){0};
    if (err == ERR_OK)
        err = git_place_find(work, &place);
    if (err == ERR_OK)
        note_place(work->done, &place);
    if (err == ERR_OK && work->job->op == GIT_OP_COMMIT)
        err = commit(work, &place);
    else if (err == ERR_OK && place.has_branch)
        git_oid_tostr(work->done->commit, sizeof work->done->commit,
                      &place.tip);
    git_place_release(&place);
    return err;
}

enum err git_run(const struct git_job *job, struct git_done *out,
                 struct git_trouble *trouble)
{
    struct git_work work = {
        .job = job,
        .done = out,
        .trouble = trouble,
        .heads =
            job->way == GIT_WAY_FOLDER ? "refs/heads/" : "refs/remotes/origin/",
        .watch = git_watch_new(job),
    };
    bool may_renew = job->way != GIT_WAY_FOLDER;
    enum err err = git_open(&work);
    if (err != ERR_OK)
        return err;
    if (work.repo == NULL) {
        note_nothing(&work);
        return ERR_OK;
    }
    for (int i = 0; i < ATTEMPTS; i++) {
        err = once(&work);
        if (err != ERR_OK && trouble->reason == GIT_REASON_DAMAGED &&
            may_renew) {
            may_renew = false;
            err = git_open_anew(&work);
            if (err == ERR_OK)
                err = once(&work);
        }
        if (err == ERR_OK || trouble->reason != GIT_REASON_CONFLICT)
            break;
    }
    return err;
}
