#include "bot/base/buf.h"
#include "bot/helpers/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define B(name) "<!-- opsroom:begin " name " -->\n"
#define E(name) "<!-- opsroom:end " name " -->\n"

static void note_conflict(const struct merge_conflict *conflict, void *context)
{
    buf_addf(context, "%.*s: [%.*s] [%.*s]\n", STR_ARG(conflict->block),
             STR_ARG(conflict->ours), STR_ARG(conflict->theirs));
}

/* The page without hashes, which are not what a person reads. */
static void plain(struct buf *page)
{
    struct buf out = BUF_INIT(page->n + 1);
    for (const char *at = buf_text(page); *at != '\0'; at++) {
        if (strncmp(at, " sha256=", 8) == 0)
            at += 8 + 64;
        buf_add_char(&out, *at);
    }
    buf_release(page);
    *page = out;
}

/* `page` with the first `from` replaced by `to`. */
static void edit(struct buf *page, const char *from, const char *to)
{
    struct buf out = BUF_INIT(100000);
    const char *at = strstr(buf_text(page), from);
    if (at == NULL)
        fail_msg("%s\nhas no\n%s", buf_text(page), from);
    buf_add_bytes(&out, page->s, (size_t)(at - page->s));
    buf_add_text(&out, to);
    buf_add_text(&out, at + strlen(from));
    buf_release(page);
    *page = out;
}

static void merge(const char *ours, const struct buf *theirs, struct buf *out,
                  struct buf *conflicts)
{
    *out = BUF_INIT(100000);
    *conflicts = BUF_INIT(100000);
    merge_pages(str_of(ours), buf_str(theirs), note_conflict, conflicts, out);
}

static const char before[] = "# Slow\n" B("a") "one\n" E("a") "\nProse.\n" B(
    "b") "two\n" E("b") "<!-- opsroom: INC-1 -->\n";
static const char after[] = "# Slower\n" B("a") "1\n" E("a") "\nPROSE.\n" B(
    "b") "2\n" E("b") "<!-- opsroom: INC-1 -->\n";

static void stamps_what_it_generates(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(10000), again = BUF_INIT(10000);
    merge_stamp(STR("x\n" B("a") E("a") B("b") "two\n" E("b") "y"), &out);
    assert_string_equal(
        buf_text(&out),
        "x\n<!-- opsroom:begin a sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e"
        "4649b934ca495991b7852b855 -->\n" E(
            "a") "<!-- opsroom:begin b "
                 "sha256=27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea0"
                 "4922d88c01184a07300a5a -->\ntwo\n" E("b") "y");
    merge_stamp(buf_str(&out), &again);
    assert_string_equal(buf_text(&again), buf_text(&out));
    plain(&out);
    assert_string_equal(buf_text(&out),
                        "x\n" B("a") E("a") B("b") "two\n" E("b") "y");
    buf_release(&out);
    buf_release(&again);
}

