#include "bot/helpers/git.h"

#include <git2/blob.h>
#include <git2/commit.h>
#include <git2/diff.h>
#include <git2/errors.h>
#include <git2/tree.h>

#include <string.h>

#define OWN_COMMITS 500 /* of a branch; enough to find one of ours */
#define DELTAS      1000
#define PAGE_BYTES  (8 << 20)

void git_print_name(struct buf *out, struct str pattern, int n)
{
    while (pattern.n > 0) {
        if (str_starts(pattern, GIT_NAME_MARK)) {
            if (n > 1)
                buf_addf(out, "-%d", n);
            pattern = str_from(pattern, strlen(GIT_NAME_MARK));
        } else {
            buf_add_char(out, pattern.s[0]);
            pattern = str_from(pattern, 1);
        }
    }
}

struct str git_incident(const struct git_job *job)
{
    struct str name = job->mark;
    if (str_starts(name, GIT_MARK_HEAD))
        name = str_from(name, strlen(GIT_MARK_HEAD));
    if (str_ends(name, " -->"))
        name.n -= strlen(" -->");
    return str_trim(name);
}

void git_place_release(struct git_place *place)
{
    git_found_release(&place->page);
    git_tree_free(place->tree);
    *place = (struct git_place){0};
}

/* ---- whose is it? ---- */

enum whose { WHOSE_NOBODYS, WHOSE_OTHERS, WHOSE_OURS };

/* By the last marked line. */
static enum whose whose_page(struct str page, struct str mark)
{
    struct str line, last = STR_NONE;
    while (str_cut(&page, '\n', &line))
        if (str_starts(line, GIT_MARK_HEAD))
            last = line;
    if (last.n == 0)
        return WHOSE_NOBODYS;
    return str_eq(str_trim(last), mark) ? WHOSE_OURS : WHOSE_OTHERS;
}

/* What only this branch has. */
struct own {
    struct buf trailer;
    bool has_ours;
    size_t count;
    bool has_fork;
    git_oid fork; /* before the first of them */
};

static bool look_at_commit(git_commit *commit, void *context)
{
    struct own *own = context;
    struct str rest = str_of(git_commit_message(commit)), line;
    own->count++;
    while (!own->has_ours && str_cut(&rest, '\n', &line))
        own->has_ours = str_eq(str_trim(line), buf_str(&own->trailer));
    own->has_fork = git_commit_parentcount(commit) > 0;
    if (own->has_fork)
        own->fork = *git_commit_parent_id(commit, 0);
    return true;
}

static enum err look_at_commits(struct git_work *work,
                                const struct git_place *place, struct own *own)
{
    *own = (struct own){.trailer = BUF_INIT(1000)};
    buf_addf(&own->trailer, GIT_TRAILER "%.*s",
             STR_ARG(git_incident(work->job)));
    enum err err =
        git_each(work, &place->tip, place->has_base ? &place->base : NULL,
                 OWN_COMMITS, look_at_commit, own);
    buf_release(&own->trailer);
    return err;
}

/* Is it our page? If so, *page has it. */
static enum err look_at_file(struct git_work *work, const git_tree *tree,
                             const git_diff_file *file, bool *is_ours)
{
    struct git_found found = {0};
    *is_ours = false;
    if (file->mode != GIT_FILEMODE_BLOB &&
        file->mode != GIT_FILEMODE_BLOB_EXECUTABLE)
        return ERR_OK;
    enum err err = git_find(work, tree, file->path, &found);
    *is_ours = err == ERR_OK && found.bytes.n <= PAGE_BYTES &&
               whose_page(found.bytes, work->job->mark) == WHOSE_OURS;
    git_found_release(&found);
    return err;
}

/* Somebody renamed our page: it is among the files that the branch added or
 * changed, and only folders that differ are read. Leaves `path` alone when it
 * is not there. */
static enum err find_moved(struct git_work *work, const struct own *own,
                           const git_tree *tree, char path[GIT_NAME_LIMIT])
{
    git_tree *before = NULL;
    git_diff *diff = NULL;
    git_diff_options options = {.version = GIT_DIFF_OPTIONS_VERSION,
                                .ignore_submodules = GIT_SUBMODULE_IGNORE_ALL};
    enum err err = ERR_OK;
    bool found = false;
    if (own->has_fork)
        err = git_tree_of(work, &own->fork, &before);
    /* A tree that does not differ from itself is not const for libgit2. */
    if (err == ERR_OK &&
        git_diff_tree_to_tree(&diff, work->repo, before,
                              (git_tree *)(uintptr_t)tree, &options) < 0)
        err = git_say(work->trouble, "comparing the branch");
    size_t count = diff == NULL ? 0 : git_diff_num_deltas(diff);
    for (size_t i = 0; i < count && i < DELTAS && err == ERR_OK && !found;
         i++) {
        const git_diff_file *file = &git_diff_get_delta(diff, i)->new_file;
        err = look_at_file(work, tree, file, &found);
        if (found && strlen(file->path) < GIT_NAME_LIMIT)
            str_copy(path, GIT_NAME_LIMIT, str_of(file->path));
    }
    git_diff_free(diff);
    git_tree_free(before);
    return err;
}

/* ---- where to go on ---- */

