#include "bot/discord/json.h"
#include "bot/discord/json_blocks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 20000 /* more than the blocks hold */

static void cuts_one_after_the_other(void **state)
{
    (void)state;
    char *first = cJSON_malloc(64), *second = cJSON_malloc(1);
    char *third = cJSON_malloc(1);
    assert_ptr_equal(second, first + 64);
    assert_ptr_equal(third, second + 16);
    cJSON_free(first);
    cJSON_free(second);
    assert_ptr_equal(cJSON_malloc(1), third + 16);
    cJSON_free(third);
    cJSON_free(third + 16);
    assert_ptr_equal(cJSON_malloc(20), first); /* it is empty again */
    cJSON_free(first);
}

static size_t length(int i)
{
    return (size_t)(i % 200) + 1;
}

static void write_each(unsigned char **all, int step)
{
    for (int i = 0; i < MANY; i += step) {
        all[i] = cJSON_malloc(length(i));
        memset(all[i], i % 251, length(i));
    }
}

static void free_each(unsigned char **all, int step)
{
    for (int i = 0; i < MANY; i += step)
        cJSON_free(all[i]);
}

/* Each keeps what is written in it, wherever it lies. */
static void never_runs_out(void **state)
{
    static unsigned char *all[MANY];
    (void)state;
    long before = json_pieces_held();
    write_each(all, 1);
    for (int step = 2; step < 300; step *= 3) {
        free_each(all, step);
        write_each(all, step);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(all[i][0], i % 251);
        assert_int_equal(all[i][length(i) - 1], i % 251);
    }
    free_each(all, 1);
    assert_int_equal(json_pieces_held(), before);
}

static void holds_what_is_longer(void **state)
{
    size_t n = JSON_PIECE_BYTES + 1;
    (void)state;
    long before = json_pieces_held();
    char *text = cJSON_malloc(n), *other = cJSON_malloc(n);
    assert_int_equal(json_pieces_held(), before);
    memset(text, 'a', n);
    memset(other, 'b', n);
    assert_int_equal(text[n - 1], 'a');
    cJSON_free(text);
    cJSON_free(other);
}

/* A short text too is the caller's to free(). */
static void prints_what_may_be_freed(void **state)
{
    (void)state;
    long before = json_pieces_held();
    cJSON *tree = json_parse(STR("[1,\"a\",{\"b\":null}]"));
    assert_true(json_pieces_held() > before);
    char *text = json_print(tree);
    assert_string_equal(text, "[1,\"a\",{\"b\":null}]");
    free(text);
    cJSON_Delete(tree);
    assert_int_equal(json_pieces_held(), before);
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
    json_use_blocks();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(takes_back_what_malloc_gave, before),
        cmocka_unit_test(cuts_one_after_the_other),
        cmocka_unit_test(never_runs_out),
        cmocka_unit_test(holds_what_is_longer),
        cmocka_unit_test(prints_what_may_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
