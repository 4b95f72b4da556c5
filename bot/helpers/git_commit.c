#include "bot/helpers/git.h"

/* Not <git2.h>: a member of its index.h is called ctime, which is poisoned. */
#include <git2/commit.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/refs.h>
#include <git2/repository.h>
#include <git2/signature.h>
#include <git2/tree.h>

#include <string.h>

#define NAME_MARK   "{n}"
#define NAMES       99
#define NAME_LIMIT  1000
#define NOTE_REFLOG "opsroom: postmortem"

/* Where the page goes, and what is there now. */
struct place {
    int number;              /* what {n} stands for */
    struct buf branch, path; /* branch with refs/heads/ */
    bool has_branch, has_tip;
    git_oid tip;    /* of the branch, else of the base; has_tip */
    git_tree *tree; /* of the tip; NULL: no commit yet */
};

static void place_release(struct place *place)
{
    buf_release(&place->branch);
    buf_release(&place->path);
    git_tree_free(place->tree);
    *place = (struct place){.branch = BUF_INIT(NAME_LIMIT),
                            .path = BUF_INIT(NAME_LIMIT)};
}

/* ---- what is there ---- */

static void print_name(struct buf *out, struct str pattern, int n)
{
    while (pattern.n > 0) {
        if (str_starts(pattern, NAME_MARK)) {
            if (n > 1)
                buf_addf(out, "-%d", n);
            pattern = str_from(pattern, strlen(NAME_MARK));
        } else {
            buf_add_char(out, pattern.s[0]);
            pattern = str_from(pattern, 1);
        }
    }
}

/* *has is false when there is no such branch. */
static enum err find_tip(git_repository *repo, const char *ref, bool *has,
                         git_oid *tip, struct buf *why)
{
    int rc = git_reference_name_to_id(tip, repo, ref);
    *has = rc == 0;
    return rc == 0 || rc == GIT_ENOTFOUND ? ERR_OK : git_say(why, ref);
}

static enum err find_place(git_repository *repo, const struct git_job *job,
                           int n, struct place *place, struct buf *why)
{
    git_commit *commit = NULL;
    struct buf base = BUF_INIT(NAME_LIMIT);
    place->number = n;
    buf_add_text(&place->branch, "refs/heads/");
    print_name(&place->branch, job->branch, n);
    print_name(&place->path, job->path, n);
    buf_add_text(&base, "refs/heads/");
    buf_add(&base, job->base);
    enum err err = find_tip(repo, buf_text(&place->branch), &place->has_branch,
                            &place->tip, why);
    place->has_tip = place->has_branch;
    if (err == ERR_OK && !place->has_branch)
        err =
            find_tip(repo, buf_text(&base), &place->has_tip, &place->tip, why);
    if (err == ERR_OK && place->has_tip &&
        (git_commit_lookup(&commit, repo, &place->tip) < 0 ||
         git_commit_tree(&place->tree, commit) < 0))
        err = git_say(why, "reading the branch");
    git_commit_free(commit);
    buf_release(&base);
    return err;
}

/* The last marked line says whose page it is: evidence before it may hold
 * anything. */
static bool is_ours(struct str page, struct str mark)
{
    struct str line, last = STR_NONE;
    while (str_cut(&page, '\n', &line))
        if (str_starts(line, MARK_HEAD))
            last = line;
    return str_eq(str_trim(last), mark);
}

enum found { FOUND_NOTHING, FOUND_OTHERS, FOUND_OURS, FOUND_SAME };

/* The files beside the page, as they should be? */
static enum err look_beside(git_repository *repo, const struct git_job *job,
                            const struct place *place, enum found *found,
                            struct buf *why)
{
    struct buf path = BUF_INIT(NAME_LIMIT);
    enum err err = ERR_OK;
    for (size_t i = 0;
         i < job->file_count && err == ERR_OK && *found == FOUND_SAME; i++) {
        struct git_found there = {0};
        buf_clear(&path);
        print_name(&path, job->files[i].path, place->number);
        err = git_find(repo, place->tree, buf_text(&path), &there, why);
        if (err == ERR_OK &&
            (there.blob == NULL || !str_eq(there.bytes, job->files[i].bytes)))
            *found = FOUND_OURS;
        git_found_release(&there);
    }
    buf_release(&path);
    return err;
}

