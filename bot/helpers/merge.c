#include "bot/helpers/merge.h"

#include "bot/base/sha256.h"
#include "bot/base/utf8.h"

#include <assert.h>
#include <string.h>

#define PAGE_HEAD "<!-- opsroom:page sha256="

/* A line with its end; `text` without it and without blanks after it. */
struct line {
    struct str all, text;
    bool in_front; /* within front matter */
};

struct reader {
    struct str rest;
    bool at_first, in_front;
};

/* An editor's byte order mark stays on the page, and is no part of its first
 * line. */
static struct reader reader_of(struct str page)
{
    return (struct reader){.rest = page, .at_first = true};
}

static bool next_line(struct reader *reader, struct line *out)
{
    struct str page = reader->rest;
    if (page.n == 0)
        return false;
    const char *end = memchr(page.s, '\n', page.n);
    size_t n = end == NULL ? page.n : (size_t)(end - page.s) + 1;
    *out = (struct line){.all = {page.s, n}, .text = {page.s, n}};
    if (reader->at_first)
        out->text = utf8_without_mark(out->text);
    while (out->text.n > 0 &&
           strchr(" \t\r\n", out->text.s[out->text.n - 1]) != NULL)
        out->text.n--;
    if (str_is(out->text, "---"))
        reader->in_front = reader->at_first;
    reader->at_first = false;
    out->in_front = reader->in_front;
    reader->rest = str_from(page, n);
    return true;
}

/* ---- marks ---- */

enum mark { MARK_NONE, MARK_BEGIN, MARK_END };

static struct str take_word(struct str *rest)
{
    struct str word = STR_NONE;
    (void)str_cut(rest, ' ', &word);
    return word;
}

static bool is_name(struct str name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < name.n; i++)
        if (memchr(letters, name.s[i], sizeof letters - 1) == NULL)
            return false;
    return name.n > 0;
}

/* *hash is empty when the line has none. */
static enum mark read_mark(const struct line *line, struct str *name,
                           struct str *hash)
{
    struct str rest = line->text;
    const char *open = line->in_front ? "#" : "<!--";
    const char *close = line->in_front ? "" : "-->";
    if (!str_is(take_word(&rest), open))
        return MARK_NONE;
    struct str verb = take_word(&rest);
    enum mark mark = str_is(verb, "opsroom:begin") ? MARK_BEGIN
                     : str_is(verb, "opsroom:end") ? MARK_END
                                                   : MARK_NONE;
    *name = take_word(&rest);
    *hash = STR_NONE;
    struct str word = take_word(&rest);
    if (mark == MARK_BEGIN && str_starts(word, "sha256=")) {
        *hash = str_from(word, strlen("sha256="));
        word = take_word(&rest);
    }
    return is_name(*name) && str_is(word, close) && rest.n == 0 ? mark
                                                                : MARK_NONE;
}

/* ---- blocks ---- */

/* What stands before it, its lines, what is between them. */
struct block {
    struct str name, hash;
    struct str before, text, end; /* `end`: the line that ends it */
    bool in_front, is_crlf;
};

/* Takes the page up to and with its next block off *reader; false when there
 * is no more, and `before` is then the rest. A begin without its end, or an end
 * alone, is somebody's text. */
static bool next_block(struct reader *reader, struct block *out)
{
    const char *start = reader->rest.s, *text = NULL;
    struct line line;
    struct str name, hash;
    *out = (struct block){.before = reader->rest};
    while (next_line(reader, &line)) {
        enum mark mark = read_mark(&line, &name, &hash);
        if (mark == MARK_BEGIN) {
            *out = (struct block){
                .name = name,
                .hash = hash,
                .before = {start, (size_t)(line.text.s - start)},
                .in_front = line.in_front,
                .is_crlf = str_ends(line.all, "\r\n"),
            };
            text = line.all.s + line.all.n;
        } else if (mark == MARK_END && text != NULL &&
                   str_eq(name, out->name)) {
            out->text = (struct str){text, (size_t)(line.all.s - text)};
            out->end = line.all;
            return true;
        } else if (mark == MARK_END) {
            text = NULL;
        }
    }
    out->before = (struct str){
        start, start == NULL ? 0 : (size_t)(reader->rest.s - start)};
    out->name = STR_NONE;
    return false;
}

/* How many of `page` have its name and stand before it, which is in it. */
static int ordinal(struct str page, const struct block *block)
{
    struct reader reader = reader_of(page);
    struct block other;
    int n = 0;
    while (next_block(&reader, &other) && other.end.s != block->end.s)
        n += str_eq(other.name, block->name);
    return n;
}

/* Of several of one name, that with so many before it, or the last: a block
 * that people copied has the same text in each place. */
static bool find_block(struct str page, struct str name, int n,
                       struct block *out)
{
    struct reader reader = reader_of(page);
    struct block block;
    bool is_found = false;
    while (n >= 0 && next_block(&reader, &block)) {
        if (!str_eq(block.name, name))
            continue;
        *out = block;
        is_found = true;
        n--;
    }
    return is_found;
}

/* Line ends as `is_crlf` says, whatever carriage returns stood there. */
static void add_lines(struct buf *out, struct str text, bool is_crlf)
{
    struct str rest = text, line;
    while (rest.n > 0 && memchr(rest.s, '\n', rest.n) != NULL) {
        (void)str_cut(&rest, '\n', &line);
        while (str_ends(line, "\r"))
            line.n--;
        buf_add(out, line);
        buf_add_text(out, is_crlf ? "\r\n" : "\n");
    }
    buf_add(out, rest);
}