static void keeps_what_people_did(void **state)
{
    (void)state;
    static const struct {
        const char *what, *from, *to; /* the person's edit */
        const char *page, *conflicts;
    } cases[] = {
        {"nothing", "Prose", "Prose",
         "# Slow\n" B("a") "1\n" E("a") "\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         ""},
        {"text between blocks", "Prose.", "Prose.\n\nA paragraph.",
         "# Slow\n" B("a") "1\n" E("a") "\nProse.\n\nA paragraph.\n" B(
             "b") "2\n" E("b") "<!-- opsroom: INC-1 -->\n",
         ""},
        {"a heading", "# Slow", "# Dead",
         "# Dead\n" B("a") "1\n" E("a") "\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         ""},
        {"a block's text", "one\n", "One.\n",
         "# Slow\n" B("a") "One.\n" E("a") "\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         "a: [1\n] [One.\n]\n"},
        {"a block's text, as the record has it now", "one\n", "1\n",
         "# Slow\n" B("a") "1\n" E("a") "\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         ""},
        {"emptied a block", "one\n", "",
         "# Slow\n" B("a") E("a") "\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         "a: [1\n] []\n"},
        {"an end mark is gone", E("a"), "",
         "# Slow\n" B("a") "one\n\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         "a: [1\n] []\n"},
        {"a begin mark is no line of its own", "\n<!-- opsroom:begin b",
         " <!-- opsroom:begin b",
         "# Slow\n" B("a") "1\n" E("a") "\nProse. " B("b") "two\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         "b: [2\n] []\n"},
        {"blanks after a mark", E("a"), "<!-- opsroom:end a --> \t\n",
         "# Slow\n" B("a") "1\n<!-- opsroom:end a --> \t\n\nProse.\n" B(
             "b") "2\n" E("b") "<!-- opsroom: INC-1 -->\n",
         ""},
        {"another block's end", E("a"), E("c"),
         "# Slow\n" B("a") "one\n" E("c") "\nProse.\n" B("b") "2\n" E(
             "b") "<!-- opsroom: INC-1 -->\n",
         "a: [1\n] []\n"},
        {"a block of their own", "Prose.\n", B("z") "mine\n" E("z"),
         "# Slow\n" B("a") "1\n" E("a") "\n" B("z") "mine\n" E("z")
             B("b") "2\n" E("b") "<!-- opsroom: INC-1 -->\n",
         ""},
        {"a name in capitals is no mark", "Prose.\n", B("A") "mine\n" E("A"),
         "# Slow\n" B("a") "1\n" E("a") "\n" B("A") "mine\n" E("A")
             B("b") "2\n" E("b") "<!-- opsroom: INC-1 -->\n",
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf page = BUF_INIT(100000), out, conflicts, again, told;
        merge_stamp(str_of(before), &page);
        edit(&page, cases[i].from, cases[i].to);
        merge(after, &page, &out, &conflicts);
        merge(after, &out, &again, &told);
        assert_string_equal(buf_text(&again), buf_text(&out));
        assert_string_equal(buf_text(&told), buf_text(&conflicts));
        plain(&out);
        if (strcmp(buf_text(&out), cases[i].page) != 0)
            fail_msg("%s:\n%s\nnot\n%s", cases[i].what, buf_text(&out),
                     cases[i].page);
        if (strcmp(buf_text(&conflicts), cases[i].conflicts) != 0)
            fail_msg("%s: %s, not %s", cases[i].what, buf_text(&conflicts),
                     cases[i].conflicts);
        buf_release(&page);
        buf_release(&out);
        buf_release(&conflicts);
        buf_release(&again);
        buf_release(&told);
    }
}

/* `theirs` is stamped, then merged with `ours`. */
/* They changed a block, and the record says what it said when they did. */
static void what_is_said_still_is_no_conflict(void **state)
{
    struct buf page = BUF_INIT(10000), out, conflicts;
    (void)state;
    merge_stamp(str_of(before), &page);
    edit(&page, "\none\n", "\nMine.\n");
    merge(before, &page, &out, &conflicts);
    assert_string_equal(buf_text(&out), buf_text(&page));
    assert_string_equal(buf_text(&conflicts), "");
    buf_release(&page);
    buf_release(&out);
    buf_release(&conflicts);
}

static void merges(const char *ours, const char *theirs, const char *page,
                   const char *conflicts)
{
    struct buf stamped = BUF_INIT(100000), out, told;
    merge_stamp(str_of(theirs), &stamped);
    merge(ours, &stamped, &out, &told);
    plain(&out);
    assert_string_equal(buf_text(&out), page);
    assert_string_equal(buf_text(&told), conflicts);
    buf_release(&stamped);
    buf_release(&out);
    buf_release(&told);
}

static void follows_blocks_that_moved(void **state)
{
    (void)state;
    merges(after, B("b") "two\n" E("b") "Mine.\n" B("a") "one\n" E("a"),
           B("b") "2\n" E("b") "Mine.\n" B("a") "1\n" E("a"), "");
    merges(after,
           B("b") "two\n" E("b") B("a") "one\n" E("a") B("b") "two\n" E("b"),
           B("b") "2\n" E("b") B("a") "1\n" E("a") B("b") "2\n" E("b"), "");
    merges(after, "Mine.\n" B("a") "one\n" E("a"),
           "Mine.\n" B("a") "1\n" E("a"), "b: [2\n] []\n");
    merges(B("a") E("a") B("b") "2\n" E("b"), B("b") "two\n" E("b"),
           B("b") "2\n" E("b"), "");
    merges(after, B("z") E("z"), B("z") E("z"), "a: [1\n] []\nb: [2\n] []\n");
    merges(B("b") "2\n" E("b"), before,
           "# Slow\n" B("a") "one\n" E("a") "\nProse.\n" B("b") "2\n" E(
               "b") "<!-- opsroom: INC-1 -->\n",
           "");
}

static void blocks_do_not_nest(void **state)
{
    (void)state;
    merges(after, B("a") "x\n" B("b") "two\n" E("b") E("a"),
           B("a") "x\n" B("b") "2\n" E("b") E("a"), "a: [1\n] []\n");
    merges(after, E("a") B("a") "one\n" E("a") E("a") B("b"),
           E("a") B("a") "1\n" E("a") E("a") B("b"), "b: [2\n] []\n");
}

static void keeps_line_ends(void **state)
{
    (void)state;
    struct buf page = BUF_INIT(100000), dos = BUF_INIT(100000), out, told;
    merge_stamp(str_of(before), &page);
    for (size_t i = 0; i < page.n; i++) {
        if (page.s[i] == '\n')
            buf_add_char(&dos, '\r');
        buf_add_char(&dos, page.s[i]);
    }
    merge(after, &dos, &out, &told);
    assert_string_equal(buf_text(&told), "");
    for (size_t i = 0; i < out.n; i++)
        assert_true(out.s[i] != '\n' || out.s[i - 1] == '\r');
    plain(&out);
    assert_non_null(strstr(buf_text(&out), "-->\r\n1\r\n<!--"));
    assert_non_null(strstr(buf_text(&out), "-->\r\n2\r\n<!--"));
    buf_release(&page);
    buf_release(&dos);
    buf_release(&out);
    buf_release(&told);
}

static void front_matter_has_its_own_comments(void **state)
{
    (void)state;
    merges("---\n# opsroom:begin t\ntitle: b\n# opsroom:end t\n---\n"
           "# opsroom:begin t\nx\n# opsroom:end t\n",
           "---\ndraft: true\n# opsroom:begin t\ntitle: a\n# opsroom:end t\n"
           "---\n# opsroom:begin t\nnot one\n# opsroom:end t\n",
           "---\ndraft: true\n# opsroom:begin t\ntitle: b\n# opsroom:end t\n"
           "---\n# opsroom:begin t\nnot one\n# opsroom:end t\n",
           "");
    /* Windows puts a byte order mark before it. */
    merges("---\n# opsroom:begin t\ntitle: b\n# opsroom:end t\n---\n",
           "\xEF\xBB\xBF---\n# opsroom:begin t\ntitle: a\n"
           "# opsroom:end t\n---\nMine.\n",
           "\xEF\xBB\xBF---\n# opsroom:begin t\ntitle: b\n"
           "# opsroom:end t\n---\nMine.\n",
           "");
    merges(B("a") "1\n" E("a"), "\xEF\xBB\xBF" B("a") "one\n" E("a"),
           "\xEF\xBB\xBF" B("a") "1\n" E("a"), "");
    assert_false(merge_has_blocks(STR("# opsroom:begin t\n# opsroom:end t\n")));
    assert_false(merge_has_blocks(STR("\n---\n# opsroom:begin t\n"
                                      "# opsroom:end t\n---\n")));
    assert_true(
        merge_has_blocks(STR("---\n# opsroom:begin t\n# opsroom:end t\n---")));
    assert_true(merge_has_blocks(str_of(before)));
    assert_false(merge_has_blocks(STR("")));
}

static void a_page_without_blocks_is_one(void **state)
{
    (void)state;
    struct buf page = BUF_INIT(10000), out, told;
    merge_stamp(STR("# Slow\n\nOne.\n"), &page);
    assert_non_null(strstr(buf_text(&page), "One.\n<!-- opsroom:page sha256="));
    merge("# Slower\n", &page, &out, &told);
    assert_string_equal(buf_text(&told), "");
    plain(&out);
    assert_string_equal(buf_text(&out), "# Slower\n<!-- opsroom:page -->\n");
    buf_release(&out);
    /* The team's template has blocks now. */
    merge(before, &page, &out, &told);
    assert_string_equal(buf_text(&told), "");
    plain(&out);
    assert_string_equal(buf_text(&out), before);
    buf_release(&out);
    edit(&page, "One.", "Two.");
    merge("# Slow\n\nOne.\n", &page, &out, &told);
    assert_string_equal(buf_text(&told), "");
    assert_string_equal(buf_text(&out), buf_text(&page));
    buf_release(&out);
    merge("# Slow\n\nThree.\n", &page, &out, &told);
    assert_string_equal(buf_text(&out), buf_text(&page));
    assert_non_null(strstr(buf_text(&told), "page: [# Slow\n\nThree.\n] [# "
                                            "Slow\n\nTwo.\n<!-- "));
    buf_release(&page);
    buf_release(&out);
    buf_release(&told);
}

static void text_cannot_forge_a_mark(void **state)
{
    (void)state;
    static const char *const lines[] = {
        " <!-- opsroom:begin a -->",       "\\<!-- opsroom:begin a -->",
        "- <!-- opsroom:begin a -->",      "<!-- opsroom:begin a --> x",
        "<!-- opsroom:begin  -->",         "<!-- opsroom:begin a b -->",
        "<!--opsroom:begin a-->",          "<!-- opsroom:begin a",
        "<!-- opsroom:begin \xC3\xA9 -->",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct buf page = BUF_INIT(1000);
        buf_addf(&page, "%s\nx\n" E("a"), lines[i]);
        assert_false(merge_has_blocks(buf_str(&page)));
        buf_release(&page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_what_it_generates),
        cmocka_unit_test(keeps_what_people_did),
        cmocka_unit_test(what_is_said_still_is_no_conflict),
        cmocka_unit_test(follows_blocks_that_moved),
        cmocka_unit_test(blocks_do_not_nest),
        cmocka_unit_test(keeps_line_ends),
        cmocka_unit_test(front_matter_has_its_own_comments),
        cmocka_unit_test(a_page_without_blocks_is_one),
        cmocka_unit_test(text_cannot_forge_a_mark),
    };
    return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
