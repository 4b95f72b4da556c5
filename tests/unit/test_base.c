/*
 * The ground: text, bytes, code points, the calendar, the log's lines.
 */
#include "bot/base/buf.h"
#include "bot/base/civil.h"
#include "bot/base/err.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "bot/base/utf8.h"
#include "tests/lib/captured.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <unistd.h>

/* ---- str ---- */

static void compares_text(void **state)
{
    (void)state;
    assert_true(str_eq(STR(""), STR_NONE));
    assert_true(str_is(STR("abc"), "abc"));
    assert_false(str_is(STR("abc"), "abcd"));
    assert_false(str_is(STR("abcd"), "abc"));
    assert_true(str_is_nocase(STR("Dec"), "dEC"));
    assert_false(str_is_nocase(STR("\xC3\x84"), "\xC3\xA4")); /* only ASCII */
    assert_true(str_starts(STR("https://x"), "https://"));
    assert_false(str_starts(STR("http"), "https"));
    assert_true(str_ends(STR("a.md"), ".md"));
    assert_false(str_ends(STR("d"), ".md"));
    assert_true(str_of(NULL).s == NULL);
}

static void cuts_text(void **state)
{
    (void)state;
    struct str piece, rest = STR("a,,b");
    assert_true(str_is(str_trim(STR(" \t\r\n a b \n")), "a b"));
    assert_int_equal(str_trim(STR("  ")).n, 0);
    struct str text = STR("a key, a KEY");
    assert_ptr_equal(str_find(text, STR("KEY")), text.s + 9);
    assert_null(str_find(text, STR("keys")));
    assert_true(str_has(text, STR("a KEY")));
    assert_false(str_has(STR_NONE, STR("a")));
    assert_true(str_is(str_from(STR("abc"), 1), "bc"));
    assert_int_equal(str_from(STR("abc"), 9).n, 0);
    assert_true(str_cut(&rest, ',', &piece) && str_is(piece, "a"));
    assert_true(str_cut(&rest, ',', &piece) && str_is(piece, ""));
    assert_true(str_cut(&rest, ',', &piece) && str_is(piece, "b"));
    assert_false(str_cut(&rest, ',', &piece));
}

static void reads_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "0x1",
                                      "18446744073709551616",
                                      "99999999999999999999"};
    uint64_t n = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_to_u64(str_of(bad[i]), &n));
    assert_int_equal(n, 42);
    assert_true(str_to_u64(STR("18446744073709551615"), &n));
    assert_true(n == UINT64_MAX);
    assert_true(str_to_u64(STR("007"), &n) && n == 7);
}

static void copies_whole_code_points(void **state)
{
    (void)state;
    char to[6];
    str_copy_to(to, STR("abcde"));
    assert_string_equal(to, "abcde");
    str_copy_to(to, STR("abcdef"));
    assert_string_equal(to, "abcde");
    str_copy_to(to, STR("abcd\xC3\xA9"));
    assert_string_equal(to, "abcd");
    str_copy_to(to, STR("ab\xF0\x9F\x94\xA5"));
    assert_string_equal(to, "ab");
    str_copy_to(to, STR_NONE);
    assert_string_equal(to, "");
}

/* ---- buf ---- */

static void a_buf_keeps_its_limit(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(5);
    assert_string_equal(buf_text(&buf), "");
    buf_add_text(&buf, "abc");
    buf_add_text(&buf, "defg"); /* dropped whole */
    assert_string_equal(buf_text(&buf), "abc");
    assert_true(buf.overflow);
    buf_addf(&buf, "%d", 12);
    assert_string_equal(buf_text(&buf), "abc12");
    buf_add_char(&buf, '3');
    assert_int_equal(buf.n, 5);
    buf_clear(&buf);
    assert_false(buf.overflow);
    assert_string_equal(buf_text(&buf), "");
    assert_false(buf_reserve(&buf, SIZE_MAX));
    buf_release(&buf);
    buf_release(&buf);
    assert_int_equal(buf.limit, 5);
}

