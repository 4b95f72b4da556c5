#include "bot/base/secret.h"
#include "bot/io/http_auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_secret_is_the_whole_of_it(void **state)
{
    static const struct {
        const char *given, *secret;
        bool is_it;
    } cases[] = {
        {"hunter2", "hunter2", true},
        {"hunter", "hunter2", false},
        {"hunter22", "hunter2", false},
        {"", "hunter2", false},
        {"", "", false},
        {NULL, "", false},
        {NULL, "x", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            secret_is(str_of(cases[i].given), str_of(cases[i].secret)),
            cases[i].is_it);
    assert_false(secret_is((struct str){"a\0b", 3}, STR("a")));
}

/* The secret is `s3:cr&t +/`. */
static void it_is_taken_from_where_monitors_put_it(void **state)
{
    static const struct {
        const char *authorization, *query;
        bool may;
    } cases[] = {
        {"Bearer s3:cr&t +/", NULL, true},
        {"bearer   s3:cr&t +/ ", NULL, true},
        {"Bearer s3:cr&t", NULL, false},
        {"Bearer", NULL, false},
        {"Bearer ", NULL, false},
        {"s3:cr&t +/", NULL, false},
        {"Token s3:cr&t +/", NULL, false},
        /* anyone:s3:cr&t +/, :s3:cr&t +/, s3:cr&t +/ (a user alone) */
        {"Basic YW55b25lOnMzOmNyJnQgKy8=", NULL, true},
        {"basic OnMzOmNyJnQgKy8=", NULL, true},
        {"Basic czM6Y3ImdCArLw==", NULL, false},
        {"Basic YW55b25lOnMzOmNyJnQgKy8", NULL, false},
        {"Basic YW55b25lOnMzOmNyJnQgKy8==", NULL, false},
        {"Basic ====", NULL, false},
        {"Basic !!!!", NULL, false},
        {"Basic ", NULL, false},
        {NULL, "secret=s3%3Acr%26t+%2B%2f", true},
        {NULL, "a=b&secret=s3:cr%26t%20%2B/", true},
        {NULL, "secret=s3:cr&t +/", false},
        {NULL, "secret=x&secret=s3%3Acr%26t+%2B%2f", false},
        {NULL, "secret=s3%3Acr%26t+%2B%2", false},
        {NULL, "secret=%", false},
        {NULL, "secret=%zz", false},
        {NULL, "secret", false},
        {NULL, "secret=", false},
        {NULL, "", false},
        {NULL, "=&&=", false},
        {NULL, NULL, false},
        /* One right one is enough. */
        {"Bearer wrong", "secret=s3%3Acr%26t+%2B%2f", true},
        {"Bearer s3:cr&t +/", "secret=wrong", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_request request = {
            .authorization = str_of(cases[i].authorization),
            .query = str_of(cases[i].query),
        };
        if (http_has_secret(&request, STR("s3:cr&t +/")) != cases[i].may)
            fail_msg("%s ?%s", cases[i].authorization, cases[i].query);
        assert_false(http_has_secret(&request, STR("")));
    }
}

/* As `openssl rand -base64 24` makes them, put behind an address by hand. */
static void a_plus_in_an_address_is_a_plus(void **state)
{
    static const char *const queries[] = {
        "secret=q7+Zt/1w+4aVbRk0Xc9Tqw==",
        "secret=q7%2BZt%2F1w%2B4aVbRk0Xc9Tqw%3D%3D",
        "secret=q7+Zt/1w%2B4aVbRk0Xc9Tqw==&monitorID=1",
    };
    const struct str secret = STR("q7+Zt/1w+4aVbRk0Xc9Tqw==");
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct http_request request = {.query = str_of(queries[i])};
        if (!http_has_secret(&request, secret))
            fail_msg("?%s", queries[i]);
    }
    struct http_request other = {.query = STR("secret=q7+Zt")};
    assert_false(http_has_secret(&other, secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_the_whole_of_it),
        cmocka_unit_test(it_is_taken_from_where_monitors_put_it),
        cmocka_unit_test(a_plus_in_an_address_is_a_plus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
