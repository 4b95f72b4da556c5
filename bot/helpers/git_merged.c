#include "bot/helpers/git.h"

#include <git2/commit.h>
#include <git2/errors.h>
#include <git2/graph.h>
#include <git2/tree.h>

/* How far back: a base branch may be long, and a merge that old is known. */
#define COMMITS 2000

static enum err parent_of(struct git_work *work, const git_oid *commit,
                          bool *has, git_oid *out)
{
    git_commit *found = NULL;
    if (git_commit_lookup(&found, work->repo, commit) < 0)
        return git_say(work->trouble, "reading the base branch");
    *has = git_commit_parentcount(found) > 0;
    if (*has)
        *out = *git_commit_parent_id(found, 0);
    git_commit_free(found);
    return ERR_OK;
}

/* *has is false when there is nothing. */
static enum err entry_of(struct git_work *work, const git_oid *commit,
                         const char *path, bool *has, git_oid *out)
{
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    enum err err = git_tree_of(work, commit, &tree);
    *has = err == ERR_OK && git_tree_entry_bypath(&entry, tree, path) == 0;
    if (*has)
        *out = *git_tree_entry_id(entry);
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return err;
}

enum err git_merged_file(struct git_work *work, const git_oid *base,
                         const char *path, git_oid *out)
{
    git_oid at = *base, now, then;
    bool has;
    enum err err = entry_of(work, base, path, &has, &now);
    *out = *base;
    for (int n = 0; err == ERR_OK && has && n < COMMITS; n++) {
        *out = at;
        err = parent_of(work, out, &has, &at);
        if (err == ERR_OK && has)
            err = entry_of(work, &at, path, &has, &then);
        has = has && git_oid_equal(&then, &now);
    }
    return err;
}

enum err git_merged_tip(struct git_work *work, const git_oid *base,
                        const git_oid *tip, git_oid *out)
{
    git_oid at = *base;
    bool has = true;
    enum err err = ERR_OK;
    *out = *base;
    for (int n = 0; err == ERR_OK && has && n < COMMITS; n++) {
        bool is_it = git_oid_equal(&at, tip);
        int holds = is_it ? 1 : git_graph_descendant_of(work->repo, &at, tip);
        if (holds < 0)
            return git_say(work->trouble, "reading the base branch");
        if (holds == 0)
            return ERR_OK;
        *out = at;
        if (is_it)
            return ERR_OK;
        err = parent_of(work, out, &has, &at);
    }
    return err;
}