static void a_buf_grows_and_formats(void **state)
{
    (void)state;
    struct buf buf = BUF_INIT(100000);
    char wide[1000];
    memset(wide, 'x', sizeof wide);
    wide[sizeof wide - 1] = '\0';
    for (int i = 0; i < 50; i++)
        buf_addf(&buf, "%s|", wide); /* longer than its small buffer */
    assert_int_equal(buf.n, 50 * sizeof wide);
    assert_false(buf.overflow);
    buf_cut(&buf, 3);
    buf_add_hex(&buf, "\x00\xAF", 2);
    buf_add(&buf, STR_NONE);
    assert_string_equal(buf_text(&buf), "xxx00af");
    assert_true(str_is(buf_str(&buf), "xxx00af"));
    char *text = buf_detach(&buf);
    assert_string_equal(text, "xxx00af");
    assert_int_equal(buf.n, 0);
    free(text);
    text = buf_detach(&buf);
    assert_string_equal(text, "");
    free(text);
}

static void a_buf_may_live_in_an_array(void **state)
{
    (void)state;
    char array[8] = "";
    struct buf buf = BUF_IN(array);
    buf_add_text(&buf, "1234567");
    buf_add_text(&buf, "8");
    assert_string_equal(array, "1234567");
    assert_true(buf.overflow && buf.s == array);
}

/* ---- UTF-8 ---- */

static void knows_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid, printable;
        size_t units;
    } cases[] = {
        {"abc", true, true, 3},
        {"a\tb\nc", true, true, 5},
        {"\xC3\xA9", true, true, 1},
        {"\xE2\x82\xAC", true, true, 1},
        {"\xF0\x9F\x94\xA5", true, true, 2},
        {"\xF4\x8F\xBF\xBF", true, true, 2},
        {"\xF4\x90\x80\x80", false, false, 4}, /* above U+10FFFF */
        {"\xC0\x80", false, false, 2},         /* overlong */
        {"\xE0\x80\xAF", false, false, 3},     /* overlong */
        {"\xED\xA0\x80", false, false, 3},     /* a surrogate */
        {"\xC3", false, false, 1},             /* cut off */
        {"\x80", false, false, 1},
        {"a\x07", true, false, 2},
        {"a\r", true, false, 2},
        {"\xC2\x85", true, false, 1},     /* a C1 control */
        {"\xE2\x80\xAE", true, false, 1}, /* turns the direction */
        {"\xE2\x81\xA6", true, false, 1},
        {"\xE2\x80\x8E", true, true, 1}, /* stands beside a word of Arabic */
        {"\xE2\x80\x8F", true, true, 1},
        {"\xD8\x9C", true, true, 1},
    };
    size_t where = 99;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str text = str_of(cases[i].text);
        assert_int_equal(utf8_valid(text), cases[i].valid);
        assert_int_equal(utf8_printable(text, NULL), cases[i].printable);
        assert_int_equal(utf16_units(text), cases[i].units);
    }
    assert_false(utf8_printable(STR("ab\x01"), &where));
    assert_int_equal(where, 2);
    assert_false(utf8_printable((struct str){"a\0b", 3}, NULL));
}

static void cuts_between_code_points(void **state)
{
    (void)state;
    struct str text = STR("a\xF0\x9F\x94\xA5z");
    static const size_t by_bytes[] = {0, 1, 1, 1, 1, 5, 6, 6};
    static const size_t by_units[] = {0, 1, 1, 5, 6, 6};
    for (size_t i = 0; i < sizeof by_bytes / sizeof *by_bytes; i++)
        assert_int_equal(utf8_cut_bytes(text, i), by_bytes[i]);
    for (size_t i = 0; i < sizeof by_units / sizeof *by_units; i++)
        assert_int_equal(utf8_cut_units(text, i), by_units[i]);
}

