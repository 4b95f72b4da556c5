#include "bot/helpers/git.h"

#include "bot/base/utf8.h"
#include "bot/helpers/merge.h"

/* Not <git2.h>: a member of its index.h is called ctime, which is poisoned. */
#include <git2/buffer.h>
#include <git2/commit.h>
#include <git2/signature.h>
#include <git2/tree.h>

#include <string.h>

#define PAGE_LIMIT (32u << 20)

/* ---- the page ---- */

#define COPY_CUT(array, text) copy_cut((array), sizeof(array), (text))

static void copy_cut(char *to, size_t bytes, struct str text)
{
    size_t room = bytes - sizeof "…";
    bool is_cut = text.n > room;
    if (is_cut)
        text.n = utf8_cut_bytes(text, room);
    str_copy(to, bytes, text);
    if (is_cut)
        (void)snprintf(to + text.n, bytes - text.n, "…");
}

static void note_conflict(const struct merge_conflict *conflict, void *context)
{
    struct git_done *done = context;
    if (done->conflict_count == GIT_CONFLICTS)
        return;
    struct git_conflict *to = &done->conflicts[done->conflict_count++];
    COPY_CUT(to->block, conflict->block);
    COPY_CUT(to->ours, conflict->ours);
    COPY_CUT(to->theirs, conflict->theirs);
}

static bool has_mark(struct str page, struct str mark)
{
    struct str line;
    while (str_cut(&page, '\n', &line))
        if (str_eq(str_trim(line), mark))
            return true;
    return false;
}

static void make_page(struct git_work *work, const struct git_place *place,
                      struct buf *out)
{
    const struct git_job *job = work->job;
    work->done->conflict_count = 0;
    if (place->page.blob == NULL) {
        merge_stamp(job->content, out);
        return;
    }
    merge_pages(job->content, place->page.bytes, note_conflict, work->done,
                out);
    /* Without it the page would be a stranger's, once it is merged. */
    if (!has_mark(buf_str(out), job->mark))
        buf_addf(out, "\n%.*s\n", STR_ARG(job->mark));
}

/* ---- the tree ---- */

static struct str folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return (struct str){path, slash == NULL ? 0 : (size_t)(slash - path) + 1};
}

/* A file that lies beside the page goes where the page went. */
static void print_beside(const struct git_place *place, struct str pattern,
                         struct buf *out)
{
    struct buf path = BUF_INIT(GIT_NAME_LIMIT);
    struct str was = folder_of(place->first_path);
    git_print_name(&path, pattern, place->number);
    struct str rest = buf_str(&path);
    if (was.n > 0 && rest.n > was.n && memcmp(rest.s, was.s, was.n) == 0) {
        buf_add(out, folder_of(place->path));
        rest = str_from(rest, was.n);
    }
    buf_add(out, rest);
    buf_release(&path);
}

static enum err put_if_new(struct git_work *work, struct git_file file,
                           git_tree **tree, bool *is_new)
{
    struct git_found there = {0};
    enum err err = git_find(work, *tree, file.path.s, &there);
    bool is_same =
        err == ERR_OK && there.blob != NULL && str_eq(there.bytes, file.bytes);
    git_found_release(&there);
    if (err != ERR_OK || is_same)
        return err;
    *is_new = true;
    return git_put(work, file, tree);
}

/* *is_new is false when all of it is there. */
static enum err make_tree(struct git_work *work, const struct git_place *place,
                          git_tree **out, bool *is_new)
{
    const struct git_job *job = work->job;
    struct buf page = BUF_INIT(PAGE_LIMIT), path = BUF_INIT(GIT_NAME_LIMIT);
    enum err err = ERR_OK;
    *is_new = false;
    make_page(work, place, &page);
    if (page.overflow)
        err = git_fail(work->trouble, GIT_REASON_JOB, "the page is too long");
    if (err == ERR_OK && place->tree != NULL &&
        git_tree_dup(out, place->tree) < 0)
        err = git_say(work->trouble, "writing the page");
    if (err == ERR_OK)
        err = put_if_new(work,
                         (struct git_file){str_of(place->path), buf_str(&page)},
                         out, is_new);
    for (size_t i = 0; i < job->file_count && err == ERR_OK; i++) {
        buf_clear(&path);
        print_beside(place, job->files[i].path, &path);
        err = put_if_new(work,
                         (struct git_file){buf_str(&path), job->files[i].bytes},
                         out, is_new);
    }
    buf_release(&page);
    buf_release(&path);
    return err;
}

