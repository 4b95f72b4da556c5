#include "bot/turn/rivals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Which of the answers, at these minutes, says that there is another bot. */
static void three_within_ten_minutes(void **state)
{
    static const struct {
        int minutes[6]; /* -1: no more */
        int says;       /* the n-th, from 0 on; -1: none */
    } rows[] = {
        {{0, 0, 0, -1}, 2},
        {{0, 5, 10, -1}, 2},
        {{0, 5, 11, -1}, -1},
        {{0, 5, 11, 12, -1}, 3},
        {{0, 11, 22, 33, 44, -1}, -1},
        {{7000, 7001, 7002, -1}, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rivals rivals = {.count = 0};
        int said = -1;
        for (int n = 0; rows[i].minutes[n] >= 0 && said < 0; n++)
            if (rivals_saw(&rivals, rows[i].minutes[n] * MS_PER_MINUTE))
                said = n;
        assert_int_equal(said, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_within_ten_minutes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