/* ---- the calendar ---- */

static void knows_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        struct civil civil;
        const char *iso;
    } cases[] = {
        {0, {1970, 1, 1, 0, 0, 0, 0}, "1970-01-01T00:00:00.000Z"},
        {-1, {1969, 12, 31, 23, 59, 59, 0}, "1969-12-31T23:59:59.000Z"},
        {951782400, {2000, 2, 29, 0, 0, 0, 0}, "2000-02-29T00:00:00.000Z"},
        {1670957580, {2022, 12, 13, 18, 53, 0, 0}, "2022-12-13T18:53:00.000Z"},
        {1709251199, {2024, 2, 29, 23, 59, 59, 0}, "2024-02-29T23:59:59.000Z"},
        {4107542400, {2100, 3, 1, 0, 0, 0, 0}, "2100-03-01T00:00:00.000Z"},
    };
    char text[CIVIL_ISO_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = cases[i].seconds * MS_PER_SECOND;
        struct civil civil = civil_of(ms);
        assert_memory_equal(&civil, &cases[i].civil, sizeof civil);
        assert_int_equal(civil_to_ms(cases[i].civil), ms);
        civil_iso(ms, text);
        assert_string_equal(text, cases[i].iso);
        civil_date(ms, text);
        assert_memory_equal(text, cases[i].iso, 10);
    }
    assert_int_equal(civil_day_start(-1), -MS_PER_DAY);
    assert_int_equal(civil_to_ms((struct civil){2022, 12, 31, 24, 0, 0, 0}),
                     civil_to_ms((struct civil){2023, 1, 1, 0, 0, 0, 0}));
}

static void days_follow_each_other(void **state)
{
    (void)state;
    int64_t day = civil_to_ms((struct civil){1970, 1, 1, 0, 0, 0, 0});
    for (int year = 1970; year < 2110; year++)
        for (int month = 1; month <= 12; month++)
            for (int d = 1; d <= civil_days_in_month(year, month); d++) {
                assert_int_equal(
                    civil_to_ms((struct civil){year, month, d, 0, 0, 0, 0}),
                    day);
                assert_int_equal(civil_of(day + 5).day, d);
                day += MS_PER_DAY;
            }
}

static void knows_which_dates_exist(void **state)
{
    (void)state;
    assert_true(civil_date_valid(2024, 2, 29));
    assert_false(civil_date_valid(2023, 2, 29));
    assert_false(civil_date_valid(2100, 2, 29));
    assert_true(civil_date_valid(2000, 2, 29));
    assert_false(civil_date_valid(2022, 13, 1));
    assert_false(civil_date_valid(2022, 0, 1));
    assert_false(civil_date_valid(2022, 4, 31));
    assert_false(civil_date_valid(2022, 4, 0));
    assert_false(civil_date_valid(1969, 1, 1));
}

/* ---- the log ---- */

/* The part after the time, which every line begins with. */
static const char *after_time(const char *line)
{
    assert_memory_equal(line, "time=2", 6);
    const char *blank = strchr(line, ' ');
    assert_non_null(blank);
    return blank + 1;
}

static void a_log_line_is_one_line(void **state)
{
    (void)state;
    char line[12000];
    capture_begin();
    log_info("said", LOG_STR("plain", STR("a/b:c")), LOG_TEXT("none", NULL),
             LOG_TEXT("words", "two words"), LOG_TEXT("sign", "a=b"),
             LOG_TEXT("bad", "q\"b\\n\n\x01\x7F"), LOG_INT("n", -5),
             LOG_ID("id", UINT64_MAX));
    capture_end(line, sizeof line);
    assert_string_equal(after_time(line),
                        "level=info event=said plain=a/b:c none=\"\" "
                        "words=\"two words\" sign=\"a=b\" "
                        "bad=\"q\\\"b\\\\n\\n\\x01\\x7f\" n=-5 "
                        "id=18446744073709551615\n");
}

