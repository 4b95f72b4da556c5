#include "bot/base/buf.h"
#include "bot/base/civil.h"
#include "bot/probe/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void expect(const struct probe_result *result, bool is_good,
                   double value, const char *words)
{
    assert_string_equal(result->words, words);
    assert_int_equal(result->is_good, is_good);
    if (isnan(value))
        assert_true(isnan(result->value));
    else
        assert_true(fabs(result->value - value) < 1e-9);
}

static void http_answers_are_judged(void **state)
{
    static const struct {
        int64_t expect_status, slower_than_ms;
        const char *expect_text;
        int status;
        double ms;
        const char *body;
        bool is_good;
        const char *words;
    } cases[] = {
        {0, 0, "", 200, 34.4, "", true, "200 OK after 34 ms"},
        {0, 0, "", 200, 0.3, "", true, "200 OK after less than 1 ms"},
        {0, 0, "", 302, 5, "", true, "302 Found after 5 ms"},
        {0, 0, "", 502, 120, "", false, "502 Bad Gateway after 120 ms"},
        {0, 0, "", 299, 12345, "", true, "299 after 12.3 s"},
        {0, 0, "", 400, 1, "", false, "400 Bad Request after 1 ms"},
        {204, 0, "", 204, 1, "", true, "204 No Content after 1 ms"},
        {204, 0, "", 200, 1, "", false, "200 OK after 1 ms, expected 204"},
        {503, 0, "", 503, 1, "", true, "503 Service Unavailable after 1 ms"},
        {0, 500, "", 200, 500, "", true, "200 OK after 500 ms"},
        {0, 500, "", 200, 501, "", false,
         "200 OK after 501 ms, slower than 500 ms"},
        {0, 500, "", 502, 501, "", false, "502 Bad Gateway after 501 ms"},
        {0, 0, "fine", 200, 1, "all is fine", true, "200 OK after 1 ms"},
        {0, 0, "Fine", 200, 1, "all is fine", false,
         "200 OK after 1 ms, but without \"Fine\""},
        {0, 0, "fine", 200, 1, "", false,
         "200 OK after 1 ms, but without \"fine\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[20];
        struct probe_result result;
        str_copy_to(text, str_of(cases[i].expect_text));
        const struct probe probe = {.expect_status = cases[i].expect_status,
                                    .slower_than_ms = cases[i].slower_than_ms,
                                    .expect_text = text};
        verdict_http(&probe, cases[i].status, cases[i].ms,
                     str_of(cases[i].body), &result);
        expect(&result, cases[i].is_good, cases[i].ms, cases[i].words);
    }
}

static void a_body_may_hold_any_bytes(void **state)
{
    char text[] = "fine";
    const struct probe probe = {.expect_text = text};
    struct probe_result result;
    (void)state;
    verdict_http(&probe, 200, 1, (struct str){"a\0b fine", 8}, &result);
    assert_true(result.is_good);
}

#define NOW_MS INT64_C(1670957580000)

static void certificates_are_judged(void **state)
{
    const struct {
        struct certificate_facts facts;
        bool is_good;
        double days;
        const char *words;
    } cases[] = {
        {{.ends_ms = NOW_MS + 89 * MS_PER_DAY + 1},
         true,
         89,
         "certificate is good for 89 days"},
        {{.ends_ms = NOW_MS + 14 * MS_PER_DAY},
         true,
         14,
         "certificate is good for 14 days"},
        {{.ends_ms = NOW_MS + 14 * MS_PER_DAY - 1},
         true,
         14,
         "certificate expires in 13 days"},
        {{.ends_ms = NOW_MS + 90 * MS_PER_MINUTE},
         true,
         0.0625,
         "certificate expires in 1 hour"},
        {{.ends_ms = NOW_MS + 1},
         true,
         0,
         "certificate expires in less than a minute"},
        {{.ends_ms = NOW_MS - 3 * MS_PER_DAY, .is_expired = true},
         false,
         -3,
         "certificate expired 3 days ago"},
        {{.ends_ms = NOW_MS + MS_PER_DAY,
          .begins_ms = NOW_MS + MS_PER_HOUR,
          .is_early = true},
         false,
         1,
         "certificate is not valid before 2022-12-13"},
        {{.ends_ms = NOW_MS + 50 * MS_PER_DAY,
          .is_self_signed = true,
          .is_untrusted = true},
         false,
         50,
         "certificate is self-signed"},
        {{.ends_ms = NOW_MS + 50 * MS_PER_DAY,
          .is_misnamed = true,
          .name = STR("a.example"),
          .wanted = STR("b.example")},
         false,
         50,
         "certificate is not for b.example but for a.example"},
        {{.ends_ms = NOW_MS + 50 * MS_PER_DAY,
          .is_misnamed = true,
          .name = STR("a\n\xFF\xE2\x80\xAE"
                      "b"),
          .wanted = STR("b.example")},
         false,
         50,
         "certificate is not for b.example but for a ????b"},
        {{.ends_ms = NOW_MS + 50 * MS_PER_DAY,
          .is_untrusted = true,
          .issuer = STR("Test CA")},
         false,
         50,
         "certificate is from an issuer that is not trusted (Test CA)"},
        {{.ends_ms = NOW_MS - 2 * MS_PER_HOUR,
          .is_expired = true,
          .is_self_signed = true},
         false,
         -1.0 / 12,
         "certificate expired 2 hours ago, and is self-signed"},
        {{.ends_ms = NOW_MS + 50 * MS_PER_DAY, .other = "CA md too weak"},
         false,
         50,
         "certificate is not good: CA md too weak"},
    };
    const struct probe probe = {.days_left = 14};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct certificate_facts facts = cases[i].facts;
        struct probe_result result;
        facts.now_ms = NOW_MS;
        verdict_certificate(&probe, &facts, &result);
        assert_true(fabs(result.value - cases[i].days) < 1e-6);
        expect(&result, cases[i].is_good, result.value, cases[i].words);
    }
}

