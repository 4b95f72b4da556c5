#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <stdio.h>

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

struct incident now_is(void)
{
    struct incident in;
    caller_in(&caller, 1, &in);
    return in;
}

void minutes(int64_t count)
{
    caller.now_ms += count * MS_PER_MINUTE;
}

int64_t keeps(struct interaction *it)
{
    (void)does(it);
    return caller.taken.outcome.events[0].seq;
}

const char *edits(int64_t seq, const char *option, const char *value)
{
    char id[24];
    struct interaction it = slash("timeline edit");
    (void)snprintf(id, sizeof id, "#%" PRId64, seq);
    add_text(&it, "incident", "1");
    add_text(&it, "id", id);
    add_text(&it, option, value);
    return does(&it);
}
