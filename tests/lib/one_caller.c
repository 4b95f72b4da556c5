#include "tests/lib/one_caller.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

struct caller caller;

int caller_setup(void **state)
{
    (void)state;
    caller_open(&caller);
    return 0;
}

int caller_setup_declared(void **state)
{
    (void)caller_setup(state);
    (void)caller_declares(&caller);
    return 0;
}

int caller_teardown(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

const char *does(const struct interaction *it)
{
    const char *words = caller_does(&caller, it);
    if (!caller.taken.accepted)
        fail_msg("not accepted: %s", words);
    return words;
}

void keeps_nothing(const struct interaction *it, const char *part)
{
    int64_t before = caller_kept(&caller);
    assert_says(caller_does(&caller, it), part);
    assert_int_equal(caller_kept(&caller), before);
}

const struct event *kept(void)
{
    assert_int_equal(caller.taken.outcome.verdict, VERDICT_ACCEPTED);
    return &caller.taken.outcome.events[0];
}

void assert_text(struct str text, const char *expected)
{
    if (!str_is(text, expected))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(text), expected);
}