static void names_resolve_to_what_they_should(void **state)
{
    static char one[] = "192.0.2.1", two[] = "2001:db8::1",
                again[] = "2001:db8:0::1";
    static char *none[1], *first[] = {one}, *both[] = {one, two},
                          *turned[] = {again, one};
    const struct {
        struct text_list wanted, found;
        bool is_good;
        const char *words;
    } cases[] = {
        {{none, 0}, {first, 1}, true, "the name has the address 192.0.2.1"},
        {{none, 0}, {none, 0}, false, "the name has no address"},
        {{first, 1}, {first, 1}, true, "the name has the address 192.0.2.1"},
        {{both, 2},
         {turned, 2},
         true,
         "the name has the addresses 2001:db8:0::1, 192.0.2.1"},
        {{both, 2},
         {first, 1},
         false,
         "the name has the address 192.0.2.1, expected 192.0.2.1, "
         "2001:db8::1"},
        {{first, 1},
         {both, 2},
         false,
         "the name has the addresses 192.0.2.1, 2001:db8::1, expected "
         "192.0.2.1"},
        {{first, 1},
         {none, 0},
         false,
         "the name has no address, expected 192.0.2.1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct probe probe = {.answers = cases[i].wanted};
        struct probe_result result;
        verdict_answers(&probe, &cases[i].found, 3, &result);
        expect(&result, cases[i].is_good, 3, cases[i].words);
    }
}

static void values_are_compared(void **state)
{
    static const struct {
        const char *bad_when;
        double threshold;
        double values[3];
        int count;
        bool is_good;
        double worst;
        const char *words;
    } cases[] = {
        {">", 10, {10}, 1, true, 10, "value 10"},
        {">", 10, {10.5}, 1, false, 10.5, "value 10.5, bad when > 10"},
        {">=", 10, {10}, 1, false, 10, "value 10, bad when >= 10"},
        {"<", 1, {1}, 1, true, 1, "value 1"},
        {"<", 1, {0.25}, 1, false, 0.25, "value 0.25, bad when < 1"},
        {"<=", 1, {1}, 1, false, 1, "value 1, bad when <= 1"},
        {"==", 0, {0}, 1, false, 0, "value 0, bad when == 0"},
        {"!=", 1, {1}, 1, true, 1, "value 1"},
        {"!=", 1, {2}, 1, false, 2, "value 2, bad when != 1"},
        {">", 1, {INFINITY}, 1, false, INFINITY, "value inf, bad when > 1"},
        {">", 10, {3, 9, 4}, 3, true, 9, "3 values, worst 9 (b)"},
        {">",
         10,
         {30, 9, 40},
         3,
         false,
         40,
         "2 of 3 values, worst 40 (c), bad when > 10"},
        {"<",
         10,
         {30, 9, 4},
         3,
         false,
         4,
         "2 of 3 values, worst 4 (c), bad when < 10"},
        {"!=",
         1,
         {1, 0, 1},
         3,
         false,
         0,
         "1 of 3 values, worst 0 (b), bad when != 1"},
        {">",
         10,
         {3, NAN, 4},
         3,
         false,
         NAN,
         "no data: the value is not a number (b)"},
        {">", 10, {0}, 0, false, NAN, "no data: the query found nothing"},
    };
    static const char *const labels[] = {"a", "b", "c"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char when[4];
        struct query_value values[3];
        struct probe_result result;
        str_copy_to(when, str_of(cases[i].bad_when));
        const struct probe probe = {.bad_when = when,
                                    .threshold = cases[i].threshold};
        for (int k = 0; k < 3; k++)
            values[k] =
                (struct query_value){cases[i].values[k], str_of(labels[k])};
        verdict_values(&probe, values, cases[i].count, &result);
        if (isinf(cases[i].worst)) {
            assert_true(isinf(result.value));
            result.value = 0;
        }
        expect(&result, cases[i].is_good,
               isinf(cases[i].worst) ? 0 : cases[i].worst, cases[i].words);
    }
}

static void long_words_are_cut_between_letters(void **state)
{
    struct probe_result result;
    char text[600] = "";
    struct buf long_text = BUF_IN(text);
    (void)state;
    for (int i = 0; i < 200; i++)
        buf_add_text(&long_text, "\xC3\xA4");
    verdict_bad(&result, NAN, "x%s", buf_text(&long_text));
    assert_int_equal(strlen(result.words), RESULT_WORDS_BYTES - 1);
    assert_int_equal((unsigned char)result.words[RESULT_WORDS_BYTES - 2], 0xA4);
    assert_false(result.is_good);
    verdict_connected(3, &result);
    expect(&result, true, 3, "connected after 3 ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_answers_are_judged),
        cmocka_unit_test(a_body_may_hold_any_bytes),
        cmocka_unit_test(certificates_are_judged),
        cmocka_unit_test(names_resolve_to_what_they_should),
        cmocka_unit_test(values_are_compared),
        cmocka_unit_test(long_words_are_cut_between_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