/* From `commit`, whose tree the page goes into. */
static enum err go_on_from(struct git_work *work, struct git_place *place,
                           const git_oid *commit)
{
    git_found_release(&place->page);
    git_tree_free(place->tree);
    place->tree = NULL;
    place->parents[place->parent_count++] = *commit;
    enum err err = git_tree_of(work, commit, &place->tree);
    return err == ERR_OK
               ? git_find(work, place->tree, place->path, &place->page)
               : err;
}

static enum whose whose_place(const struct git_work *work,
                              const struct git_place *place)
{
    if (!place->page.is_there)
        return WHOSE_NOBODYS;
    if (place->page.blob == NULL)
        return WHOSE_OTHERS;
    enum whose whose = whose_page(place->page.bytes, work->job->mark);
    return whose == WHOSE_OURS ? WHOSE_OURS : WHOSE_OTHERS;
}

/* There is nothing of our own: the base decides. */
static enum err look_at_base(struct git_work *work, struct git_place *place,
                             enum whose *whose)
{
    *whose = WHOSE_NOBODYS;
    place->parent_count = 0;
    if (!place->has_base)
        return ERR_OK;
    enum err err = go_on_from(work, place, &place->base);
    if (err != ERR_OK)
        return err;
    *whose = whose_place(work, place);
    if (*whose != WHOSE_OURS)
        return ERR_OK;
    place->is_merged = true;
    return place->has_branch
               ? git_merged_tip(work, &place->base, &place->tip, &place->merged)
               : git_merged_file(work, &place->base, place->path,
                                 &place->merged);
}

/* A squash or a rebase: the base has this page, and not our commits. What comes
 * now goes on from both. */
static enum err look_for_squash(struct git_work *work, struct git_place *place)
{
    git_tree *tree = NULL;
    struct git_found found = {0};
    if (!place->has_base || place->page.blob == NULL)
        return ERR_OK;
    enum err err = git_tree_of(work, &place->base, &tree);
    if (err == ERR_OK)
        err = git_find(work, tree, place->path, &found);
    place->is_merged =
        err == ERR_OK && found.blob != NULL &&
        git_oid_equal(git_blob_id(found.blob), git_blob_id(place->page.blob));
    git_found_release(&found);
    git_tree_free(tree);
    if (!place->is_merged)
        return err;
    err = git_merged_file(work, &place->base, place->path, &place->merged);
    return err == ERR_OK ? go_on_from(work, place, &place->base) : err;
}

/* The branch has commits of its own. */
static enum err look_at_branch(struct git_work *work, struct git_place *place,
                               const struct own *own, enum whose *whose)
{
    place->parent_count = 0;
    enum err err = go_on_from(work, place, &place->tip);
    if (err != ERR_OK)
        return err;
    *whose = whose_place(work, place);
    if (*whose != WHOSE_OURS) {
        err = find_moved(work, own, place->tree, place->path);
        place->parent_count = 0;
        if (err == ERR_OK)
            err = go_on_from(work, place, &place->tip);
        if (err != ERR_OK)
            return err;
        /* A page of ours may have lost its mark, or be gone. */
        bool is_marked =
            place->page.blob != NULL &&
            whose_page(place->page.bytes, work->job->mark) == WHOSE_OTHERS;
        bool is_ours = whose_place(work, place) == WHOSE_OURS ||
                       (own->has_ours && !is_marked);
        *whose = is_ours ? WHOSE_OURS : WHOSE_OTHERS;
    }
    return *whose == WHOSE_OURS ? look_for_squash(work, place) : ERR_OK;
}

static enum err look(struct git_work *work, struct git_place *place,
                     enum whose *whose)
{
    struct own own = {.count = 0};
    enum err err =
        git_tip(work, work->job->base.s, &place->has_base, &place->base);
    if (err == ERR_OK)
        err = git_tip(work, place->branch, &place->has_branch, &place->tip);
    if (err == ERR_OK && place->has_branch)
        err = look_at_commits(work, place, &own);
    if (err != ERR_OK)
        return err;
    return own.count > 0 ? look_at_branch(work, place, &own, whose)
                         : look_at_base(work, place, whose);
}

static void begin(const struct git_work *work, int n, struct git_place *place)
{
    struct buf name = BUF_INIT(GIT_NAME_LIMIT);
    *place = (struct git_place){.number = n};
    git_print_name(&name, work->job->branch, n);
    str_copy_to(place->branch, buf_str(&name));
    buf_clear(&name);
    git_print_name(&name, work->job->path, n);
    str_copy_to(place->path, buf_str(&name));
    str_copy_to(place->first_path, buf_str(&name));
    buf_release(&name);
}

enum err git_place_find(struct git_work *work, struct git_place *place)
{
    enum whose whose = WHOSE_OTHERS;
    enum err err = ERR_OK;
    *place = (struct git_place){0};
    for (int n = 1; err == ERR_OK && whose == WHOSE_OTHERS && n <= GIT_NAMES;
         n++) {
        git_place_release(place);
        begin(work, n, place);
        err = look(work, place, &whose);
    }
    if (err == ERR_OK && whose == WHOSE_OTHERS)
        err = git_fail(work->trouble, GIT_REASON_TAKEN,
                       "%s and the names after it are taken by other pages",
                       place->path);
    return err;
}