static enum err look(git_repository *repo, const struct git_job *job,
                     const struct place *place, enum found *found,
                     struct buf *why)
{
    struct git_found page = {0};
    enum err err =
        git_find(repo, place->tree, buf_text(&place->path), &page, why);
    if (err != ERR_OK)
        return err;
    *found = !page.is_there                     ? FOUND_NOTHING
             : page.blob == NULL                ? FOUND_OTHERS
             : str_eq(page.bytes, job->content) ? FOUND_SAME
             : is_ours(page.bytes, job->mark)   ? FOUND_OURS
                                                : FOUND_OTHERS;
    git_found_release(&page);
    return look_beside(repo, job, place, found, why);
}

/* ---- writing ---- */

static enum err write_tree(git_repository *repo, const struct git_job *job,
                           const struct place *place, git_tree **out,
                           struct buf *why)
{
    struct git_file page = {buf_str(&place->path), job->content};
    struct buf path = BUF_INIT(NAME_LIMIT);
    if (place->tree != NULL && git_tree_dup(out, place->tree) < 0)
        return git_say(why, "writing the page");
    enum err err = git_put(repo, page, out, why);
    for (size_t i = 0; i < job->file_count && err == ERR_OK; i++) {
        struct git_file file = job->files[i];
        buf_clear(&path);
        print_name(&path, file.path, place->number);
        file.path = buf_str(&path);
        err = git_put(repo, file, out, why);
    }
    buf_release(&path);
    return err;
}

static enum err write_commit(git_repository *repo, const struct git_job *job,
                             const struct place *place, git_oid *out,
                             struct buf *why)
{
    git_tree *tree = NULL;
    git_commit *parent = NULL;
    git_signature *author = NULL;
    enum err err = write_tree(repo, job, place, &tree, why);
    /* The job's texts come from JSON: each is ended by a NUL. */
    if (err == ERR_OK &&
        ((place->has_tip &&
          git_commit_lookup(&parent, repo, &place->tip) < 0) ||
         git_signature_new(&author, job->author_name.s, job->author_email.s,
                           job->time_s, 0) < 0))
        err = git_say(why, "writing the commit");
    const git_commit *parents[] = {parent};
    if (err == ERR_OK &&
        git_commit_create(out, repo, NULL, author, author, NULL, job->message.s,
                          tree, place->has_tip, parents) < 0)
        err = git_say(why, "writing the commit");
    git_signature_free(author);
    git_commit_free(parent);
    git_tree_free(tree);
    return err;
}

/* Only from what was read: a branch that moved in between is left alone. */
static enum err move_branch(git_repository *repo, const struct place *place,
                            const git_oid *commit, struct buf *why)
{
    git_reference *ref = NULL;
    int rc = git_reference_create_matching(
        &ref, repo, buf_text(&place->branch), commit, place->has_branch,
        place->has_branch ? &place->tip : NULL, NOTE_REFLOG);
    git_reference_free(ref);
    return rc < 0 ? git_say(why, "moving the branch") : ERR_OK;
}

static enum err commit_at(git_repository *repo, const struct git_job *job,
                          const struct place *place, enum found found,
                          struct git_done *out, struct buf *why)
{
    git_oid commit = place->tip;
    enum err err = ERR_OK;
    if (found != FOUND_SAME)
        err = write_commit(repo, job, place, &commit, why);
    if (err == ERR_OK && (found != FOUND_SAME || !place->has_branch))
        err = move_branch(repo, place, &commit, why);
    if (err != ERR_OK)
        return err;
    *out = (struct git_done){.unchanged = found == FOUND_SAME};
    git_oid_tostr(out->commit, sizeof out->commit, &commit);
    str_copy_to(out->branch,
                str_from(buf_str(&place->branch), strlen("refs/heads/")));
    return ERR_OK;
}

enum err git_commit_page(const struct git_job *job, struct git_done *out,
                         struct buf *why)
{
    git_repository *repo = NULL;
    struct place place = {0};
    enum found found = FOUND_OTHERS;
    enum err err = git_open(job, &repo, why);
    for (int n = 1; err == ERR_OK && found == FOUND_OTHERS && n <= NAMES; n++) {
        place_release(&place);
        err = find_place(repo, job, n, &place, why);
        if (err == ERR_OK)
            err = look(repo, job, &place, &found, why);
    }
    if (err == ERR_OK && found == FOUND_OTHERS) {
        buf_addf(why, "%s is taken by another page", buf_text(&place.path));
        err = ERR_REFUSED;
    }
    if (err == ERR_OK)
        err = commit_at(repo, job, &place, found, out, why);
    place_release(&place);
    git_repository_free(repo);
    (void)git_libgit2_shutdown();
    return err;
}