static void a_log_hides_secrets(void **state)
{
    (void)state;
    char line[12000];
    log_hide("short"); /* too short to hide: it would blot out words */
    log_hide("MTIz.token.abcdef");
    log_hide("MTIz.token.abcdef");
    log_hide("a secret with blanks");
    capture_begin();
    log_warn("x", LOG_TEXT("a", "Bot MTIz.token.abcdef!MTIz.token.abcdef"),
             LOG_TEXT("b", "short"), LOG_TEXT("c", "a secret with blanks"));
    capture_end(line, sizeof line);
    assert_string_equal(
        after_time(line),
        "level=warn event=x a=\"Bot ***!***\" b=short c=\"***\"\n");
}

static void a_log_keeps_its_level(void **state)
{
    (void)state;
    char line[12000];
    capture_begin();
    log_debug("quiet");
    log_set_level(LOG_ERROR);
    log_warn("quiet");
    log_error("loud");
    log_set_level(LOG_INFO);
    capture_end(line, sizeof line);
    assert_string_equal(after_time(line), "level=error event=loud\n");
}

static void a_log_line_has_a_limit(void **state)
{
    (void)state;
    static char line[20000], huge[10000];
    static const char firsts[] = {'x', ' '}; /* plain, and quoted */
    for (size_t i = 0; i < sizeof firsts; i++) {
        memset(huge, 'x', sizeof huge - 1);
        huge[0] = firsts[i];
        capture_begin();
        log_info("huge", LOG_TEXT("text", huge), LOG_INT("n", 1));
        capture_end(line, sizeof line);
        assert_true(strlen(line) <= 8193);
        assert_int_equal(line[strlen(line) - 1], '\n');
        assert_non_null(strstr(line, " n=1\n"));
    }
}

/* ---- the rest ---- */

static void hashes_as_published(void **state)
{
    (void)state;
    /* FIPS 180-2, appendix B.1, and the empty message */
    static const char *const cases[][2] = {
        {"abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"",
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    };
    char hex[SHA256_HEX];
    for (size_t i = 0; i < 2; i++) {
        struct sha256 hash = sha256_of(str_of(cases[i][0]));
        sha256_hex(&hash, hex);
        assert_string_equal(hex, cases[i][1]);
    }
}

static void every_error_has_words(void **state)
{
    (void)state;
    for (int err = 0; err < ERR_COUNT; err++)
        assert_true(err_words((enum err)err)[0] != '\0');
    assert_string_equal(err_words(ERR_TIMEOUT), "took too long");
}

static void memory_starts_clear(void **state)
{
    (void)state;
    char *bytes = mem_alloc(64);
    for (int i = 0; i < 64; i++)
        assert_int_equal(bytes[i], 0);
    bytes[0] = 'x';
    bytes = mem_resize(bytes, 128);
    assert_int_equal(bytes[0], 'x');
    free(bytes);
    free(mem_alloc(0));
    free(mem_copy(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_text),
        cmocka_unit_test(cuts_text),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(copies_whole_code_points),
        cmocka_unit_test(a_buf_keeps_its_limit),
        cmocka_unit_test(a_buf_grows_and_formats),
        cmocka_unit_test(a_buf_may_live_in_an_array),
        cmocka_unit_test(knows_utf8),
        cmocka_unit_test(cuts_between_code_points),
        cmocka_unit_test(knows_dates),
        cmocka_unit_test(days_follow_each_other),
        cmocka_unit_test(knows_which_dates_exist),
        cmocka_unit_test(a_log_line_is_one_line),
        cmocka_unit_test(a_log_hides_secrets),
        cmocka_unit_test(a_log_keeps_its_level),
        cmocka_unit_test(a_log_line_has_a_limit),
        cmocka_unit_test(hashes_as_published),
        cmocka_unit_test(every_error_has_words),
        cmocka_unit_test(memory_starts_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
