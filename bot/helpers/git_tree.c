#include "bot/helpers/git.h"

#include <git2/blob.h>
#include <git2/errors.h>
#include <git2/tree.h>

#define FOLDERS 32 /* in a path */

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

enum err git_put(struct git_work *work, struct git_file file, git_tree **tree)
{
    git_oid blob, root;
    git_tree *made = NULL;
    if (git_blob_create_from_buffer(&blob, work->repo, file.bytes.s,
                                    file.bytes.n) < 0 ||
        put(&root, work->repo, *tree, file.path, &blob, 0) < 0 ||
        git_tree_lookup(&made, work->repo, &root) < 0)
        return git_say(work->trouble, "writing the page");
    git_tree_free(*tree);
    *tree = made;
    return ERR_OK;
}

enum err git_find(struct git_work *work, const git_tree *tree, const char *path,
                  struct git_found *out)
{
    git_tree_entry *entry = NULL;
    *out = (struct git_found){0};
    if (tree == NULL)
        return ERR_OK;
    int rc = git_tree_entry_bypath(&entry, tree, path);
    if (rc == GIT_ENOTFOUND)
        return ERR_OK;
    enum err err = ERR_OK;
    out->is_there = true;
    if (rc < 0 ||
        (git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
         git_blob_lookup(&out->blob, work->repo, git_tree_entry_id(entry)) < 0))
        err = git_say(work->trouble, "reading the page");
    else if (out->blob != NULL)
        out->bytes = (struct str){git_blob_rawcontent(out->blob),
                                  (size_t)git_blob_rawsize(out->blob)};
    git_tree_entry_free(entry);
    return err;
}

void git_found_release(struct git_found *found)
{
    git_blob_free(found->blob);
    *found = (struct git_found){0};
}
