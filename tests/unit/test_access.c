/*
 * Who may do what.
 */
#include "bot/core/access.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

enum { NOVA = 100, DMA = 200, RESPONDERS = 10, ADMINS = 20, OTHERS = 30 };

static uint64_t respond_ids[] = {RESPONDERS, DMA};
static uint64_t admin_ids[] = {ADMINS};
static const struct access named = {
    .allowed = {
        [RIGHT_RESPOND] = {respond_ids, 2}, [RIGHT_ADMIN] = {admin_ids, 1}}};

static bool may(const struct access *access, enum right right, uint64_t user,
                uint64_t role)
{
    return access_allows(access, right, user, &role, role == 0 ? 0 : 1);
}

static void an_empty_list_means_everybody(void **state)
{
    (void)state;
    static const struct access open;
    assert_true(may(&open, RIGHT_DECLARE, NOVA, 0));
    assert_true(may(&open, RIGHT_RESPOND, NOVA, OTHERS));
    assert_true(may(&open, RIGHT_COMMAND, NOVA, 0));
    assert_true(may(&open, RIGHT_RESOLVE, NOVA, 0));
    assert_true(may(&named, RIGHT_DECLARE, NOVA, 0));
}

static void nobody_is_admin_unless_named(void **state)
{
    (void)state;
    static const struct access open;
    assert_false(may(&open, RIGHT_ADMIN, NOVA, OTHERS));
    assert_true(may(&named, RIGHT_ADMIN, NOVA, ADMINS));
    assert_false(may(&named, RIGHT_ADMIN, NOVA, RESPONDERS));
}

static void users_and_roles_may_be_named(void **state)
{
    (void)state;
    const uint64_t roles[] = {OTHERS, RESPONDERS};
    assert_true(may(&named, RIGHT_RESPOND, DMA, 0));
    assert_true(may(&named, RIGHT_RESPOND, NOVA, RESPONDERS));
    assert_true(access_allows(&named, RIGHT_RESPOND, NOVA, roles, 2));
    assert_false(access_allows(&named, RIGHT_RESPOND, NOVA, roles, 1));
    assert_false(may(&named, RIGHT_RESPOND, NOVA, 0));
    assert_false(may(&named, RIGHT_RESPOND, NOVA, OTHERS));
}

static void an_admin_may_do_everything(void **state)
{
    (void)state;
    for (int right = 0; right < RIGHT_COUNT; right++)
        assert_true(may(&named, (enum right)right, NOVA, ADMINS));
}

static void every_right_has_words(void **state)
{
    (void)state;
    for (int right = 0; right < RIGHT_COUNT; right++)
        assert_true(right_words((enum right)right)[0] != '\0');
    assert_string_equal(right_words(RIGHT_DECLARE), "declare incidents");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_list_means_everybody),
        cmocka_unit_test(nobody_is_admin_unless_named),
        cmocka_unit_test(users_and_roles_may_be_named),
        cmocka_unit_test(an_admin_may_do_everything),
        cmocka_unit_test(every_right_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
