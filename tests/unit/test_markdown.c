/*
 * User text in Discord messages: it must show as it was written, ping nobody
 * and format nothing.
 */
#include "bot/discord/message.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ZWSP "\xE2\x80\x8B"

struct sample {
    const char *text, *shown;
};

static void check(const struct sample *cases, size_t count,
                  void (*add)(struct buf *out, struct str text))
{
    for (size_t i = 0; i < count; i++) {
        struct buf out = BUF_INIT(10000);
        add(&out, str_of(cases[i].text));
        assert_string_equal(buf_text(&out), cases[i].shown);
        buf_release(&out);
    }
}
#define CHECK(cases, add) check(cases, sizeof cases / sizeof cases[0], add)

static void plain_text_stays(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"", ""},
        {"disk is full", "disk is full"},
        {"two\nlines", "two\nlines"},
        {"caf\xC3\xA9 \xF0\x9F\x94\xA5", "caf\xC3\xA9 \xF0\x9F\x94\xA5"},
        {"99.9% + 3 - 1 = x.", "99.9% + 3 - 1 = x."},
        {"#217", "\\#217"},
        {"@nova", "@nova"},
        {"nova@example.org", "nova@example.org"},
    };
    CHECK(cases, markdown_add);
}

static void words_of_ours_show_commands(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"no *code*", "no \\*code\\*"},
        {"use `/timeline add text:a_b` or `/resolve`",
         "use `/timeline add text:a_b` or `/resolve`"},
        {"`/resolve`", "`/resolve`"},
        {"*nova* used `/resolve`.", "\\*nova\\* used `/resolve`."},
        {"no``thing", "no``thing"},
        {"a ` alone", "a \\` alone"},
        {"at the end `", "at the end \\`"},
        {"`one` and ` alone *", "`one` and \\` alone \\*"},
        {"`a\x01z`", "`az`"},
    };
    CHECK(cases, markdown_add_words);
}

static void marks_are_escaped(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"**bold** _it_ __u__", "\\*\\*bold\\*\\* \\_it\\_ \\_\\_u\\_\\_"},
        {"~~no~~ ||hid||", "\\~\\~no\\~\\~ \\|\\|hid\\|\\|"},
        {"`code` ```x```", "\\`code\\` \\`\\`\\`x\\`\\`\\`"},
        {"a\\*b", "a\\\\\\*b"},
        {"C:\\x\\", "C:\\\\x\\\\"},
        {"<this file>", "\\<this file\\>"},
        {"[here](http://evil.test)", "\\[here\\]\\(<http://evil.test>\\)"},
        {"[x](<http://evil.test> \"t\")",
         "\\[x\\]\\(\\<<http://evil.test>\\> \"t\"\\)"},
    };
    CHECK(cases, markdown_add);
}

static void line_starts_are_escaped(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"# head\n## two\n-# sub", "\\# head\n\\#\\# two\n\\-\\# sub"},
        {"- a\n+ b\n* c", "\\- a\n\\+ b\n\\* c"},
        {"  - a", "  \\- a"},
        {"\t- a\n \t1. b", " \\- a\n  1\\. b"},
        {"1. a\n22. b\n3) c", "1\\. a\n22\\. b\n3\\) c"},
        {"1.5 GB", "1.5 GB"},
        {"1.\n2.", "1\\.\n2\\."},
        {"12:30 x", "12:30 x"},
        {"> q\n>>> q", "\\> q\n\\>\\>\\> q"},
        {"a - b\n\n- c", "a - b\n\n\\- c"},
        {"7", "7"},
        {"-", "\\-"},
        {"   ", "   "},
    };
    CHECK(cases, markdown_add);
}

static void mentions_are_inert(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"@everyone", "@" ZWSP "everyone"},
        {"@here!", "@" ZWSP "here!"},
        {"@Everyone @HERE", "@" ZWSP "Everyone @" ZWSP "HERE"},
        {"@@everyone", "@@" ZWSP "everyone"},
        {"a@here.test", "a@" ZWSP "here.test"},
        {"<@123>", "\\<" ZWSP "@123\\>"},
        {"<@!123> <@&5>", "\\<" ZWSP "@!123\\> \\<" ZWSP "@&5\\>"},
        {"<#9>", "\\<" ZWSP "\\#9\\>"},
        {"</resolve:7>", "\\<" ZWSP "/resolve:7\\>"},
        {"<t:0:R>", "\\<" ZWSP "t:0:R\\>"},
        {"<:x:1><a:x:1>", "\\<" ZWSP ":x:1\\>\\<" ZWSP "a:x:1\\>"},
        {"<id:guide>", "\\<" ZWSP "id:guide\\>"},
        {"<<@1>", "\\<\\<" ZWSP "@1\\>"},
        {"<@everyone>", "\\<" ZWSP "@" ZWSP "everyone\\>"},
    };
    CHECK(cases, markdown_add);
}

/* "@" of ours and a name of theirs. */
static void a_mention_in_two_pieces_is_inert(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(100);
    buf_add_char(&out, '@');
    markdown_add_line(&out, STR("everyone"));
    buf_add_text(&out, " @");
    markdown_add_line(&out, STR("nova"));
    assert_string_equal(buf_text(&out), "@" ZWSP "everyone @nova");
    buf_release(&out);
}