static void hash_of(struct str text, char out[static SHA256_HEX])
{
    struct buf plain = BUF_INIT(text.n + 1);
    add_lines(&plain, text, false);
    struct sha256 hash = sha256_of(buf_str(&plain));
    sha256_hex(&hash, out);
    buf_release(&plain);
}

static void add_block(struct buf *out, const struct block *at, struct str text,
                      const char *hash)
{
    struct buf line = BUF_INIT(1000);
    buf_addf(&line, "%s opsroom:begin %.*s sha256=%s%s\n",
             at->in_front ? "#" : "<!--", STR_ARG(at->name), hash,
             at->in_front ? "" : " -->");
    add_lines(out, buf_str(&line), at->is_crlf);
    add_lines(out, text, at->is_crlf);
    buf_add(out, at->end);
    buf_release(&line);
}

bool merge_has_blocks(struct str page)
{
    struct reader reader = reader_of(page);
    struct block block;
    return next_block(&reader, &block);
}

/* ---- a page without blocks ---- */

/* The page but for the line that says what was generated. */
static struct str page_hash(struct str page, struct buf *rest)
{
    struct reader reader = reader_of(page);
    struct line line;
    struct str hash = STR_NONE;
    while (next_line(&reader, &line)) {
        struct str text = line.text;
        if (str_starts(text, PAGE_HEAD) && str_ends(text, " -->")) {
            hash = str_from(text, strlen(PAGE_HEAD));
            hash.n -= strlen(" -->");
        } else {
            buf_add(rest, line.all);
        }
    }
    return hash;
}

static bool is_as_generated(struct str page)
{
    struct buf rest = BUF_INIT(page.n);
    char hash[SHA256_HEX];
    struct str said = page_hash(page, &rest);
    hash_of(buf_str(&rest), hash);
    buf_release(&rest);
    return str_is(said, hash);
}

static void stamp_page(struct str page, struct buf *out)
{
    struct buf rest = BUF_INIT(page.n + 1);
    char hash[SHA256_HEX];
    (void)page_hash(page, &rest);
    if (rest.n > 0 && rest.s[rest.n - 1] != '\n')
        buf_add_char(&rest, '\n');
    hash_of(buf_str(&rest), hash);
    buf_add(out, buf_str(&rest));
    buf_addf(out, PAGE_HEAD "%s -->\n", hash);
    buf_release(&rest);
}

static void stamp_blocks(struct str page, struct buf *out)
{
    struct reader reader = reader_of(page);
    struct block block;
    char hash[SHA256_HEX];
    while (next_block(&reader, &block)) {
        buf_add(out, block.before);
        hash_of(block.text, hash);
        add_block(out, &block, block.text, hash);
    }
    buf_add(out, block.before);
}

void merge_stamp(struct str page, struct buf *out)
{
    if (merge_has_blocks(page))
        stamp_blocks(page, out);
    else
        stamp_page(page, out);
}

/* ---- both ---- */

static void keep(struct buf *out, const struct block *block)
{
    const char *from = block->before.s + block->before.n;
    buf_add_bytes(out, from, (size_t)(block->end.s + block->end.n - from));
}

static void merge_block(const struct block *theirs, const struct block *ours,
                        merge_conflict_fn *tell, void *context, struct buf *out)
{
    char our_hash[SHA256_HEX], their_hash[SHA256_HEX];
    hash_of(ours->text, our_hash);
    hash_of(theirs->text, their_hash);
    if (str_is(theirs->hash, their_hash) || strcmp(our_hash, their_hash) == 0) {
        add_block(out, theirs, ours->text, our_hash);
        return;
    }
    keep(out, theirs);
    if (!str_is(theirs->hash, our_hash))
        tell(&(struct merge_conflict){theirs->name, ours->text, theirs->text},
             context);
}

static void merge_whole(struct str ours, struct str theirs,
                        merge_conflict_fn *tell, void *context, struct buf *out)
{
    struct buf stamped = BUF_INIT(ours.n + 1000);
    merge_stamp(ours, &stamped);
    if (is_as_generated(theirs)) {
        buf_add(out, buf_str(&stamped));
    } else {
        buf_add(out, theirs);
        struct buf ignored = BUF_INIT(0);
        struct str now = page_hash(buf_str(&stamped), &ignored);
        if (!str_eq(page_hash(theirs, &ignored), now))
            tell(&(struct merge_conflict){STR(MERGE_PAGE), ours, theirs},
                 context);
    }
    buf_release(&stamped);
}

static void merge_blocks(struct str ours, struct str theirs,
                         merge_conflict_fn *tell, void *context,
                         struct buf *out)
{
    struct reader reader = reader_of(theirs);
    struct block mine, block;
    while (next_block(&reader, &block)) {
        buf_add(out, block.before);
        if (find_block(ours, block.name, ordinal(theirs, &block), &mine))
            merge_block(&block, &mine, tell, context, out);
        else
            keep(out, &block);
    }
    buf_add(out, block.before);
    reader = reader_of(ours);
    while (next_block(&reader, &mine))
        if (mine.text.n > 0 &&
            !find_block(theirs, mine.name, ordinal(ours, &mine), &block))
            tell(&(struct merge_conflict){mine.name, mine.text, STR("")},
                 context);
}

void merge_pages(struct str ours, struct str theirs, merge_conflict_fn *tell,
                 void *context, struct buf *out)
{
    if (merge_has_blocks(ours) && !is_as_generated(theirs))
        merge_blocks(ours, theirs, tell, context, out);
    else
        merge_whole(ours, theirs, tell, context, out);
}
