/*
 * A page that people edit and the record renders again. Pure: bytes in, bytes
 * out, nothing else is known.
 *
 * The template puts what it generates between two lines of their own, at the
 * beginning of the line:
 *
 *     <!-- opsroom:begin timeline -->
 *     - **18:53** ...
 *     <!-- opsroom:end timeline -->
 *
 * and within YAML front matter, whose comments are these:
 *
 *     # opsroom:begin title
 *     title: "..."
 *     # opsroom:end title
 *
 * Names are lower-case letters, digits, - and _. `opsroom render` prints the
 * lines like that; what is committed says in the first line, too, what was
 * generated, so that the next run sees whether a person changed it:
 *
 *     <!-- opsroom:begin timeline sha256=... -->
 *
 * Everything outside of blocks belongs to people once it is committed. A block
 * is on every page of its template, empty when there is nothing to say: one
 * that a person took out is not put back. Several of one name go with each
 * other in their order; a copy that people made has the text of the last.
 *
 * A template without blocks is one block as a whole, and its page says so in a
 * last line, opsroom:page.
 *
 * Only whole lines count, so what people typed cannot be taken for a mark: the
 * renderer escapes "<!--" in text, and indents what it fences.
 */
#ifndef BOT_HELPERS_MERGE_H
#define BOT_HELPERS_MERGE_H

#include "bot/base/buf.h"

#define MERGE_PAGE "page"

/* Both changed: the person's text stays on the page. */
struct merge_conflict {
    struct str block;  /* MERGE_PAGE: all of a page without blocks */
    struct str ours;   /* of the record, as it would be on the page */
    struct str theirs; /* of the page; empty: the block was taken out */
};
/* The texts are borrowed for the call. */
typedef void merge_conflict_fn(const struct merge_conflict *conflict,
                               void *context);

/* `page` as rendered, with what is to be committed: every block's hash. */
void merge_stamp(struct str page, struct buf *out);
/* Whether anything on it is a block. */
bool merge_has_blocks(struct str page);
/* `theirs`, as people left it, with each block of `ours` (as rendered) that
 * they did not touch. Line ends are theirs. The same again changes nothing. */
void merge_pages(struct str ours, struct str theirs, merge_conflict_fn *tell,
                 void *context, struct buf *out);

#endif
