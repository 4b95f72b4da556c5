#include "bot/discord/json.h"
#include "bot/discord/json_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 20000 /* more than there are cells */

static void gives_again_what_came_back_last(void **state)
{
    (void)state;
    void *first = cJSON_malloc(64), *second = cJSON_malloc(1);
    assert_ptr_not_equal(first, second);
    cJSON_free(first);
    cJSON_free(second);
    assert_ptr_equal(cJSON_malloc(64), second);
    assert_ptr_equal(cJSON_malloc(20), first);
    cJSON_free(first);
    cJSON_free(second);
}

/* Each keeps what is written in it, whether it is a cell or not. */
static void never_runs_out(void **state)
{
    static unsigned char *all[MANY];
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            all[i] = cJSON_malloc(64);
            memset(all[i], i % 251, 64);
        }
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(all[i][0], i % 251);
            assert_int_equal(all[i][63], i % 251);
        }
        for (int i = 0; i < MANY; i++)
            cJSON_free(all[i]);
    }
}

static void holds_what_is_longer(void **state)
{
    (void)state;
    char *text = cJSON_malloc(65), *other = cJSON_malloc(65);
    memset(text, 'a', 65);
    memset(other, 'b', 65);
    assert_int_equal(text[64], 'a');
    cJSON_free(text);
    cJSON_free(other);
}

/* A short text too is the caller's to free(). */
static void prints_what_may_be_freed(void **state)
{
    (void)state;
    long before = json_cells_held();
    cJSON *tree = json_parse(STR("[1,\"a\",{\"b\":null}]"));
    assert_true(json_cells_held() > before);
    char *text = json_print(tree);
    assert_string_equal(text, "[1,\"a\",{\"b\":null}]");
    free(text);
    cJSON_Delete(tree);
    assert_int_equal(json_cells_held(), before);
}

/* The hooks are set while a tree lives. */
static void takes_back_what_malloc_gave(void **state)
{
    cJSON *tree = *state;
    assert_string_equal(json_text(tree, "a").s, "of before");
    cJSON_Delete(tree);
}

int main(void)
{
    cJSON *before = json_parse(STR("{\"a\":\"of before\"}"));
    json_use_cells();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(takes_back_what_malloc_gave, before),
        cmocka_unit_test(gives_again_what_came_back_last),
        cmocka_unit_test(never_runs_out),
        cmocka_unit_test(holds_what_is_longer),
        cmocka_unit_test(prints_what_may_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
