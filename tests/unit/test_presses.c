/* Presses of buttons and selects in a private answer: presets, what is chosen,
 * and drafts. */
#include "storage/drafts.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_chosen_fills_the_named_option(void **state)
{
    (void)state;
    struct interaction it = button("1|ic assign|1|user=me|role");
    it.chosen = STR("scribe");
    assert_says(does(&it), "You are scribe of **INC-1**");
    /* Whatever a client sends as chosen is checked like any option. */
    it.chosen = STR("king");
    assert_says(caller_does(&caller, &it), "cannot be king");
    /* Without a place for it, it is nothing. */
    it = button("1|ic assign|1|user=me|role=ops");
    it.chosen = STR("scribe");
    assert_says(does(&it), "You are ops of **INC-1**");
}

static void a_button_may_name_another_incident(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = button("1|timeline add|2|text=x|incident=INC-1");
    assert_says(does(&it), "of **INC-1**");
}

static void keep_draft(uint64_t id, const char *text)
{
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(store_put_draft(caller.store, id, NOVA, str_of(text), NOW),
                     ERR_OK);
    assert_int_equal(store_commit(caller.store), ERR_OK);
}

static void a_draft_serves_its_writer_once(void **state)
{
    (void)state;
    keep_draft(7, "a long text");
    struct interaction it = button("1|timeline add|1|text=x|draft=7");
    it.user.id = DMA;
    assert_says(caller_does(&caller, &it), "it is somebody else's");
    assert_false(caller.requested);
    it.user.id = NOVA;
    (void)does(&it);
    assert_true(str_is(caller.run.call.draft, "a long text"));
    it.id = 2;
    assert_says(caller_does(&caller, &it), "used already");
    assert_false(caller.requested);
}

/* So that it can be corrected and pressed again. */
static void a_refusal_leaves_the_draft(void **state)
{
    (void)state;
    keep_draft(7, "a long text");
    struct interaction it =
        button("1|timeline add|1|text=x|kind=state|draft=7");
    assert_says(caller_does(&caller, &it), "cannot be state");
    it = button("1|timeline add|1|text=x|draft=7");
    (void)does(&it);
}

static void drafts_that_are_none(void **state)
{
    static const char *const ids[] = {
        "1|timeline add|1|text=x|draft=8",
        "1|timeline add|1|text=x|draft=",
        "1|timeline add|1|text=x|draft=-7",
        "1|timeline add|1|text=x|draft=99999999999999999999",
        "1|timeline add|1|text=x|msg=8",
    };
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct interaction it = button(ids[i]);
        assert_says(caller_does(&caller, &it), "Start again with `/timeline");
        assert_false(caller.requested);
    }
    /* A draft is no message, but does no harm as one. */
    keep_draft(7, "{\"id\":");
    struct interaction it = button("1|timeline add|1|text=x|msg=7");
    (void)does(&it);
    assert_null(caller.run.call.message);
}

/* Not who wrote the entry, nor when. */
static void a_stale_form_names_who_corrected(void **state)
{
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Disk is fine");
    (void)does(&it);
    caller.now_ms += MS_PER_MINUTE;
    it = slash("timeline edit");
    it.user.id = DMA;
    it.user.name = STR("dma");
    add_text(&it, "id", "#4");
    add_text(&it, "text", "Disk is full");
    (void)does(&it);
    caller.now_ms += MS_PER_MINUTE;
    struct interaction sent = form("1|timeline edit|1|id=4|seen=4");
    add_text(&sent, "text", "Disk is almost full");
    keeps_nothing(&sent, "was corrected by dma at 19:11 UTC");
    sent.user = it.user;
    keeps_nothing(&sent, "was corrected by you at 19:11 UTC");
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup_declared,               \
                                    caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_chosen_fills_the_named_option),
        TEST(a_button_may_name_another_incident),
        TEST(a_draft_serves_its_writer_once),
        TEST(a_refusal_leaves_the_draft),
        TEST(drafts_that_are_none),
        TEST(a_stale_form_names_who_corrected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
