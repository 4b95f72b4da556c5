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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stays_closed_as_long_as_it_was_told),
        cmocka_unit_test(a_clock_that_is_put_back_opens_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
