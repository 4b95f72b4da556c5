#include "bot/helpers/git.h"

/* Not <git2.h>: a member of its index.h is called ctime, which is poisoned. */
#include <git2/blob.h>
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
#define FOLDERS     32 /* in a path */
#define NAME_LIMIT  1000
#define NOTE_REFLOG "opsroom: postmortem"

/* Where the page goes, and what is there now. */
struct place {
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

static enum err look(git_repository *repo, const struct git_job *job,
                     const struct place *place, enum found *found,
                     struct buf *why)
{
    git_tree_entry *entry = NULL;
    git_blob *blob = NULL;
    *found = FOUND_NOTHING;
    if (place->tree == NULL)
        return ERR_OK;
    int rc = git_tree_entry_bypath(&entry, place->tree, buf_text(&place->path));
    if (rc == GIT_ENOTFOUND)
        return ERR_OK;
    enum err err = ERR_OK;
    if (rc == 0 && git_tree_entry_type(entry) != GIT_OBJECT_BLOB) {
        *found = FOUND_OTHERS;
    } else if (rc < 0 ||
               git_blob_lookup(&blob, repo, git_tree_entry_id(entry)) < 0) {
        err = git_say(why, "reading the page");
    } else {
        struct str page = {git_blob_rawcontent(blob),
                           (size_t)git_blob_rawsize(blob)};
        *found = str_eq(page, job->content) ? FOUND_SAME
                 : is_ours(page, job->mark) ? FOUND_OURS
                                            : FOUND_OTHERS;
    }
    git_blob_free(blob);
    git_tree_entry_free(entry);
    return err;
}

/* ---- writing ---- */

/* Puts the blob at `path` below `old` (NULL: an empty folder); all else is
 * kept. A file in the way of a folder is an error of libgit2's treebuilder. */
static int put(git_oid *out, git_repository *repo, const git_tree *old,
               struct str path, const git_oid *blob, int depth)
{
    struct str name, rest = path;
    git_treebuilder *builder = NULL;
    git_tree *below = NULL;
    git_oid child = *blob;
    char entry_name[256];
    if (depth > FOLDERS || !str_cut(&rest, '/', &name) ||
        name.n >= sizeof entry_name) {
        git_error_set_str(GIT_ERROR_TREE, "the path is too long");
        return -1;
    }
    str_copy_to(entry_name, name);
    bool is_file = rest.s == NULL;
    const git_tree_entry *entry =
        old == NULL ? NULL : git_tree_entry_byname(old, entry_name);
    bool is_folder =
        entry != NULL && git_tree_entry_type(entry) == GIT_OBJECT_TREE;
    int rc = 0;
    if (entry != NULL && is_folder == is_file) {
        git_error_set_str(GIT_ERROR_TREE, "a file and a folder have one name");
        return -1;
    }
    if (is_folder)
        rc = git_tree_lookup(&below, repo, git_tree_entry_id(entry));
    if (rc == 0 && !is_file)
        rc = put(&child, repo, below, rest, blob, depth + 1);
    if (rc == 0)
        rc = git_treebuilder_new(&builder, repo, old);
    if (rc == 0)
        rc = git_treebuilder_insert(NULL, builder, entry_name, &child,
                                    is_file ? GIT_FILEMODE_BLOB
                                            : GIT_FILEMODE_TREE);
    if (rc == 0)
        rc = git_treebuilder_write(out, builder);
    git_treebuilder_free(builder);
    git_tree_free(below);
    return rc;
}

static enum err write_tree(git_repository *repo, const struct git_job *job,
                           const struct place *place, git_tree **out,
                           struct buf *why)
{
    git_oid blob, root;
    if (git_blob_create_from_buffer(&blob, repo, job->content.s,
                                    job->content.n) < 0 ||
        put(&root, repo, place->tree, buf_str(&place->path), &blob, 0) < 0 ||
        git_tree_lookup(out, repo, &root) < 0)
        return git_say(why, "writing the page");
    return ERR_OK;
}

static enum err write_commit(git_repository *repo, const struct git_job *job,
                             const struct place *place, git_oid *out,
                             struct buf *why)
{
    git_tree *tree = NULL;
    git_commit *parent = NULL;
    git_signature *author = NULL;
    enum err err = write_tree(repo, job, place, &tree, why);
    if (err != ERR_OK)
        return err;
    /* The job's texts come from JSON: each is ended by a NUL. */
    if ((place->has_tip && git_commit_lookup(&parent, repo, &place->tip) < 0) ||
        git_signature_new(&author, job->author_name.s, job->author_email.s,
                          job->time_s, 0) < 0)
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
