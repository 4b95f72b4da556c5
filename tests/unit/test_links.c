/* Incidents that are linked, and those that are the same: who is told. */
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void declare(const char *title, bool is_private)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", title);
    add_flag(&it, "private", is_private);
    (void)does(&it);
}

static bool count_links(const struct entry *entry, void *context)
{
    (void)entry;
    ++*(int *)context;
    return true;
}

static int links_of(int64_t id)
{
    static const enum event_kind kind = EVENT_LINK;
    const struct entry_page links = {.order = EVENTS_BY_TIME, .kind = &kind};
    int count = 0;
    assert_int_equal(
        store_each_entry(caller.store, id, &links, count_links, &count),
        ERR_OK);
    return count;
}

static void a_link_is_kept_once_and_points_both_ways(void **state)
{
    (void)state;
    declare("First", false);
    declare("Second", false);
    declare("Secret", true);
    struct interaction it = slash("incident link");
    add_text(&it, "incident", "INC-1");
    keeps_nothing(&it, "Say what to link");
    add_text(&it, "url", "#217");
    assert_says(does(&it), "is linked with \\#217.");
    keeps_nothing(&it, "has this link already");
    add_text(&it, "other", "INC-2");
    keeps_nothing(&it, "one link at a time");
    it = slash("incident link");
    add_text(&it, "incident", "1");
    add_text(&it, "other", "2");
    assert_says(does(&it), "**INC-2**; that one names this one, too.");
    assert_int_equal(links_of(2), 1);
    it = slash("incident link");
    add_text(&it, "incident", "2");
    add_text(&it, "other", "1");
    keeps_nothing(&it, "has this link already");
    assert_int_equal(links_of(1), 2);
    it = slash("incident link");
    add_text(&it, "incident", "1");
    add_text(&it, "other", "3");
    keeps_nothing(&it, "There is no INC-3 here");
}

static struct interaction cancelling(const char *id, const char *duplicate_of)
{
    struct interaction it = slash("incident cancel");
    add_text(&it, "incident", id);
    add_text(&it, "reason", "The same as the first");
    if (duplicate_of != NULL)
        add_text(&it, "duplicate_of", duplicate_of);
    return it;
}

static void cancel(const char *id, const char *duplicate_of)
{
    struct interaction it = cancelling(id, duplicate_of);
    (void)does(&it);
}

static void a_duplicate_points_both_ways(void **state)
{
    (void)state;
    declare("First", false);
    declare("Second", false);
    struct interaction it = cancelling("2", "INC-1");
    assert_says(does(&it), "as a duplicate of **INC-1**. Each names");
    assert_int_equal(caller.taken.after.duplicate_of, 1);
    assert_int_equal(links_of(1), 1);
    keeps_nothing(&it, "is cancelled already");
    struct interaction asked = slash("incident status");
    add_text(&asked, "incident", "2");
    asked.user.id = DMA;
    assert_says(caller_does(&caller, &asked), "It is a duplicate of INC-1.");
    struct interaction hide = slash("incident set");
    add_text(&hide, "incident", "1");
    add_flag(&hide, "private", true);
    (void)does(&hide);
    assert_null(strstr(caller_does(&caller, &asked), "INC-1"));
    it = slash("incident reopen");
    add_text(&it, "incident", "2");
    add_text(&it, "reason", "Not the same after all");
    assert_says(does(&it), "is open again, investigating since");
    assert_int_equal(caller.taken.after.state, STATE_INVESTIGATING);
    keeps_nothing(&it, "is open already");
}

/* That they are linked says not that one of them is the other. */
static void a_linked_one_is_told_of_its_duplicate(void **state)
{
    (void)state;
    declare("First", false);
    declare("Second", false);
    struct interaction it = slash("incident link");
    add_text(&it, "incident", "2");
    add_text(&it, "other", "1");
    (void)does(&it);
    assert_int_equal(links_of(1), 1);
    cancel("2", "1");
    assert_int_equal(links_of(1), 2);
    it = slash("incident reopen");
    add_text(&it, "incident", "2");
    add_text(&it, "reason", "Not the same after all");
    (void)does(&it);
    cancel("2", "1");
    assert_int_equal(links_of(1), 2);
}

/* Two people saw it, and each cancels the other's. */
static void one_of_two_duplicates_stays_open(void **state)
{
    (void)state;
    declare("First", false);
    declare("Second", false);
    cancel("1", "2");
    struct interaction it = cancelling("2", "1");
    keeps_nothing(&it, "INC-1 is cancelled as a duplicate of this one already");
    it = slash("incident reopen");
    add_text(&it, "incident", "1");
    add_text(&it, "reason", "It has the better record");
    (void)does(&it);
    cancel("2", "1");
}

/* A third one, which stands for the second, goes in a circle as well. */
static void one_of_three_duplicates_stays_open(void **state)
{
    (void)state;
    declare("First", false);
    declare("Second", false);
    declare("Third", false);
    cancel("1", "2");
    cancel("2", "3");
    struct interaction it = cancelling("3", "1");
    keeps_nothing(&it, "INC-1 is cancelled as a duplicate of this one already");
}

/* What is closed or cancelled is not written to: nobody is told that it was. */
static void a_final_record_does_not_point_back(void **state)
{
    (void)state;
    declare("First", false);
    declare("Second", false);
    cancel("1", NULL);
    struct interaction it = slash("incident link");
    add_text(&it, "incident", "2");
    add_text(&it, "other", "1");
    assert_says(does(&it), "is linked with **INC-1**. Its record is final, so "
                           "it does not name this one.");
    cancel("2", "1");
    assert_says(buf_text(&caller.run.answer.words),
                "as a duplicate of **INC-1**. Its record is final, so it does "
                "not name this one.");
    assert_int_equal(links_of(1), 0);
    declare("Secret", true);
    declare("Stolen laptop", true);
    cancel("3", NULL);
    it = slash("incident link");
    add_text(&it, "incident", "4");
    add_text(&it, "other", "3");
    assert_says(does(&it), "is linked with **INC-3**. Its record is final, so");
}

/* Not by a secret of one's own, either: its number says that there is one. */
static void who_may_not_see_it_does_not_link_it(void **state)
{
    static const char *const ways[][2] = {{"incident link", "other"},
                                          {"incident cancel", "duplicate_of"}};
    (void)state;
    declare("Stolen laptop", true);
    struct interaction it = slash("incident declare");
    it.user.id = DMA;
    add_text(&it, "title", "Stolen phone");
    add_flag(&it, "private", true);
    (void)does(&it);
    for (int i = 0; i < 2; i++) {
        it = slash(ways[i][0]);
        it.user.id = DMA;
        add_text(&it, "incident", "2");
        if (i == 1)
            add_text(&it, "reason", "Seen twice");
        add_text(&it, ways[i][1], "1");
        keeps_nothing(&it, "there is no INC-1 in this server that you may see");
    }
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_link_is_kept_once_and_points_both_ways),
        CASE(a_duplicate_points_both_ways),
        CASE(a_linked_one_is_told_of_its_duplicate),
        CASE(one_of_two_duplicates_stays_open),
        CASE(one_of_three_duplicates_stays_open),
        CASE(a_final_record_does_not_point_back),
        CASE(who_may_not_see_it_does_not_link_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