static void links_stay_links(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"see https://a.test/x_y_z", "see <https://a.test/x_y_z>"},
        {"https://a.test.", "<https://a.test>."},
        {"(https://a.test/x)", "\\(<https://a.test/x>\\)"},
        {"https://a.test/x_(y)", "<https://a.test/x_(y)>"},
        {"https://a.test/?a=1&b=*#c", "<https://a.test/?a=1&b=*#c>"},
        {"HTTP://A.test", "<HTTP://A.test>"},
        {"https://a.test/@nova", "<https://a.test/@nova>"},
        {"https://a.test/@here", "<https://a.test/%40here>"},
        {"<https://a.test>", "\\<<https://a.test>\\>"},
        {"https://a.test>x", "<https://a.test>\\>x"},
        {"https://a.test](x", "<https://a.test>\\]\\(x"},
        {"https://", "https://"},
        {"https://...", "https://..."},
        {"ftp://a_b_c.test", "ftp://a\\_b\\_c.test"},
        {"https://a.test https://b.test", "<https://a.test> <https://b.test>"},
        {"- https://a.test", "\\- <https://a.test>"},
        /* As browsers show them, and people type them. */
        {"https://a.test/K\u00F6ln_\u0141\u00F3d\u017A!",
         "<https://a.test/K\u00F6ln_\u0141\u00F3d\u017A>!"},
        {"https://a.test/A\u2013B_c", "<https://a.test/A\u2013B_c>"},
        {"\u201Chttps://a.test/x_y\u201D", "\u201C<https://a.test/x_y>\u201D"},
        {"https://a.test/x_y\u3092", "<https://a.test/x_y>\u3092"},
    };
    CHECK(cases, markdown_add);
}

static void invisible_tricks_are_left_out(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"a\x01\x1B[31mb", "a\\[31mb"},
        {"a\tb", "a b"},
        {"a\r\nb", "a\nb"},
        {"a\xE2\x80\xAE"
         "b",
         "ab"}, /* U+202E: right to left from here */
        {"a\xE2\x81\xA6"
         "b",
         "ab"}, /* U+2066 */
        {"a\xE2\x80\x8F"
         "b",
         "a\xE2\x80\x8F"
         "b"}, /* U+200F turns nothing but what stands beside it */
        {"a\x7F\xC2\x85"
         "b",
         "ab"}, /* DEL, U+0085 */
        {"a\xFF"
         "b",
         "a\xEF\xBF\xBD"
         "b"}, /* not UTF-8 */
        {"a\xE2\x80", "a\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    CHECK(cases, markdown_add);
}

/* What is left out leaves no gap to hide in. */
static void tricks_around_what_is_left_out(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"<\x01@1>", "\\<" ZWSP "@1\\>"},
        {"@\xE2\x80\xAE"
         "everyone",
         "@" ZWSP "everyone"},
        {"@every\x01one", "@" ZWSP "everyone"},
        {"\x01- a", "\\- a"},
        {"1\x01. a", "1\\. a"},
        {"ht\x01tps://a_b", "<https://a_b>"},
    };
    CHECK(cases, markdown_add);
    struct buf out = BUF_INIT(100);
    markdown_add_fence(&out, STR("``\x01`"), 10);
    assert_string_equal(buf_text(&out), "```\n``" ZWSP "`\n```");
    buf_release(&out);
}

static void one_line(void **state)
{
    (void)state;
    static const struct sample cases[] = {
        {"a\nb", "a b"},
        {"a\r\nb\n", "a b "},
        {"a\n- b", "a \\- b"},
        {"a\n@everyone", "a @" ZWSP "everyone"},
    };
    CHECK(cases, markdown_add_line);
}

static void fence_cannot_be_left(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t units;
        const char *shown;
    } cases[] = {
        {"log line", 100, "```\nlog line\n```"},
        {"*a* <b>\n# c", 100, "```\n*a* <b>\n# c\n```"},
        {"a```b", 100, "```\na``" ZWSP "`b\n```"},
        {"``````", 100, "```\n``" ZWSP "``" ZWSP "``\n```"},
        {"x``", 100, "```\nx``\n```"},
        {"abcdef", 3, "```\nabc\u2026\n```"},
        {"a\xF0\x9F\x94\xA5"
         "b",
         2, "```\na\u2026\n```"},
        {"a\x1B[0m\tb", 100, "```\na[0m\tb\n```"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(1000);
        markdown_add_fence(&out, str_of(cases[i].text), cases[i].units);
        assert_string_equal(buf_text(&out), cases[i].shown);
        buf_release(&out);
    }
}

static void timestamps(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(100);
    markdown_add_timestamp(&out, INT64_C(1670957580999), 'R');
    markdown_add_timestamp(&out, -1, 't');
    assert_string_equal(buf_text(&out), "<t:1670957580:R><t:-1:t>");
    buf_release(&out);
}

static void knows_a_fence(void **state)
{
    (void)state;
    assert_true(markdown_is_fence(STR("```")));
    assert_true(markdown_is_fence(STR(" ```sh ")));
    assert_false(markdown_is_fence(STR("``")));
    assert_false(markdown_is_fence(STR("```rm -rf``` was run")));
    assert_false(markdown_is_fence(STR("```ls```")));
    assert_true(markdown_is_fence(STR("```objective-c++")));
    assert_false(markdown_is_fence(STR("```数据库连接失败")));
    assert_false(markdown_is_fence(STR("```/etc/fstab")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(words_of_ours_show_commands),
        cmocka_unit_test(marks_are_escaped),
        cmocka_unit_test(line_starts_are_escaped),
        cmocka_unit_test(mentions_are_inert),
        cmocka_unit_test(a_mention_in_two_pieces_is_inert),
        cmocka_unit_test(links_stay_links),
        cmocka_unit_test(invisible_tricks_are_left_out),
        cmocka_unit_test(tricks_around_what_is_left_out),
        cmocka_unit_test(one_line),
        cmocka_unit_test(fence_cannot_be_left),
        cmocka_unit_test(timestamps),
        cmocka_unit_test(knows_a_fence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