/* ---- the commit ---- */

/* No line end, and nothing that ends an address. */
static void add_plain(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];
        buf_add_char(out, c < ' ' || c == '<' || c == '>' ? ' ' : text.s[i]);
    }
}

static void print_message(const struct git_job *job, struct buf *out)
{
    buf_addf(out, "%.*s\n\n" GIT_TRAILER "%.*s\n",
             STR_ARG(str_trim(job->message)), STR_ARG(git_incident(job)));
    for (size_t i = 0; i < job->coauthor_count; i++) {
        buf_add_text(out, "Co-authored-by: ");
        add_plain(out, job->coauthors[i].name);
        buf_add_text(out, " <");
        add_plain(out, job->coauthors[i].email);
        buf_add_text(out, ">\n");
    }
}

struct parts {
    git_signature *author;
    git_tree *tree;
    git_commit *parents[2];
    const git_commit *const_parents[2];
    struct buf message;
};

static enum err write_signed(struct git_work *work,
                             const struct git_place *place, struct parts *parts,
                             git_oid *out)
{
    git_buf bytes = {0};
    struct buf signature = BUF_INIT(16384);
    enum err err = ERR_OK;
    if (git_commit_create_buffer(&bytes, work->repo, parts->author,
                                 parts->author, NULL, buf_text(&parts->message),
                                 parts->tree, place->parent_count,
                                 parts->const_parents) < 0)
        err = git_say(work->trouble, "writing the commit");
    if (err == ERR_OK)
        err = git_sign(work, (struct str){bytes.ptr, bytes.size}, &signature);
    if (err == ERR_OK &&
        git_commit_create_with_signature(out, work->repo, bytes.ptr,
                                         buf_text(&signature), "gpgsig") < 0)
        err = git_say(work->trouble, "writing the commit");
    git_buf_dispose(&bytes);
    buf_release(&signature);
    return err;
}

static enum err write_commit(struct git_work *work,
                             const struct git_place *place, struct parts *parts,
                             git_oid *out)
{
    const struct git_job *job = work->job;
    print_message(job, &parts->message);
    if (git_signature_new(&parts->author, job->author_name.s,
                          job->author_email.s, job->time_s, 0) < 0)
        return git_say(work->trouble, "writing the commit");
    for (size_t i = 0; i < place->parent_count; i++) {
        if (git_commit_lookup(&parts->parents[i], work->repo,
                              &place->parents[i]) < 0)
            return git_say(work->trouble, "writing the commit");
        parts->const_parents[i] = parts->parents[i];
    }
    if (job->signing_key.n > 0)
        return write_signed(work, place, parts, out);
    if (git_commit_create(out, work->repo, NULL, parts->author, parts->author,
                          NULL, buf_text(&parts->message), parts->tree,
                          place->parent_count, parts->const_parents) < 0)
        return git_say(work->trouble, "writing the commit");
    return ERR_OK;
}

enum err git_commit_page(struct git_work *work, const struct git_place *place,
                         git_oid *commit)
{
    struct parts parts = {.message = BUF_INIT(1u << 20)};
    bool is_new;
    enum err err = make_tree(work, place, &parts.tree, &is_new);
    work->done->unchanged = !is_new;
    if (err == ERR_OK && is_new)
        err = write_commit(work, place, &parts, commit);
    else if (err == ERR_OK)
        *commit = place->has_branch ? place->tip : place->base;
    git_signature_free(parts.author);
    git_tree_free(parts.tree);
    for (size_t i = 0; i < 2; i++)
        git_commit_free(parts.parents[i]);
    buf_release(&parts.message);
    return err;
}
