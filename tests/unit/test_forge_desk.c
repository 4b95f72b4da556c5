/* What deliveries to the forge share. */
#include "bot/base/civil.h"
#include "bot/outbox/forge_desk.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define NOW INT64_C(1670957580000)

static void it_stays_closed_as_long_as_it_was_told(void **state)
{
    struct forge_desk *desk = forge_desk_new(&(struct forge_desk_config){0});
    (void)state;
    assert_int_equal(forge_desk_closed_until(desk, NOW), 0);
    forge_desk_close_until(desk, NOW, NOW + MS_PER_HOUR);
    forge_desk_close_until(desk, NOW + 1, NOW + MS_PER_MINUTE);
    assert_int_equal(forge_desk_closed_until(desk, NOW + 1), NOW + MS_PER_HOUR);
    forge_desk_free(desk);
}

/* The clock was a day ahead when the forge said so. */
static void a_clock_that_is_put_back_opens_it(void **state)
{
    struct forge_desk *desk = forge_desk_new(&(struct forge_desk_config){0});
    (void)state;
    forge_desk_close_until(desk, NOW + MS_PER_DAY,
                           NOW + MS_PER_DAY + MS_PER_HOUR);
    assert_int_equal(forge_desk_closed_until(desk, NOW), 0);
    forge_desk_close_until(desk, NOW, NOW + MS_PER_MINUTE);
    assert_int_equal(forge_desk_closed_until(desk, NOW), NOW + MS_PER_MINUTE);
    forge_desk_free(desk);
}

static struct forge_call call_for(int issue)
{
    struct forge_call call = {0};
    (void)snprintf(call.path, sizeof call.path, "/repos/team/blog/issues/%d",
                   issue);
    return call;
}

/* One after the other is asked for, round after round: a memory of fewer would
 * never know one, and GitHub counts 5000 whole answers an hour. */
static void what_became_of_a_year_of_issues_is_remembered(void **state)
{
    struct forge_desk *desk = forge_desk_new(&(struct forge_desk_config){0});
    char etag[20];
    (void)state;
    for (int i = 1; i <= 1500; i++) {
        (void)snprintf(etag, sizeof etag, "\"%d\"", i);
        forge_desk_remember(desk, call_for(i).path, str_of(etag));
    }
    for (int i = 1; i <= 1500; i += 499) {
        struct forge_call call = call_for(i);
        forge_desk_condition(desk, &call);
        (void)snprintf(etag, sizeof etag, "\"%d\"", i);
        assert_string_equal(call.etag, etag);
    }
    forge_desk_free(desk);
}

/* The oldest goes. */
static void it_remembers_only_so_much(void **state)
{
    struct forge_desk *desk = forge_desk_new(&(struct forge_desk_config){0});
    struct forge_call first = call_for(1), last = call_for(3000);
    (void)state;
    for (int i = 1; i <= 3000; i++)
        forge_desk_remember(desk, call_for(i).path, STR("\"e\""));
    forge_desk_condition(desk, &first);
    forge_desk_condition(desk, &last);
    assert_string_equal(first.etag, "");
    assert_string_equal(last.etag, "\"e\"");
    forge_desk_free(desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stays_closed_as_long_as_it_was_told),
        cmocka_unit_test(a_clock_that_is_put_back_opens_it),
        cmocka_unit_test(what_became_of_a_year_of_issues_is_remembered),
        cmocka_unit_test(it_remembers_only_so_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
