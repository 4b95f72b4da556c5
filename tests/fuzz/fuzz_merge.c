/*
 * Any bytes as a page and what people made of it: what is outside of blocks
 * stays theirs byte for byte, the same again changes nothing, and a page that
 * nobody touched becomes ours.
 */
#include "bot/helpers/merge.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#define PAGE_BYTES ((size_t)1 << 20)
#define BETWEEN    "\n=====\n" /* ours, then theirs */

static void hear(const struct merge_conflict *conflict, void *context)
{
    int *count = context;
    assert(conflict->block.n > 0);
    (*count)++;
}

static int merge(struct str ours, struct str theirs, struct buf *out)
{
    int conflicts = 0;
    merge_pages(ours, theirs, hear, &conflicts, out);
    assert(!out->overflow);
    return conflicts;
}

/* A page that was committed and left alone: no conflict, and it becomes what is
 * rendered now. */
static void check_untouched(struct str ours)
{
    struct buf stamped = BUF_INIT(PAGE_BYTES), out = BUF_INIT(PAGE_BYTES);
    struct buf again = BUF_INIT(PAGE_BYTES);
    merge_stamp(ours, &stamped);
    merge_stamp(buf_str(&stamped), &again);
    if (merge_has_blocks(ours))
        assert(str_eq(buf_str(&stamped), buf_str(&again)));
    int conflicts = merge(ours, buf_str(&stamped), &out);
    assert(conflicts == 0 && str_eq(buf_str(&out), buf_str(&stamped)));
    buf_release(&stamped);
    buf_release(&out);
    buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str ours = {(const char *)data, size}, theirs = {"", 0};
    const char *between =
        size == 0 ? NULL : memmem(ours.s, ours.n, BETWEEN, strlen(BETWEEN));
    if (between != NULL) {
        ours.n = (size_t)(between - ours.s) + 1;
        theirs = str_from((struct str){(const char *)data, size},
                          ours.n + strlen(BETWEEN) - 1);
    }
    struct buf once = BUF_INIT(PAGE_BYTES), twice = BUF_INIT(PAGE_BYTES);
    int first = merge(ours, theirs, &once);
    int second = merge(ours, buf_str(&once), &twice);
    assert(str_eq(buf_str(&once), buf_str(&twice)));
    assert(second <= first);
    check_untouched(ours);
    buf_release(&once);
    buf_release(&twice);
    return 0;
}
